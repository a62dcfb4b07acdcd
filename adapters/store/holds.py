"""Holds on record: the gate sees one before the walk does."""

from datetime import datetime

from sqlalchemy import text

from adapters.store.database import Database
from adapters.store.locks import lock_account
from adapters.store.news import note
from adapters.store.trail import Entry
from domain.journey.hold import Hold

_PLACE = text("""
INSERT INTO holds (account_id, hold_id, epoch, reason, clocks, since, until, placed_by)
VALUES (:account_id, :hold_id, :epoch, :reason, :clocks, :since, :until, :by)
ON CONFLICT (account_id, hold_id) DO NOTHING RETURNING 1""")
_RELEASE = text("""
UPDATE holds SET until = :at, released_by = :by
WHERE account_id = :account_id AND hold_id = :hold_id AND (until IS NULL OR until > :at) RETURNING reason""")


class Holds:
    """Where clocks are frozen and let go. A repeat changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(self, account_id: str, epoch: int, hold: Hold, by: str) -> None:
        """Freeze clocks of the account's journey.

        Raises:
            AccountUnknown: no such account.
        """
        row = {
            "account_id": account_id,
            "hold_id": hold.hold_id,
            "epoch": epoch,
            "reason": hold.reason,
            "clocks": list(hold.clocks),
            "since": hold.since,
            "until": hold.until,
            "by": by,
        }
        async with self._database.session() as session:
            await lock_account(session, account_id)
            if (await session.execute(_PLACE, row)).one_or_none():
                placed = Entry(
                    account_id, epoch, "hold_placed", hold.since, why=hold.reason, until=hold.until, by=by
                )
                await note(session, account_id, placed)

    async def release(self, account_id: str, epoch: int, hold_id: str, at: datetime, by: str) -> None:
        """End a hold at `at`, unless it is over by then.

        Raises:
            AccountUnknown: no such account.
        """
        row = {"account_id": account_id, "hold_id": hold_id, "at": at, "by": by}
        async with self._database.session() as session:
            await lock_account(session, account_id)
            released = (await session.execute(_RELEASE, row)).one_or_none()
            if released:
                entry = Entry(account_id, epoch, "hold_released", at, why=released.reason, by=by)
                await note(session, account_id, entry)
