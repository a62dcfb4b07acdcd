"""Invented accounts and a journey of nine contacts, for the store and for its stand-in alike."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from adapters.files.journeys import load_journeys
from domain.account import CreditKind
from domain.contact import Channel
from domain.feed import AccountFeed, BillFeed, ContactPoint, CreditFeed, CustomerFeed
from domain.journey.definition import Journey, Send, WriteOff
from domain.journey.sight import Standing

DUE = date(2026, 3, 10)
BEFORE = datetime.combine(DUE - timedelta(days=20), time(12), UTC)
STANDING = Standing("UTC", "US", "USD", "consumer", 0)
MINOR = 6_490
CONTACTS = 9
_BY_MAIL_ONLY = "second-reminder-by-mail"
_numbers = count(1)


@cache
def standard() -> Journey:
    """The shipped journey of an ordinary account: nine contacts, two branches, a task, ninety days."""
    return load_journeys(Path(__file__).parents[1] / "journeys")["standard"]


@cache
def nine_contacts() -> Journey:
    """Its nine contacts and its end, without branches and task: contact steps and nothing else."""
    steps = [
        replace(step, next=None)
        for step in standard().steps
        if isinstance(step.do, Send | WriteOff) and step.step_id != _BY_MAIL_ONLY
    ]
    return Journey("nine-contacts", "benchmark-nine-contacts", tuple(steps))


def an_id(kind: str) -> str:
    """An id that nothing else in this process has."""
    return f"{kind}-{next(_numbers):06}"


def an_account(journey: str, *, due: date = DUE, clock: datetime | None = None) -> AccountFeed:
    """An account with one unpaid bill and a customer of its own; `clock` None makes time real."""
    account_id, customer_id = an_id("bench"), an_id("person")
    points = (
        ContactPoint(Channel.SMS, f"+1202555{next(_numbers):07}", consented=True),
        ContactPoint(Channel.EMAIL, f"{customer_id}@example.com", consented=True),
    )
    bill = BillFeed(f"{account_id}-bill", due - timedelta(days=14), due, MINOR)
    customer = CustomerFeed(customer_id, "Ada", "en", (STANDING.time_zone,), points)
    return AccountFeed(
        account_id=account_id,
        customer=customer,
        currency=STANDING.currency,
        time_zone=STANDING.time_zone,
        country=STANDING.country,
        segment=STANDING.segment,
        journey=journey,
        clock=clock,
        bills=(bill,),
    )


def a_payment(account_id: str, minor: int = MINOR) -> CreditFeed:
    """A payment, effective now."""
    return CreditFeed("bench", an_id("payment"), account_id, CreditKind.PAYMENT, minor, STANDING.currency)
