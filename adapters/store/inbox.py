"""The inbox: every webhook event is kept before anything is done with it, and each only once."""

from sqlalchemy.dialects.postgresql import insert

from adapters.store.database import Database
from adapters.store.rows.records import inbox


class Inbox:
    """Which events of which sender were seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, provider: str, event_id: str, body_hash: str) -> bool:
        """True the first time the event is seen, and never again."""
        row = {"provider": provider, "event_id": event_id, "body_hash": body_hash}
        kept = insert(inbox).values(row).on_conflict_do_nothing().returning(inbox.c.event_id)
        async with self._database.single() as session:
            return (await session.execute(kept)).one_or_none() is not None
