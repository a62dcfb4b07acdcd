"""The development carrier's outbox: messages that reached nobody, kept to be read."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from adapters.providers.provider import Message
from adapters.store.database import Database
from adapters.store.rows.contacts import development_messages, dispatches


@dataclass(frozen=True, slots=True)
class DevelopmentMessage:
    """A message as the customer would have got it; `at` is the contact's instant, on the account's clock."""

    dispatch_id: str
    account_id: str
    step_id: str
    reference: str
    channel: str
    address: str = field(repr=False)
    subject: str | None = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    at: datetime


class DevelopmentOutbox:
    """The rows behind `adapters.providers.outbox.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, message: Message) -> str:
        """Keep the message and return its id; the same dispatch a second time changes nothing."""
        row = {
            "dispatch_id": message.dispatch_id,
            "reference": message.reference,
            "channel": message.channel,
            "address": message.address,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
        }
        async with self._database.single() as session:
            await session.execute(insert(development_messages).values(row).on_conflict_do_nothing())
        return _id_of(message.dispatch_id)

    async def seek(self, dispatch_id: str) -> str | None:
        """The id under which that dispatch is kept, or None."""
        there = select(development_messages.c.dispatch_id)
        async with self._database.single() as session:
            found = await session.execute(there.where(development_messages.c.dispatch_id == dispatch_id))
            return _id_of(dispatch_id) if found.one_or_none() else None

    async def list(self, account_id: str | None = None, limit: int = 100) -> list[DevelopmentMessage]:
        """Messages, the newest first."""
        kept = development_messages.c
        query = (
            select(
                kept.dispatch_id,
                dispatches.c.account_id,
                dispatches.c.step_id,
                kept.reference,
                kept.channel,
                kept.address,
                kept.subject,
                kept.text,
                kept.html,
                dispatches.c.contacted_at.label("at"),
            )
            .join(dispatches, dispatches.c.dispatch_id == kept.dispatch_id)
            .order_by(kept.seq.desc())
            .limit(limit)
        )
        if account_id is not None:
            query = query.where(dispatches.c.account_id == account_id)
        async with self._database.single() as session:
            rows = (await session.execute(query)).mappings()
            return [DevelopmentMessage(**row) for row in rows]


def _id_of(dispatch_id: str) -> str:
    return f"outbox-{dispatch_id}"
