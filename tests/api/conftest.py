"""The real application over the real store; only Temporal and the carriers' reports are played."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from adapters.settings import Settings
from adapters.store.database import Database
from api.services import Services
from tests.api.engine_twin import EngineTwin
from tests.api.stage import an_engine, publish_plain_journeys, the_services
from tests.api.story import SECRET, client_for


@pytest.fixture
async def engine(database: Database) -> EngineTwin:
    """Journeys without Temporal."""
    await publish_plain_journeys(database)
    return an_engine(database)


@pytest.fixture
def settings() -> Settings:
    """Development, without API keys; tests put in what they are about."""
    return Settings(reference_secret=SECRET, webhook_secrets="bank:old-secret,bank:new-secret")


@pytest.fixture
def services(database: Database, engine: EngineTwin, settings: Settings) -> Services:
    """Every door."""
    return the_services(database, engine, settings)


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    """A caller without a key, where none is asked for."""
    async with client_for(services) as caller:
        yield caller
