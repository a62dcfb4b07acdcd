"""Orders an operator can give a journey, and why one is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.exceptions import ApplicationError

from domain.journey.definition import Clock
from domain.journey.forecast import Progress
from domain.journey.hold import Hold, HoldReason
from domain.journey.run import JourneyRun
from workflows.clock import JourneyTime, TestClock


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still, every clock, until `until` (None: until resumed). `order_id` makes a repeat harmless."""

    order_id: str
    by: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on, with the time that was left."""

    order_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave out the step at hand; naming it keeps a repeat from skipping the next one."""

    order_id: str
    by: str
    step_id: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Take the account out of the journey."""

    order_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Let a test clock run to `to`."""

    to: datetime


@dataclass(frozen=True, slots=True)
class Advanced:
    """A test clock's answer: `settled` when all due by then is done, `open` while there is a walk."""

    settled: bool
    open: bool


class OrderRefused(ApplicationError):
    """The order does not fit the journey's state; the message is safe to show and holds no person's data."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence, type=code, non_retryable=True)


def pauses(run: JourneyRun, now: datetime) -> list[Hold]:
    """The operators' holds in force."""
    return [hold for hold in run.holds if _by_operator(hold) and hold.active(Clock.OUTREACH, now)]


def _by_operator(hold: Hold) -> bool:
    match hold.reason:
        case HoldReason.OPERATOR_PAUSE:
            return True


def check_pause(order: Pause, pauses: Sequence[Hold], now: datetime) -> None:
    """Refuse a second pause, or one that would be over already."""
    if pauses:
        raise OrderRefused("already_paused", "the journey is paused already; resume it first")
    if order.until is not None and order.until <= now:
        raise OrderRefused("until_in_the_past", "a pause must end later than now")


def check_resume(order: Resume, pauses: Sequence[Hold]) -> None:
    """Refuse to resume what is not paused."""
    if not pauses:
        raise OrderRefused("not_paused", f"nothing for order {order.order_id} to resume: no pause is on")


def check_skip(order: Skip, progress: Progress) -> None:
    """Refuse to skip anything but the step at hand."""
    if progress.next_step != order.step_id:
        sentence = f"the step at hand is {progress.next_step}, not {order.step_id}; read the journey again"
        raise OrderRefused("not_the_next_step", sentence)


def check_leave(order: Leave, run: JourneyRun) -> None:
    """Refuse to leave twice."""
    if run.ended is not None:
        raise OrderRefused("already_ended", f"order {order.order_id} came after the journey had ended")


def check_advance(order: Advance, clock: JourneyTime) -> TestClock:
    """The test clock to advance; refuse where time is real."""
    if isinstance(clock, TestClock):
        return clock
    raise OrderRefused("no_test_clock", f"no test clock here to advance to {order.to:%Y-%m-%d}")
