"""Pokes: at most one pending word an account for its journey, kept until Temporal has taken it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import structlog
from sqlalchemy import text

from adapters.store.database import Database

_LEASE_S, _DELIVERY_S = 30, 10
_DUE = "taken_until IS NULL OR taken_until <= clock_timestamp()"
_PENDING = text("SELECT account_id FROM pokes ORDER BY since LIMIT :limit")
_LAG = text("SELECT coalesce(clock_timestamp() - min(since), interval '0') FROM pokes")
# A lease, not a lock held while Temporal is asked: a payment must never wait for Temporal.
_TAKE = text(f"""
UPDATE pokes SET taken_until = clock_timestamp() + interval '{_LEASE_S} seconds'
WHERE account_id IN (
    SELECT account_id FROM pokes WHERE {_DUE} ORDER BY since LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING account_id, ver, taken_until""")  # noqa: S608 - fixed names
# What was told meanwhile needs another poke; what failed waits, the longer the more often it did.
_SETTLE = text("""
WITH tried AS (
    SELECT t.* FROM jsonb_to_recordset(CAST(:tried AS jsonb))
        AS t(account_id text, ver bigint, taken_until timestamptz, delivered boolean)),
sent AS (
    DELETE FROM pokes p USING tried t WHERE t.delivered
        AND (p.account_id, p.ver, p.taken_until) = (t.account_id, t.ver, t.taken_until)
    RETURNING p.account_id)
UPDATE pokes p SET
    taken_until = CASE WHEN NOT t.delivered
        THEN clock_timestamp() + least(power(2, least(p.failures, 5)), 30) * interval '1 second' END,
    failures = CASE WHEN t.delivered THEN 0 ELSE p.failures + 1 END,
    since = CASE WHEN t.delivered THEN clock_timestamp() ELSE p.since END
FROM tried t WHERE (p.account_id, p.taken_until) = (t.account_id, t.taken_until)
    AND (p.ver <> t.ver OR NOT t.delivered)""")

Deliver = Callable[[str], Awaitable[None]]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Taken:
    account_id: str
    ver: int
    taken_until: datetime


class Pokes:
    """The relay's view of what journeys have not been told yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pending(self, limit: int) -> list[str]:
        """Accounts with a poke on its way, the oldest first."""
        async with self._database.single() as session:
            return list((await session.execute(_PENDING, {"limit": limit})).scalars())

    async def lag(self) -> timedelta:
        """Age of the oldest poke on its way; nothing pending is no age."""
        async with self._database.single() as session:
            age: timedelta = (await session.execute(_LAG)).scalar_one()
            return age

    async def take(self, deliver: Deliver, limit: int) -> int:
        """Deliver up to `limit` pokes and answer how many went well.

        Two relays never have the same poke at the same time. One that failed, or whose account was told
        something new meanwhile, stays; one whose relay died is free again after half a minute.
        """
        async with self._database.single() as session:
            taken = [_Taken(*row) for row in await session.execute(_TAKE, {"limit": limit})]
        if not taken:
            return 0
        delivered = await asyncio.gather(*(_delivered(deliver, poke.account_id) for poke in taken))
        tried = [
            {
                "account_id": poke.account_id,
                "ver": poke.ver,
                "taken_until": poke.taken_until.isoformat(),
                "delivered": well,
            }
            for poke, well in zip(taken, delivered, strict=True)
        ]
        async with self._database.single() as session:
            await session.execute(_SETTLE, {"tried": json.dumps(tried)})
        return sum(delivered)

    async def listen(self, patience_s: float = 1.0) -> AsyncGenerator[None]:
        """Ring at once, whenever a poke was committed, and at the latest every `patience_s` seconds.

        A lost connection only makes the rings come late.
        """
        while True:
            try:
                async with aclosing(_rings(self._database.plain_url, patience_s)) as rings:
                    async for _ in rings:
                        yield
            except psycopg.Error as trouble:
                _log.warning("poke_wakeups_lost", trouble=type(trouble).__name__)
                yield
                await asyncio.sleep(patience_s)


async def _delivered(deliver: Deliver, account_id: str) -> bool:
    try:
        async with asyncio.timeout(_DELIVERY_S):
            await deliver(account_id)
    except Exception as trouble:  # noqa: BLE001 - whatever it was, the poke stays
        _log.warning("poke_failed", account_id=account_id, trouble=type(trouble).__name__)
        return False
    return True


async def _rings(url: str, patience_s: float) -> AsyncGenerator[None]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("LISTEN pokes")
        yield
        while True:
            async for _ in connection.notifies(timeout=patience_s, stop_after=1):
                pass
            yield
