from datetime import datetime

from domain.contact import Channel
from domain.journey.definition import Stage
from domain.simulation.after_payment import contacts_after_payment
from domain.simulation.ledger import LedgerAccount
from domain.simulation.walked import WalkContact, differences
from tests.domain.journey_builders import at
from tests.domain.simulation.ledger_builders import (
    ACCOUNT,
    a_bill,
    a_ledger,
    amended,
    paid,
    reversed_,
    told,
)


def a_contact(when: datetime, stage: Stage = Stage.REMINDER, step_id: str = "s") -> WalkContact:
    return WalkContact(ACCOUNT, 1, step_id, 0, stage, Channel.SMS, when)


def is_late(ledger: LedgerAccount, contact: WalkContact, *given_up: datetime) -> bool:
    return contacts_after_payment(ledger, [contact], given_up) == (contact,)


def test_a_reminder_for_an_unpaid_bill_past_due_is_in_time() -> None:
    assert not is_late(a_ledger(told(a_bill())), a_contact(at(1)))


def test_a_reminder_before_the_due_day_is_over_asks_for_nothing() -> None:
    assert is_late(a_ledger(told(a_bill())), a_contact(at(0)))


def test_a_heads_up_needs_an_unpaid_bill_only() -> None:
    ledger = a_ledger(told(a_bill()), paid("p1", 5000, -3))
    assert not is_late(ledger, a_contact(at(-5), Stage.PRE_DUE))
    assert is_late(ledger, a_contact(at(-2), Stage.PRE_DUE))


def test_a_contact_at_the_very_instant_of_the_payment_counts_as_after_it() -> None:
    assert is_late(a_ledger(told(a_bill()), paid("p1", 5000, 3)), a_contact(at(3)))


def test_a_part_payment_leaves_something_to_ask_for() -> None:
    assert not is_late(a_ledger(told(a_bill()), paid("p1", 4999, 3)), a_contact(at(4)))


def test_what_one_bill_was_overpaid_goes_to_the_next() -> None:
    bills = told(a_bill("b1")), told(a_bill("b2"))
    assert is_late(a_ledger(*bills, paid("p1", 10_000, 3, "b1")), a_contact(at(4)))
    assert not is_late(a_ledger(*bills, paid("p1", 9999, 3, "b1")), a_contact(at(4)))


def test_a_paid_overdue_bill_is_no_reason_when_only_a_later_one_is_unpaid() -> None:
    ledger = a_ledger(told(a_bill("b1")), told(a_bill("b2", due=30)), paid("p1", 5000, 3, "b1"))
    assert is_late(ledger, a_contact(at(4)))
    assert not is_late(ledger, a_contact(at(4), Stage.PRE_DUE))


def test_a_reversal_and_an_added_expense_bring_the_reason_back() -> None:
    back = a_ledger(told(a_bill()), paid("p1", 5000, 3, "b1"), reversed_("r1", 5000, 6, "p1"))
    assert is_late(back, a_contact(at(5)))
    assert not is_late(back, a_contact(at(6)))
    dearer = a_ledger(told(a_bill()), paid("p1", 5000, 3), amended(a_bill(minor=6000), 6))
    assert is_late(dearer, a_contact(at(5)))
    assert not is_late(dearer, a_contact(at(7)))


def test_a_payment_told_twice_counts_once() -> None:
    twice = a_ledger(told(a_bill(minor=10_000)), paid("p1", 5000, 3), paid("p1", 5000, 3))
    assert not is_late(twice, a_contact(at(4)))


def test_a_bill_that_was_given_up_is_no_reason_any_more() -> None:
    ledger = a_ledger(told(a_bill("b1")), told(a_bill("b2", due=100, issued=95)))
    assert not is_late(ledger, a_contact(at(99)))
    assert is_late(ledger, a_contact(at(99)), at(90))
    assert not is_late(ledger, a_contact(at(101)), at(90))
    assert is_late(ledger, a_contact(at(110)), at(90), at(105))


def test_what_a_given_up_bill_had_been_paid_does_not_pay_the_next_one() -> None:
    ledger = a_ledger(
        told(a_bill("b1")), told(a_bill("b2", due=100, issued=95, minor=3000)), paid("p1", 3000, 3)
    )
    assert not is_late(ledger, a_contact(at(101)), at(90))


def test_a_bill_that_was_paid_when_a_journey_gave_up_stays_a_reason_if_the_payment_is_taken_back() -> None:
    ledger = a_ledger(
        told(a_bill("b1")), told(a_bill("b2")), paid("p1", 5000, 3, "b1"), reversed_("r1", 5000, 95, "p1")
    )
    assert is_late(ledger, a_contact(at(94)), at(90))
    assert not is_late(ledger, a_contact(at(96)), at(90))


def test_walks_differ_by_what_one_of_them_lacks_however_they_are_ordered() -> None:
    first, second = a_contact(at(1)), a_contact(at(2), step_id="t")
    assert not differences([first, second], [second, first])
    assert differences([first, first], [first]).only_here == (first,)
    assert differences([first], [first, second]).only_there == (second,)
