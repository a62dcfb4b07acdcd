"""What follows every fact told about an account: a new version, a poke, a line in the trail."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.trail import INSERTION, UNLESS_THERE, Entry, as_parameter

BUMPED = "UPDATE accounts SET ver = ver + 1 WHERE account_id = :account_id"
POKED = """INSERT INTO pokes (account_id, ver) SELECT account_id, ver FROM bumped
ON CONFLICT (account_id) DO UPDATE SET ver = excluded.ver"""
_SPREAD = text(f"""
WITH bumped AS ({BUMPED} RETURNING account_id, ver),
poked AS ({POKED}),
noted AS ({INSERTION} {UNLESS_THERE})
SELECT ver FROM bumped""")  # noqa: S608 - fixed names
_QUIET = text(f"WITH noted AS ({INSERTION} {UNLESS_THERE}) {BUMPED}")


async def spread(session: AsyncConnection, account_id: str, *entries: Entry) -> None:
    """Make a change known: to the gate by the version, to the journey by a poke, to readers by the trail."""
    await session.execute(_SPREAD, {"account_id": account_id, "entries": as_parameter(entries)})


async def note(session: AsyncConnection, account_id: str, *entries: Entry) -> None:
    """As `spread`, for a change that the journey made itself: it need not be poked."""
    await session.execute(_QUIET, {"account_id": account_id, "entries": as_parameter(entries)})
