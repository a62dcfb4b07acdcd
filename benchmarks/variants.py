"""The journey's workflow with one thing changed each: what a decision in it is worth."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow

from benchmarks.bare import PAUSE_S
from domain.journey.events import AccountSeen
from domain.journey.move import Action, Contact
from domain.journey.run import JourneyRun
from workflows import policies, ports
from workflows.clock import Alarm, RealClock, TestClock
from workflows.journey import JourneyWorkflow
from workflows.names import WORKFLOW
from workflows.ticket import Ticket, Walk


@dataclass(slots=True)
class TimedClock(TestClock):
    """A test clock whose every hop takes a real durable timer: days in the store, 20 ms on the server."""

    async def sleep_until(self, moment: datetime | None, alarm: Alarm) -> None:
        """Hop to `moment` when the timer has fired."""
        await alarm.rings(None if moment is None else PAUSE_S)
        self.reached = self.reached if moment is None else max(self.reached, moment)


def timed(clock: object) -> TimedClock | None:
    """A test clock's place, on timers; None where time is real."""
    match clock:
        case TestClock(reached=reached, limit=limit):
            return TimedClock(reached, limit)
        case _:
            return None


@workflow.defn(name=WORKFLOW)
class TimedJourney(JourneyWorkflow):
    """The journey as it is, on a clock that makes the timers of real time and does not take days."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket)
        self._clock = timed(self._clock) or RealClock()

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Walk to the end."""
        return await super().run(ticket)

    async def _open(self, ticket: Ticket) -> Walk | None:
        walk = await super()._open(ticket)
        self._clock = timed(self._clock) or RealClock()
        return walk


@workflow.defn(name=WORKFLOW)
class LocalContacts(JourneyWorkflow):
    """The journey with `make_contact` as a local activity."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Walk to the end."""
        return await super().run(ticket)

    async def _act(self, run: JourneyRun, action: Action) -> None:
        if not isinstance(action, Contact):
            return await super()._act(run, action)
        then = self._once_made(action)
        asked = (self._account_id, run.epoch, self._known.journey.version, action.step.step_id)
        order = ports.MakeContact(*asked, action.occurrence, self._clock.at(), then)
        report = await workflow.execute_local_activity(ports.make_contact, order, **policies.STORE)
        self._hear(report.event)
        self._hear(AccountSeen(report.sight))
        self._noted = then if report.noted else self._noted
        return None


@workflow.defn(name=WORKFLOW)
class TimedLocalContacts(TimedJourney, LocalContacts):
    """Both: timers that do not take days, and `make_contact` as a local activity."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Walk to the end."""
        return await super().run(ticket)
