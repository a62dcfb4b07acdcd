from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from domain.account import Account, Arrears, Bill, Credit, CreditKind
from tests.domain.journey_builders import DUE, a_bill, a_payment, at

LATER = at(10).date()


def a_reversal(
    entry_id: str, minor: int, day: int, reverses: str | None = None, bill_id: str | None = None
) -> Credit:
    return Credit(entry_id, CreditKind.REVERSAL, minor, at(day), bill_id, reverses)


def test_arrears_hang_on_the_earliest_unpaid_bill() -> None:
    arrears = Account((a_bill("b2", LATER, 300), a_bill("b1", DUE, 200))).arrears(at(3).date())
    assert arrears == Arrears(500, 200, DUE, 2, None)
    assert arrears.days_past_due(at(3).date()) == 3


def test_the_due_day_itself_is_not_past_due() -> None:
    owing = Account((a_bill(),))
    assert owing.arrears(DUE).overdue_minor == 0
    assert owing.arrears(DUE + timedelta(days=1)).overdue_minor == 5000


def test_nothing_owed_is_zero_days_past_due() -> None:
    assert Account(()).arrears(DUE).days_past_due(DUE) == 0


def test_a_payment_goes_to_the_bill_it_names_and_the_rest_to_the_oldest() -> None:
    bills = (a_bill("b1", DUE, 200), a_bill("b2", LATER, 300))
    named = Account(bills, (a_payment("p", 350, at(1), "b2"),)).arrears(LATER)
    assert (named.unpaid_minor, named.anchor) == (150, DUE)
    loose = Account(bills, (a_payment("p", 250, at(1)),)).arrears(LATER)
    assert (loose.unpaid_minor, loose.anchor) == (250, LATER)


def test_a_payment_for_a_bill_nobody_knows_still_counts() -> None:
    assert Account((a_bill(),), (a_payment("p", 5000, at(1), "elsewhere"),)).arrears(LATER).unpaid_minor == 0


def test_a_reversal_takes_back_the_payment_it_names_from_the_same_bill() -> None:
    bills = (a_bill("b1", DUE, 200), a_bill("b2", LATER, 300))
    paid = a_payment("p", 300, at(1), "b2")
    account = Account(bills, (paid, a_reversal("r", 300, 4, "p")))
    assert account.arrears(LATER).unpaid_minor == 500
    unknown = Account(bills, (paid, a_reversal("r", 300, 4, "other", "b2")))
    assert unknown.arrears(LATER).unpaid_minor == 500


def test_a_withdrawn_bill_is_not_owed_and_a_closed_one_only_in_the_books() -> None:
    withdrawn = Account((replace(a_bill(), withdrawn_at=at(2)),))
    assert (withdrawn.arrears(LATER).unpaid_minor, withdrawn.balance_minor()) == (0, 0)
    assert withdrawn.arrears(LATER).cleared_at == at(2)
    closed = Account((replace(a_bill(), closed_in_epoch=1),))
    assert (closed.arrears(LATER).unpaid_minor, closed.balance_minor()) == (0, 5000)


def test_loose_money_goes_to_live_bills_before_given_up_ones() -> None:
    bills = (replace(a_bill("b1", DUE, 200), closed_in_epoch=1), a_bill("b2", LATER, 300))
    assert Account(bills, (a_payment("p", 300, at(20)),)).arrears(at(21).date()).unpaid_minor == 0


def test_money_that_paid_part_of_a_given_up_bill_does_not_pay_the_next_one() -> None:
    given_up = replace(a_bill("b1", DUE, 100), closed_in_epoch=1, given_up_minor=70, loosely_paid_minor=30)
    account = Account((given_up, a_bill("b2", LATER, 50)), (a_payment("p", 30, at(1)),))
    assert account.unpaid() == ((account.bills[1], 50),)
    recovered = replace(account, credits=(*account.credits, a_payment("q", 60, at(20))))
    assert recovered.unpaid() == ()


def test_a_reversal_on_a_given_up_bill_takes_nothing_from_a_live_one_that_was_paid() -> None:
    bills = (a_bill("b0", DUE, 1000), a_bill("b1", DUE, 1000), a_bill("b3", LATER, 2000))
    named, loose = a_payment("p", 1500, at(1), "b3"), a_payment("q", 1000, at(1))
    before = Account(bills, (named, loose))
    closed = {bill.bill_id: bill for bill in before.given_up(1)}
    assert [(b.bill_id, b.given_up_minor, b.loosely_paid_minor) for b in closed.values()] == [
        ("b1", 1000, 0),
        ("b3", 500, 0),
    ]
    after = replace(before, bills=tuple(closed.get(bill.bill_id, bill) for bill in bills))
    bounced = replace(after, credits=(named, loose, a_reversal("r", 500, 30, "p")))
    assert after.unpaid() == bounced.unpaid() == ()


def test_correcting_a_given_up_bill_takes_nothing_from_a_live_one() -> None:
    part = Account((a_bill("b1", DUE, 100),), (a_payment("p", 30, at(1)),))
    (closed,) = part.given_up(1)
    assert (closed.given_up_minor, closed.loosely_paid_minor) == (70, 30)
    live = a_bill("b2", LATER, 60)
    corrected = replace(closed, amount_minor=150)
    money = (*part.credits, a_payment("q", 60, at(20)))
    assert Account((corrected, live), money).unpaid() == ()


def test_cleared_at_is_the_instant_of_the_payment_that_left_nothing_past_due() -> None:
    first, last = a_payment("p1", 2000, at(2)), a_payment("p2", 3000, at(6))
    assert Account((a_bill(),), (last, first)).arrears(at(9).date()).cleared_at == at(6)
    extra = a_payment("p3", 700, at(8))
    assert Account((a_bill(),), (extra, last, first)).arrears(at(9).date()).cleared_at == at(6)


def test_a_bounced_and_repeated_payment_clears_at_the_second() -> None:
    entries = (a_payment("p1", 5000, at(2)), a_reversal("r", 5000, 4, "p1"), a_payment("p2", 5000, at(6)))
    assert Account((a_bill(),), entries).arrears(at(9).date()).cleared_at == at(6)


def test_nothing_past_due_yet_is_not_cleared_by_anything() -> None:
    assert Account((a_bill(),)).arrears(DUE).cleared_at is None


def test_a_bill_still_to_come_does_not_keep_arrears_from_clearing() -> None:
    account = Account((a_bill(), a_bill("b2", at(40).date())), (a_payment("p", 5000, at(6)),))
    arrears = account.arrears(at(7).date())
    assert (arrears.overdue_minor, arrears.anchor, arrears.cleared_at) == (0, at(40).date(), at(6))


MINOR = st.integers(1, 1000)
BILLS = st.lists(
    st.builds(
        lambda n, day, minor: Bill(f"b{n}", DUE + timedelta(days=day), minor),
        st.integers(0, 5),
        st.integers(0, 30),
        MINOR,
    ),
    max_size=5,
    unique_by=lambda bill: bill.bill_id,
).map(tuple)
CREDITS = st.lists(
    st.builds(
        lambda n, kind, minor, day, bill: Credit(
            f"c{n}", kind, minor, at(day), bill, "c0" if kind is CreditKind.REVERSAL else None
        ),
        st.integers(0, 9),
        st.sampled_from(CreditKind),
        MINOR,
        st.integers(-5, 40),
        st.none() | st.sampled_from(["b0", "b1", "b9"]),
    ),
    max_size=5,
    unique_by=lambda credit: credit.entry_id,
).map(tuple)


@given(BILLS, CREDITS)
def test_the_order_of_events_never_changes_what_is_owed(
    bills: tuple[Bill, ...], credits_: tuple[Credit, ...]
) -> None:
    today = date(2026, 3, 25)
    expected = Account(bills, credits_).arrears(today)
    for other in list(permutations(credits_))[:24]:
        assert Account(tuple(reversed(bills)), other).arrears(today) == expected


@given(BILLS, CREDITS)
def test_what_is_unpaid_is_never_negative_and_never_less_than_the_balance(
    bills: tuple[Bill, ...], credits_: tuple[Credit, ...]
) -> None:
    account = Account(bills, credits_)
    arrears = account.arrears(date(2026, 3, 25))
    assert 0 <= arrears.overdue_minor <= arrears.unpaid_minor
    assert arrears.unpaid_minor >= account.balance_minor() or any(
        c.kind is CreditKind.REVERSAL for c in credits_
    )
