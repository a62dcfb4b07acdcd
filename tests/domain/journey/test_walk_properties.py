"""Random journeys, ledgers and orders: what must hold for every walk."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import Account, Bill, Credit, CreditKind
from domain.contact import Channel
from domain.journey.definition import (
    Branch,
    Case,
    Comparison,
    Doing,
    Fact,
    HandOff,
    Journey,
    OpenTask,
    Stage,
    Step,
    WriteOff,
)
from domain.journey.events import (
    AccountSeen,
    ContactBlocked,
    ContactDeferred,
    ContactMade,
    Event,
    HoldPlaced,
    HoldReleased,
)
from domain.journey.forecast import assumed
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason
from domain.journey.interpreter import apply, next_move
from domain.journey.move import Act, Contact, Finish, WaitUntil
from domain.journey.run import JourneyRun, Outcome
from domain.journey.sight import sight_of
from tests.domain.journey_builders import DUE, STANDING, a_run, a_send, at

STAGES = list(Stage)
DOINGS: st.SearchStrategy[Doing] = st.sampled_from((a_send(), OpenTask("call")))


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """A forward-only journey with up to ten steps and one ending."""
    days = sorted(draw(st.lists(st.integers(1, 80), min_size=1, max_size=9, unique=True)))
    stages = sorted(draw(st.lists(st.integers(1, 3), min_size=len(days), max_size=len(days))))
    steps = [
        Step(f"s{n}", STAGES[stage], day, time(9), draw(DOINGS))
        for n, (day, stage) in enumerate(zip(days, stages, strict=True))
    ]
    if len(steps) > 2 and draw(st.booleans()):
        target, limit = draw(st.integers(2, len(steps) - 1)), draw(st.integers(1, 9000))
        fork = Branch((Case(Fact.OVERDUE_MINOR, Comparison.AT_LEAST, limit, f"s{target}"),), "s2")
        steps[1] = replace(steps[1], do=fork)
    ending = draw(st.sampled_from([WriteOff(), HandOff(), None]))
    if ending is not None:
        steps.append(Step("end", Stage.HARDSHIP, 90, time(9), ending))
    return Journey("random", "v", tuple(steps), draw(st.integers(1, 10)), 120)


@dataclass(frozen=True)
class Told:
    """Something told to the walk `hours` after the start."""

    hours: int
    what: Credit | Hold | str


TOLD = st.lists(
    st.builds(
        Told,
        st.integers(0, 24 * 100),
        st.one_of(
            st.builds(
                lambda n, minor, kind: Credit(
                    f"c{n}", kind, minor, at(0), None, "c0" if kind is CreditKind.REVERSAL else None
                ),
                st.integers(0, 9),
                st.integers(1, 6000),
                st.sampled_from(CreditKind),
            ),
            st.builds(
                lambda n, hours: Hold(
                    f"h{n}", HoldReason.OPERATOR_PAUSE, EVERY_CLOCK, at(0), at(0) + timedelta(hours=hours)
                ),
                st.integers(0, 3),
                st.integers(1, 500),
            ),
            st.sampled_from(["release:h0", "release:h1"]),
        ),
    ),
    max_size=6,
)
BILLS = st.lists(st.integers(-10, 40), min_size=1, max_size=4, unique=True).map(
    lambda days: tuple(Bill(f"b{n}", DUE + timedelta(days=day), 1500) for n, day in enumerate(days))
)
ANSWERS = st.lists(st.sampled_from(["made", "blocked", "deferred"]), min_size=1, max_size=6)


@dataclass
class Walked:
    """What a driven walk left behind."""

    run: JourneyRun
    taken: list[tuple[str, int]] = field(default_factory=list)
    taken_at: list[datetime] = field(default_factory=list)
    ended: Outcome | None = None
    moves: int = 0


def drive(
    journey: Journey, bills: tuple[Bill, ...], told: list[Told], answers: list[str], *, twice: bool
) -> Walked:
    """Run the pure walk to its end, every event told `twice` or once."""
    account, now = Account(bills), at(-15)
    walked = Walked(a_run(journey, account, now))
    queue = sorted(told, key=lambda told_: told_.hours)

    def hear(event: Event) -> None:
        walked.run = apply(journey, walked.run, event, now)
        if twice:
            again = apply(journey, walked.run, event, now)
            assert again == walked.run or isinstance(event, ContactDeferred)

    while walked.moves < 2000:
        walked.moves += 1
        move = next_move(journey, walked.run, now)
        assert move == next_move(journey, walked.run, now)
        match move:
            case Finish(ended=ended):
                walked.ended = ended.outcome
                return walked
            case Act(action=Contact(step=step, occurrence=occurrence)):
                walked.taken_at.append(now)
                event = answered(step.step_id, answers[walked.moves % len(answers)], walked.moves, now)
                if not isinstance(event, ContactDeferred):
                    walked.taken.append((step.step_id, occurrence))
                hear(event)
            case Act(action=action):
                hear(assumed(action))
            case WaitUntil(moment=moment):
                due = at(-15) + timedelta(hours=queue[0].hours) if queue else None
                if due is not None and (moment is None or due <= moment):
                    now = max(now, due)
                    account = tell(journey, account, queue.pop(0).what, now, hear)
                else:
                    assert moment is not None, "a walk that waits for nothing would never end"
                    now = max(now, moment)
    return walked


def answered(
    step_id: str, answer: str, moves: int, now: datetime
) -> ContactMade | ContactBlocked | ContactDeferred:
    """What the outside says to a contact; a deferral comes to an end."""
    if answer == "deferred" and moves % 3:
        return ContactDeferred(step_id, now + timedelta(hours=7), "HOURS")
    return ContactBlocked(step_id, "NO-CONSENT") if answer == "blocked" else ContactMade(step_id, Channel.SMS)


def tell(
    journey: Journey,
    account: Account,
    what: Credit | Hold | str,
    now: datetime,
    hear: Callable[[Event], None],
) -> Account:
    match what:
        case Credit():
            known = {credit.entry_id for credit in account.credits}
            if what.entry_id not in known:
                account = replace(account, credits=(*account.credits, replace(what, effective_at=now)))
            hear(AccountSeen(sight_of(account, STANDING, journey, now)))
        case Hold():
            length = (what.until or now) - what.since
            hear(HoldPlaced(replace(what, since=now, until=now + length)))
        case str():
            hear(HoldReleased(what.removeprefix("release:")))
    return account


@settings(max_examples=300, deadline=None)
@given(journeys(), BILLS, TOLD, ANSWERS)
def test_every_journey_ends_and_takes_no_step_twice(
    journey: Journey, bills: tuple[Bill, ...], told: list[Told], answers: list[str]
) -> None:
    walked = drive(journey, bills, told, answers, twice=False)
    assert walked.ended is not None
    assert len(walked.taken) == len(set(walked.taken))


@settings(max_examples=200, deadline=None)
@given(journeys(), BILLS, TOLD, ANSWERS)
def test_hearing_everything_twice_changes_nothing(
    journey: Journey, bills: tuple[Bill, ...], told: list[Told], answers: list[str]
) -> None:
    once = drive(journey, bills, told, answers, twice=False)
    twice = drive(journey, bills, told, answers, twice=True)
    assert (once.taken, once.ended) == (twice.taken, twice.ended)


@settings(max_examples=200, deadline=None)
@given(journeys(), BILLS, ANSWERS, st.integers(0, 24 * 60))
def test_nothing_is_taken_after_everything_is_paid(
    journey: Journey, bills: tuple[Bill, ...], answers: list[str], hours: int
) -> None:
    everything = Credit("c1", CreditKind.PAYMENT, 1500 * len(bills), at(0))
    walked = drive(journey, bills, [Told(hours, everything)], answers, twice=False)
    paid_at = at(-15) + timedelta(hours=hours)
    assert all(moment <= paid_at for moment in walked.taken_at)
    assert walked.ended is Outcome.CURED or all(step.day * 24 < hours for step in journey.steps[-1:])
