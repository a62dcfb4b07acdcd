"""What tests of the whole tree share: an embedded PostgreSQL, and an empty database of the newest schema."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.embedded.databases import create_database
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.store.database import Database
from adapters.store.intake import Intake
from adapters.store.rows.frame import Stored
from tests.builders import ADDRESS_KEY


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this process: workers of a parallel run share nothing."""
    folder: Path = tmp_path_factory.mktemp("server")
    with EmbeddedPostgres(folder, fast=True) as running:
        yield running.url


@pytest.fixture(scope="session")
def template(postgres_url: str) -> str:
    """The name of a migrated database that nobody is connected to."""
    asyncio.run(_migrate(create_database(postgres_url, "template_tideover")))
    return "template_tideover"


@pytest.fixture(scope="session")
def shared_database(postgres_url: str, template: str) -> str:
    """One database for all tests of this process, copied from the template."""
    return create_database(postgres_url, "tests", template)


@pytest.fixture
def database_url(shared_database: str) -> str:
    """That database, emptied."""
    with psycopg.connect(plain(shared_database), autocommit=True) as connection:
        # As a replica, so that neither foreign keys nor the audit trail's own protection stand in the way.
        connection.execute("SET session_replication_role = replica")
        for table in Stored.metadata.tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    return shared_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, empty database of the newest schema, in the test's own loop."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def intake(database: Database) -> Intake:
    """The way in for facts."""
    return Intake(database, ADDRESS_KEY)


def plain(url: str) -> str:
    """The URL as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


async def _migrate(url: str) -> None:
    database = Database.open(url)
    await database.migrate()
    await database.close()
