"""An account's books in memory: what is told is taken over once, as the store does it."""

from dataclasses import replace
from datetime import datetime

from domain.account import Account, Bill, Credit
from domain.feed import BillFeed, CreditFeed
from domain.simulation.ledger import Moment


def told(books: Account, moment: Moment) -> Account:
    """The books after everything of one instant. What they know already changes nothing."""
    bills = {bill.bill_id: bill for bill in books.bills}
    for feed in moment.bills:
        bills[feed.bill_id] = _corrected(bills.get(feed.bill_id), feed)
    credits_ = {credit.entry_id: credit for credit in books.credits}
    for given in moment.credits:
        credits_.setdefault(_entry_id(given, given.source_event_id), _credit(given, moment.at))
    return Account(tuple(bills.values()), tuple(credits_.values()))


def given_up(books: Account, epoch: int) -> Account:
    """The books after a journey gave up: every live unpaid bill is closed with what was left on it."""
    closed = {bill.bill_id: bill for bill in books.given_up(epoch)}
    return replace(books, bills=tuple(closed.get(bill.bill_id, bill) for bill in books.bills))


def _corrected(known: Bill | None, feed: BillFeed) -> Bill:
    if known is None:
        return Bill(feed.bill_id, feed.due_on, feed.amount_minor)
    return replace(known, due_on=feed.due_on, amount_minor=feed.amount_minor)


def _credit(feed: CreditFeed, at: datetime) -> Credit:
    return Credit(
        entry_id=_entry_id(feed, feed.source_event_id),
        kind=feed.kind,
        amount_minor=feed.amount_minor,
        effective_at=feed.effective_at or at,
        bill_id=feed.bill_id,
        reverses=None if feed.reverses is None else _entry_id(feed, feed.reverses),
    )


def _entry_id(feed: CreditFeed, source_event_id: str) -> str:
    return f"{feed.source}\x1f{source_event_id}"
