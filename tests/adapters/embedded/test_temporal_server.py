"""The embedded Temporal server, for real: what it keeps, who adopts it, what is left behind."""

import asyncio
import os
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.embedded import temporal_server
from adapters.embedded.errors import DiskFull, PortTaken, TemporalMissing, TemporalRefused
from adapters.embedded.ports import free_port
from adapters.embedded.temporal_health import RETENTION, is_ready
from adapters.embedded.temporal_server import EmbeddedTemporal, RunningTemporal
from tests.adapters.embedded.processes import a_parent, alive, becomes, children, needs_linux, said


@workflow.defn
class Wait:
    """A workflow that sleeps for 90 days."""

    @workflow.run
    async def run(self) -> str:
        await workflow.sleep(timedelta(days=90))
        return "woke"


def a_server(data_dir: Path, *, time_skipping: bool = False) -> EmbeddedTemporal:
    return EmbeddedTemporal(data_dir, port=0, headless=True, time_skipping=time_skipping)


def a_running_parent(data_dir: Path, *then: str) -> tuple[str, ...]:
    return (
        "from adapters.embedded.temporal_server import EmbeddedTemporal",
        f"with EmbeddedTemporal(Path({str(data_dir)!r}), port=0, headless=True) as temporal:",
        "    print(temporal.pid, temporal.adopted, flush=True)",
        *(then or ("    time.sleep(60)",)),
    )


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporal")


@pytest.fixture(scope="module")
def running(data_dir: Path) -> Iterator[RunningTemporal]:
    with EmbeddedTemporal(data_dir, port=0, ui_port=0) as server:
        yield server


async def test_it_serves_workflows_and_keeps_closed_ones_for_90_days(running: RunningTemporal) -> None:
    client = await Client.connect(running.address)
    assert await client.service_client.check_health()
    namespace = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="default")
    )
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION == timedelta(days=90)


def test_its_pages_are_served(running: RunningTemporal) -> None:
    assert running.ui_url is not None
    with urllib.request.urlopen(running.ui_url, timeout=10) as page:  # noqa: S310 - our own
        assert page.status == 200


@needs_linux
def test_no_other_machine_can_reach_it(running: RunningTemporal) -> None:
    sockets = {
        f"{link.readlink()}" for link in Path(f"/proc/{running.pid}/fd").iterdir() if link.is_symlink()
    }
    tables = [
        Path(f"/proc/{running.pid}/net/{kind}").read_text().splitlines()[1:] for kind in ("tcp", "tcp6")
    ]
    rows = [line.split() for table in tables for line in table]
    listening = [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
    assert len(listening) >= 2
    assert {address.partition(":")[0] for address in listening} == {"0100007F"}


def test_its_state_is_one_file_in_a_folder_of_its_own(running: RunningTemporal, data_dir: Path) -> None:
    assert running.pid
    assert (data_dir / "temporal" / "temporal.db").exists()
    assert (data_dir / "temporal" / "temporal.db-wal").exists()


def test_a_second_process_adopts_the_server_and_leaves_it_running(
    running: RunningTemporal, data_dir: Path
) -> None:
    with a_parent(*a_running_parent(data_dir, "    pass")) as second:
        assert said(second) == f"{running.pid} True"
        assert second.wait(20) == 0
    assert is_ready(running.address)


def test_an_adopted_server_is_at_its_own_ports(running: RunningTemporal, data_dir: Path) -> None:
    with EmbeddedTemporal(data_dir, port=1, ui_port=1) as adopted:
        assert (adopted.address, adopted.ui_url) == (running.address, running.ui_url)


async def test_readiness_can_be_asked_inside_an_event_loop(running: RunningTemporal) -> None:
    assert await asyncio.to_thread(is_ready, running.address)
    assert is_ready(running.address)


@pytest.mark.slow
async def test_a_workflow_is_there_after_a_restart(tmp_path: Path) -> None:
    with a_server(tmp_path) as first:
        client = await Client.connect(first.address)
        await client.start_workflow(Wait.run, id="sleeper", task_queue="nobody")
    assert not alive(first.pid)
    with a_server(tmp_path) as second:
        assert not second.adopted
        client = await Client.connect(second.address)
        description = await client.get_workflow_handle("sleeper").describe()
        assert description.status is WorkflowExecutionStatus.RUNNING


@needs_linux
def test_no_process_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    with a_parent(*a_running_parent(tmp_path)) as parent:
        server = int(said(parent).split()[0])
        assert children(parent.pid) == [server]
        parent.kill()
        assert becomes(lambda: not alive(server))
    with a_server(tmp_path) as again:
        assert not again.adopted


@pytest.mark.slow
async def test_a_server_that_was_killed_starts_again_with_what_it_knew(tmp_path: Path) -> None:
    with a_server(tmp_path) as first:
        client = await Client.connect(first.address)
        await client.start_workflow(Wait.run, id="sleeper", task_queue="nobody")
        os.kill(first.pid, signal.SIGKILL)
    with a_server(tmp_path) as second:
        client = await Client.connect(second.address)
        assert (await client.get_workflow_handle("sleeper").describe()).id == "sleeper"


@pytest.mark.slow
async def test_90_days_pass_in_seconds_where_time_may_be_skipped(tmp_path: Path) -> None:
    with a_server(tmp_path, time_skipping=True) as server:
        client = TimeSkipper(await Client.connect(server.address)).client
        async with Worker(
            client, task_queue="here", workflows=[Wait], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            waiting = client.execute_workflow(Wait.run, id="skipper", task_queue="here")
            assert await asyncio.wait_for(waiting, timeout=60) == "woke"


@pytest.mark.parametrize("setting", ["TIDEOVER_TEMPORAL_PORT", "TIDEOVER_TEMPORAL_UI_PORT"])
def test_a_taken_port_is_refused_with_the_setting_that_moves_it(tmp_path: Path, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        ports = (number, 0) if setting == "TIDEOVER_TEMPORAL_PORT" else (0, number)
        with pytest.raises(PortTaken, match=f"{number} .*{setting}"), EmbeddedTemporal(tmp_path, *ports):
            pass


def test_a_file_that_is_no_database_is_refused_with_the_place_to_look(tmp_path: Path) -> None:
    (tmp_path / "temporal").mkdir()
    (tmp_path / "temporal" / "temporal.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(TemporalRefused, match=r"server\.log"), a_server(tmp_path):
        pass


def test_a_server_that_does_not_answer_is_stopped_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_server, "is_ready", lambda _address: False)
    monkeypatch.setattr(temporal_server, "_START_S", 0.3)
    monkeypatch.setattr(temporal_server, "_STOP_S", 0.1)
    with pytest.raises(TemporalRefused, match="did not answer"), a_server(tmp_path):
        pass
    assert not any(f"{tmp_path}" in Path(f"/proc/{pid}/cmdline").read_text() for pid in children(os.getpid()))


def test_a_running_server_that_does_not_answer_is_not_started_over(
    running: RunningTemporal, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_server, "is_ready", lambda _address: False)
    monkeypatch.setattr(temporal_server, "_START_S", 0.1)
    with pytest.raises(TemporalRefused, match=f"{running.pid} holds the folder"), a_server(data_dir):
        pass


@pytest.mark.parametrize("words", ["", "half a rec", '{"pid": 1, "port": 1, "ui_port": null}'])
def test_a_state_file_that_names_no_server_of_ours_is_ignored(tmp_path: Path, words: str) -> None:
    (tmp_path / "server.json").write_text(words)
    assert temporal_server._recorded(tmp_path) is None


def test_a_full_disk_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(DiskFull), EmbeddedTemporal(tmp_path, port=0, headless=True, room_needed_bytes=2**60):
        pass
    assert not (tmp_path / "temporal" / "temporal.db").exists()


@pytest.mark.parametrize("words", ["write: no space left on device", "database or disk is full (13)"])
def test_a_disk_that_filled_up_is_named(tmp_path: Path, words: str) -> None:
    (tmp_path / "server.log").write_text(f"Error: {words}")
    assert isinstance(temporal_server._refusal(tmp_path / "server.log"), DiskFull)


def test_the_program_beside_our_python_is_preferred_and_its_absence_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", f"{tmp_path / 'python'}")
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}")
    with pytest.raises(TemporalMissing, match="make setup"):
        temporal_server._binary()
    for folder in ("path", "."):
        (tmp_path / folder).mkdir(exist_ok=True)
        program = tmp_path / folder / "temporal"
        program.touch(mode=0o755)
        assert temporal_server._binary() == f"{program}"


def test_nobody_is_ready_where_nobody_listens() -> None:
    assert not is_ready(f"127.0.0.1:{free_port()}")
