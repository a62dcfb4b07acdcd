"""The embedded PostgreSQL, for real: who gets in, what survives, what is left behind."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import postgres
from adapters.embedded.databases import create_database
from adapters.embedded.errors import (
    PostgresRefused,
)
from adapters.embedded.ports import free_port
from adapters.embedded.postgres import EmbeddedPostgres, RunningPostgres
from tests.adapters.embedded.processes import a_parent, alive, becomes, children, needs_linux, said

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def connect(url: str) -> psycopg.Connection[tuple[str, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def ask(url: str, query: str) -> str:
    with connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def a_running_parent(data_dir: Path, *then: str) -> tuple[str, ...]:
    return (
        "from adapters.embedded.postgres import EmbeddedPostgres",
        f"with EmbeddedPostgres(Path({str(data_dir)!r}), fast=True) as pg:",
        "    print(pg.pid, pg.adopted, flush=True)",
        *(then or ("    time.sleep(60)",)),
    )


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("postgres")


@pytest.fixture(scope="module")
def running(data_dir: Path) -> Iterator[RunningPostgres]:
    with EmbeddedPostgres(data_dir, fast=True) as server:
        yield server


def test_a_database_is_ready_to_be_used(running: RunningPostgres) -> None:
    assert running.url.startswith("postgresql+psycopg://tideover:")
    assert ask(running.url, "SELECT current_database()") == "tideover"


def test_text_is_unicode_and_sorted_the_same_on_every_machine(running: RunningPostgres) -> None:
    chosen = (
        "SELECT concat_ws(' ', datlocprovider, datlocale, pg_encoding_to_char(encoding)) FROM pg_database"
    )
    assert ask(running.url, f"{chosen} WHERE datname = 'tideover'") == "b C.UTF-8 UTF8"


def test_only_this_machine_can_reach_it_and_only_with_the_password(running: RunningPostgres) -> None:
    assert ask(running.url, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(running.url, "SHOW unix_socket_directories") == ""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(running.url.replace("tideover:", "tideover:x"))


def test_what_it_writes_is_readable_by_its_owner_alone(running: RunningPostgres, data_dir: Path) -> None:
    assert running.pid
    home = data_dir / "postgres"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "cluster").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600


def test_the_password_is_in_no_command_line_and_no_log(running: RunningPostgres, data_dir: Path) -> None:
    password = (data_dir / "postgres" / "password").read_text()
    assert password not in Path(f"/proc/{running.pid}/cmdline").read_text()
    assert password not in (data_dir / "postgres" / "server.log").read_text()


def test_a_refused_row_leaves_no_personal_data_in_the_log(running: RunningPostgres, data_dir: Path) -> None:
    with connect(running.url) as connection:
        connection.execute("CREATE TABLE person AS SELECT '+15552016789' AS phone")
        connection.execute("CREATE UNIQUE INDEX ON person (phone)")
        with pytest.raises(psycopg.errors.UniqueViolation, match="2016789"):
            connection.execute("INSERT INTO person VALUES ('+15552016789')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="2016789"):
            connection.execute("SELECT 'x+15552016789'::int")
    assert "2016789" not in (data_dir / "postgres" / "server.log").read_text()


def test_a_database_can_be_copied_from_a_template(running: RunningPostgres) -> None:
    template = create_database(running.url, "template_here")
    with connect(template) as connection:
        connection.execute("CREATE TABLE seeded ()")
    copy = create_database(running.url, "a copy", template="template_here")
    assert ask(copy.replace(" ", "%20"), "SELECT count(*)::text FROM seeded") == "0"
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        create_database(running.url, "template_here")


def test_a_second_process_adopts_the_server_and_leaves_it_running(
    running: RunningPostgres, data_dir: Path
) -> None:
    with a_parent(*a_running_parent(data_dir, "    pass")) as second:
        assert said(second) == f"{running.pid} True"
        assert second.wait(10) == 0
    assert ask(running.url, "SELECT 'still here'") == "still here"


@pytest.mark.slow
def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as first, connect(first.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'yesterday' AS day")
    assert not alive(first.pid)
    with EmbeddedPostgres(tmp_path) as second:
        assert not second.adopted
        assert ask(second.url, "SELECT day FROM kept") == "yesterday"
        assert ask(second.url, "SHOW fsync") == "on"


@needs_linux
def test_no_process_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    with a_parent(*a_running_parent(tmp_path)) as parent:
        server = int(said(parent).split()[0])
        workers = children(server)
        assert len(workers) > 3
        parent.kill()
        assert becomes(lambda: not any(map(alive, [server, *workers])))
    with EmbeddedPostgres(tmp_path, fast=True) as again:
        assert not again.adopted


@pytest.mark.slow
def test_a_server_that_was_killed_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as first:
        with connect(first.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'committed' AS day")
        os.kill(first.pid, signal.SIGKILL)
    with EmbeddedPostgres(tmp_path) as second:
        assert ask(second.url, "SELECT day FROM kept") == "committed"


@pytest.mark.slow
def test_processes_that_start_together_agree_on_one_server(tmp_path: Path) -> None:
    program = a_running_parent(tmp_path)
    with a_parent(*program) as one, a_parent(*program) as other:
        answers = [said(one).split(), said(other).split()]
        assert len({pid for pid, _ in answers}) == 1
        assert sorted(adopted for _, adopted in answers) == ["False", "True"]


@pytest.mark.slow
@needs_linux
def test_a_creation_that_was_killed_half_way_is_done_again(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    with a_parent(*a_running_parent(tmp_path)) as parent:
        assert becomes(lambda: any(home.glob("unfinished-*/base/1")))
        parent.kill()
    assert not (home / "cluster").exists()
    with EmbeddedPostgres(tmp_path, fast=True) as server:
        assert ask(server.url, "SELECT 'whole'") == "whole"
    with EmbeddedPostgres(tmp_path, fast=True):
        assert not list(home.glob("unfinished-*"))


def test_a_leftover_pid_that_another_program_has_now_is_no_server(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, fast=True):
        pass
    leftover = f"{os.getppid()}\n{tmp_path / 'postgres' / 'cluster'}\n1\n1\n\n127.0.0.1\n\nready\n"
    (tmp_path / "postgres" / "cluster" / "postmaster.pid").write_text(leftover)
    with EmbeddedPostgres(tmp_path, fast=True) as server:
        assert not server.adopted


def test_an_unreadable_pid_file_names_no_server(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, fast=True):
        pass
    (tmp_path / "postgres" / "cluster" / "postmaster.pid").write_text("half a li")
    with EmbeddedPostgres(tmp_path, fast=True) as server:
        assert not server.adopted


def test_a_port_lost_at_the_last_instant_is_replaced_by_another(
    tmp_path: Path, running: RunningPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = int(running.url.rpartition(":")[2].partition("/")[0])
    ports = iter([taken, free_port()])
    monkeypatch.setattr(postgres, "free_port", lambda: next(ports))
    with EmbeddedPostgres(tmp_path, fast=True) as server:
        assert f":{taken}/" not in server.url


def test_ports_that_are_always_lost_end_in_a_refusal(
    tmp_path: Path, running: RunningPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = int(running.url.rpartition(":")[2].partition("/")[0])
    monkeypatch.setattr(postgres, "free_port", lambda: taken)
    with pytest.raises(PostgresRefused, match="FATAL"), EmbeddedPostgres(tmp_path, fast=True):
        pass


def test_a_server_that_is_still_starting_is_waited_for(
    running: RunningPostgres, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False, True])
    monkeypatch.setattr(postgres, "accepts", lambda _url: next(answers))
    with EmbeddedPostgres(data_dir) as adopted:
        assert adopted.pid == running.pid


def test_a_broken_cluster_is_refused_with_the_reason_and_the_place_to_look(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "cluster").mkdir(parents=True, mode=0o700)
    with pytest.raises(PostgresRefused, match=r"server\.log"), EmbeddedPostgres(tmp_path):
        pass


def test_a_server_that_does_not_answer_is_stopped_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "accepts", lambda _url: False)
    monkeypatch.setattr(postgres, "_START_S", 0.1)
    embedded = EmbeddedPostgres(tmp_path, fast=True)
    with pytest.raises(PostgresRefused, match="did not answer"), embedded:
        pass
    assert children_named(tmp_path) == []


def test_a_running_server_that_does_not_answer_is_not_started_over(
    running: RunningPostgres, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "accepts", lambda _url: False)
    monkeypatch.setattr(postgres, "_START_S", 0.1)
    with pytest.raises(PostgresRefused, match=f"{running.pid} holds the folder"), EmbeddedPostgres(data_dir):
        pass


def children_named(folder: Path) -> list[int]:
    return [
        pid
        for pid in children(os.getpid())
        if f"{folder}" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    ]
