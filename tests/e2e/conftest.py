"""The installation that most of these tests call: this process's own worker and API on real servers."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.house import House, a_house
from tests.e2e.servers import Temporal, a_temporal


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Temporal]:
    with a_temporal(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture
async def house(database_url: str, temporal: Temporal) -> AsyncIterator[House]:
    async with a_house(database_url, temporal.address) as open_house:
        yield open_house
