"""`setup.sh` with the real pip and the real uv, on a machine that lacks what they need."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.programs import ROOT
from tests.e2e.servers import a_port_of_its_own

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Clone:
    """A fresh clone's set-up on a machine without a network: the package index is a closed port."""

    folder: Path
    path: Path

    def set_up(self) -> subprocess.CompletedProcess[str]:
        index = f"http://127.0.0.1:{a_port_of_its_own()}/simple"
        # No index but ours: a developer's pip.conf or uv.toml must not lead elsewhere.
        settings = {
            "PATH": f"{self.path}:{os.defpath}",
            "HOME": f"{self.folder}",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index,
            "PIP_NO_CACHE_DIR": "1",
            "UV_NO_CONFIG": "1",
            "UV_DEFAULT_INDEX": index,
            "UV_NO_CACHE": "1",
            "UV_HTTP_RETRIES": "0",
        }
        command = [f"{self.folder / 'setup.sh'}", "run"]
        return subprocess.run(  # noqa: S603 - the script under test
            command, env=settings, capture_output=True, text=True, check=False, timeout=240
        )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path / "clone", tmp_path / "path")
    (clone.folder / "deploy").mkdir(parents=True)
    for name in ("setup.sh", "requirements.lock", "deploy/uv.lock.txt"):
        shutil.copy(ROOT / name, clone.folder / name)
    return clone


def _python_that_reports(clone: Clone, version: tuple[int, int]) -> None:
    """The only Python there is: the first name that set-up looks for, and every other."""
    clone.path.mkdir()
    lie = f"import sys; sys.version_info = {(*version, 0, 'final', 0)}; exec(sys.argv[1])"
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        program = clone.path / name
        program.write_text(
            f'#!/bin/sh\n[ "$1" = -c ] || exec {sys.executable} "$@"\nexec {sys.executable} -c "{lie}" "$2"\n'
        )
        program.chmod(0o755)


def test_a_machine_with_an_old_python_is_told_so_in_one_sentence(clone: Clone) -> None:
    _python_that_reports(clone, (3, 9))
    outcome = clone.set_up()
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "Tideover cannot be set up: it needs Python 3.11 or later. "
        "On Debian or Ubuntu: apt install python3 python3-venv\n"
    )


def test_a_machine_without_a_network_is_told_so_in_one_sentence_by_pip_and_by_uv(clone: Clone) -> None:
    _python_that_reports(clone, (3, 12))
    before_uv = clone.set_up()
    assert "Installing uv" in before_uv.stdout
    shutil.copy(Path(sys.executable).with_name("uv"), clone.folder / ".venv" / "bin" / "uv")
    with_uv = clone.set_up()
    assert "Installing the packages of requirements.lock" in with_uv.stdout
    for outcome in (before_uv, with_uv):
        assert outcome.returncode == 1
        assert outcome.stderr == (
            "Tideover cannot be set up: the package index cannot be reached (is there a network?); "
            "the details are in .venv/setup.log.\n"
        )
