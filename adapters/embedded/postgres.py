"""A PostgreSQL server of our own: loopback only, behind a random password, gone when we are."""

import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import structlog

from adapters.embedded.cluster import OWNER, Cluster, complained, launch, prepare, refusal
from adapters.embedded.databases import accepts, ensure_database
from adapters.embedded.errors import PostgresRefused
from adapters.embedded.folders import only_one_process, private_folder
from adapters.embedded.identity import Identity, unprivileged
from adapters.embedded.ports import LOOPBACK, free_port
from adapters.embedded.supervision import runs, spawn, stop

_START_S = 60.0
_STOP_S = 15.0
_PAUSE_S = 0.05
_ATTEMPTS = 3
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused statement carries the row it was about: personal data stays out of the server's log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    """A server that answers.

    Attributes:
        url: where the database `tideover` is, password included, in SQLAlchemy's form for psycopg.
        pid: the server's main process.
        adopted: whether another process of ours had started it; it is then left running.
    """

    url: str
    pid: int
    adopted: bool


@dataclass(frozen=True, slots=True)
class _Recorded:
    pid: int
    port: int


@dataclass(slots=True)
class EmbeddedPostgres:
    """The server over `<data_dir>/postgres`, as a context manager that stops what it started.

    A second process over the same folder adopts the running server. `fast` gives up durability for speed.
    Entering raises an `EmbeddedServiceFailed` that says what to do.
    """

    data_dir: Path
    fast: bool = False
    identity: Identity = field(default_factory=unprivileged)
    _server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> RunningPostgres:
        """Starts or adopts the server and makes its database."""
        cluster = Cluster(self.data_dir, self.identity, self.fast)
        private_folder(private_folder(self.data_dir) / "postgres")
        with only_one_process(cluster.home / "lock"):
            try:
                running = _adopted(cluster) or self._started(cluster)
                ensure_database(running.url, OWNER)
            except BaseException:
                self._stop()
                raise
        _log.info("postgres_adopted" if running.adopted else "postgres_started", pid=running.pid)
        return running

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the server if this process started it."""
        self._stop()

    def _stop(self) -> None:
        if self._server is not None:
            stop(self._server, signal.SIGINT, _STOP_S)
            _log.info("postgres_stopped", pid=self._server.pid)
            self._server = None

    def _started(self, cluster: Cluster) -> RunningPostgres:
        binaries = prepare(cluster)
        # PostgreSQL takes any living process with the number in it for its own server, and will not start.
        _pid_file(cluster).unlink(missing_ok=True)
        for _ in range(_ATTEMPTS):
            port = free_port()
            program = (
                f"{binaries / 'postgres'}",
                "-D",
                f"{cluster.folder}",
                "-p",
                f"{port}",
                *_options(cluster),
            )
            self._server = spawn(launch(cluster, program, orphaned=signal.SIGINT))
            if _answers(cluster, port, self._server):
                return RunningPostgres(_url(cluster, port), self._server.pid, adopted=False)
            if not complained(cluster, "could not bind"):
                break
        raise refusal(cluster)


def _adopted(cluster: Cluster) -> RunningPostgres | None:
    """The server that already runs over the cluster, once it answers; None when none does."""
    patience = time.monotonic() + _START_S
    while (recorded := _recorded(cluster)) is not None:
        if accepts(_url(cluster, recorded.port)):
            return RunningPostgres(_url(cluster, recorded.port), recorded.pid, adopted=True)
        if time.monotonic() > patience:
            raise PostgresRefused(f"process {recorded.pid} holds the folder and does not answer", cluster.log)
        time.sleep(_PAUSE_S)
    return None


def _answers(cluster: Cluster, port: int, server: subprocess.Popen[bytes]) -> bool:
    """Waits until the server answers (True) or has ended (False)."""
    patience = time.monotonic() + _START_S
    while server.poll() is None:
        if accepts(_url(cluster, port)):
            return True
        if time.monotonic() > patience:
            raise PostgresRefused(f"it did not answer within {_START_S:.0f} seconds", cluster.log)
        time.sleep(_PAUSE_S)
    return False


def _recorded(cluster: Cluster) -> _Recorded | None:
    """The server that PostgreSQL's own pid file names, if that process is alive and ours."""
    try:
        lines = _pid_file(cluster).read_text().splitlines()
        recorded = _Recorded(pid=int(lines[0]), port=int(lines[3]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return recorded if runs(recorded.pid, f"{cluster.folder}") else None


def _pid_file(cluster: Cluster) -> Path:
    return cluster.folder / "postmaster.pid"


def _url(cluster: Cluster, port: int) -> str:
    return f"postgresql+psycopg://{OWNER}:{cluster.password}@{LOOPBACK}:{port}/{OWNER}"


def _options(cluster: Cluster) -> Iterator[str]:
    for name, value in (_SETTINGS | (_FAST if cluster.fast else {})).items():
        yield from ("-c", f"{name}={value}")
