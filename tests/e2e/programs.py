"""Tideover's commands as processes of their own: started, listened to, killed, and none left behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapters.embedded.processes import alive, becomes, children

ROOT = Path(__file__).parents[2]
# Generous: the machine may be busy with other tests. Nothing waits this long unless it is broken.
PATIENCE_S = 120.0
# Killed by the kernel when the test process itself is killed and cannot clean up.
_MORTAL = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="process tables are read from /proc")


@dataclass(frozen=True, slots=True)
class Program:
    """A running command and the files that its words go to."""

    child: subprocess.Popen[bytes]
    log: Path
    error_log: Path

    def words(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def errors(self) -> str:
        """What it has printed on stderr so far."""
        return self.error_log.read_text(encoding="utf-8", errors="replace")

    def running(self) -> bool:
        return self.child.poll() is None

    def says(self, words: str, within_s: float = PATIENCE_S) -> None:
        """Wait until it has printed the words."""
        heard = becomes(lambda: words in self.words() or not self.running(), within_s)
        assert heard, f"it never said {words!r}: {self.words()} {self.errors()}"
        assert words in self.words(), f"it ended without {words!r}: {self.words()} {self.errors()}"

    def after(self, words: str) -> str:
        """The rest of the line that holds the words."""
        return next(line for line in self.words().splitlines() if words in line).partition(words)[2].strip()

    def ends(self, within_s: float = PATIENCE_S) -> int:
        """Wait for the end; the exit code, negative for a signal."""
        return self.child.wait(within_s)

    def asked_to_stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.child.send_signal(number)
        return self.ends()

    def killed(self) -> None:
        """What the kernel does to a process that took too much memory."""
        self.child.kill()
        self.child.wait()

    def descendants(self) -> set[int]:
        """Every living process below this one."""
        return set(_below(self.child.pid))


def _below(pid: int) -> Iterator[int]:
    for child in children(pid):
        yield child
        yield from _below(child)


@contextmanager
def a_program(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, name: str | None = None
) -> Iterator[Program]:
    """`python -m <arguments>` with exactly this environment; it and all below it are gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    called = name or "-".join(arguments[:3])
    log, error_log = folder / f"{called}.out", folder / f"{called}.err"
    with log.open("ab") as out, error_log.open("ab") as err:
        child = subprocess.Popen(  # noqa: S603 - our own commands
            [*_MORTAL, sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=_bare() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    program = Program(child, log, error_log)
    try:
        yield program
    finally:
        _swept(program)


def _swept(program: Program) -> None:
    """Kill what is still there; its servers end by themselves when it is gone, and are waited for."""
    left = program.descendants()
    program.killed()
    gone = becomes(lambda: not any(alive(pid) for pid in left), PATIENCE_S)
    for pid in left:
        if not gone and alive(pid):
            os.kill(pid, signal.SIGKILL)


def completed(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, name: str | None = None
) -> tuple[int, Program]:
    """The command run to its end: the exit code and its words."""
    with a_program(folder, *arguments, environment=environment, name=name) as program:
        return program.ends(2 * PATIENCE_S), program


def processes_about(folder: Path) -> list[str]:
    """The command lines of living processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"{folder}" in line:
            found.append(line)
    return found


def _bare() -> dict[str, str]:
    """What a process must know of this machine; nothing of a developer's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"}
