"""Contact steps a second: whole journeys of nine contacts on real timers, against bare workflows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client, WorkflowHandle

from benchmarks.bare import BareSteps, BareStoreSteps, Idle, Steps
from benchmarks.cost import Against, Cost, Meter, cost_tables
from benchmarks.figures import Goal, Scale, Section
from benchmarks.portfolio import BEFORE, CONTACTS, DUE, an_account, an_id, nine_contacts
from benchmarks.rounds import interleaved
from benchmarks.stage import Stage
from benchmarks.stand_ins import StandIns
from benchmarks.tally import Tally
from benchmarks.variants import TimedJourney, TimedLocalContacts
from benchmarks.walked import TURN, store_steps
from benchmarks.watched import Watched
from benchmarks.workers import worker_like_ours
from workflows.names import workflow_id
from workflows.ticket import Ticket

_IN_FLIGHT, _WARM_UP = 30, 3

Start = Callable[[Client, str, str], Awaitable[WorkflowHandle[Any, str]]]
OURS, OURS_LOCAL = "journey, no store", "journey, no store, contact as a local activity"
BARE, BARE_ONE_RUN = "bare, same round trips", "bare, never continued as new"
TUTORIAL = "bare, three regular activities"
OURS_STORE, BARE_STORE = "journey on PostgreSQL", "bare, same activities on PostgreSQL"


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to take nine contact steps; `real` when it does so in the store."""

    workflow: type
    start: Start
    real: bool = False
    ours: bool = True


async def _journey(client: Client, account_id: str, queue: str) -> WorkflowHandle[Any, str]:
    return await client.start_workflow(
        TimedJourney.run, Ticket(account_id), id=workflow_id(account_id), task_queue=queue
    )


async def _on_store(client: Client, account_id: str, queue: str) -> WorkflowHandle[Any, str]:
    order = store_steps(account_id)
    return await client.start_workflow(
        BareStoreSteps.run, order, id=workflow_id(account_id), task_queue=queue
    )


def _bare(regular: int, local: int, turn: int | None) -> Start:
    async def start(client: Client, account_id: str, queue: str) -> WorkflowHandle[Any, str]:
        order = Steps(account_id, CONTACTS, regular, local, turn)
        return await client.start_workflow(BareSteps.run, order, id=workflow_id(account_id), task_queue=queue)

    return start


SHAPES = {
    OURS: Shape(TimedJourney, _journey),
    OURS_LOCAL: Shape(TimedLocalContacts, _journey),
    BARE: Shape(BareSteps, _bare(1, 0, TURN), ours=False),
    BARE_ONE_RUN: Shape(BareSteps, _bare(1, 0, None), ours=False),
    TUTORIAL: Shape(BareSteps, _bare(3, 0, None), ours=False),
    OURS_STORE: Shape(TimedJourney, _journey, real=True),
    BARE_STORE: Shape(BareStoreSteps, _on_store, real=True),
}


AGAINST: tuple[Against, ...] = (
    (OURS, BARE, Goal(0.9)),
    (OURS, BARE_ONE_RUN, None),
    (OURS, TUTORIAL, Goal(2.0)),
    (OURS_STORE, BARE_STORE, Goal(0.9)),
    (OURS_STORE, OURS, None),
    (OURS_LOCAL, OURS, None),
)


async def measure(stage: Stage, scale: Scale) -> Section:
    """Steps a second of every shape."""
    journeys = scale.of(_IN_FLIGHT)
    variants = {name: _sample(stage, shape, journeys) for name, shape in SHAPES.items()}
    taken = await interleaved(variants, scale.repeats)
    return Section(
        "Contact steps a second",
        f"{journeys} journeys of nine contacts at once, from their start to their end; a step is a durable "
        "timer and `make_contact` as a regular activity. The journey's clock hops from day to day on timers "
        f"of 20 ms; everything else is the code that ships. *{BARE}* does nothing in its activities and "
        "thinks nothing; it continues as new where the journey does. Without a store, the journey's "
        "activities answer from memory: what is left is the engine.",
        cost_tables("step", taken, AGAINST),
        "Server, PostgreSQL, worker and client share the machine's cores: the rates are this machine's, "
        "the ratios travel. SQLite under the development server is the ceiling of the bare shapes. "
        "Processor time is moved little by other work on the machine; where both agree, trust the ratio.",
    )


def _sample(stage: Stage, shape: Shape, journeys: int) -> Callable[[], Awaitable[Cost]]:
    async def measured() -> Cost:
        tally, queue = Tally(), an_id("queue")
        warm_up = min(_WARM_UP, journeys)
        accounts = await _accounts(stage, shape, warm_up + journeys)
        activities = _activities(stage, shape, tally)
        async with worker_like_ours(stage.client, [shape.workflow], activities, queue):
            await _walk(stage, shape, accounts[:warm_up], queue)
            meter = Meter(stage.processes)
            await _walk(stage, shape, accounts[warm_up:], queue)
            cost = meter.cost(journeys * CONTACTS)
        _check(tally, shape, len(accounts))
        return cost

    return measured


async def _accounts(stage: Stage, shape: Shape, count: int) -> list[str]:
    if shape.real:
        return await stage.enrol([an_account(nine_contacts().name, clock=BEFORE) for _ in range(count)])
    return [an_id("bench") for _ in range(count)]


def _activities(stage: Stage, shape: Shape, tally: Tally) -> Sequence[Callable[..., Any]]:
    if shape.real:
        return Watched(stage.activities(), tally).activity_list()
    if shape.ours:
        return StandIns(nine_contacts(), DUE, tally, BEFORE).activity_list()
    return Idle(tally).activity_list()


async def _walk(stage: Stage, shape: Shape, accounts: Sequence[str], queue: str) -> None:
    handles = await asyncio.gather(*(shape.start(stage.client, each, queue) for each in accounts))
    await asyncio.gather(*(handle.result() for handle in handles))


def _check(tally: Tally, shape: Shape, journeys: int) -> None:
    """A contact that was deferred or blocked would make a step cheaper than it is."""
    made = tally["contact_made"] if shape.real else tally["make_contact"]
    if (shape.real or shape.ours) and made != journeys * CONTACTS:
        raise AssertionError(f"{made} contacts in {journeys} journeys")
