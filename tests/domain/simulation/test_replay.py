from datetime import UTC, date, datetime

import pytest

from domain.account import Account
from domain.contact import Channel, Purpose
from domain.journey.definition import Branch, Case, Comparison, Fact, HandOff, Journey, OpenTask, Stage
from domain.journey.run import EndReason, Outcome
from domain.simulation.books import told as books_told
from domain.simulation.ledger import last_instant, moments
from domain.simulation.replay import Replay, walk_purely
from tests.domain.journey_builders import STANDARD, a_journey, a_send, a_step, at
from tests.domain.simulation.ledger_builders import (
    a_bill,
    a_feed,
    a_ledger,
    amended,
    paid,
    reversed_,
    steps,
    told,
    walked,
)


def ends(ledger_walk: object) -> list[tuple[int, Outcome, EndReason, datetime]]:
    return [
        (end.epoch, end.ended.outcome, end.ended.reason, end.ended.at)
        for end in ledger_walk.ends  # type: ignore[attr-defined]
    ]


def test_a_debt_that_is_never_paid_is_written_off_after_every_step() -> None:
    walk = walked(a_ledger(told(a_bill())))
    assert steps(walk) == [
        (1, "heads-up", 0, at(-5, 9)),
        (1, "reminder-1", 0, at(1, 9)),
        (1, "reminder-2", 0, at(5, 9)),
        (1, "reminder-3", 0, at(10, 9)),
        (1, "escalation-1", 0, at(20, 9)),
        (1, "escalation-2", 0, at(30, 9)),
        (1, "offer-1", 0, at(40, 9)),
        (1, "offer-2", 0, at(55, 9)),
        (1, "last-notice", 0, at(80, 9)),
    ]
    assert ends(walk) == [(1, Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP, at(90, 9))]
    assert walk.ends[0].delinquent
    assert not walk.open


def test_a_bill_paid_before_it_is_due_is_cured_without_having_been_past_due() -> None:
    walk = walked(a_ledger(told(a_bill()), paid("p1", 5000, -2)))
    assert [made.step_id for made in walk.contacts] == ["heads-up"]
    assert ends(walk) == [(1, Outcome.CURED, EndReason.PAID_BEFORE_DUE, at(-2))]
    assert not walk.ends[0].delinquent


def test_a_payment_cures_at_its_own_instant_and_nothing_is_sent_after_it() -> None:
    walk = walked(a_ledger(told(a_bill()), paid("p1", 5000, 6)))
    assert [made.step_id for made in walk.contacts] == ["heads-up", "reminder-1", "reminder-2"]
    assert ends(walk) == [(1, Outcome.CURED, EndReason.ARREARS_CLEARED, at(6))]
    assert walk.ends[0].delinquent


def test_what_is_due_at_the_instant_of_an_event_is_done_before_the_event_is_told() -> None:
    at_the_hour = told(a_bill()), paid("p1", 5000, 1)
    nine = a_journey(a_step("reminder-1", Stage.REMINDER, 1), *STANDARD[-1:])
    same_instant = a_ledger(at_the_hour[0], type(at_the_hour[1])(at(1, 9), at_the_hour[1].credit))
    assert [made.at for made in walked(same_instant, nine).contacts] == [at(1, 9)]


def test_the_next_journey_opens_at_once_when_a_cured_account_has_a_bill_that_is_not_due() -> None:
    ledger = a_ledger(told(a_bill()), told(a_bill("b2", due=30, issued=0)), paid("p1", 5000, 12, "b1"))
    walk = walked(ledger)
    assert ends(walk)[0] == (1, Outcome.CURED, EndReason.ARREARS_CLEARED, at(12))
    assert [(made.epoch, made.step_id, made.at) for made in walk.contacts][4:7] == [
        (2, "heads-up", at(25, 9)),
        (2, "reminder-1", at(31, 9)),
        (2, "reminder-2", at(35, 9)),
    ]
    assert ends(walk)[1][1] is Outcome.WRITTEN_OFF


def test_a_written_off_bill_is_not_walked_for_again_until_another_bill_comes() -> None:
    later = told(a_bill("b2", due=230, issued=200))
    walk = walked(a_ledger(told(a_bill()), later, paid("p1", 5000, 238, "b2")))
    assert [(end.epoch, end.ended.outcome) for end in walk.ends] == [
        (1, Outcome.WRITTEN_OFF),
        (2, Outcome.CURED),
    ]
    assert [made.step_id for made in walk.contacts if made.epoch == 2] == [
        "heads-up", "reminder-1", "reminder-2",
    ]  # fmt: skip


def test_a_payment_for_a_written_off_bill_opens_nothing() -> None:
    walk = walked(a_ledger(told(a_bill()), paid("p1", 5000, 200, "b1")))
    assert [end.ended.outcome for end in walk.ends] == [Outcome.WRITTEN_OFF]


def test_a_reversal_brings_the_debt_back_as_a_new_journey() -> None:
    walk = walked(a_ledger(told(a_bill()), paid("p1", 5000, 6, "b1"), reversed_("r1", 5000, 20, "p1")))
    assert [end.ended.outcome for end in walk.ends] == [Outcome.CURED, Outcome.WRITTEN_OFF]
    assert all(made.at >= at(20) for made in walk.contacts if made.epoch == 2)
    assert walk.ends[1].ended.at == at(90, 9)


def test_an_expense_added_after_payment_reopens_for_the_rest() -> None:
    ledger = a_ledger(told(a_bill()), paid("p1", 5000, -10, "b1"), amended(a_bill(minor=6100), 2))
    walk = walked(ledger)
    assert [(end.ended.outcome, end.ended.reason) for end in walk.ends] == [
        (Outcome.CURED, EndReason.PAID_BEFORE_DUE),
        (Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP),
    ]


def test_a_branch_is_decided_on_what_is_known_when_it_is_reached() -> None:
    ask = Branch((Case(Fact.PRIOR_EPISODES, Comparison.AT_LEAST, 1, "stern"),), "kind")
    journey = a_journey(
        a_step("ask", Stage.REMINDER, 1, ask),
        a_step("kind", Stage.REMINDER, 2, next_="over"),
        a_step("stern", Stage.REMINDER, 2),
        a_step("over", Stage.ESCALATION, 60, HandOff()),
    )
    walk = walked(
        a_ledger(told(a_bill()), paid("p1", 5000, 9, "b1"), told(a_bill("b2", due=100, issued=70))), journey
    )
    assert [(made.epoch, made.step_id) for made in walk.contacts] == [(1, "kind"), (2, "stern")]
    assert walk.ends[-1].ended.outcome is Outcome.HANDED_OFF


def test_a_payment_seen_at_the_branch_leaves_it_undecided() -> None:
    ask = Branch((Case(Fact.UNPAID_BILLS, Comparison.AT_LEAST, 1, "over"),), "over")
    journey = a_journey(
        a_step("ask", Stage.REMINDER, 3, ask), a_step("over", Stage.ESCALATION, 60, HandOff())
    )
    replay = Replay(journey, a_feed())
    first, second = moments(a_ledger(told(a_bill()), paid("p1", 5000, 3)).events)
    replay.tell(first)
    replay.run_to(at(2))
    # On record, and no poke has come yet: the look before the branch finds the payment.
    replay._books = books_told(replay.books, second)
    replay.run_to(at(4))
    assert [end.ended.outcome for end in replay.walked().ends] == [Outcome.CURED]


def test_a_task_is_opened_without_a_contact() -> None:
    journey = a_journey(
        a_step("call", Stage.REMINDER, 1, OpenTask("call")), a_step("over", Stage.REMINDER, 60, HandOff())
    )
    walk = walked(a_ledger(told(a_bill())), journey)
    assert walk.contacts == ()
    assert walk.ends[0].ended.outcome is Outcome.HANDED_OFF


def test_nobody_is_contacted_on_a_channel_without_consent_and_the_journey_goes_on() -> None:
    walk = walked(a_ledger(told(a_bill()), feed=a_feed(channels=())))
    assert walk.contacts == ()
    assert walk.ends[0].ended.outcome is Outcome.WRITTEN_OFF


def test_the_first_channel_that_may_be_used_is_taken() -> None:
    walk = walked(a_ledger(told(a_bill()), feed=a_feed(channels=(Channel.EMAIL,))))
    assert {made.channel for made in walk.contacts} == {Channel.EMAIL}


def test_a_contact_outside_the_calling_window_is_deferred_to_its_opening() -> None:
    late = Journey("test", "v1", (*STANDARD[1:2], STANDARD[-1]))
    walk = walked(a_ledger(told(a_bill(), when=at(3, 23))), late)
    assert steps(walk) == [(1, "reminder-1", 0, at(4, 8))]


def test_a_journey_waits_past_its_last_step_until_the_horizon() -> None:
    journey = a_journey(a_step("reminder-1", Stage.REMINDER, 1), horizon_days=30)
    walk = walked(a_ledger(told(a_bill())), journey)
    assert ends(walk) == [(1, Outcome.HANDED_OFF, EndReason.HORIZON_REACHED, at(30, 0))]


def test_a_walk_cut_short_is_still_open() -> None:
    ledger = a_ledger(told(a_bill()))
    walk = walk_purely(a_journey(), ledger, at(3))
    assert walk.open
    assert [made.step_id for made in walk.contacts] == ["heads-up", "reminder-1"]


def test_a_poke_that_finds_nothing_new_changes_nothing() -> None:
    ledger = a_ledger(told(a_bill()), paid("p1", 2000, 6, "b1"))
    replay = Replay(a_journey(), ledger.account)
    for moment in moments(ledger.events):
        for day in range(-30, (moment.at - at(0)).days, 3):
            replay.run_to(min(at(day, 3), moment.at))
            replay.look()
        replay.run_to(moment.at)
        replay.tell(moment)
    replay.run_to(last_instant(ledger))
    assert replay.walked() == walked(ledger)


def test_an_offer_is_a_contact_of_its_own_purpose() -> None:
    journey = a_journey(a_step("offer", Stage.HARDSHIP, 5, a_send(Purpose.OFFER, Channel.SMS)), STANDARD[-1])
    assert [made.stage for made in walked(a_ledger(told(a_bill())), journey).contacts] == [Stage.HARDSHIP]


def test_killbill_2297_a_part_payment_that_moves_the_anchor_skips_no_stage() -> None:
    """Kill Bill #2297: the oldest bills are paid, the state jumps, and the rest of the stages are lost."""
    bills = [a_bill("march", 0, 5000), a_bill("april", 31, 5000), a_bill("may", 61, 5000, issued=31)]
    ledger = a_ledger(*map(told, bills), paid("p1", 5000, 66, "march"), paid("p2", 5000, 67, "april"))
    walk = walked(ledger)
    remaining = [made for made in walk.contacts if made.at > at(67)]
    due = 61
    assert [(made.step_id, made.at) for made in remaining] == [
        ("reminder-3", at(due + 10, 9)),
        ("escalation-1", at(due + 20, 9)),
        ("escalation-2", at(due + 30, 9)),
        ("offer-1", at(due + 40, 9)),
        ("offer-2", at(due + 55, 9)),
        ("last-notice", at(due + 80, 9)),
    ]
    assert ends(walk)[-1] == (1, Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP, at(due + 90, 9))


@pytest.mark.parametrize("paid_on", range(1, 30))
def test_killbill_2297_holds_on_whatever_day_the_oldest_bill_is_paid(paid_on: int) -> None:
    ledger = a_ledger(told(a_bill("b1", 0)), told(a_bill("b2", 15)), paid("p1", 5000, 15 + paid_on, "b1"))
    walk = walked(ledger)
    planned = {"reminder-1": 1, "reminder-2": 5, "reminder-3": 10, "escalation-1": 20, "escalation-2": 30}
    made = {each.step_id: each.at for each in walk.contacts if each.at > at(15 + paid_on)}
    for step_id, day in planned.items():
        if day > paid_on:
            assert made[step_id] == at(15 + day, 9)
    assert {each.stage for each in walk.contacts} == set(Stage)


def test_the_last_instant_is_long_after_the_last_due_date() -> None:
    far = a_ledger(told(a_bill(due=300)), paid("p1", 100, -20))
    assert last_instant(far).date() > date(2029, 1, 1)
    assert last_instant(a_ledger(paid("p1", 1, 0))) > at(800)


def test_books_know_a_credit_told_twice_once() -> None:
    (moment,) = moments([paid("p1", 100, 0)])
    once = books_told(Account(()), moment)
    assert books_told(once, moment) == once


def test_the_later_of_two_versions_of_a_bill_at_one_instant_holds() -> None:
    bill = a_bill()
    (moment,) = moments([told(bill), told(a_bill(minor=7000), when=told(bill).at)])
    assert [each.amount_minor for each in moment.bills] == [7000]
    assert moment.at.tzinfo is UTC
