"""What the database roles of the composition may and may not do, asked of a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.deploy.database import APPLICATION, Server, a_server_with_roles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server_with_roles(tmp_path_factory.mktemp("roles")) as running:
        yield running


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement.encode())


def test_temporal_makes_its_databases_and_keeps_its_tables_to_itself(server: Server) -> None:
    execute(server.url("temporal", "postgres"), "CREATE DATABASE temporal_visibility")
    execute(server.url("temporal", "temporal_visibility"), "CREATE EXTENSION btree_gin")
    execute(server.url("temporal", "temporal_visibility"), "CREATE TABLE executions (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(server.url(APPLICATION, "temporal_visibility"), "SELECT * FROM executions")


def test_tideover_owns_its_database_and_no_more(server: Server) -> None:
    execute(server.url(APPLICATION, APPLICATION), "CREATE TABLE accounts (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(server.url(APPLICATION, "postgres"), "CREATE DATABASE another")


def test_temporal_may_not_enter_the_database_of_tideover(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        execute(server.url("temporal", APPLICATION), "SELECT 1")


def test_a_role_does_not_enter_with_the_password_of_another(tmp_path: Path, server: Server) -> None:
    (tmp_path / "temporal_password").write_text("another", encoding="utf-8")
    stranger = Server(server.host, server.port, tmp_path)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        execute(stranger.url("temporal", "postgres"), "SELECT 1")
