"""Who owes what: customers, their addresses and consents, accounts, bills and the payment ledger."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, text

from adapters.store.rows.frame import Stored, amount, count, moment, one_of, table_of, word, words
from domain.account import CreditKind
from domain.contact import Channel


class StoredCustomer(Stored, table=True):
    """A person who owes."""

    __tablename__: ClassVar[str] = "customers"
    customer_id: str = word(key=True)
    first_name: str = word()
    language: str = word()
    time_zones: list[str] = words()
    told_at: datetime = moment(now=True)


class StoredContactPoint(Stored, table=True):
    """An address of a customer, first choice first. Other tables keep only `address_hash`, its HMAC."""

    __tablename__: ClassVar[str] = "contact_points"
    __table_args__ = (one_of("channel", Channel),)
    customer_id: str = word(key=True, foreign="customers.customer_id")
    channel: str = word(key=True)
    address_hash: str = word(key=True)
    address: str = word()
    place: int


class StoredConsent(Stored, table=True):
    """Whether a person agreed to be contacted at an address. What the person said beats what a feed says."""

    __tablename__: ClassVar[str] = "consents"
    __table_args__ = (one_of("channel", Channel), one_of("source", ("feed", "person", "carrier")))
    customer_id: str = word(key=True, foreign="customers.customer_id")
    channel: str = word(key=True)
    address_hash: str = word(key=True)
    granted: bool
    source: str = word()
    ver: int = count(1)
    changed_at: datetime = moment(now=True)


class StoredSuppression(Stored, table=True):
    """A person or an address never to be contacted, whatever else holds."""

    __tablename__: ClassVar[str] = "suppressions"
    subject: str = word(key=True)
    reason: str = word()
    since: datetime = moment(now=True)


class StoredAccount(Stored, table=True):
    """A billing account. `ver` counts its changes, `epoch` its journeys; `clock` marks a test account."""

    __tablename__: ClassVar[str] = "accounts"
    __table_args__ = (
        Index(None, "customer_id"),
        Index("ix_accounts_on_test_clocks", "account_id", postgresql_where=text("clock IS NOT NULL")),
    )
    account_id: str = word(key=True)
    customer_id: str = word(foreign="customers.customer_id")
    currency: str = word()
    time_zone: str = word()
    country: str = word()
    segment: str = word()
    journey: str = word()
    clock: datetime | None = moment()
    ver: int = count(1)
    epoch: int = count(0)
    prior_episodes: int = count(0)
    told_at: datetime = moment(now=True)


class StoredBill(Stored, table=True):
    """A bill. A withdrawn one is kept; a closed one was given up by the journey of that epoch."""

    __tablename__: ClassVar[str] = "bills"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_minor"),
        CheckConstraint(
            "num_nulls(closed_in_epoch, given_up_minor, loosely_paid_minor) IN (0, 3)", name="closed_whole"
        ),
    )
    account_id: str = word(key=True, foreign="accounts.account_id")
    bill_id: str = word(key=True)
    issued_on: date
    due_on: date
    amount_minor: int = amount()
    withdrawn_at: datetime | None = moment()
    closed_in_epoch: int | None = count()
    given_up_minor: int | None = amount()
    loosely_paid_minor: int | None = amount()


class StoredCredit(Stored, table=True):
    """One entry of the ledger. The key makes a repeat impossible; `account_ver` says when it came."""

    __tablename__: ClassVar[str] = "ledger"
    __table_args__ = (
        one_of("kind", CreditKind),
        CheckConstraint("amount_minor > 0", name="amount_minor"),
        Index(None, "account_id"),
    )
    source: str = word(key=True)
    source_event_id: str = word(key=True)
    account_id: str = word(foreign="accounts.account_id")
    kind: str = word()
    amount_minor: int = amount()
    currency: str = word()
    effective_at: datetime = moment()
    recorded_at: datetime = moment(now=True)
    account_ver: int = count()
    bill_id: str | None = word()
    reverses: str | None = word()


customers = table_of(StoredCustomer)
contact_points = table_of(StoredContactPoint)
consents = table_of(StoredConsent)
suppressions = table_of(StoredSuppression)
accounts = table_of(StoredAccount)
bills = table_of(StoredBill)
ledger = table_of(StoredCredit)
