"""The real services of a run: PostgreSQL and Temporal of our own in a folder that goes away afterwards."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from temporalio.client import Client

from activities.activities import Activities
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.temporal_server import EmbeddedTemporal
from adapters.settings import Settings
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.intake import Intake
from adapters.store.pokes import Pokes
from adapters.temporal.client import connect
from benchmarks.cost import Processes
from benchmarks.portfolio import nine_contacts
from commands import parts
from domain.feed import AccountFeed

_AT_ONCE, _BATCH = 8, 500


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are."""

    database_url: str
    temporal: str
    processes: Processes


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a benchmark may touch."""

    client: Client
    address: str
    database: Database
    intake: Intake
    processes: Processes
    settings: Settings

    def activities(self) -> Activities:
        """The real ones, on the store and the development outbox."""
        return parts.activities(self.settings, self.database)

    async def enrol(self, feeds: Sequence[AccountFeed]) -> list[str]:
        """Tell the store of accounts, several at once, and forget their pokes; their ids."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def tell(feed: AccountFeed) -> str:
            async with places:
                await self.intake.tell_account(feed)
            return feed.account_id

        told = list(await asyncio.gather(*map(tell, feeds)))
        while await Pokes(self.database).take(_forget, _BATCH):
            pass
        return told


async def _forget(account_id: str) -> None:
    del account_id


@contextmanager
def servers() -> Iterator[Addresses]:
    """PostgreSQL, as durable as it is for a user, and Temporal; gone at the end, with all they wrote.

    The server is one that may skip time because that one fires timers within 10 ms of their time, not within
    a second, and so short timers are not all that is measured. No workflow here skips time.
    """
    with (
        tempfile.TemporaryDirectory(prefix="tideover-benchmarks-") as folder,
        EmbeddedPostgres(Path(folder)) as postgres,
        EmbeddedTemporal(Path(folder), 0, 0, headless=True, time_skipping=True) as temporal,
    ):
        yield Addresses(postgres.url, temporal.address, Processes(temporal.pid, postgres.pid))


@asynccontextmanager
async def stage(addresses: Addresses) -> AsyncIterator[Stage]:
    """The services with our schema, the shipped journeys and the benchmarks' own."""
    settings = Settings(
        database_url=None, temporal_address=addresses.temporal, reference_secret=SecretStr("b" * 32)
    )
    async with parts.open_database(addresses.database_url) as database:
        await database.migrate()
        await parts.publish_journeys(database)
        await Definitions(database).publish(nine_contacts())
        client = await connect(addresses.temporal, "default", {})
        intake = Intake(database, b"benchmarks")
        yield Stage(client, addresses.temporal, database, intake, addresses.processes, settings)
