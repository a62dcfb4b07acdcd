"""Running a program of the image or of the one-shot containers as a plain process."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended and what it said on both channels."""

    code: int
    text: str


def run(command: list[str], environment: dict[str, str], folder: Path | None = None) -> Outcome:
    """Run to the end with exactly this environment; subprocess.TimeoutExpired after two minutes."""
    done = subprocess.run(  # noqa: S603 - the command is the project's own
        command,
        env=environment,
        cwd=folder,
        check=False,
        timeout=SECONDS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Outcome(done.returncode, done.stdout)


def search_path(*first: Path) -> str:
    """PATH with some folders before the machine's own."""
    return os.pathsep.join([*map(str, first), os.defpath])


def an_executable(path: Path, text: str) -> Path:
    """Write a shell script that stands in for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path
