"""Children that never outlive their parent."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.embedded import supervision
from adapters.embedded.errors import SpawnedOffMainThread
from adapters.embedded.supervision import Launch, runs, spawn, stop
from tests.adapters.embedded.processes import a_parent, alive, becomes, needs_linux, said


def a_launch(tmp_path: Path, *program: str) -> Launch:
    return Launch(program, tmp_path / "log", orphaned=signal.SIGKILL)


A_PARENT_OF_A_SLEEPER = (
    "import signal",
    "from adapters.embedded.supervision import Launch, spawn",
    "child = spawn(Launch(('sleep', '60'), Path(sys.argv[0]).with_name('log'), signal.SIGKILL))",
    "print(child.pid, flush=True)",
    "time.sleep(60)",
)


def a_parent_of_a_sleeper(tmp_path: Path, *before: str) -> tuple[str, ...]:
    return (*before, f"sys.argv = [{str(tmp_path / 'x')!r}]", *A_PARENT_OF_A_SLEEPER)


@needs_linux
def test_a_child_is_gone_after_its_parent_was_killed(tmp_path: Path) -> None:
    with a_parent(*a_parent_of_a_sleeper(tmp_path)) as parent:
        child = int(said(parent))
        assert alive(child)
        parent.kill()
        assert becomes(lambda: not alive(child))


@needs_linux
def test_without_the_death_signal_the_child_would_stay(tmp_path: Path) -> None:
    unprotected = "import adapters.embedded.supervision as s; s._mortal = lambda _: ()"
    with a_parent(*a_parent_of_a_sleeper(tmp_path, unprotected)) as parent:
        child = int(said(parent))
        parent.kill()
        parent.wait()
        assert not becomes(lambda: not alive(child), within_s=0.5)
        os.kill(child, signal.SIGKILL)


def test_a_child_whose_parent_died_before_the_signal_was_asked_for_leaves_by_itself() -> None:
    command = ("sh", "-c", supervision._LEAVE_IF_ORPHANED, f"{os.getpid() + 1}", "echo", "stayed")
    orphan = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - echo
    assert (orphan.returncode, orphan.stdout) == (1, b"")


def test_a_child_may_only_be_started_from_the_main_thread(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as beside, pytest.raises(SpawnedOffMainThread, match="sleep"):
        beside.submit(spawn, a_launch(tmp_path, "sleep", "1")).result()


def test_a_child_that_does_not_listen_is_killed_with_its_own_children(tmp_path: Path) -> None:
    stubborn = "trap '' TERM; sleep 60 & echo $!; while :; do wait; done"
    child = spawn(a_launch(tmp_path, "sh", "-c", stubborn))
    assert becomes(lambda: bool((tmp_path / "log").read_text().strip()))
    grandchild = int((tmp_path / "log").read_text())
    stop(child, signal.SIGTERM, patience_s=0.2)
    assert child.returncode == -signal.SIGKILL
    assert becomes(lambda: not alive(grandchild))


def test_stopping_a_child_that_has_ended_is_no_error(tmp_path: Path) -> None:
    child = spawn(a_launch(tmp_path, "true"))
    child.wait()
    stop(child, signal.SIGTERM, patience_s=1)
    assert child.returncode == 0


def test_a_child_knows_nothing_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEOVER_API_KEYS", "hush")
    spawn(a_launch(tmp_path, "env")).wait()
    told = (tmp_path / "log").read_text()
    assert "PATH=" in told
    assert "hush" not in told


def test_a_process_counts_as_running_only_under_the_name_we_gave_it() -> None:
    assert runs(os.getpid(), "python")
    assert not runs(os.getpid(), "a program of another name")
    assert not runs(2**22 + 1, "python")  # beyond the highest number a process can have


def test_where_there_is_no_proc_the_process_list_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert supervision._mortal(signal.SIGTERM) == ()
    answer = subprocess.CompletedProcess((), 0, stdout="postgres -D here\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert runs(1, "postgres -D here")
