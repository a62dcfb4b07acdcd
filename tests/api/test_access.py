"""Who may come in, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from starlette.types import Message, Scope

from adapters.settings import Settings
from api.app import create_app
from api.services import Services
from tests.api.engine_twin import EngineTwin
from tests.api.story import BASE, KEY, SECRET, an_account, client_for, problem_in

OPEN = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/p/{reference}",
    "/console/sign-in",
    "/console/static/console.css",
)
PAGES = ("/console", "/docs", "/console/accounts/A-1")


@pytest.fixture
def locked(services: Services) -> Services:
    """The same services, behind two API keys and TLS."""
    return replace(
        services,
        settings=Settings(
            reference_secret=SECRET,
            api_keys=f"{KEY},another-key-of-more-than-24",
            public_base_url="https://tideover.example",
        ),
    )


@pytest.fixture
async def outsider(locked: Services) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_for(locked) as client:
        yield client


def every_operation(services: Services) -> list[tuple[str, str]]:
    """Method and address of each route that the application has."""
    found = []
    for router in create_app(services).routes:
        for route in getattr(router, "effective_route_contexts", list)():
            found += [(method, route.path) for method in sorted(route.methods)]
    return found


async def test_every_route_but_the_open_ones_asks_for_a_key(
    locked: Services, outsider: httpx2.AsyncClient
) -> None:
    operations = every_operation(locked)
    assert len(operations) > 30
    for method, path in operations:
        address = path.replace("{account_id}", "A-1").replace("{bill_id}", "B-1")
        address = address.replace("{name}", "console.css")
        answer = await outsider.request(method, address)
        if address in OPEN or address == "/" or address.startswith("/webhooks/"):
            assert answer.status_code != 401 or problem_in(answer) == "signature-refused"
        elif method == "POST" and address == "/console/sign-in":
            assert answer.status_code == 403
        elif answer.status_code == 303:
            assert (method, answer.headers["location"]) == ("GET", "/console/sign-in")
            assert address.startswith(("/console", "/docs", "/openapi.json"))
        else:
            assert (answer.status_code, problem_in(answer)) == (401, "key-required"), address
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_addresses_that_do_not_exist_ask_for_a_key_too(outsider: httpx2.AsyncClient) -> None:
    for address in ("/v1/none", "/none", "/V1/accounts/A-1", "//v1/journeys", "/v1/../v1/journeys"):
        assert (await outsider.get(address)).status_code == 401


@pytest.mark.parametrize("key", [KEY, "another-key-of-more-than-24"])
async def test_each_key_opens(locked: Services, key: str) -> None:
    async with client_for(locked, authorization=f"Bearer {key}") as client:
        assert (await client.put("/v1/accounts/A-1", json=an_account())).status_code == 201
        assert (await client.get("/openapi.json")).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {KEY}",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}x",
        f"Bearer {KEY},another-key-of-more-than-24",
        f"Bearer {KEY.upper()}",
        KEY,
        "Bearer " + "x" * 8_000,
        "Bearer \x80\xff",
    ],
)
async def test_anything_else_does_not(locked: Services, authorization: str) -> None:
    async with client_for(locked) as client:
        headers = {"authorization": authorization.encode("latin-1")}
        answer = await client.get("/v1/journeys", headers=headers)  # type: ignore[arg-type]
        assert problem_in(answer) == "key-required"
        page = await client.get("/console", headers=headers)  # type: ignore[arg-type]
        assert problem_in(page) == "key-required"


async def test_without_a_key_not_a_byte_of_the_body_is_read(locked: Services) -> None:
    async def receive() -> Message:
        raise AssertionError("the body was asked for")

    answers: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        answers.append(message)

    await create_app(locked)(a_scope("PUT", "/v1/accounts/A-1"), receive, send)
    assert answers[0]["status"] == 401


async def test_a_caller_s_name_stands_behind_an_order_and_is_not_the_key(
    locked: Services, engine: EngineTwin
) -> None:
    async with client_for(locked, authorization=f"Bearer {KEY}") as client:
        await client.put("/v1/accounts/A-1", json=an_account())
        await client.post("/v1/journeys", json={"account_id": "A-1"})
        await client.post("/v1/journeys/A-1/skip", json={"step_id": "heads-up"})
        lines = (await client.get("/v1/journeys/A-1")).json()["timeline"]
    (skipped,) = [line for line in lines if line["what"] == "step_skipped"]
    assert skipped["why"].startswith("key-")
    assert skipped["why"].removeprefix("key-") not in KEY
    assert not engine.down


async def test_operators_sign_in_with_a_key_and_out_again(outsider: httpx2.AsyncClient) -> None:
    outsider.headers["sec-fetch-site"] = "same-origin"
    outsider.base_url = httpx2.URL("https://tideover.example")
    for address in PAGES:
        led = await outsider.get(address)
        assert (led.status_code, led.headers["location"]) == (303, "/console/sign-in")
    token = a_token(await outsider.get("/console/sign-in"))
    refused = await outsider.post("/console/sign-in", data={"token": token, "key": "wrong"})
    assert refused.status_code == 401
    assert "not accepted" in refused.text
    signed = await outsider.post("/console/sign-in", data={"token": token, "key": KEY})
    assert (signed.status_code, signed.headers["location"]) == (303, "/console")
    cookie = signed.headers["set-cookie"]
    assert cookie.startswith("__Host-tideover_session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert (await outsider.get("/console")).status_code == 200
    assert (await outsider.get("/docs")).status_code == 200
    assert (await outsider.get("/v1/journeys")).status_code == 401
    out = await outsider.post("/console/sign-out", data={"token": token})
    assert (out.status_code, out.headers["location"]) == (303, "/console/sign-in")
    assert (await outsider.get("/console")).status_code == 303


async def test_where_no_key_is_asked_for_there_is_nothing_to_sign_in_to(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/console/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost.evil"])
async def test_an_open_server_answers_to_its_own_names_only(client: httpx2.AsyncClient, host: str) -> None:
    answer = await client.get("/v1/journeys", headers={"host": host})
    assert (answer.status_code, problem_in(answer)) == (421, "host-refused")


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "[::1]:8080", "LOCALHOST"])
async def test_loopback_names_are_its_own(client: httpx2.AsyncClient, host: str) -> None:
    assert (await client.get("/v1/journeys", headers={"host": host})).status_code == 200


async def test_a_locked_server_answers_to_any_name(locked: Services) -> None:
    async with client_for(locked, authorization=f"Bearer {KEY}", host="load-balancer") as client:
        assert (await client.get("/v1/journeys")).status_code == 200


async def test_only_http_and_lifespan_are_spoken(services: Services) -> None:
    async def receive() -> Message:
        return {"type": "websocket.connect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    scope = {**a_scope("GET", "/v1/journeys"), "type": "websocket", "subprotocols": []}
    await create_app(services)(scope, receive, send)
    assert sent[0]["type"] in {"websocket.close", "websocket.http.response.start"}


def a_scope(method: str, path: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", BASE.removeprefix("http://").encode()), (b"content-length", b"10")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
    }


def a_token(page: httpx2.Response) -> str:
    """The form token in a page."""
    found: str = page.text.partition('name="token" value="')[2].partition('"')[0]
    assert found
    return found


async def test_a_caller_that_goes_away_mid_body_is_left_alone(services: Services) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    await create_app(services)(a_scope("PUT", "/v1/accounts/A-1"), receive, send)
    assert sent == []


async def test_an_answer_that_breaks_off_is_not_begun_again(services: Services) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)
        if message["type"] == "http.response.body":
            raise ValueError("Quillon")

    with pytest.raises(RuntimeError, match="broke off") as broken_off:
        await create_app(services)(a_scope("GET", "/healthz"), receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert broken_off.value.__cause__ is None
