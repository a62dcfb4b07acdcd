"""What an account owes: bills, credits against them, and the arrears they leave."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill: `amount_minor` in the account's currency, due at the end of `due_on` where the account lives.

    `closed_in_epoch` names the journey that gave the bill up (written off, handed off, withdrawn),
    `given_up_minor` what was left of it then, and `loosely_paid_minor` what money that names no bill had
    paid of it. It is still owed, but no later journey walks for it.
    """

    bill_id: str
    due_on: date
    amount_minor: int
    closed_in_epoch: int | None = None
    given_up_minor: int | None = None
    loosely_paid_minor: int = 0
    withdrawn_at: datetime | None = None


class CreditKind(StrEnum):
    """Why the balance moved: a payment lowers it, a reversal (chargeback, bounce, refund) raises it again."""

    PAYMENT = "payment"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Credit:
    """One entry of the payment ledger; `amount_minor` is positive for both kinds.

    A payment may name the bill it is for. A reversal names the payment it takes back.
    """

    entry_id: str
    kind: CreditKind
    amount_minor: int
    effective_at: datetime
    bill_id: str | None = None
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class Arrears:
    """What is unpaid: all live bills, the part of it that is past due, and the day the clocks hang on.

    `anchor` is the due date of the earliest live unpaid bill (None when nothing is owed); `cleared_at` is
    the effective instant of the credit that left nothing past due (None while something is, or when
    nothing was ever paid).
    """

    unpaid_minor: int
    overdue_minor: int
    anchor: date | None
    unpaid_bills: int
    cleared_at: datetime | None

    def days_past_due(self, today: date) -> int:
        """Whole days since the anchor's due date; 0 on the day itself, negative before it."""
        return 0 if self.anchor is None else (today - self.anchor).days


@dataclass(frozen=True, slots=True)
class Account:
    """A billing account's bills and credits. Order never matters: every answer is a sum."""

    bills: tuple[Bill, ...]
    credits: tuple[Credit, ...] = ()

    def arrears(self, today: date) -> Arrears:
        """What the account owes on `today`, the local date where it lives."""
        unpaid = self._unpaid(None)
        overdue = sum(left for bill, left in unpaid if bill.due_on < today)
        return Arrears(
            unpaid_minor=sum(left for _, left in unpaid),
            overdue_minor=overdue,
            anchor=min((bill.due_on for bill, _ in unpaid), default=None),
            unpaid_bills=len(unpaid),
            cleared_at=None if overdue else self._cleared_at(today if unpaid else date.max),
        )

    def unpaid(self) -> tuple[tuple[Bill, int], ...]:
        """Live bills that are not paid in full, oldest first, with what is left on each."""
        return tuple(self._unpaid(None))

    def given_up(self, epoch: int) -> tuple[Bill, ...]:
        """The live unpaid bills as the journey of that epoch gives them up."""
        loosely: dict[str, int] = {}
        return tuple(
            replace(
                bill,
                closed_in_epoch=epoch,
                given_up_minor=left,
                loosely_paid_minor=loosely.get(bill.bill_id, 0),
            )
            for bill, left in self._unpaid(None, loosely)
        )

    def balance_minor(self) -> int:
        """All bills less all credits; negative is a credit balance."""
        billed = sum(bill.amount_minor for bill in self.bills if bill.withdrawn_at is None)
        return billed - sum(_signed(credit) for credit in self.credits)

    def _cleared_at(self, today: date) -> datetime | None:
        """The instant from which on nothing due before `today` was left unpaid."""
        instants = {credit.effective_at for credit in self.credits}
        instants |= {bill.withdrawn_at for bill in self.bills if bill.withdrawn_at is not None}
        cleared = None
        for instant in sorted(instants, reverse=True):
            if any(bill.due_on < today for bill, _ in self._unpaid(instant)):
                break
            cleared = instant
        return cleared

    def _unpaid(self, by: datetime | None, loosely: dict[str, int] | None = None) -> list[tuple[Bill, int]]:
        """`unpaid` without the credits and withdrawals later than `by` (None: with all of them).

        Credits go to the bill they name. The rest pays what it had paid of given-up bills before, then live
        bills, oldest first; `loosely` is told how much each of those had of it.
        """
        bills = sorted(
            (bill for bill in self.bills if bill.withdrawn_at is None or (by and bill.withdrawn_at > by)),
            key=lambda bill: (bill.due_on, bill.bill_id),
        )
        left = {bill.bill_id: bill.amount_minor for bill in bills}
        named, loose = _split((c for c in self.credits if by is None or c.effective_at <= by), left)
        for bill_id, amount in named.items():
            loose += _paid_out(left, bill_id, amount, amount)
        closed = [bill for bill in bills if bill.closed_in_epoch is not None]
        for bill in closed:
            loose = _paid_out(left, bill.bill_id, loose, bill.loosely_paid_minor)
        live = [bill for bill in bills if bill.closed_in_epoch is None]
        for bill in live:
            before, loose = loose, _paid_out(left, bill.bill_id, loose, loose)
            if loosely is not None:
                loosely[bill.bill_id] = before - loose
        return [(bill, left[bill.bill_id]) for bill in live if left[bill.bill_id] > 0]


def _paid_out(left: dict[str, int], bill_id: str, money: int, at_most: int) -> int:
    """Pay a bill from `money`, `at_most` so much of it; what remains of the money."""
    taken = max(0, min(money, at_most, left[bill_id]))
    left[bill_id] -= taken
    return money - taken


def _signed(credit: Credit) -> int:
    return credit.amount_minor if credit.kind is CreditKind.PAYMENT else -credit.amount_minor


def _split(credits_: Iterable[Credit], known: Container[str]) -> tuple[dict[str, int], int]:
    """Credits by the bill they name, and the sum of those that name none (or one that is not here)."""
    entries = tuple(credits_)
    target = {credit.entry_id: credit.bill_id for credit in entries}
    named: dict[str, int] = {}
    loose = 0
    for credit in entries:
        bill_id = credit.bill_id if credit.reverses is None else target.get(credit.reverses, credit.bill_id)
        if bill_id is None or bill_id not in known:
            loose += _signed(credit)
        else:
            named[bill_id] = named.get(bill_id, 0) + _signed(credit)
    return named, loose
