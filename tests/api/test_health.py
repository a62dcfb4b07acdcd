"""How the process is: alive, ready, in figures, and in its log."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
import structlog
from structlog.testing import capture_logs

from adapters.settings import Settings
from adapters.store.database import Database
from api.routes import health
from api.services import Services
from tests.api.engine_twin import EngineTwin
from tests.api.story import KEY, SECRET, a_payment, client_for, enrolled, problem_in

NOWHERE = "postgresql+psycopg://nobody:x@127.0.0.1:1/none"


async def test_the_process_is_alive_whatever_else_is_away(services: Services, engine: EngineTwin) -> None:
    engine.down = True
    async with client_for(replace(services, database=Database.open(NOWHERE))) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


async def test_ready_is_when_both_parts_are(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": True, "temporal": True})


async def test_what_is_missing_is_named(services: Services, engine: EngineTwin) -> None:
    engine.down = True
    async with client_for(services) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "database": True, "temporal": False},
    )
    engine.down = False
    gone = Database.open(NOWHERE)
    async with client_for(replace(services, database=gone)) as client:
        answer = await client.get("/readyz")
    await gone.close()
    assert (answer.status_code, answer.json()["database"]) == (503, False)


async def test_a_part_that_does_not_answer_in_time_is_not_ready(
    services: Services, engine: EngineTwin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> bool:
        await asyncio.sleep(60)
        return True

    monkeypatch.setattr(health, "_PATIENCE_S", 0.05)
    monkeypatch.setattr(engine, "reachable", never)
    async with client_for(services) as client:
        assert (await client.get("/readyz")).json()["temporal"] is False


async def test_figures_count_requests_by_route_and_status(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    await client.get("/v1/accounts/nobody")
    await client.get("/v1/anything/at/all")
    figures = (await client.get("/metrics")).text
    for line in (
        'tideover_http_requests_total{method="GET",route="/v1/accounts/{account_id}",status="404"} 1.0',
        'tideover_http_requests_total{method="PUT",route="/v1/accounts/{account_id}",status="201"} 1.0',
        'tideover_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'tideover_journeys{stage="pre_due"} 1.0',
        "tideover_store_up 1.0",
    ):
        assert line in figures


async def test_a_made_up_method_adds_one_line_not_many(client: httpx2.AsyncClient) -> None:
    for method in ("BREW", "PROPFIND", "X" * 50):
        await client.request(method, "/v1/journeys")
    figures = (await client.get("/metrics")).text
    assert 'method="OTHER",route="/v1/journeys",status="405"} 3.0' in figures
    assert "BREW" not in figures


async def test_figures_tell_contacts_outcomes_and_lag(client: httpx2.AsyncClient, services: Services) -> None:
    await enrolled(client)
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
    await client.post("/v1/journeys/A-1/exit")
    figures = (await client.get("/metrics")).text
    assert 'tideover_contacts{channel="sms",state="accepted"} 1.0' in figures
    assert 'tideover_journeys_ended{outcome="withdrawn"} 1.0' in figures
    assert await services.pokes.lag() > timedelta()
    assert "tideover_poke_lag_seconds 0.0\n" not in figures


async def test_without_the_store_the_process_still_tells_its_figures(services: Services) -> None:
    gone = Database.open(NOWHERE)
    services.pokes._database = gone
    async with client_for(services) as client:
        await client.get("/healthz")
        figures = (await client.get("/metrics")).text
    await gone.close()
    assert "tideover_store_up 0.0" in figures
    assert 'route="/healthz"' in figures


async def test_each_application_counts_for_itself(services: Services) -> None:
    async with client_for(services) as one, client_for(services) as other:
        await one.get("/healthz")
        assert 'route="/healthz"' not in (await other.get("/metrics")).text


async def test_every_request_is_one_line_in_the_log(client: httpx2.AsyncClient) -> None:
    with capture_logs() as lines:
        answer = await client.get("/v1/accounts/nobody?x=1")
    (line,) = [line for line in lines if line["event"] == "request_answered"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/accounts/{account_id}", 404)


async def test_no_person_and_no_key_gets_into_the_log(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = replace(services, settings=Settings(reference_secret=SECRET, api_keys=KEY))
    with capture_logs() as lines:
        async with client_for(locked, authorization=f"Bearer {KEY}") as client:
            await enrolled(client)
            await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
            await client.get("/v1/outbox")
            await client.put("/v1/accounts/A-2", content=b'{"first_name": "Quillon"')
            await client.post("/v1/payments", json=a_payment(account_id="Quillon"))
            await client.get("/v1/journeys?account=Quillon")
            await client.get("/console/accounts/A-1")

            async def broken(*_: object) -> None:
                raise ValueError("Quillon +12025550143 quillon@example.test")

            monkeypatch.setattr(locked.journeys, "get", broken)
            assert (await client.get("/v1/journeys/A-1")).status_code == 500
    assert any(line["event"] == "request_failed" for line in lines)
    written = structlog.processors.JSONRenderer()(None, "", {"lines": lines})
    for secret in ("Quillon", "2025550143", "quillon@", KEY):
        assert secret not in written


async def test_a_failure_tells_a_number_to_ask_about_and_nothing_else(
    client: httpx2.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("Quillon")

    monkeypatch.setattr(services.journeys, "get", broken)
    answer = await client.get("/v1/journeys/A-1")
    assert (answer.status_code, problem_in(answer)) == (500, "failed")
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    assert "Quillon" not in answer.text
