"""Databases of a PostgreSQL server, named by URL in SQLAlchemy's form for psycopg."""

from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

_CONNECT_S = 5


def accepts(url: str) -> bool:
    """Whether the server of the URL lets us in at this instant."""
    try:
        with _server(url):
            return True
    except psycopg.OperationalError:
        return False


def create_database(url: str, name: str, template: str | None = None) -> str:
    """Makes a database on the server of the URL and returns the new one's URL.

    Args:
        url: any database of the server.
        name: the new database.
        template: a database to copy, to which nobody may be connected; PostgreSQL's own template by default.

    Raises:
        psycopg.errors.DuplicateDatabase: there is one of that name.
    """
    command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        command += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with _server(url) as connection:
        connection.execute(command)
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def ensure_database(url: str, name: str) -> None:
    """Makes the database unless it is there."""
    with _server(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    if found is None:
        create_database(url, name)


def _server(url: str) -> psycopg.Connection[TupleRow]:
    # The database `postgres` is always there, and being connected to it never blocks copying another.
    address = urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()
    return psycopg.connect(address, autocommit=True, connect_timeout=_CONNECT_S)
