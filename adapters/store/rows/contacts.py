"""Contacts: what is locked for a cap, each contact on its way, and what carriers said about it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from adapters.store.rows.frame import Stored, count, moment, one_of, serial, table_of, word
from domain.contact import Channel, DispatchState, Purpose
from domain.journey.definition import Stage


class StoredCapSubject(Stored, table=True):
    """Somebody whose contacts are counted: a row to lock, `person:<customer id>`."""

    __tablename__: ClassVar[str] = "cap_subjects"
    subject: str = word(key=True)


class StoredDispatch(Stored, table=True):
    """One contact on one channel. Caps count `contacted_at`; `claimed_at` is always the database's clock."""

    __tablename__: ClassVar[str] = "dispatches"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("purpose", Purpose),
        one_of("stage", Stage),
        one_of("state", DispatchState),
        UniqueConstraint("account_id", "epoch", "step_id", "occurrence", "channel"),
        CheckConstraint("state <> 'dispatching' OR claim_token IS NOT NULL", name="claimed"),
        Index(None, "customer_id", "contacted_at"),
        Index(None, "address_hash", "contacted_at"),
        Index(
            "ix_dispatches_unsettled",
            "claimed_at",
            postgresql_where=text("state IN ('reserved', 'dispatching', 'unknown')"),
        ),
    )
    dispatch_id: str = word(key=True)
    account_id: str = word(foreign="accounts.account_id")
    customer_id: str = word(foreign="customers.customer_id")
    epoch: int = count()
    step_id: str = word()
    occurrence: int
    channel: str = word()
    purpose: str = word()
    stage: str = word()
    template: str = word()
    version: str = word()
    address_hash: str = word()
    state: str = word()
    attempt: int
    claim_token: str | None = word()
    claimed_at: datetime = moment()
    contacted_at: datetime = moment()
    account_ver: int = count()
    consent_ver: int = count()
    provider: str | None = word()
    provider_message_id: str | None = word()
    body_hash: str | None = word()
    reason: str | None = word()
    empty_reads: int = count(0)
    last_empty_at: datetime | None = moment()
    settled_at: datetime | None = moment()


class StoredEvidence(Stored, table=True):
    """One thing a carrier said about one message; a repeat is the same row."""

    __tablename__: ClassVar[str] = "evidence"
    __table_args__ = (
        one_of("source", ("answer", "callback", "list")),
        Index(None, "dispatch_id"),
        Index(None, "provider", "provider_message_id"),
    )
    provider: str = word(key=True)
    event_id: str = word(key=True)
    dispatch_id: str = word(foreign="dispatches.dispatch_id")
    provider_message_id: str = word()
    source: str = word()
    status: str = word()
    rank: int
    at: datetime = moment()
    recorded_at: datetime = moment(now=True)


class StoredDevelopmentMessage(Stored, table=True):
    """A message that the development carrier took, to be read by operators. It reached nobody."""

    __tablename__: ClassVar[str] = "development_messages"
    __table_args__ = (Index(None, "seq"),)
    dispatch_id: str = word(key=True)
    seq: int = serial()
    reference: str = word()
    channel: str = word()
    address: str = word()
    subject: str | None = word()
    text: str = word()
    html: str | None = word()
    at: datetime = moment(now=True)


cap_subjects = table_of(StoredCapSubject)
dispatches = table_of(StoredDispatch)
evidence = table_of(StoredEvidence)
development_messages = table_of(StoredDevelopmentMessage)
