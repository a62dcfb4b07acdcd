import contextlib
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from adapters.providers.simulator.app import create_simulator
from adapters.providers.wire import Bounds, Wire
from tests.adapters.providers.builders import Carriers, Listener, served


@pytest.fixture(scope="session")
def running_carriers() -> Iterator[Carriers]:
    listener = Listener()
    with contextlib.ExitStack() as stack:
        listener.url = f"http://127.0.0.1:{stack.enter_context(served(listener.app()))}"
        url = f"http://127.0.0.1:{stack.enter_context(served(create_simulator()))}"
        client = stack.enter_context(httpx2.Client(base_url=url, trust_env=False))
        yield Carriers(url, listener, client)


@pytest.fixture
def carriers(running_carriers: Carriers) -> Carriers:
    running_carriers.client.post("/_control/reset").raise_for_status()
    running_carriers.client.put("/_control/webhooks", json={}).raise_for_status()
    running_carriers.listener.heard.clear()
    running_carriers.listener.answers.clear()
    return running_carriers


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    line = Wire(Bounds(total=5.0, connect=2.0))
    yield line
    await line.aclose()


@pytest.fixture
async def hasty_wire() -> AsyncIterator[Wire]:
    line = Wire(Bounds(total=0.5, connect=0.5))
    yield line
    await line.aclose()
