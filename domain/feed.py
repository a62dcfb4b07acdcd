"""What billing systems and payment processors tell us, as facts that can be told twice."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.account import CreditKind
from domain.contact import Channel


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One address of a customer: E.164 number or e-mail address, and whether the customer agreed to it."""

    channel: Channel
    address: str
    consented: bool


@dataclass(frozen=True, slots=True)
class CustomerFeed:
    """The person who owes. `language` is a BCP 47 tag; `time_zones` are IANA names of where they may be."""

    customer_id: str
    first_name: str
    language: str
    time_zones: tuple[str, ...]
    contact_points: tuple[ContactPoint, ...]


@dataclass(frozen=True, slots=True)
class BillFeed:
    """A bill as billing has it now; telling the same bill id again corrects due date and amount."""

    bill_id: str
    issued_on: date
    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AccountFeed:
    """A billing account with its customer. `clock` makes it a test account, its time at that instant."""

    account_id: str
    customer: CustomerFeed
    currency: str
    time_zone: str
    country: str
    segment: str
    journey: str
    clock: datetime | None = None
    bills: tuple[BillFeed, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditFeed:
    """A payment or its reversal. (`source`, `source_event_id`) is told at most once into the ledger.

    `effective_at` None means now: the test clock's time, or the database's.
    """

    source: str
    source_event_id: str
    account_id: str
    kind: CreditKind
    amount_minor: int
    currency: str
    effective_at: datetime | None = None
    bill_id: str | None = None
    reverses: str | None = None
