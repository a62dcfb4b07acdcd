"""Looking at real processes from a test."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_FIRST = (
    "import sys, time",
    "from pathlib import Path",
    "from adapters.logging import configure_logging",
    "configure_logging('info', 'json')",
)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel sends no death signal here")


def children(pid: int) -> list[int]:
    """The processes whose parent is that one."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def becomes(true: Callable[[], bool], within_s: float = 15.0) -> bool:
    """Whether it becomes true in time."""
    patience = time.monotonic() + within_s
    while not true():
        if time.monotonic() > patience:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def a_parent(*program: str) -> Iterator[subprocess.Popen[str]]:
    """Another Python process running those lines, killed at the end if it is still there."""
    source = "\n".join((*_FIRST, *program))
    with subprocess.Popen(  # noqa: S603 - our own Python with the lines of a test
        [sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        try:
            yield parent
        finally:
            parent.kill()


def said(parent: subprocess.Popen[str]) -> str:
    """The next line the parent prints."""
    assert parent.stdout is not None
    return parent.stdout.readline().strip()
