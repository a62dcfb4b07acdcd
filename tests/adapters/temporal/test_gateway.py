import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.store.errors import StoreUnavailable
from adapters.temporal.client import converter
from adapters.temporal.gateway import EngineUnavailable, Gateway, JourneyNotOpen, _answer
from adapters.temporal.relay import relay
from domain.account import Account
from tests.domain.journey_builders import STANDING, a_bill, a_journey, at
from tests.workflows.conftest import Stage
from tests.workflows.twin import Twin


@pytest.fixture
async def nowhere() -> Gateway:
    client = await Client.connect("127.0.0.1:9", lazy=True, data_converter=converter({}))
    return Gateway(client)


async def test_an_engine_that_is_away_is_said_so(nowhere: Gateway) -> None:
    assert not await nowhere.reachable()


async def test_a_running_engine_is_reachable(stage: Stage) -> None:
    twin = Twin(a_journey(), Account((a_bill(),)), STANDING, clock=at(-20))
    async with stage(twin) as gateway:
        assert await gateway.reachable()


async def test_orders_to_a_journey_that_is_not_there_are_refused(stage: Stage) -> None:
    twin = Twin(a_journey(), Account(()), STANDING, clock=at(-20))
    async with stage(twin) as gateway:
        for order in (gateway.pause, gateway.resume, gateway.leave):
            with pytest.raises(JourneyNotOpen):
                await order(uuid4().hex, "agent-7")


def failing(*statuses: RPCStatusCode) -> Callable[[], Awaitable[str]]:
    left = list(statuses)

    async def ask() -> str:
        if left:
            raise RPCError("secret text", left.pop(0), b"")
        return "answered"

    return ask


async def test_a_journey_that_is_turning_a_page_is_asked_again() -> None:
    assert await _answer(failing(RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.ABORTED)) == "answered"
    with pytest.raises(EngineUnavailable, match="busy"):
        await _answer(failing(*[RPCStatusCode.ABORTED] * 9))


async def test_trouble_with_the_engine_is_named_without_its_words() -> None:
    with pytest.raises(EngineUnavailable) as trouble:
        await _answer(failing(RPCStatusCode.UNAVAILABLE))
    assert "secret" not in str(trouble.value)


class Box:
    """A poke box whose store is away at first."""

    def __init__(self) -> None:
        self.waiting = [f"a{n}" for n in range(150)]
        self.away = True

    async def take(self, deliver: Callable[[str], Awaitable[None]], limit: int) -> int:
        if self.away:
            self.away = False
            raise StoreUnavailable("08006")
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        for account_id in taken:
            await deliver(account_id)
        return len(taken)

    async def listen(self) -> AsyncIterator[None]:
        while True:
            await asyncio.sleep(0.001)
            yield


async def test_the_relay_delivers_every_poke_through_an_outage() -> None:
    box, delivered = Box(), list[str]()
    done = asyncio.Event()

    async def deliver(account_id: str) -> None:
        delivered.append(account_id)
        if len(delivered) == 150:
            done.set()

    carrying = asyncio.create_task(relay(box, deliver))
    await asyncio.wait_for(done.wait(), 5)
    carrying.cancel()
    await asyncio.gather(carrying, return_exceptions=True)
    assert delivered == [f"a{n}" for n in range(150)]
