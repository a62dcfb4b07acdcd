"""Which contacts were made after payment: counted from the ledger alone, without the books that allowed them.

Another way to the same truth on purpose: no allocation bill by bill, only sums. Credits that name no bill,
and what was paid on a bill beyond its amount, go to the oldest bills; so something past due is unpaid exactly
when the shortfall of all bills past due is more than that pool.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.account import CreditKind
from domain.feed import BillFeed, CreditFeed
from domain.journey.definition import Stage
from domain.journey.sight import local_date
from domain.simulation.ledger import LedgerAccount, Moment, moments
from domain.simulation.walked import WalkContact


def contacts_after_payment(
    ledger: LedgerAccount, contacts: Iterable[WalkContact], given_up: Sequence[datetime] = ()
) -> tuple[WalkContact, ...]:
    """The contacts that asked for nothing: pre-due with nothing unpaid, or later with nothing past due.

    `given_up` are the instants at which journeys ended without a cure: what was unpaid then is no reason to
    contact anybody afterwards. An event at the very instant of a contact counts as known.
    """
    told = moments(ledger.events)
    zone = ledger.account.time_zone
    return tuple(contact for contact in contacts if not _asks(told, contact, zone, given_up))


@dataclass(frozen=True, slots=True)
class _Owed:
    """Each bill's amount less what was paid in its name, by due date; and the pool of all other credits."""

    bills: dict[str, BillFeed]
    short: dict[str, int]
    pool: int

    def unpaid(self, live: Iterable[str], kept: int) -> bool:
        """Whether the pool, less what it keeps for given-up bills, is too small for these bills."""
        return sum(self.short[bill_id] for bill_id in live) > self.pool - kept


def _asks(told: Sequence[Moment], contact: WalkContact, zone: str, given_up: Sequence[datetime]) -> bool:
    closed = _closed(told, [instant for instant in given_up if instant <= contact.at])
    owed = _owed(told, contact.at)
    live = [bill for bill_id, bill in owed.bills.items() if bill_id not in closed]
    if contact.stage is not Stage.PRE_DUE:
        live = _due_before(live, local_date(zone, contact.at))
    return owed.unpaid((bill.bill_id for bill in live), sum(closed.values()))


def _closed(told: Sequence[Moment], given_up: Iterable[datetime]) -> dict[str, int]:
    """Bills on which something was left when a journey gave up, with what the pool had paid on each."""
    closed: dict[str, int] = {}
    for instant in sorted(given_up):
        owed = _owed(told, instant)
        pool = owed.pool - sum(closed.values())
        for bill in sorted(owed.bills.values(), key=lambda bill: (bill.due_on, bill.bill_id)):
            if bill.bill_id not in closed:
                short = owed.short[bill.bill_id]
                if short > pool:
                    closed[bill.bill_id] = max(0, pool)
                pool = max(0, pool - short)
    return closed


def _due_before(bills: Iterable[BillFeed], today: date) -> list[BillFeed]:
    return [bill for bill in bills if bill.due_on < today]


def _owed(told: Iterable[Moment], at: datetime) -> _Owed:
    known = [moment for moment in told if moment.at <= at]
    bills = {bill.bill_id: bill for moment in known for bill in moment.bills}
    credits_ = {(given.source, given.source_event_id): given for moment in known for given in moment.credits}
    paid, pool = dict.fromkeys(bills, 0), 0
    for given in credits_.values():
        target = _target(given, credits_)
        if target in paid:
            paid[target] += _signed(given)
        else:
            pool += _signed(given)
    short = {bill_id: bill.amount_minor - paid[bill_id] for bill_id, bill in bills.items()}
    excess = -sum(left for left in short.values() if left < 0)
    return _Owed(bills, {bill_id: max(0, left) for bill_id, left in short.items()}, pool + excess)


def _target(given: CreditFeed, credits_: dict[tuple[str, str], CreditFeed]) -> str:
    """The bill that a credit is for; a reversal is for the bill of its payment. "" when it names none."""
    original = credits_.get((given.source, given.reverses or ""), given)
    return original.bill_id or ""


def _signed(given: CreditFeed) -> int:
    return given.amount_minor if given.kind is CreditKind.PAYMENT else -given.amount_minor
