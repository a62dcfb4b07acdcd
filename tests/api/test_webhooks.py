"""Signed events: nobody is believed without a signature, and a repeat changes nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from adapters.settings import Settings
from adapters.store.database import Database
from api.services import Services
from api.webhooks.standard import sign
from tests.adapters.store.snapshot import rows, snapshot
from tests.api.story import SECRET, an_account, client_for, enrolled, problem_in

NEW = "new-secret"


def an_event(**changes: object) -> dict[str, Any]:
    facts = {"account_id": "A-1", "amount_minor": 5000, "currency": "USD"}
    return {"type": "payment.received", "timestamp": "2026-03-09T12:00:00Z", "data": facts} | changes


def signed(body: bytes, event_id: str = "evt-1", secret: str = NEW, age: int = 0) -> dict[str, str]:
    sent = f"{int((datetime.now(UTC) - timedelta(seconds=age)).timestamp())}"
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{sign(secret, f'{event_id}.{sent}.'.encode() + body)}",
    }


async def sent(
    client: httpx2.AsyncClient, event: object, event_id: str = "evt-1", secret: str = NEW, age: int = 0
) -> httpx2.Response:
    body = json.dumps(event).encode()
    headers = signed(body, event_id, secret, age)
    return await client.post("/webhooks/payments", content=body, headers=headers)


async def test_a_signed_payment_is_in_the_ledger_under_its_sender(
    client: httpx2.AsyncClient, database: Database
) -> None:
    await enrolled(client)
    answer = await sent(client, an_event())
    assert (answer.status_code, answer.json()) == (200, {"understood": True, "recorded": True})
    entry = (await rows(database, "ledger"))[0]
    assert (entry["source"], entry["source_event_id"], entry["amount_minor"]) == ("bank", "evt-1", 5000)


async def test_a_genuine_event_again_changes_nothing(client: httpx2.AsyncClient, database: Database) -> None:
    await enrolled(client)
    await sent(client, an_event(), secret="old-secret")
    before = await snapshot(database)
    answer = await sent(client, an_event())
    assert (answer.status_code, answer.json()) == (200, {"understood": True, "recorded": False})
    assert await snapshot(database) == before


async def test_a_reversal_names_the_event_that_it_takes_back(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    await sent(client, an_event())
    back = an_event(type="payment.reversed", data=an_event()["data"] | {"reverses": "evt-1"})
    assert (await sent(client, back, event_id="evt-2")).json()["recorded"]
    assert (await client.get("/v1/accounts/A-1")).json()["balance_minor"] == 5000


async def test_a_type_that_means_nothing_here_is_acknowledged(
    client: httpx2.AsyncClient, database: Database
) -> None:
    before = await snapshot(database)
    answer = await sent(client, {"type": "customer.updated", "data": {"anything": ["at", "all"]}})
    assert (answer.status_code, answer.json()) == (200, {"understood": False, "recorded": False})
    assert await snapshot(database) == before


@pytest.mark.parametrize(
    "how", [{"secret": "guess"}, {"age": 301}, {"age": -301}, {"event_id": "evt 1"}, {"event_id": ""}]
)
async def test_without_a_good_signature_nothing_happens(
    client: httpx2.AsyncClient, database: Database, how: dict[str, Any]
) -> None:
    await enrolled(client)
    before = await snapshot(database)
    answer = await sent(client, an_event(), **how)
    assert (answer.status_code, problem_in(answer)) == (401, "signature-refused")
    assert await snapshot(database) == before


async def test_a_body_altered_by_one_byte_is_refused(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    body = json.dumps(an_event()).encode()
    answer = await client.post(
        "/webhooks/payments", content=body.replace(b"5000", b"5001"), headers=signed(body)
    )
    assert problem_in(answer) == "signature-refused"


async def test_an_unsigned_event_is_not_told_what_is_wrong_with_it(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/webhooks/payments", json={"type": 1, "data": "no"})
    assert problem_in(answer) == "signature-refused"


@pytest.mark.parametrize(
    "event",
    [
        an_event(type=5),
        an_event(type="Payment!"),
        an_event(timestamp="yesterday"),
        an_event(data={}),
        an_event(data=an_event()["data"] | {"amount_minor": 0}),
        an_event(data=an_event()["data"] | {"amount_minor": "5000"}),
        an_event(data=an_event()["data"] | {"balance": 1}),
        an_event(data=an_event()["data"] | {"reverses": "evt-0"}),
        an_event(type="payment.reversed"),
        an_event(extra=1),
        [],
        "text",
    ],
)
async def test_a_signed_event_out_of_shape_is_refused(client: httpx2.AsyncClient, event: object) -> None:
    await enrolled(client)
    answer = await sent(client, event)
    assert (answer.status_code, problem_in(answer)) == (422, "invalid-request")


async def test_an_event_for_nobody_is_not_acknowledged(client: httpx2.AsyncClient) -> None:
    answer = await sent(client, an_event())
    assert (answer.status_code, problem_in(answer)) == (404, "account-unknown")


async def test_webhooks_take_small_bodies_only(client: httpx2.AsyncClient) -> None:
    big = an_event(data="x" * 70_000)
    assert problem_in(await sent(client, big)) == "body-too-large"


async def test_without_secrets_every_event_is_refused(services: Services) -> None:
    async with client_for(replace(services, settings=Settings(reference_secret=SECRET))) as client:
        await client.put("/v1/accounts/A-1", json=an_account())
        assert problem_in(await sent(client, an_event())) == "signature-refused"
