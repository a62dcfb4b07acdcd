"""A historical ledger: what billing and payments would have told about an account, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Literal, TypeAlias

from domain.feed import AccountFeed, BillFeed, CreditFeed

# No journey is longer: 800 days of steps after the due date, and a month for contacts that were deferred.
LONGEST_WALK = timedelta(days=830)


@dataclass(frozen=True, slots=True)
class BillTold:
    """A bill was issued."""

    at: datetime
    bill: BillFeed
    kind: Literal["bill_told"] = "bill_told"


@dataclass(frozen=True, slots=True)
class BillAmended:
    """A bill of the same id has a new amount or due date."""

    at: datetime
    bill: BillFeed
    kind: Literal["bill_amended"] = "bill_amended"


@dataclass(frozen=True, slots=True)
class CreditGiven:
    """A payment came in, or one was taken back."""

    at: datetime
    credit: CreditFeed
    kind: Literal["credit_given"] = "credit_given"


LedgerEvent: TypeAlias = BillTold | BillAmended | CreditGiven


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account and its events in the order of their instants (aware UTC)."""

    account: AccountFeed
    events: tuple[LedgerEvent, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that is told of an account at one instant: each bill once, in its last version."""

    at: datetime
    bills: tuple[BillFeed, ...]
    credits: tuple[CreditFeed, ...]


def moments(events: Iterable[LedgerEvent]) -> tuple[Moment, ...]:
    """The events by instant. Of two versions of a bill at one instant the later in the ledger holds."""
    ordered = sorted(events, key=attrgetter("at"))
    return tuple(_moment(at, group) for at, group in groupby(ordered, attrgetter("at")))


def last_instant(ledger: LedgerAccount) -> datetime:
    """The instant by which every journey of the account has ended.

    Raises:
        ValueError: the ledger has no events.
    """
    return max(_relevant_until(event) for event in ledger.events) + LONGEST_WALK


def _relevant_until(event: LedgerEvent) -> datetime:
    """When the event is over: a bill, when it is due."""
    match event:
        case CreditGiven(at=at):
            return at
        case BillTold(at=at, bill=bill) | BillAmended(at=at, bill=bill):
            return max(at, datetime.combine(bill.due_on, time(), UTC))


def _moment(at: datetime, events: Iterable[LedgerEvent]) -> Moment:
    bills: dict[str, BillFeed] = {}
    credits_: list[CreditFeed] = []
    for event in events:
        match event:
            case BillTold(bill=bill) | BillAmended(bill=bill):
                bills[bill.bill_id] = bill
            case CreditGiven(credit=credit):
                credits_.append(credit)
    return Moment(at, tuple(bills.values()), tuple(credits_))
