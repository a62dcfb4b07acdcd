"""Every recorded history replays on this code, which still asks for the same things in the same order."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from adapters.temporal.client import converter
from adapters.temporal.histories import histories_in, replay
from tests.workflows.stories import Story, commands, stories, tell
from workflows.journey import JourneyWorkflow

RECORDED = Path(__file__).parents[1] / "histories"
STORIES = stories()


def recorded(story: Story) -> list[WorkflowHistory]:
    files = sorted(RECORDED.glob(f"{story.name}.*.json"), key=lambda file: int(file.stem.split(".")[-1]))
    return [WorkflowHistory.from_json("acct:recorded", file.read_text(encoding="utf-8")) for file in files]


async def test_every_recorded_history_replays() -> None:
    verdicts = [verdict async for verdict in replay(histories_in([RECORDED]), {})]
    assert len(verdicts) >= len(STORIES)
    assert [verdict for verdict in verdicts if verdict.problem] == []


async def test_a_history_that_was_tampered_with_does_not_replay(tmp_path: Path) -> None:
    """The control: the replay above can fail."""
    history = json.loads((RECORDED / "standard--never-paid.1.json").read_text(encoding="utf-8"))
    scheduled = [e for e in history["events"] if "activityTaskScheduledEventAttributes" in e]
    scheduled[0]["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "ask_agent"
    (tmp_path / "changed.1.json").write_text(json.dumps(history), encoding="utf-8")
    verdicts = [verdict async for verdict in replay(histories_in([tmp_path]), {})]
    assert [verdict.problem is None for verdict in verdicts] == [False]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_the_commands_are_those_that_were_recorded(engine: WorkflowEnvironment, story: Story) -> None:
    told = [commands(history) for history in await tell(engine.client, story)]
    assert told == [commands(history) for history in recorded(story)]


async def test_the_journey_needs_nothing_passed_through_the_sandbox() -> None:
    """Purity at run time: the strict sandbox stops every forbidden call that lint did not see."""
    strict = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default)
    replayer = Replayer(workflows=[JourneyWorkflow], data_converter=converter({}), workflow_runner=strict)
    for story in STORIES[:3]:
        for history in recorded(story):
            await replayer.replay_workflow(history)
