"""What may never be lost or changed: the audit trail, and which webhook events were seen."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint

from adapters.store.rows.frame import Stored, count, moment, serial, table_of, word


class StoredEntry(Stored, table=True):
    """One line of the audit trail; a trigger refuses to change or delete it. Ids and codes only.

    `once` makes a repeat of the same entry impossible within an account. `at` is the instant it is about,
    `recorded_at` the database's clock. A journey's timeline is a selection of these lines.
    """

    __tablename__: ClassVar[str] = "audit"
    __table_args__ = (UniqueConstraint("account_id", "once"), Index(None, "account_id", "epoch", "seq"))
    seq: int = serial(key=True)
    recorded_at: datetime = moment(now=True)
    at: datetime = moment()
    account_id: str = word()
    epoch: int = count()
    what: str = word()
    number: int | None
    step_id: str | None = word()
    channel: str | None = word()
    why: str | None = word()
    citation: str | None = word()
    until: datetime | None = moment()
    by: str | None = word()
    dispatch_id: str | None = word()
    once: str | None = word()


class StoredInboxEvent(Stored, table=True):
    """A webhook event, before anything else is done with it."""

    __tablename__: ClassVar[str] = "inbox"
    provider: str = word(key=True)
    event_id: str = word(key=True)
    body_hash: str = word()
    received_at: datetime = moment(now=True)


audit = table_of(StoredEntry)
inbox = table_of(StoredInboxEvent)
