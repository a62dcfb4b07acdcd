"""What a journey may ask of the outside: typed signatures only. activities/ holds the doing."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from temporalio import activity

from domain.journey.definition import Journey
from domain.journey.events import ContactBlocked, ContactDeferred, ContactMade
from domain.journey.forecast import Progress
from domain.journey.hold import Hold
from domain.journey.run import Ended, JourneyRun, Sight


@dataclass(frozen=True, slots=True)
class OpenJourney:
    """Open the account's journey, or find the open one. `at` is an earlier epoch's test clock, if any."""

    account_id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A journey pinned to one definition; `clock` is the account's test clock (None: real time).

    `found` says that it was open already, as `run` tells it; what happened since is to be looked at.
    """

    journey: Journey
    run: JourneyRun
    clock: datetime | None
    found: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Read what is owed now. `at` is the test clock's time (None: the database's)."""

    account_id: str
    epoch: int
    version: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MakeContact:
    """Take one step's contact through the gate and to a provider, at most once.

    `then` is where the walk will stand once the contact is made, to be noted along with it.
    """

    account_id: str
    epoch: int
    version: str
    step_id: str
    occurrence: int
    at: datetime | None
    then: Progress | None = None


@dataclass(frozen=True, slots=True)
class ContactReport:
    """What became of a contact, and what is owed now; `noted` when `then` is on record."""

    event: ContactMade | ContactDeferred | ContactBlocked
    sight: Sight
    noted: bool = False


@dataclass(frozen=True, slots=True)
class AskAgent:
    """Open the step's task for a person, once."""

    account_id: str
    epoch: int
    version: str
    step_id: str
    occurrence: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a journey's timeline; `number` counts them within the epoch, so a repeat is known."""

    number: int
    at: datetime
    what: str
    step_id: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class NoteProgress:
    """Write where the walk stands, for the operators' list, and what happened since the last note."""

    account_id: str
    epoch: int
    progress: Progress
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class EndJourney:
    """Close the journey with its one outcome; `delinquent` when something was past due on the way."""

    account_id: str
    epoch: int
    ended: Ended
    progress: Progress
    happenings: tuple[Happening, ...]
    at: datetime | None
    delinquent: bool = False


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Freeze clocks by order, for the gate first."""

    account_id: str
    epoch: int
    hold: Hold
    by: str


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """End a hold at `at`."""

    account_id: str
    epoch: int
    hold_id: str
    at: datetime
    by: str


@activity.defn
async def open_journey(order: OpenJourney) -> Opened | None:
    """Open the next epoch of the account and pin its definition. None: nothing to walk for.

    Safe to run twice: an open epoch is returned as it was opened.
    """
    _elsewhere(order)


@activity.defn
async def look(order: Look) -> Sight:
    """What the account owes, as the store knows it."""
    _elsewhere(order)


@activity.defn
async def make_contact(order: MakeContact) -> ContactReport:
    """Gate, then deliver, in one go. Safe to run twice: the dispatch row is the memory."""
    _elsewhere(order)


@activity.defn
async def ask_agent(order: AskAgent) -> None:
    """Open a task. Safe to run twice."""
    _elsewhere(order)


@activity.defn
async def note_progress(order: NoteProgress) -> None:
    """Bring the read model up to date. Safe to run twice."""
    _elsewhere(order)


@activity.defn
async def end_journey(order: EndJourney) -> bool:
    """Close the epoch. True when the account still has bills for a next one. Safe to run twice."""
    _elsewhere(order)


@activity.defn
async def place_hold(order: PlaceHold) -> None:
    """Put a hold on record, so that the gate sees it before the walk does. Safe to run twice."""
    _elsewhere(order)


@activity.defn
async def release_hold(order: ReleaseHold) -> None:
    """End a hold on record. Safe to run twice."""
    _elsewhere(order)


ALL = (open_journey, look, make_contact, ask_agent, note_progress, end_journey, place_hold, release_hold)


def _elsewhere(order: object) -> NoReturn:
    raise NotImplementedError(f"{type(order).__name__} is carried out by an activity worker")
