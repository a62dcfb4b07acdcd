"""Small ledgers for tests; days count from the same DUE as in the journey builders."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.account import CreditKind
from domain.contact import Channel
from domain.feed import AccountFeed, BillFeed, ContactPoint, CreditFeed, CustomerFeed
from domain.journey.definition import Journey
from domain.simulation.ledger import (
    BillAmended,
    BillTold,
    CreditGiven,
    LedgerAccount,
    LedgerEvent,
    last_instant,
)
from domain.simulation.replay import walk_purely
from domain.simulation.walked import PureWalk
from tests.domain.journey_builders import DUE, a_journey, at

ACCOUNT = "a1"


def a_feed(time_zone: str = "UTC", channels: Iterable[Channel] = (Channel.SMS, Channel.EMAIL)) -> AccountFeed:
    points = tuple(ContactPoint(channel, f"{channel}-address", True) for channel in channels)
    customer = CustomerFeed("c1", "Customer", "en", (time_zone,), points)
    return AccountFeed(ACCOUNT, customer, "USD", time_zone, "US", "consumer", "test")


def a_bill(bill_id: str = "b1", due: int = 0, minor: int = 5000, issued: int = -30) -> BillFeed:
    return BillFeed(bill_id, DUE + timedelta(days=issued), DUE + timedelta(days=due), minor)


def told(bill: BillFeed, when: datetime | None = None) -> BillTold:
    issued = at((bill.issued_on - DUE).days, 0, 30)
    return BillTold(when or issued, bill)


def amended(bill: BillFeed, day: int) -> BillAmended:
    return BillAmended(at(day, 0, 40), bill)


def a_credit(
    entry: str, minor: int, when: datetime, bill_id: str | None = None, reverses: str | None = None
) -> CreditFeed:
    kind = CreditKind.REVERSAL if reverses else CreditKind.PAYMENT
    return CreditFeed("test", entry, ACCOUNT, kind, minor, "USD", when, bill_id, reverses)


def paid(entry: str, minor: int, day: int, bill_id: str | None = None) -> CreditGiven:
    return CreditGiven(at(day), a_credit(entry, minor, at(day), bill_id))


def reversed_(entry: str, minor: int, day: int, reverses: str) -> CreditGiven:
    return CreditGiven(at(day), a_credit(entry, minor, at(day), None, reverses))


def a_ledger(*events: LedgerEvent, feed: AccountFeed | None = None) -> LedgerAccount:
    return LedgerAccount(feed or a_feed(), tuple(sorted(events, key=lambda event: event.at)))


def walked(ledger: LedgerAccount, journey: Journey | None = None) -> PureWalk:
    return walk_purely(journey or a_journey(), ledger, last_instant(ledger))


def steps(walk: PureWalk) -> list[tuple[int, str, int, datetime]]:
    return [(made.epoch, made.step_id, made.occurrence, made.at) for made in walk.contacts]
