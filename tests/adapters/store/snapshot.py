"""The whole database as a value, to tell whether something was changed."""

from typing import Any

from sqlalchemy import text

from adapters.store.database import Database
from adapters.store.rows.frame import Stored


async def rows(database: Database, table: str) -> list[dict[str, Any]]:
    """All rows of a table, in the order of their keys."""
    keys = ", ".join(column.name for column in Stored.metadata.tables[table].primary_key)
    async with database.single() as session:
        found = await session.execute(text(f"SELECT * FROM {table} ORDER BY {keys}"))  # noqa: S608 - our tables
        return [dict(row) for row in found.mappings()]


async def snapshot(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    return {table: await rows(database, table) for table in sorted(Stored.metadata.tables)}
