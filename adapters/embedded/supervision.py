"""Child processes that never outlive the process that started them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.embedded.errors import SpawnedOffMainThread

# The parent may die before the death signal is asked for: the child then sees another parent and leaves.
_LEAVE_IF_ORPHANED = '[ "$PPID" = "$0" ] || exit 1; exec "$@"'


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a child.

    Attributes:
        program: the program and its arguments.
        log: the file that receives what it prints.
        orphaned: the signal the child gets the instant its parent dies (Linux; elsewhere the child stays and
            is adopted by the next start).
        prefix: a wrapper that changes who the program runs as, before the death signal is asked for.
        user: the numeric user and group to run as; None for our own.
        environment: added to PATH and TMPDIR, all it gets of ours: the rest holds secrets.
    """

    program: tuple[str, ...]
    log: Path
    orphaned: signal.Signals
    prefix: tuple[str, ...] = ()
    user: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def spawn(launch: Launch) -> subprocess.Popen[bytes]:
    """Starts the child in a process group of its own, so that Ctrl-C at the terminal reaches only us.

    Raises:
        SpawnedOffMainThread: the kernel would send the death signal when the calling thread ends.
    """
    if threading.current_thread() is not threading.main_thread():
        raise SpawnedOffMainThread(launch.program[0])
    with launch.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - the programs and arguments are ours
            launch.prefix + _mortal(launch.orphaned) + launch.program,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=bare_environment() | dict(launch.environment),
            start_new_session=True,
            user=launch.user,
            group=launch.user,
            extra_groups=None if launch.user is None else [],
        )


def bare_environment() -> dict[str, str]:
    """What a child may know of our environment: where programs and temporary files are."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}


def _mortal(orphaned: signal.Signals) -> tuple[str, ...]:
    if sys.platform != "linux" or not shutil.which("setpriv"):
        return ()
    name = orphaned.name.removeprefix("SIG")
    return ("setpriv", "--pdeathsig", name, "sh", "-c", _LEAVE_IF_ORPHANED, str(os.getpid()))


def stop(child: subprocess.Popen[bytes], ask: signal.Signals, patience_s: float) -> None:
    """Asks the child to end, and kills its whole process group when it has not after `patience_s` seconds."""
    with suppress(ProcessLookupError):
        child.send_signal(ask)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def runs(pid: int, mark: str) -> bool:
    """Whether that process is alive and has the mark in its command line; numbers alone are reused."""
    return mark in _command_line(pid)


def _command_line(pid: int) -> str:
    if sys.platform == "linux":
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    listing = subprocess.run(  # noqa: S603 - the only argument is a number
        ("/bin/ps", "-ww", "-o", "command=", "-p", str(pid)), capture_output=True, text=True, check=False
    )
    return listing.stdout
