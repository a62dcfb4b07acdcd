"""What every answer carries, whoever gives it."""

from dataclasses import replace

import httpx2
import pytest

from adapters.settings import Settings
from api.services import Services
from tests.api.engine_twin import EngineTwin
from tests.api.story import SECRET, an_account, client_for

ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def test_every_answer_carries_the_security_headers(
    client: httpx2.AsyncClient,
    engine: EngineTwin,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    engine.down = True
    answers = [
        await client.get("/v1/accounts/A-1"),
        await client.get("/none"),
        await client.put("/v1/journeys"),
        await client.post("/v1/payments", content=b"{"),
        await client.post("/v1/journeys", json={"account_id": "A-1"}),
        await client.get("/healthz", headers={"host": "evil.example"}),
        await client.get("/metrics"),
    ]
    monkeypatch.setattr(services.journeys, "get", broken)
    answers.append(await client.get("/v1/journeys/A-1"))
    assert [answer.status_code for answer in answers] == [200, 404, 405, 415, 503, 421, 200, 500]
    for answer in answers:
        assert ALWAYS.items() <= answer.headers.items()
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in answer.headers


async def test_over_tls_the_browser_is_told_to_stay_there(services: Services) -> None:
    secure = Settings(reference_secret=SECRET, public_base_url="https://tideover.example")
    async with client_for(replace(services, settings=secure)) as client:
        answer = await client.get("/healthz")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_pages_may_load_our_own_files_and_nothing_else(client: httpx2.AsyncClient) -> None:
    policy = (await client.get("/console")).headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


async def test_the_stylesheet_may_be_kept_for_ever(client: httpx2.AsyncClient) -> None:
    style = await client.get("/console/static/console.css?v=1")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    for name in ("../base.html", "journeys.html", "%2e%2e%2fframe.html", "none.css"):
        assert (await client.get(f"/console/static/{name}")).status_code == 404


async def broken(*_: object) -> None:
    raise ValueError("Quillon +12025550143")
