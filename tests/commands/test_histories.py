import json
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.settings import load_settings
from adapters.temporal.gateway import Gateway
from adapters.temporal.workers import journey_worker
from commands import checking, documents, histories
from commands.exits import CommandFailed
from domain.account import Account
from tests.domain.journey_builders import STANDING, a_bill, a_journey, at
from tests.workflows.twin import Twin
from workflows.names import workflow_id

RECORDED = Path(__file__).parents[1] / "histories"


@pytest.mark.usefixtures("environment")
def test_recorded_histories_replay_and_changed_ones_do_not(tmp_path: Path) -> None:
    assert histories.replayed([RECORDED / "standard--left-by-order.1.json"]) == 0
    history = json.loads((RECORDED / "standard--left-by-order.1.json").read_text(encoding="utf-8"))
    for event in history["events"]:
        event.pop("markerRecordedEventAttributes", None)
    (tmp_path / "changed.json").write_text(json.dumps(history), encoding="utf-8")
    assert histories.replayed([tmp_path]) == 1


def test_nothing_to_replay_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="No history files"):
        histories.replayed([tmp_path])


@pytest.mark.usefixtures("environment")
async def test_a_journey_that_was_exported_replays(engine: WorkflowEnvironment, tmp_path: Path) -> None:
    account_id, queue = uuid4().hex, uuid4().hex
    twin = Twin(a_journey(), Account((a_bill(),)), STANDING, clock=at(-20))
    async with journey_worker(engine.client, twin.activities(), queue):
        gateway = Gateway(engine.client, queue)
        await gateway.advance(account_id, at(3))
        await gateway.leave(account_id, "test")
        await engine.client.get_workflow_handle(workflow_id(account_id)).result()
    settings = load_settings()
    query = f"WorkflowId = '{workflow_id(account_id)}'"
    folder = tmp_path / "out"
    folder.mkdir()
    files: list[Path] = []
    while not files:  # visibility follows a moment later
        assert await histories._export(settings, folder, query, 10) == 0
        files = sorted(folder.glob("*.json"))
    assert len(files) == 1
    assert await histories._replay(settings, files) == 0


def test_the_shipped_files_have_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.checked() == 0
    assert "nothing to mend" in capsys.readouterr().out


def test_a_mistake_in_a_journey_is_told_and_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "journeys").mkdir()
    (tmp_path / "templates" / "messages").mkdir(parents=True)
    (tmp_path / "journeys" / "bad.yaml").write_text("journey: bad\nsteps: nothing\n", encoding="utf-8")
    monkeypatch.setattr(checking, "ROOT", tmp_path)
    assert checking.checked() == 1
    assert "journeys/bad.yaml:2" in capsys.readouterr().err


def test_the_settings_page_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "SETTINGS", tmp_path / "settings.md")
    assert documents.written() == 0
    assert "TIDEOVER_API_PORT" in (tmp_path / "settings.md").read_text(encoding="utf-8")
