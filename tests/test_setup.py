"""`setup.sh`: what it picks, when it has nothing to do, and the sentence for each way it can fail."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "dirname", "sed", "cut", "cmp", "cp", "rm", "mkdir", "grep", "cat")


def a_program(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return path


@dataclass(frozen=True, slots=True)
class Checkout:
    """A fresh clone on a machine that has only what a test puts there."""

    folder: Path
    path: Path

    def setup(self, goal: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - the script under test
            [f"{self.folder / 'setup.sh'}", goal],
            env={"PATH": f"{self.path}"},
            capture_output=True,
            text=True,
            check=False,
        )

    def has_python(self, *lines: str) -> None:
        a_program(self.path / "python3", *lines, f'exec {sys.executable} "$@"')

    def has_environment(self, uv: str, *, with_pytest: bool = False) -> None:
        a_program(self.folder / ".venv" / "bin" / "python", f'exec {sys.executable} "$@"')
        version = '[ "$1" = --version ] && echo "uv 0.13.9" && exit'
        a_program(self.folder / ".venv" / "bin" / "uv", version, 'echo "$@" >> "$(dirname "$0")/asked"', uv)
        if with_pytest:
            a_program(self.folder / ".venv" / "bin" / "pytest")

    @property
    def asked(self) -> list[str]:
        return (self.folder / ".venv" / "bin" / "asked").read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "path").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "path" / tool).symlink_to(found)
    clone = tmp_path / "clone"
    (clone / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "setup.sh", clone)
    (clone / "deploy" / "uv.lock.txt").write_text("uv==0.13.9 \\\n    --hash=sha256:00\n")
    (clone / "requirements.lock").write_text("run\n")
    (clone / "requirements-test.lock").write_text("run\ntest\n")
    return Checkout(clone, tmp_path / "path")


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        (None, "it needs Python 3.11 or later"),
        ('case "$*" in *version_info*) exit 1;; esac', "it needs Python 3.11 or later"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "has no venv module"),
    ],
)
def test_a_machine_without_a_usable_python_is_told_what_to_install(
    checkout: Checkout, python: str | None, sentence: str
) -> None:
    if python is not None:
        checkout.has_python(python)
    outcome = checkout.setup("run")
    assert outcome.returncode == 1
    assert sentence in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("error sending request for url", "the package index cannot be reached"),
        (
            "Resolved 74 packages. Hash mismatch for x",
            "a package differs from the hash that is pinned for it",
        ),
        ("No space left on device (os error 28)", "the disk is full"),
        ("something else", "the packages could not be installed"),
    ],
)
def test_a_failed_installation_is_one_sentence_and_is_tried_again(
    checkout: Checkout, words: str, sentence: str
) -> None:
    checkout.has_environment(f"echo '{words}' >&2; exit 2")
    for _ in range(2):
        outcome = checkout.setup("run")
        assert outcome.returncode == 1
        assert f"Tideover cannot be set up: {sentence}" in outcome.stderr
        assert len(outcome.stderr.splitlines()) == 1


def test_a_second_call_has_nothing_to_do_until_the_lock_changes(checkout: Checkout) -> None:
    checkout.has_environment("exit 0")
    assert checkout.setup("run").returncode == 0
    assert checkout.setup("run").stdout == ""
    assert len(checkout.asked) == 1
    (checkout.folder / "requirements.lock").write_text("run, newer\n")
    assert "Installing" in checkout.setup("run").stdout
    assert len(checkout.asked) == 2


def test_packages_are_installed_by_their_hashes(checkout: Checkout) -> None:
    checkout.has_environment("exit 0")
    checkout.setup("test")
    assert checkout.asked == ["pip sync --python .venv/bin/python --require-hashes requirements-test.lock"]


def test_running_does_not_take_the_test_packages_away(checkout: Checkout) -> None:
    checkout.has_environment("exit 0", with_pytest=True)
    checkout.setup("run")
    assert checkout.asked[0].endswith("requirements-test.lock")


def test_an_unknown_goal_is_refused(checkout: Checkout) -> None:
    assert checkout.setup("everything").returncode == 1
