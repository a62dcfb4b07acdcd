"""Stories that are recorded: each shipped journey on the real server, with all that can happen to it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

from adapters.files.journeys import load_journeys
from adapters.temporal.gateway import Gateway
from adapters.temporal.workers import journey_worker
from domain.account import Account
from domain.journey.definition import Journey
from tests.domain.journey_builders import STANDING, a_bill, a_payment, at
from tests.workflows.twin import Twin
from workflows.names import workflow_id

JOURNEYS = Path(__file__).parents[2] / "journeys"
Plot = Callable[[Gateway, Twin, str], Awaitable[object]]


async def never_paid(gateway: Gateway, _: Twin, account_id: str) -> None:
    """Every step, to the end."""
    await gateway.advance(account_id, at(850))


async def paid_late(gateway: Gateway, twin: Twin, account_id: str) -> None:
    """A part payment, a pause, a skip, then the rest."""
    await gateway.advance(account_id, at(6))
    twin.account = replace(twin.account, credits=(a_payment("p1", 2000, at(6)),))
    await gateway.advance(account_id, at(11))
    await gateway.pause(account_id, "agent-7")
    await gateway.advance(account_id, at(13))
    await gateway.resume(account_id, "agent-7")
    progress = await gateway.progress(account_id)
    if progress is not None and progress.next_step is not None:
        await gateway.skip(account_id, "agent-7", progress.next_step)
    await gateway.advance(account_id, at(30))
    twin.account = replace(twin.account, credits=(*twin.account.credits, a_payment("p2", 3000, at(30))))
    await gateway.advance(account_id, at(31))


async def left_by_order(gateway: Gateway, _: Twin, account_id: str) -> None:
    """An operator takes the account out."""
    await gateway.advance(account_id, at(2))
    await gateway.leave(account_id, "agent-7")
    await gateway.advance(account_id, at(3))


PLOTS: dict[str, Plot] = {
    "never-paid": never_paid,
    "paid-late": paid_late,
    "left-by-order": left_by_order,
}


@dataclass(frozen=True)
class Story:
    """A shipped journey and what happens to it."""

    journey: Journey
    plot: str

    @property
    def name(self) -> str:
        return f"{self.journey.name}--{self.plot}"


def stories() -> list[Story]:
    """Every shipped journey with every plot."""
    shipped = load_journeys(JOURNEYS)
    return [Story(shipped[name], plot) for name in sorted(shipped) for plot in PLOTS]


async def tell(client: Client, story: Story) -> list[WorkflowHistory]:
    """Live the story on a real server; the histories of its runs, first to last."""
    twin = Twin(story.journey, Account((a_bill(),)), STANDING, clock=at(-20))
    queue, account_id = f"story-{uuid4().hex[:8]}", uuid4().hex
    async with journey_worker(client, twin.activities(), queue):
        await PLOTS[story.plot](Gateway(client, queue), twin, account_id)
    return await runs_of(client, workflow_id(account_id))


async def runs_of(client: Client, workflow: str) -> list[WorkflowHistory]:
    """The histories of a workflow's runs, following the links from the first to the last."""
    last = await client.get_workflow_handle(workflow).fetch_history()
    run: str = last.events[0].workflow_execution_started_event_attributes.first_execution_run_id
    histories = []
    while run:
        history = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
        histories.append(history)
        run = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return histories


def commands(history: WorkflowHistory) -> list[str]:
    """What the workflow asked of the server, in order: its fingerprint in words."""
    return [told for event in history.events if (told := _command(event))]


def _command(event: HistoryEvent) -> str | None:
    kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
    match kind:
        case "activity_task_scheduled":
            return f"activity {event.activity_task_scheduled_event_attributes.activity_type.name}"
        case "marker_recorded":
            details = event.marker_recorded_event_attributes.details["data"].payloads[0].data
            return f"local {json.loads(details)['activity_type']}"
        case "timer_started" | "workflow_execution_update_accepted" | "workflow_execution_update_completed":
            return kind
        case "workflow_execution_completed" | "workflow_execution_continued_as_new":
            return kind
        case _:
            return None
