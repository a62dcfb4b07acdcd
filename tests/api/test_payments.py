"""Payments: committed before they are acknowledged, once however often they are told."""

import asyncio

import httpx2
import pytest

from adapters.store.database import Database
from api.services import Services
from tests.adapters.store.snapshot import rows
from tests.api.engine_twin import EngineTwin
from tests.api.story import a_payment, an_account, client_for, enrolled, problem_in


async def test_a_payment_is_recorded_and_settles(client: httpx2.AsyncClient, database: Database) -> None:
    await enrolled(client)
    told = await client.post("/v1/payments", json=a_payment())
    assert (told.status_code, told.json()) == (201, {"recorded": True, "settled": True})
    assert len(await rows(database, "ledger")) == 1
    assert (await client.get("/v1/accounts/A-1")).json()["balance_minor"] == 0


async def test_a_payment_told_twice_is_one(client: httpx2.AsyncClient, database: Database) -> None:
    await enrolled(client)
    answers = await asyncio.gather(*(client.post("/v1/payments", json=a_payment()) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len(await rows(database, "ledger")) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 4999},
        {"account_id": "A-2"},
        {"bill_id": "B-1"},
        {"effective_at": "2026-03-09T11:00:00Z"},
        {"kind": "reversal", "reverses": "P-0"},
    ],
)
async def test_the_same_id_with_other_content_is_a_conflict(
    client: httpx2.AsyncClient, database: Database, change: dict[str, object]
) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    await client.put("/v1/accounts/A-2", json=an_account())
    assert (await client.post("/v1/payments", json=a_payment())).status_code == 201
    before = await rows(database, "ledger")
    told = await client.post("/v1/payments", json=a_payment(**change))
    assert (told.status_code, problem_in(told)) == (409, "payment-changed")
    assert await rows(database, "ledger") == before


async def test_a_payment_in_another_currency_is_a_conflict(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    told = await client.post("/v1/payments", json=a_payment(currency="EUR"))
    assert (told.status_code, problem_in(told)) == (409, "currency-mismatch")


async def test_a_payment_is_taken_while_the_engine_is_away(
    client: httpx2.AsyncClient, engine: EngineTwin, database: Database
) -> None:
    await enrolled(client)
    engine.down = True
    told = await client.post("/v1/payments", json=a_payment())
    assert (told.status_code, told.json()["settled"]) == (201, True)
    assert [poke["account_id"] for poke in await rows(database, "pokes")] == ["A-1"]


async def test_with_the_database_away_nothing_is_acknowledged(services: Services) -> None:
    await services.database.close()
    gone = Database.open("postgresql+psycopg://nobody:x@127.0.0.1:1/none")
    services.intake._database = gone
    async with client_for(services) as client:
        told = await client.post("/v1/payments", json=a_payment())
    await gone.close()
    assert (told.status_code, problem_in(told)) == (503, "store-unavailable")
    assert told.headers["retry-after"] == "5"


async def test_a_reversal_raises_the_balance_again(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    await client.post("/v1/payments", json=a_payment())
    back = a_payment(source_event_id="P-2", kind="reversal", reverses="P-1")
    told = await client.post("/v1/payments", json=back)
    assert told.status_code == 201
    assert (await client.get("/v1/accounts/A-1")).json()["balance_minor"] == 5000


async def test_after_a_payment_nothing_is_sent_any_more(client: httpx2.AsyncClient) -> None:
    await enrolled(client, clock="2026-03-09T12:00:00Z")
    await client.post("/v1/payments", json=a_payment())
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-07-01T12:00:00Z"})
    assert (await client.get("/v1/outbox")).json() == {"messages": []}
    journey = (await client.get("/v1/journeys/A-1")).json()
    assert (journey["outcome"], journey["reason"]) == ("cured", "paid_before_due")
