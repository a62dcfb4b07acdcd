"""What is true of every walk, whatever the ledger."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import Account, CreditKind
from domain.compliance.verdict import Allowed
from domain.feed import BillFeed, CreditFeed
from domain.journey.definition import Branch, Case, Comparison, Fact, Journey, Stage
from domain.journey.run import Outcome
from domain.simulation import replay as replay_module
from domain.simulation.after_payment import contacts_after_payment
from domain.simulation.books import told as books_told
from domain.simulation.ledger import (
    BillAmended,
    BillTold,
    CreditGiven,
    LedgerAccount,
    LedgerEvent,
    Moment,
    last_instant,
    moments,
)
from domain.simulation.replay import Replay
from domain.simulation.walked import PureWalk
from tests.domain.journey_builders import STANDARD, a_journey, a_step
from tests.domain.simulation.ledger_builders import ACCOUNT, a_feed, walked

START = date(2026, 1, 5)
ZONES = ("UTC", "America/New_York", "Pacific/Auckland")
BRANCHING = a_journey(
    a_step("heads-up", Stage.PRE_DUE, -3),
    a_step(
        "ask", Stage.REMINDER, 2, Branch((Case(Fact.OVERDUE_MINOR, Comparison.BELOW, 3000, "soft"),), "firm")
    ),
    a_step("firm", Stage.REMINDER, 2, next_="second"),
    a_step("soft", Stage.REMINDER, 4),
    a_step("second", Stage.REMINDER, 9),
    a_step("notice", Stage.ESCALATION, 21),
    a_step("help", Stage.HARDSHIP, 35),
    a_step("write-off", Stage.HARDSHIP, 60, STANDARD[-1].do),
)
journeys = st.sampled_from([a_journey(), a_journey(pace_days=1), a_journey(pace_days=20), BRANCHING])


@st.composite
def ledgers(draw: st.DrawFn, *, amend: bool = True) -> LedgerAccount:
    """One to four bills, some corrected, each paid in parts or never, some payments taken back."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    events: list[LedgerEvent] = []
    payments = 0

    def on(day: int, hour: time) -> datetime:
        return datetime.combine(START + timedelta(days=day), hour, zone).astimezone(UTC)

    for number in range(draw(st.integers(1, 4))):
        issued = draw(st.integers(0, 80))
        due = START + timedelta(days=issued + draw(st.integers(0, 40)))
        amount = draw(st.integers(1, 9)) * 1000
        bill = BillFeed(f"b{number}", START + timedelta(days=issued), due, amount)
        events.append(BillTold(on(issued, time(0, 30)), bill))
        if amend and draw(st.booleans()):
            changed = BillFeed(bill.bill_id, bill.issued_on, due, draw(st.integers(1, 12)) * 1000)
            events.append(BillAmended(on(issued + draw(st.integers(0, 60)), time(0, 40)), changed))
        for _ in range(draw(st.integers(0, 3))):
            payments += 1
            when = on(issued + draw(st.integers(0, 150)), time(12, 0, payments))
            share = draw(st.sampled_from([amount, amount // 2, 1, amount + 500]))
            named = draw(st.sampled_from([bill.bill_id, None]))
            entry = f"p{payments}"
            given_ = CreditFeed("t", entry, ACCOUNT, CreditKind.PAYMENT, share, "USD", when, named)
            events.append(CreditGiven(when, given_))
            if draw(st.integers(0, 5)) == 0:
                back = when + timedelta(days=draw(st.integers(1, 40)), minutes=7)
                taken = CreditFeed(
                    "t", f"r{payments}", ACCOUNT, CreditKind.REVERSAL, share, "USD", back, reverses=entry
                )
                events.append(CreditGiven(back, taken))
    return LedgerAccount(a_feed(zone.key), tuple(sorted(events, key=lambda event: event.at)))


@given(ledgers(), journeys)
def test_every_journey_ends_with_one_outcome(ledger: LedgerAccount, journey: Journey) -> None:
    walk = walked(ledger, journey)
    assert not walk.open
    assert [end.epoch for end in walk.ends] == list(range(1, len(walk.ends) + 1))


@given(ledgers(), journeys)
def test_no_step_is_taken_twice_for_one_anchor(ledger: LedgerAccount, journey: Journey) -> None:
    walk = walked(ledger, journey)
    taken = Counter((made.epoch, made.step_id, made.occurrence) for made in walk.contacts)
    assert all(count == 1 for count in taken.values())


@given(ledgers(), journeys)
def test_no_contact_asks_for_what_is_paid(ledger: LedgerAccount, journey: Journey) -> None:
    walk = walked(ledger, journey)
    given_up = [end.ended.at for end in walk.ends if end.ended.outcome is not Outcome.CURED]
    assert contacts_after_payment(ledger, walk.contacts, given_up) == ()


@given(ledgers(), journeys)
def test_caps_and_hours_hold(ledger: LedgerAccount, journey: Journey) -> None:
    _hours_and_caps(walked(ledger, journey), ledger.account.time_zone)


@given(ledgers(), journeys, st.randoms(use_true_random=False))
def test_looking_more_often_changes_nothing(ledger: LedgerAccount, journey: Journey, random: Random) -> None:
    replay = Replay(journey, ledger.account)
    for moment in moments(ledger.events):
        _hop(replay, moment.at, random)
        replay.tell(moment)
        replay.look()
    _hop(replay, last_instant(ledger), random)
    assert replay.walked() == walked(ledger, journey)


@given(ledgers(), journeys, st.randoms(use_true_random=False))
def test_what_is_told_again_changes_nothing(ledger: LedgerAccount, journey: Journey, random: Random) -> None:
    replay = Replay(journey, ledger.account)
    known: list[Moment] = []
    for moment in moments(ledger.events):
        replay.run_to(moment.at)
        replay.tell(moment)
        replay.tell(moment)
        known.append(moment)
        again = random.choice(known)
        replay.tell(Moment(moment.at, (), again.credits))
    replay.run_to(last_instant(ledger))
    assert replay.walked() == walked(ledger, journey)


@given(ledgers(amend=False), st.randoms(use_true_random=False))
def test_the_order_of_delivery_never_changes_the_balance(ledger: LedgerAccount, random: Random) -> None:
    in_order = list(moments(ledger.events))
    shuffled = [one for moment in in_order for one in _apart(moment)]
    random.shuffle(shuffled)
    today = date(2027, 1, 1)
    first, second = _books(in_order), _books(shuffled)
    assert first.balance_minor() == second.balance_minor()
    assert first.arrears(today) == second.arrears(today)


@given(ledgers(), journeys)
def test_what_was_never_past_due_is_no_episode(ledger: LedgerAccount, journey: Journey) -> None:
    for end in walked(ledger, journey).ends:
        assert end.delinquent == (end.ended.reason != "paid_before_due")


@settings(max_examples=30)
@given(ledgers(), journeys)
def test_a_walk_is_the_same_every_time(ledger: LedgerAccount, journey: Journey) -> None:
    assert walked(ledger, journey) == walked(ledger, journey)


def test_without_the_gate_hours_and_caps_would_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: it is the gate that keeps them."""
    monkeypatch.setattr(
        replay_module, "judge_channels", lambda requests, _facts, _now: (requests[0], Allowed())
    )
    hurried = a_journey(*STANDARD[1:], pace_days=1)
    behind = BillFeed("b1", START, START, 5000)
    ledger = LedgerAccount(a_feed(), (BillTold(datetime(2026, 4, 1, 23, tzinfo=UTC), behind),))
    with pytest.raises(AssertionError):
        _hours_and_caps(walked(ledger, hurried), "UTC")
    monkeypatch.undo()
    _hours_and_caps(walked(ledger, hurried), "UTC")


def _hop(replay: Replay, to: datetime, random: Random) -> None:
    """Run on to `to` with looks on the way, as pokes make them."""
    start = to - timedelta(days=120)
    for _ in range(random.randint(0, 4)):
        start += timedelta(seconds=random.randint(0, 40 * 86400))
        if replay._now < start < to:
            replay.run_to(start)
            replay.look()
    replay.run_to(to)


def _apart(moment: Moment) -> list[Moment]:
    alone = [Moment(moment.at, (bill,), ()) for bill in moment.bills]
    return alone + [Moment(moment.at, (), (credit,)) for credit in moment.credits]


def _books(told: list[Moment]) -> Account:
    books = Account(())
    for moment in told:
        books = books_told(books, moment)
    return books


def _hours_and_caps(walk: PureWalk, zone: str) -> None:
    made = [contact.at.astimezone(ZoneInfo(zone)) for contact in walk.contacts]
    assert all(time(8) <= moment.time() < time(21) for moment in made)
    days = [moment.date() for moment in made]
    for day in days:
        assert sum(day - timedelta(days=6) <= other <= day for other in days) <= 3


def test_the_walks_are_not_empty() -> None:
    """A control: the strategy makes contacts, cures, second epochs and write-offs."""
    seen: list[PureWalk] = []

    @settings(max_examples=100, derandomize=True, database=None)
    @given(ledgers())
    def collect(ledger: LedgerAccount) -> None:
        seen.append(walked(ledger))

    collect()
    assert {end.ended.outcome for walk in seen for end in walk.ends} == {Outcome.CURED, Outcome.WRITTEN_OFF}
    assert max(len(walk.ends) for walk in seen) > 1
    assert max(len(walk.contacts) for walk in seen) > 5
    assert any(made.occurrence for walk in seen for made in walk.contacts)
