"""Histories, counted: events and bytes, whole and per contact step."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client


@dataclass(frozen=True, slots=True)
class Counted:
    """One workflow's histories over its runs, with the median of its contact steps."""

    runs: int
    events: int
    size: int
    longest: int
    step_events: float
    step_size: float


async def count(client: Client, workflow: str, contact: str | None = None) -> Counted:
    """The histories of a workflow's runs.

    A contact step goes from the end of one activity of type `contact` to the end of the next; without such a
    type, from timer to timer.
    """
    runs = await _runs(client, workflow)
    slices = [one for run in runs for one in _slices(run, contact)]
    return Counted(
        runs=len(runs),
        events=sum(map(len, runs)),
        size=sum(map(_size, runs)),
        longest=max(map(len, runs)),
        step_events=statistics.median(map(len, slices)),
        step_size=statistics.median(map(_size, slices)),
    )


async def _runs(client: Client, workflow: str) -> list[Sequence[HistoryEvent]]:
    last = await client.get_workflow_handle(workflow).fetch_history()
    run: str = last.events[0].workflow_execution_started_event_attributes.first_execution_run_id
    histories: list[Sequence[HistoryEvent]] = []
    while run:
        history = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
        histories.append(history.events)
        run = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return histories


def _size(events: Sequence[HistoryEvent]) -> int:
    return sum(event.ByteSize() for event in events)


def _slices(events: Sequence[HistoryEvent], contact: str | None) -> list[Sequence[HistoryEvent]]:
    """The events between the ends of neighbouring contacts of one run."""
    ends = [place for place, event in enumerate(events, start=1) if _ends(event, events, contact)]
    return [events[start:end] for start, end in pairwise(ends)]


def _ends(event: HistoryEvent, events: Sequence[HistoryEvent], contact: str | None) -> bool:
    match event.event_type:
        case EventType.EVENT_TYPE_TIMER_FIRED:
            return contact is None
        case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            scheduled = event.activity_task_completed_event_attributes.scheduled_event_id
            asked = events[scheduled - 1].activity_task_scheduled_event_attributes
            return asked.activity_type.name == contact
        case EventType.EVENT_TYPE_MARKER_RECORDED:
            told = json.loads(event.marker_recorded_event_attributes.details["data"].payloads[0].data)
            return bool(told["activity_type"] == contact)
        case _:
            return False
