"""The journeys' ports in memory: they answer at once and keep nothing, so the engine is what is measured."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from temporalio import activity

from benchmarks.portfolio import MINOR, STANDING
from benchmarks.tally import Tally
from domain.account import Account, Bill
from domain.journey.definition import Journey, Send
from domain.journey.events import ContactMade
from domain.journey.run import JourneyRun, Sight
from domain.journey.sight import sight_of
from workflows import ports

Now = Callable[[], Awaitable[datetime]]


async def this_instant() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class StandIns:
    """A store in which every account owes one bill for ever, and carriers that take everything."""

    def __init__(
        self,
        journey: Journey,
        due: date,
        tally: Tally,
        clock: datetime | None = None,
        now: Now = this_instant,
    ) -> None:
        self._journey, self._clock, self._now, self._tally = journey, clock, now, tally
        self._account = Account((Bill("bill", due, MINOR),))
        self._channels = {
            step.step_id: step.do.channels[0] for step in journey.steps if isinstance(step.do, Send)
        }

    def activity_list(self) -> Sequence[Callable[..., Any]]:
        """Every activity, for a worker."""
        return [getattr(self, port.__name__) for port in ports.ALL]

    async def _sight(self, at: datetime | None) -> Sight:
        return sight_of(self._account, STANDING, self._journey, at or await self._now())

    @activity.defn(name="open_journey")
    async def open_journey(self, order: ports.OpenJourney) -> ports.Opened | None:
        """A first journey for whoever asks."""
        now = order.at or self._clock or await self._now()
        run = JourneyRun(order.account_id, 1, await self._sight(now), now)
        self._tally.tell("open_journey")
        return ports.Opened(self._journey, run, self._clock)

    @activity.defn(name="look")
    async def look(self, order: ports.Look) -> Sight:
        """The bill is still owed."""
        self._tally.tell("look")
        return await self._sight(order.at)

    @activity.defn(name="make_contact")
    async def make_contact(self, order: ports.MakeContact) -> ports.ContactReport:
        """Made, on the step's first channel."""
        self._tally.tell("make_contact")
        made = ContactMade(order.step_id, self._channels[order.step_id])
        return ports.ContactReport(made, await self._sight(order.at), noted=order.then is not None)

    @activity.defn(name="ask_agent")
    async def ask_agent(self, order: ports.AskAgent) -> None:
        """Asked."""
        del order
        self._tally.tell("ask_agent")

    @activity.defn(name="note_progress")
    async def note_progress(self, order: ports.NoteProgress) -> None:
        """Noted."""
        del order
        self._tally.tell("note_progress")

    @activity.defn(name="end_journey")
    async def end_journey(self, order: ports.EndJourney) -> bool:
        """Ended, and nothing follows."""
        del order
        self._tally.tell("end_journey")
        return False

    @activity.defn(name="place_hold")
    async def place_hold(self, order: ports.PlaceHold) -> None:
        """Placed."""
        del order

    @activity.defn(name="release_hold")
    async def release_hold(self, order: ports.ReleaseHold) -> None:
        """Released."""
        del order
