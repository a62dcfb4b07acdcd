"""One account's walk: where it stands, what it waits for and how it ended."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.journey.definition import Facts
from domain.journey.hold import Hold


class Outcome(StrEnum):
    """How a journey can end."""

    CURED = "cured"
    WRITTEN_OFF = "written_off"
    HANDED_OFF = "handed_off"
    WITHDRAWN = "withdrawn"


class EndReason(StrEnum):
    """Why it ended so."""

    PAID_BEFORE_DUE = "paid_before_due"
    ARREARS_CLEARED = "arrears_cleared"
    WRITE_OFF_STEP = "write_off_step"
    HAND_OFF_STEP = "hand_off_step"
    HORIZON_REACHED = "horizon_reached"
    BILLS_WITHDRAWN = "bills_withdrawn"
    EXITED_BY_ORDER = "exited_by_order"


@dataclass(frozen=True, slots=True)
class Ended:
    """The one outcome of a journey; `at` is the instant it holds from, for a cure the payment's own."""

    outcome: Outcome
    reason: EndReason
    at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """What the store knew about an account when it was last looked at.

    `anchor` is None when nothing is unpaid; `timetable` has one instant a step and the horizon last;
    `past_due_from` is when the anchor's due day is over; `cleared_at` is the instant of the credit or
    withdrawal that left nothing past due; `withdrawn` says that billing took back all there was.
    """

    anchor: date | None
    timetable: tuple[datetime, ...]
    past_due_from: datetime | None
    cleared_at: datetime | None
    facts: Facts
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class JourneyRun:
    """The state of one walk; replaced, never changed.

    `cursor` is the index of the next step; `round` counts the anchors that moved later, so a step taken
    for one anchor may be taken again for the next; `spoken` are the stages, with the purpose, in which the
    customer was spoken to (`reminder/collection`); `delinquent` once something was past due.
    """

    account_id: str
    epoch: int
    sight: Sight
    anchored_at: datetime
    round: int = 0
    cursor: int = 0
    delinquent: bool = False
    spoken: tuple[str, ...] = ()
    last_step: int | None = None
    last_step_at: datetime | None = None
    not_before: datetime | None = None
    holds: tuple[Hold, ...] = ()
    ended: Ended | None = None
