"""The real activities, with those counted that a benchmark waits for."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from activities.activities import Activities
from benchmarks.tally import Tally
from workflows import ports


class Watched:
    """Activities on the store; what is counted is counted after its commit."""

    def __init__(self, real: Activities, tally: Tally) -> None:
        self._real = real
        self._tally = tally

    def activity_list(self) -> Sequence[Callable[..., Any]]:
        """Every activity, for a worker."""
        counted = (self.open_journey, self.make_contact, self.note_progress, self.end_journey)
        names = {method.__name__ for method in counted}
        return [*counted, *(each for each in self._real.activity_list() if each.__name__ not in names)]

    @activity.defn(name="open_journey")
    async def open_journey(self, order: ports.OpenJourney) -> ports.Opened | None:
        """Count openings."""
        opened = await self._real.open_journey(order)
        self._tally.tell("open_journey")
        return opened

    @activity.defn(name="make_contact")
    async def make_contact(self, order: ports.MakeContact) -> ports.ContactReport:
        """Count contacts by what became of them."""
        report = await self._real.make_contact(order)
        self._tally.tell(report.event.kind)
        return report

    @activity.defn(name="note_progress")
    async def note_progress(self, order: ports.NoteProgress) -> None:
        """Count notes."""
        await self._real.note_progress(order)
        self._tally.tell("note_progress")

    @activity.defn(name="end_journey")
    async def end_journey(self, order: ports.EndJourney) -> bool:
        """Count ends, each account's on its own, too."""
        successor = await self._real.end_journey(order)
        self._tally.tell("end_journey")
        self._tally.tell(f"end_journey {order.account_id}")
        return successor
