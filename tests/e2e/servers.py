"""PostgreSQL and Temporal as servers that can be broken and mended, at the same addresses."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import sample
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import TupleRow

from adapters.embedded.cluster import Cluster, launch
from adapters.embedded.databases import accepts, create_database
from adapters.embedded.errors import PortTaken
from adapters.embedded.identity import unprivileged
from adapters.embedded.ports import claimable
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.supervision import spawn, stop
from adapters.embedded.temporal_server import EmbeddedTemporal
from tests.adapters.embedded.processes import alive, becomes
from tests.conftest import plain

_STARTS_S = 60.0


def a_port_of_its_own() -> int:
    """A loopback port below those that the kernel gives to outgoing connections.

    Whoever calls again and again while nobody listens on a port from that range may be given that very port
    and so meet himself, and the server cannot come back.
    """
    return next(port for port in sample(range(20_000, 32_000), 100) if _is_free(port))


def _is_free(port: int) -> bool:
    with suppress(PortTaken):
        return claimable(port, "no setting") == port
    return False


@dataclass(slots=True)
class Postgres:
    """A server that keeps what it was told through an immediate stop."""

    folder: Path
    url: str
    pid: int
    _again: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def database(self, name: str) -> str:
        """The URL of a new database on this server."""
        return create_database(self.url, name)

    def stopped_hard_and_started(self) -> None:
        """No shutdown checkpoint, every connection cut; then recovery, on the same port."""
        program = Path(f"/proc/{self.pid}/cmdline").read_text().rstrip("\0").split("\0")
        port = f"{urlsplit(self.url).port}"
        program[program.index("-p") + 1] = port
        os.kill(self.pid, signal.SIGQUIT)
        assert becomes(lambda: not alive(self.pid)), "PostgreSQL did not stop"
        self.close()
        cluster = Cluster(self.folder, unprivileged())
        self._again = spawn(launch(cluster, tuple(program), orphaned=signal.SIGINT))
        self.pid = self._again.pid
        assert becomes(lambda: accepts(self.url), _STARTS_S), "PostgreSQL did not come back"

    def moved_to(self, port: int) -> None:
        """Listen there from now on."""
        address = urlsplit(self.url)
        self.url = address._replace(netloc=address.netloc.replace(f":{address.port}", f":{port}")).geturl()
        self.stopped_hard_and_started()

    def close(self) -> None:
        """Stop what was started again."""
        if self._again is not None:
            stop(self._again, signal.SIGINT, 15)
            self._again = None


@dataclass(slots=True)
class Temporal:
    """A server over one file that comes back at the same address."""

    folder: Path
    address: str
    pid: int
    _held: ExitStack

    @property
    def files(self) -> list[Path]:
        """The file of its state and what lies beside it."""
        return sorted((self.folder / "temporal").glob("temporal.db*"))

    def killed_and_started(self) -> None:
        """kill -9, then the same file again."""
        port = int(self.address.rpartition(":")[2])
        os.kill(self.pid, signal.SIGKILL)
        # Its last thread closes the port a moment after the process counts as ended.
        assert becomes(lambda: not alive(self.pid) and _is_free(port)), "Temporal did not end"
        again = self._held.enter_context(EmbeddedTemporal(self.folder, port=port, headless=True))
        assert (again.address, again.adopted) == (self.address, False)
        self.pid = again.pid


@contextmanager
def a_postgres(folder: Path) -> Iterator[Postgres]:
    """A durable server for the block."""
    with EmbeddedPostgres(folder) as running:
        server = Postgres(folder, running.url, running.pid)
        try:
            server.moved_to(a_port_of_its_own())
            yield server
        finally:
            server.close()


@contextmanager
def a_temporal(folder: Path) -> Iterator[Temporal]:
    """A server with its state in a file, for the block."""
    with ExitStack() as held:
        running = held.enter_context(EmbeddedTemporal(folder, port=a_port_of_its_own(), headless=True))
        yield Temporal(folder, running.address, running.pid, held)


def rows(url: str, query: LiteralString, *values: object) -> list[TupleRow]:
    """What the database of the URL answers."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        return connection.execute(query, values).fetchall()


def count(url: str, query: LiteralString) -> int:
    """A number that the database of the URL answers; 0 while it is away or has no tables yet."""
    with suppress(psycopg.Error):
        return int(rows(url, query)[0][0])
    return 0
