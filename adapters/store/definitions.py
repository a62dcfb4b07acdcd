"""Journeys' definitions, each under the hash of its content: what a journey was pinned to never changes."""

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.errors import JourneyUnknown
from domain.journey.definition import Journey

_JOURNEY = TypeAdapter(Journey)
_PUBLISH = text("""
WITH kept AS (
    INSERT INTO definitions (version, name, body) VALUES (:version, :name, CAST(:body AS jsonb))
    ON CONFLICT (version) DO NOTHING)
INSERT INTO current_definitions AS known (name, version) VALUES (:name, :version)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, since = clock_timestamp()
WHERE known.version <> excluded.version""")
_LATEST = text("SELECT version FROM current_definitions WHERE name = :name")
_BODY = text("SELECT body FROM definitions WHERE version = :version")


class Definitions:
    """The journeys that may be walked. What was read once is remembered: a version is for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Journey] = {}

    async def publish(self, journey: Journey) -> None:
        """Make the journey the one that is opened under its name from now on. Again, it changes nothing."""
        body = _JOURNEY.dump_json(journey).decode()
        row = {"version": journey.version, "name": journey.name, "body": body}
        async with self._database.session() as session:
            await session.execute(_PUBLISH, row)

    async def latest(self, name: str) -> Journey:
        """The journey that is opened under the name now.

        Raises:
            JourneyUnknown: nothing was published under it.
        """
        async with self._database.single() as session:
            return await self.latest_in(session, name)

    async def load(self, version: str) -> Journey:
        """The journey of that version.

        Raises:
            JourneyUnknown: it was never published.
        """
        if version in self._known:
            return self._known[version]
        async with self._database.single() as session:
            return await self._read(session, version)

    async def latest_in(self, session: AsyncConnection, name: str) -> Journey:
        """As `latest`, inside a transaction."""
        version = (await session.execute(_LATEST, {"name": name})).scalar_one_or_none()
        if version is None:
            raise JourneyUnknown(name)
        return self._known.get(version) or await self._read(session, version)

    async def _read(self, session: AsyncConnection, version: str) -> Journey:
        body = (await session.execute(_BODY, {"version": version})).scalar_one_or_none()
        if body is None:
            raise JourneyUnknown(version)
        self._known[version] = _JOURNEY.validate_python(body)
        return self._known[version]
