"""The journey's time: Temporal's own, or a test clock that an order moves on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from temporalio import workflow


class Alarm:
    """A bell that wakes the journey before its time."""

    def __init__(self) -> None:
        self._rung = False

    def ring(self) -> None:
        """Wake the journey; rings before it looks are one."""
        self._rung = True

    def hush(self) -> bool:
        """Whether it had rung; silent afterwards."""
        rung, self._rung = self._rung, False
        return rung

    async def rings(self, timeout_seconds: float | None) -> None:
        """Wait for a ring, at most so long."""
        try:
            await workflow.wait_condition(lambda: self._rung, timeout=timeout_seconds)
        except TimeoutError:
            return


class JourneyTime(Protocol):
    """What a journey needs to know about time."""

    def now(self) -> datetime:
        """This instant, aware UTC."""

    def at(self) -> datetime | None:
        """What activities are told as now; None: they read the database's clock."""

    async def sleep_until(self, moment: datetime | None, alarm: Alarm) -> None:
        """Until `moment` (None: no end) or a ring."""


class RealClock:
    """Temporal's time; timers are durable."""

    def now(self) -> datetime:
        """The workflow task's time, aware UTC."""
        return workflow.now()

    def at(self) -> datetime | None:
        """None: activities read the database's clock."""
        return None

    async def sleep_until(self, moment: datetime | None, alarm: Alarm) -> None:
        """Until `moment` or a ring."""
        seconds = None if moment is None else max(0.0, (moment - workflow.now()).total_seconds())
        await alarm.rings(seconds)


@dataclass(slots=True)
class TestClock:
    """A clock that stands until an order lets it run to `limit`; it then hops from moment to moment.

    `settled` is the last instant by which everything due was done.
    """

    __test__ = False

    reached: datetime
    limit: datetime
    settled: datetime | None = None

    def let_run(self, limit: datetime) -> None:
        """Raise the limit; a clock never goes back."""
        self.limit = max(self.limit, limit)

    def now(self) -> datetime:
        """The instant the clock shows."""
        return self.reached

    def at(self) -> datetime | None:
        """The instant the clock shows: activities take it instead of the database's."""
        return self.reached

    def has_settled(self, moment: datetime) -> bool:
        """Whether everything due by `moment` was done."""
        return self.settled is not None and self.settled >= moment

    async def sleep_until(self, moment: datetime | None, alarm: Alarm) -> None:
        """Hop to `moment` if the limit allows, else to the limit, and wait there for a ring."""
        if moment is not None and moment <= self.limit:
            self.reached = max(self.reached, moment)
            return
        self.reached = self.settled = max(self.reached, self.limit)
        await alarm.rings(None)
