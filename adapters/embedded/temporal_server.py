"""A Temporal server of our own with its state in one file: loopback only, gone when we are."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import structlog
from pydantic import BaseModel, ValidationError

from adapters.embedded.errors import DiskFull, TemporalMissing, TemporalRefused
from adapters.embedded.folders import fresh_log, only_one_process, private_folder, refuse_a_full_disk
from adapters.embedded.ports import LOOPBACK, claimable
from adapters.embedded.supervision import Launch, runs, spawn, stop
from adapters.embedded.temporal_health import is_ready

_START_S = 60.0
_STOP_S = 15.0
_PAUSE_S = 0.05
_ROOM_NEEDED_BYTES = 200_000_000
# Measured on two cores: 32 contact steps/s with stock pragmas, 148 with these and GOGC. A power cut may lose
# the last instants of Temporal's own state; the store and the contact protocol make that harmless.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-262144")
_ENVIRONMENT = {"GOGC": "400", "TEMPORAL_VERSION_CHECK_DISABLED": "1"}
_TUNING = ("history.transferProcessorMaxPollRPS=500", "history.timerProcessorMaxPollRPS=500")
_TIME_SKIPPING = ("frontend.WorkflowTimeSkippingEnabled=true", 'history.timerProcessorMaxTimeShift="10ms"')

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunningTemporal:
    """A server that answers.

    Attributes:
        address: host and port of its gRPC service.
        ui_url: the address of its web pages; None without them.
        pid: the server's process.
        adopted: whether another process of ours had started it; it is then left running.
    """

    address: str
    ui_url: str | None
    pid: int
    adopted: bool


class _Recorded(BaseModel, extra="forbid", frozen=True):
    """What the state file says about the server that was started last."""

    pid: int
    port: int
    ui_port: int | None


@dataclass(slots=True)
class EmbeddedTemporal:
    """The server over `<data_dir>/temporal`, as a context manager that stops what it started.

    A second process over the same folder adopts the running server, whatever its ports. Port 0 takes a free
    one. `time_skipping` lets workflows skip time (tests and test clocks). Entering raises an
    `EmbeddedServiceFailed` that says what to do.
    """

    data_dir: Path
    port: int = 7233
    ui_port: int = 8233
    headless: bool = False
    time_skipping: bool = False
    log_level: str = "warn"
    room_needed_bytes: int = _ROOM_NEEDED_BYTES
    _server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> RunningTemporal:
        """Starts or adopts the server and sees to it that it keeps closed workflows for 90 days."""
        home = private_folder(private_folder(self.data_dir) / "temporal")
        with only_one_process(home / "lock"):
            try:
                running = _adopted(home) or self._started(home)
            except BaseException:
                self._stop()
                raise
        _log.info("temporal_adopted" if running.adopted else "temporal_started", pid=running.pid)
        return running

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the server if this process started it."""
        self._stop()

    def _stop(self) -> None:
        if self._server is not None:
            stop(self._server, signal.SIGTERM, _STOP_S)
            _log.info("temporal_stopped", pid=self._server.pid)
            self._server = None

    def _started(self, home: Path) -> RunningTemporal:
        refuse_a_full_disk(home, self.room_needed_bytes)
        port = claimable(self.port, "TIDEOVER_TEMPORAL_PORT")
        ui_port = None if self.headless else claimable(self.ui_port, "TIDEOVER_TEMPORAL_UI_PORT")
        log = fresh_log(_log_file(home))
        program = (_binary(), "server", "start-dev", *self._flags(home, port, ui_port))
        # Killed, not asked: a server on its way out could still be adopted, and SQLite survives a kill.
        self._server = spawn(Launch(program, log, orphaned=signal.SIGKILL, environment=_ENVIRONMENT))
        _wait_until_ready(self._server, port, log)
        recorded = _Recorded(pid=self._server.pid, port=port, ui_port=ui_port)
        _state(home).write_text(recorded.model_dump_json())
        return _running(recorded, adopted=False)

    def _flags(self, home: Path, port: int, ui_port: int | None) -> Iterator[str]:
        yield from ("--ip", LOOPBACK, "--port", f"{port}", "--db-filename", f"{_file(home)}")
        yield from (
            ("--headless",) if ui_port is None else ("--ui-port", f"{ui_port}", "--ui-disable-news-fetch")
        )
        yield from ("--log-level", self.log_level, "--log-format", "json")
        for pragma in _PRAGMAS:
            yield from ("--sqlite-pragma", pragma)
        for value in _TUNING + (_TIME_SKIPPING if self.time_skipping else ()):
            yield from ("--dynamic-config-value", value)


def _adopted(home: Path) -> RunningTemporal | None:
    """The server that already runs over the folder, once it answers; None when none does."""
    patience = time.monotonic() + _START_S
    while (recorded := _recorded(home)) is not None:
        if is_ready(f"{LOOPBACK}:{recorded.port}"):
            return _running(recorded, adopted=True)
        if time.monotonic() > patience:
            raise TemporalRefused(
                f"process {recorded.pid} holds the folder and does not answer", _log_file(home)
            )
        time.sleep(_PAUSE_S)
    return None


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    patience = time.monotonic() + _START_S
    while server.poll() is None:
        if is_ready(f"{LOOPBACK}:{port}"):
            return
        if time.monotonic() > patience:
            raise TemporalRefused(f"it did not answer within {_START_S:.0f} seconds", log)
        time.sleep(_PAUSE_S)
    raise _refusal(log)


def _refusal(log: Path) -> DiskFull | TemporalRefused:
    words = log.read_text(errors="replace")
    if "no space left on device" in words.lower() or "database or disk is full" in words:
        return DiskFull(log.parent)
    lines = [line for line in words.splitlines() if line.startswith("Error")]
    return TemporalRefused(lines[0] if lines else "it ended without a word", log)


def _binary() -> str:
    beside_python = Path(sys.executable).with_name("temporal")
    found = f"{beside_python}" if beside_python.exists() else shutil.which("temporal")
    if found is None:
        raise TemporalMissing
    return found


def _recorded(home: Path) -> _Recorded | None:
    """The server that the state file names, if that process is alive and ours."""
    try:
        recorded = _Recorded.model_validate_json(_state(home).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return recorded if runs(recorded.pid, f"{_file(home)}") else None


def _running(recorded: _Recorded, *, adopted: bool) -> RunningTemporal:
    ui_url = None if recorded.ui_port is None else f"http://{LOOPBACK}:{recorded.ui_port}"
    return RunningTemporal(f"{LOOPBACK}:{recorded.port}", ui_url, recorded.pid, adopted)


def _file(home: Path) -> Path:
    return home / "temporal.db"


def _state(home: Path) -> Path:
    return home / "server.json"


def _log_file(home: Path) -> Path:
    return home / "server.log"
