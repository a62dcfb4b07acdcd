"""From days to instants: when a ledger's bills, corrections and payments are told."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from adapters.ledgers.drafts import Draft, Entry
from adapters.ledgers.mapping import Mapping
from domain.account import CreditKind
from domain.compliance.hours import zone
from domain.contact import Channel
from domain.feed import AccountFeed, ContactPoint, CreditFeed, CustomerFeed
from domain.simulation.ledger import BillAmended, BillTold, CreditGiven, LedgerAccount, LedgerEvent

SOURCE = "ledger"


def ledger_account(draft: Draft, mapping: Mapping, walk_id: str) -> LedgerAccount:
    """The account on a test clock that stands at its first event; its ids begin with the walk's."""
    account_id = f"{walk_id}-{draft.number}"
    events = tuple(sorted(_events(draft, mapping, account_id, walk_id), key=lambda event: event.at))
    place = mapping.place
    customer = CustomerFeed(
        customer_id=account_id,
        first_name="Customer",
        language=place.language,
        time_zones=(place.time_zone,),
        contact_points=tuple(
            ContactPoint(each, _nowhere(each, account_id, draft.line), True) for each in mapping.channels
        ),
    )
    feed = AccountFeed(
        account_id=account_id,
        customer=customer,
        currency=draft.currency,
        time_zone=place.time_zone,
        country=place.country,
        segment=place.segment,
        journey=mapping.journey,
        clock=events[0].at,
    )
    return LedgerAccount(feed, events)


def _events(draft: Draft, mapping: Mapping, account_id: str, walk_id: str) -> Iterable[LedgerEvent]:
    payments = 0
    for entry in sorted(draft.entries, key=_order):
        match entry.telling:
            case "bill":
                yield BillTold(_at(mapping, entry.day, mapping.told.bills), entry.bill)
            case "amendment":
                yield BillAmended(_at(mapping, entry.day, mapping.told.amendments), entry.bill)
            case "payment":
                payments += 1
                at = _at(mapping, entry.day, mapping.told.payments) + _turn(payments)
                yield CreditGiven(at, _credit(entry, draft.currency, account_id, walk_id, at))


def _order(entry: Entry) -> tuple[date, int, int]:
    """Days in order; of a day's payments the one for the oldest bill last.

    Whoever pays several bills on one day then moves the account's clocks once, as in one payment.
    """
    paid_first = -entry.bill.due_on.toordinal() if entry.telling == "payment" else 0
    return entry.day, paid_first, entry.line


def _credit(entry: Entry, currency: str, account_id: str, walk_id: str, at: datetime) -> CreditFeed:
    return CreditFeed(
        source=SOURCE,
        source_event_id=f"{walk_id}-{entry.line}",
        account_id=account_id,
        kind=CreditKind.PAYMENT,
        amount_minor=entry.paid_minor,
        currency=currency,
        effective_at=at,
        bill_id=entry.bill.bill_id,
    )


def _turn(number: int) -> timedelta:
    """So many seconds after the hour is an account's payment of that number told, never on a full minute.

    No two events of an account then share an instant, and none shares one with a contact: a poke that comes
    between two payments sees what the next look would see, and who was first is never in doubt.
    """
    return timedelta(seconds=number + (number - 1) // 59)


def _at(mapping: Mapping, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, zone(mapping.place.time_zone)).astimezone(UTC)


def _nowhere(channel: Channel, account_id: str, line: int) -> str:
    """An address of its own that reaches nobody: code 999 is not assigned, `.invalid` never resolves."""
    digest = sha256(account_id.encode()).hexdigest()
    walk = sha256(account_id.partition("-")[0].encode()).hexdigest()
    match channel:
        case Channel.EMAIL:
            return f"{digest[:24]}@ledger.invalid"
        case Channel.SMS | Channel.VOICE:
            return f"+999{int(walk[:8], 16) % 10**5:05}{line:07}"
        case Channel.LETTER:
            return f"{digest[:24]}, nowhere"
