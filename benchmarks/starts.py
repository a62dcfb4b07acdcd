"""Journey starts a second: through the gateway's two doors, against bare starts by the same calls."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from adapters.temporal.gateway import Gateway
from benchmarks.bare import BareOpening, BareWait, Idle, Nudge
from benchmarks.cost import Against, Cost, Meter, cost_tables
from benchmarks.figures import Goal, Scale, Section
from benchmarks.portfolio import BEFORE, DUE, an_account, an_id, standard
from benchmarks.rounds import interleaved
from benchmarks.stage import Stage
from benchmarks.stand_ins import StandIns
from benchmarks.tally import Tally
from benchmarks.watched import Watched
from benchmarks.workers import worker_like_ours
from workflows.journey import JourneyWorkflow
from workflows.names import workflow_id

_STARTS, _AT_ONCE, _WARM_UP = 150, 50, 10
POKED, POKED_STORE = "poke, no store", "poke, PostgreSQL"
BARE, BARE_STORE = "bare signal-with-start", "bare signal-with-start, `open_journey` on PostgreSQL"
ADVANCED, ADVANCED_STORE = "advance, no store", "advance, PostgreSQL"
BARE_UPDATE = "bare update-with-start"
BARE_UPDATE_STORE = "bare update-with-start, `open_journey` on PostgreSQL"

Start = Callable[[Client, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Door:
    """A way to start; `real` when the store is behind it."""

    workflow: type
    start: Start
    ours: bool = False
    real: bool = False
    test_clock: bool = False

    @property
    def opens(self) -> str:
        """The activity that each workflow begins with."""
        return "open_journey" if self.ours or self.real else "nothing"


async def _poke(client: Client, account_id: str, queue: str) -> None:
    await Gateway(client, queue).poke(account_id)


async def _advance(client: Client, account_id: str, queue: str) -> None:
    await Gateway(client, queue).advance(account_id, BEFORE)


def _signal(kind: type[BareWait | BareOpening]) -> Start:
    async def start(client: Client, account_id: str, queue: str) -> None:
        await client.start_workflow(
            kind.run,
            Nudge(account_id, 2),
            id=workflow_id(account_id),
            task_queue=queue,
            start_signal="poke",
        )

    return start


def _update(kind: type[BareWait | BareOpening]) -> Start:
    async def start(client: Client, account_id: str, queue: str) -> None:
        start = WithStartWorkflowOperation(
            kind.run,
            Nudge(account_id, 1),
            id=workflow_id(account_id),
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await client.execute_update_with_start_workflow(kind.settle, start_workflow_operation=start)

    return start


DOORS = {
    POKED: Door(JourneyWorkflow, _poke, ours=True),
    BARE: Door(BareWait, _signal(BareWait)),
    POKED_STORE: Door(JourneyWorkflow, _poke, ours=True, real=True),
    BARE_STORE: Door(BareOpening, _signal(BareOpening), real=True),
    ADVANCED: Door(JourneyWorkflow, _advance, ours=True, test_clock=True),
    BARE_UPDATE: Door(BareWait, _update(BareWait), test_clock=True),
    ADVANCED_STORE: Door(JourneyWorkflow, _advance, ours=True, real=True, test_clock=True),
    BARE_UPDATE_STORE: Door(BareOpening, _update(BareOpening), real=True, test_clock=True),
}

AGAINST: tuple[Against, ...] = (
    (POKED, BARE, Goal(0.9)),
    (POKED_STORE, BARE_STORE, Goal(0.9)),
    (ADVANCED, BARE_UPDATE, Goal(0.9)),
    (ADVANCED_STORE, BARE_UPDATE_STORE, Goal(0.9)),
)


async def measure(stage: Stage, scale: Scale) -> Section:
    """Starts a second through every door."""
    count = scale.of(_STARTS)
    variants = {name: _sample(stage, door, count) for name, door in DOORS.items()}
    taken = await interleaved(variants, scale.repeats)
    return Section(
        "Journey starts a second",
        f"{count} starts, {_AT_ONCE} at once, until the last journey has opened, written where it stands "
        "and waits. A poke is one signal-with-start, an advance one update-with-start; the bare workflow "
        "is started by the same call, runs one local activity that does nothing, and waits on the same "
        "timer.",
        cost_tables("start", taken, AGAINST),
        "The accounts are told to the store beforehand; durability is on. A start is one transaction (the "
        "journey opens) and the local activities after it, within one workflow task: an advance looks at the "
        "store once more, because what was told before it must count at its instant.",
    )


def _sample(stage: Stage, door: Door, count: int) -> Callable[[], Awaitable[Cost]]:
    async def measured() -> Cost:
        tally, queue = Tally(), an_id("queue")
        accounts = await _accounts(stage, door, count + _WARM_UP)
        async with worker_like_ours(stage.client, [door.workflow], _activities(stage, door, tally), queue):
            await _start(stage, door, accounts[:_WARM_UP], queue)
            await tally.reach(door.opens, _WARM_UP)
            await tally.quiet()
            meter = Meter(stage.processes)
            await _start(stage, door, accounts[_WARM_UP:], queue)
            await tally.reach(door.opens, len(accounts))
            return meter.cost(count, until=await tally.quiet())

    return measured


async def _start(stage: Stage, door: Door, accounts: Sequence[str], queue: str) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def start(account_id: str) -> None:
        async with places:
            await door.start(stage.client, account_id, queue)

    await asyncio.gather(*map(start, accounts))


async def _accounts(stage: Stage, door: Door, count: int) -> list[str]:
    if not door.real:
        return [an_id("bench") for _ in range(count)]
    due = DUE if door.test_clock else soon()
    clock = BEFORE if door.test_clock else None
    return await stage.enrol([an_account("standard", due=due, clock=clock) for _ in range(count)])


def _activities(stage: Stage, door: Door, tally: Tally) -> Sequence[Callable[..., Any]]:
    if door.real:
        return Watched(stage.activities(), tally).activity_list()
    if not door.ours:
        return Idle(tally).activity_list()
    due, clock = (DUE, BEFORE) if door.test_clock else (soon(), None)
    return StandIns(standard(), due, tally, clock).activity_list()


def soon() -> date:
    """A due date far enough for the first step to be days away."""
    return (datetime.now(UTC) + timedelta(days=15)).date()
