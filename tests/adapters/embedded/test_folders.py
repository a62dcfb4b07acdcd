"""Folders, secrets, locks and ports that the embedded services stand on."""

import errno
import shutil
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.embedded.errors import DiskFull, FolderNotWritable, PortTaken
from adapters.embedded.folders import (
    fresh_log,
    kept_secret,
    only_one_process,
    private_folder,
    refuse_a_full_disk,
)
from adapters.embedded.ports import claimable, free_port
from tests.adapters.embedded.processes import a_parent, said


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "new")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotWritable, match="TIDEOVER_DATA_DIR"):
        private_folder(tmp_path / "file" / "under")


def test_a_disk_without_room_is_told_from_a_folder_without_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(DiskFull, match="free some room"):
        private_folder(tmp_path / "new")


def test_a_disk_with_less_room_than_needed_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    refuse_a_full_disk(tmp_path, free // 2)
    with pytest.raises(DiskFull):
        refuse_a_full_disk(tmp_path, free * 2)


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secret")
    assert kept_secret(tmp_path / "secret") == secret
    assert len(secret) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_all_who_ask_for_a_secret_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        secrets = set(many.map(lambda _: kept_secret(tmp_path / "secret"), range(32)))
    assert len(secrets) == 1


def test_the_log_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("yesterday")
    assert fresh_log(log).read_text() == ""
    assert (tmp_path / "server.previous.log").read_text() == "yesterday"


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    hold = (
        "from adapters.embedded.folders import only_one_process",
        f"with only_one_process(Path({str(tmp_path / 'lock')!r})): print('held', flush=True); time.sleep(60)",
    )
    with a_parent(*hold) as holder:
        assert said(holder) == "held"
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(_pass_through, tmp_path / "lock")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            holder.kill()
            assert waiting.result(timeout=5)


def test_a_failure_of_the_work_under_a_lock_keeps_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), only_one_process(tmp_path / "lock"):
        (tmp_path / "missing").read_text()


def _pass_through(lock: Path) -> bool:
    with only_one_process(lock):
        return True


def test_a_taken_port_is_refused_with_its_number_and_its_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} .*address already in use.*TIDEOVER_API_PORT"):
            claimable(port, "TIDEOVER_API_PORT")
    assert claimable(port, "TIDEOVER_API_PORT") == port


def test_port_zero_takes_a_free_one() -> None:
    assert claimable(0, "TIDEOVER_API_PORT") > 0
    assert free_port() > 0
