"""Bare Temporal workflows: the same server round trips as a journey makes, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

from benchmarks.tally import Tally
from workflows import policies, ports

LONG = timedelta(days=5)
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Nudge:
    """What the activities that do nothing are told."""

    account_id: str
    step: int


@dataclass(frozen=True, slots=True)
class Steps:
    """So many steps, each a timer of `pause_s`, then activities one after the other.

    After `turn` steps the workflow continues as new (None: never).
    """

    account_id: str
    count: int
    regular: int
    local: int
    turn: int | None = None
    taken: int = 0
    pause_s: float = PAUSE_S


@dataclass(frozen=True, slots=True)
class StoreSteps:
    """Steps that do a journey's own work in the store, as orders made beforehand."""

    contacts: tuple[ports.MakeContact, ...]
    end: ports.EndJourney
    turn: int
    taken: int = 0
    pause_s: float = PAUSE_S


@activity.defn
async def nothing(nudge: Nudge) -> None:
    """Do nothing."""
    del nudge


@workflow.defn
class BareSteps:
    """Start, steps, end: the shape of a journey without its thought."""

    @workflow.run
    async def run(self, order: Steps) -> str:
        """Take the steps."""
        nudge = Nudge(order.account_id, 0)
        if not order.taken:
            await workflow.execute_local_activity(nothing, nudge, **policies.STORE)
        for step in range(order.taken, order.count):
            if step == order.turn and order.taken < step:
                workflow.continue_as_new(replace(order, taken=step))
            await workflow.sleep(order.pause_s)
            nudge = Nudge(order.account_id, step)
            for _ in range(order.regular):
                await workflow.execute_activity(nothing, nudge, **policies.PROVIDER)
            for _ in range(order.local):
                await workflow.execute_local_activity(nothing, nudge, **policies.STORE)
        await workflow.execute_local_activity(nothing, nudge, **policies.STORE)
        return "done"


@workflow.defn
class BareStoreSteps:
    """The same, with the journey's real activities."""

    @workflow.run
    async def run(self, order: StoreSteps) -> str:
        """Take the steps."""
        opening = ports.OpenJourney(order.end.account_id, None)
        if not order.taken:
            await workflow.execute_local_activity(ports.open_journey, opening, **policies.STORE)
        for step in range(order.taken, len(order.contacts)):
            if step == order.turn and order.taken < step:
                workflow.continue_as_new(replace(order, taken=step))
            await workflow.sleep(order.pause_s)
            await workflow.execute_activity(ports.make_contact, order.contacts[step], **policies.PROVIDER)
        await workflow.execute_local_activity(ports.end_journey, order.end, **policies.STORE)
        return "done"


@workflow.defn
class BareOpening:
    """Start, the real `open_journey`, a long wait."""

    def __init__(self) -> None:
        self._begun = False

    @workflow.run
    async def run(self, nudge: Nudge) -> str:
        """Open and wait."""
        opening = ports.OpenJourney(nudge.account_id, None)
        await workflow.execute_local_activity(ports.open_journey, opening, **policies.STORE)
        self._begun = True
        await workflow.wait_condition(lambda: False, timeout=LONG)
        return "done"

    @workflow.signal
    def poke(self) -> None:
        """Nothing follows."""

    @workflow.update
    async def settle(self) -> bool:
        """Answer once the journey was opened."""
        await workflow.wait_condition(lambda: self._begun)
        return True


@workflow.defn
class BareWait:
    """Start, one local activity, a long wait; a signal ends it with another local activity."""

    def __init__(self) -> None:
        self._signals = 0
        self._begun = False

    @workflow.run
    async def run(self, nudge: Nudge) -> str:
        """Wait until there were as many signals as `nudge.step`."""
        await workflow.execute_local_activity(nothing, nudge, **policies.STORE)
        self._begun = True
        await workflow.wait_condition(lambda: self._signals >= nudge.step, timeout=LONG)
        await workflow.execute_local_activity(nothing, nudge, **policies.STORE)
        return "done"

    @workflow.signal
    def poke(self) -> None:
        """Count."""
        self._signals += 1

    @workflow.update
    async def settle(self) -> bool:
        """Answer once the first activity was done."""
        await workflow.wait_condition(lambda: self._begun)
        return True


class Idle:
    """The activity that does nothing, counted."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def activity_list(self) -> Sequence[Callable[..., Any]]:
        """For a worker."""
        return [self.nothing]

    @activity.defn(name="nothing")
    async def nothing(self, nudge: Nudge) -> None:
        """Do nothing but count."""
        del nudge
        self._tally.tell("nothing")
