"""Accounts, bills, payments and journeys for tests; accounts are on a test clock unless told otherwise."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from domain.account import CreditKind
from domain.contact import Channel, Purpose
from domain.feed import AccountFeed, BillFeed, ContactPoint, CreditFeed, CustomerFeed
from domain.journey.definition import Doing, Journey, OpenTask, Send, Stage, Step, WriteOff

ADDRESS_KEY = b"a key that only tests know"
DUE = date(2026, 3, 10)
NAME = "Quillon"
NUMBER = "+12025550143"
MAIL = "quillon@example.test"
_numbers = count(1)


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """The instant so many days after DUE, UTC."""
    return datetime.combine(DUE, time(hour, minute), UTC) + timedelta(days=day)


def an_id(kind: str) -> str:
    """An id that no other test has."""
    return f"{kind}-{next(_numbers)}"


def a_point(channel: Channel = Channel.SMS, address: str = NUMBER, *, consented: bool = True) -> ContactPoint:
    return ContactPoint(channel, address, consented)


def a_customer(
    customer_id: str | None = None,
    *points: ContactPoint,
    time_zones: tuple[str, ...] = ("UTC",),
    language: str = "en",
) -> CustomerFeed:
    reachable = points or (a_point(), a_point(Channel.EMAIL, MAIL))
    return CustomerFeed(customer_id or an_id("customer"), NAME, language, time_zones, reachable)


def a_bill_feed(bill_id: str = "bill-1", due_on: date = DUE, amount_minor: int = 5_000) -> BillFeed:
    return BillFeed(bill_id, due_on - timedelta(days=14), due_on, amount_minor)


def an_account_feed(
    account_id: str | None = None,
    *bills: BillFeed,
    customer: CustomerFeed | None = None,
    clock: datetime | None = at(1),  # noqa: B008 - a constant
    journey: str = "test",
) -> AccountFeed:
    """An account with one bill, a day past due on its own clock. `clock` None makes time real."""
    return AccountFeed(
        account_id=account_id or an_id("account"),
        customer=customer or a_customer(),
        currency="USD",
        time_zone="UTC",
        country="US",
        segment="consumer",
        journey=journey,
        clock=clock,
        bills=bills or (a_bill_feed(),),
    )


def a_credit_feed(
    account_id: str,
    amount_minor: int = 5_000,
    *,
    event_id: str | None = None,
    effective_at: datetime | None = None,
    bill_id: str | None = None,
    currency: str = "USD",
) -> CreditFeed:
    return CreditFeed(
        source="bank",
        source_event_id=event_id or an_id("payment"),
        account_id=account_id,
        kind=CreditKind.PAYMENT,
        amount_minor=amount_minor,
        currency=currency,
        effective_at=effective_at,
        bill_id=bill_id,
    )


def a_reversal_feed(payment: CreditFeed, amount_minor: int | None = None) -> CreditFeed:
    return CreditFeed(
        source=payment.source,
        source_event_id=an_id("reversal"),
        account_id=payment.account_id,
        kind=CreditKind.REVERSAL,
        amount_minor=amount_minor or payment.amount_minor,
        currency=payment.currency,
        reverses=payment.source_event_id,
    )


def a_send(purpose: Purpose = Purpose.COLLECTION, *channels: Channel) -> Send:
    return Send("reminder", channels or (Channel.SMS, Channel.EMAIL), purpose)


def a_step(step_id: str, stage: Stage, day: int, do: Doing | None = None) -> Step:
    purpose = Purpose.PRE_DUE if stage is Stage.PRE_DUE else Purpose.COLLECTION
    return Step(step_id, stage, day, time(9), do or a_send(purpose))


def a_journey(*steps: Step, name: str = "test", version: str = "v1") -> Journey:
    """From a word before the due date to write-off, unless steps are given."""
    return Journey(name, version, steps or STEPS)


STEPS = (
    a_step("heads-up", Stage.PRE_DUE, -5),
    a_step("reminder-1", Stage.REMINDER, 1),
    a_step("reminder-2", Stage.REMINDER, 5),
    a_step("escalation-1", Stage.ESCALATION, 20),
    a_step("call", Stage.HARDSHIP, 70, OpenTask("call")),
    a_step("write-off", Stage.HARDSHIP, 90, WriteOff()),
)
