"""What a journey's workflow starts from, and what one run hands to the next."""

from dataclasses import dataclass
from datetime import datetime

from domain.journey.definition import Journey
from domain.journey.forecast import Progress
from domain.journey.run import JourneyRun


@dataclass(frozen=True, slots=True)
class TestTime:
    """Where a test clock stands and how far it may run."""

    __test__ = False

    reached: datetime
    limit: datetime


@dataclass(frozen=True, slots=True)
class Walk:
    """What one run hands to the next: the pinned definition, the state and the timeline's count."""

    journey: Journey
    run: JourneyRun
    happenings: int
    noted: Progress | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A workflow's input: an account, and what an earlier run handed on.

    `poked` says that the store has changed since it was last read.
    """

    account_id: str
    walk: Walk | None = None
    time: TestTime | None = None
    poked: bool = False
