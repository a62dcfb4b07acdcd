"""Locks, always in one order: the person whose contacts are counted, then the account, then the dispatch."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.errors import AccountUnknown

# NO KEY: what merely refers to the account (a foreign key's check) need not wait.
_ACCOUNT = text("""
SELECT a.customer_id, a.currency, a.clock, a.epoch, a.ver, clock_timestamp() AS read_at
FROM accounts a WHERE a.account_id = :account_id FOR NO KEY UPDATE""")
# The inner lock is taken before the outer one: the account's row is only looked at once the person's is had.
_PERSON_AND_ACCOUNT = text("""
WITH person AS MATERIALIZED (
    SELECT s.subject FROM cap_subjects s
    WHERE s.subject = (SELECT 'person:' || a.customer_id FROM accounts a WHERE a.account_id = :account_id)
    FOR UPDATE)
SELECT a.customer_id, a.currency, a.clock, a.epoch, a.ver, clock_timestamp() AS read_at
FROM person CROSS JOIN accounts a WHERE a.account_id = :account_id FOR NO KEY UPDATE OF a""")
_NEW_PERSON = text("""
INSERT INTO cap_subjects (subject) VALUES ('person:' || CAST(:customer_id AS text))
ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject""")


@dataclass(frozen=True, slots=True)
class Locked:
    """An account whose row is ours until the transaction ends; `read_at` is the database's clock."""

    customer_id: str
    currency: str
    clock: datetime | None
    epoch: int
    ver: int
    read_at: datetime

    def now(self, at: datetime | None = None) -> datetime:
        """`at` where it is given, else the test account's clock, else the database's."""
        return at or self.clock or self.read_at


async def lock_account(session: AsyncConnection, account_id: str) -> Locked:
    """Wait for the account.

    Raises:
        AccountUnknown: no such account.
    """
    locked = await try_account(session, account_id)
    if locked is None:
        raise AccountUnknown(account_id)
    return locked


async def try_account(session: AsyncConnection, account_id: str) -> Locked | None:
    """Wait for the account; None when there is none."""
    row = (await session.execute(_ACCOUNT, {"account_id": account_id})).one_or_none()
    return None if row is None else Locked(*row)


async def lock_person_and_account(session: AsyncConnection, account_id: str) -> Locked:
    """Wait for the account's customer, whose contacts are counted over all accounts, then for the account.

    Raises:
        AccountUnknown: no such account.
    """
    row = (await session.execute(_PERSON_AND_ACCOUNT, {"account_id": account_id})).one_or_none()
    if row is None:
        raise AccountUnknown(account_id)
    return Locked(*row)


async def lock_person(session: AsyncConnection, customer_id: str) -> None:
    """Wait for a person, known or not."""
    await session.execute(_NEW_PERSON, {"customer_id": customer_id})
