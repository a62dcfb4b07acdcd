"""What strangers and mistaken callers send: refused, unrepeated, and without a trace."""

import json
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

import httpx2
import pytest

from adapters.store.database import Database
from tests.adapters.store.snapshot import snapshot
from tests.api.bad_input import BODIES, MARK, bad_accounts, bad_orders, bad_payments, without
from tests.api.story import a_bill, a_payment, an_account, problem_in


async def refuses(
    client: httpx2.AsyncClient,
    method: str,
    address: str,
    **what: Any,  # noqa: ANN401 - as httpx2 takes it
) -> tuple[int, httpx2.Response]:
    """The answer is a problem of the caller's, comes soon, and repeats nothing that was sent."""
    began = perf_counter()
    answer = await client.request(method, address, **what)
    assert perf_counter() - began < 3
    assert 400 <= answer.status_code < 500, (answer.status_code, f"{what}"[:300])
    assert problem_in(answer)
    assert len(answer.content) < 8_000
    assert MARK not in answer.text.lower()
    return answer.status_code, answer


@pytest.fixture
async def known(client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """A caller of a server that knows an account with a journey."""
    await client.put("/v1/accounts/A-1", json=an_account())
    await client.post("/v1/journeys", json={"account_id": "A-1"})
    return client


async def test_bad_accounts_change_nothing(known: httpx2.AsyncClient, database: Database) -> None:
    before = await snapshot(database)
    cases = list(bad_accounts())
    for body in cases:
        status, _ = await refuses(known, "PUT", "/v1/accounts/A-1", json=body)
        assert status in {400, 422}
    assert len(cases) > 200
    assert await snapshot(database) == before


async def test_bad_payments_change_nothing(known: httpx2.AsyncClient, database: Database) -> None:
    before = await snapshot(database)
    cases = list(bad_payments())
    for body in cases:
        status, _ = await refuses(known, "POST", "/v1/payments", json=body)
        assert status in {400, 422}
    assert len(cases) > 80
    assert await snapshot(database) == before


async def test_bad_orders_change_nothing(known: httpx2.AsyncClient, database: Database) -> None:
    before = await snapshot(database)
    cases = list(bad_orders())
    for address, body in cases:
        status, _ = await refuses(known, "POST", address, json=body)
        assert status in {400, 422}
    assert len(cases) > 60
    assert await snapshot(database) == before


@pytest.mark.parametrize(("_name", "body"), BODIES, ids=[name for name, _ in BODIES])
async def test_bodies_that_are_not_json_with_one_meaning_change_nothing(
    known: httpx2.AsyncClient, database: Database, _name: str, body: bytes
) -> None:
    before = await snapshot(database)
    headers = {"content-type": "application/json"}
    status, _ = await refuses(known, "POST", "/v1/payments", content=body, headers=headers)
    assert status == 400
    assert await snapshot(database) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/jsonp"},
        {"content-type": f"application/{MARK}"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/json", "content-encoding": "br"},
    ],
)
async def test_only_plain_json_is_taken(known: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    body = json.dumps(a_payment()).encode()
    status, _ = await refuses(known, "POST", "/v1/payments", content=body, headers=headers)
    assert status == 415


@pytest.mark.parametrize(
    ("content_type", "expected"), [("application/json; charset=utf-8", 201), ("Application/JSON", 201)]
)
async def test_json_may_be_announced_in_other_ways(
    known: httpx2.AsyncClient, content_type: str, expected: int
) -> None:
    body = json.dumps(a_payment()).encode()
    answer = await known.post("/v1/payments", content=body, headers={"content-type": content_type})
    assert answer.status_code == expected


async def test_a_large_body_is_refused_before_it_is_read(known: httpx2.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    announced = b'"' + b"x" * (20 * 1024 * 1024) + b'"'
    status, _ = await refuses(known, "PUT", "/v1/accounts/A-1", content=announced, headers=headers)
    assert status == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 100_000

    status, answer = await refuses(known, "PUT", "/v1/accounts/A-1", content=pieces(), headers=headers)
    assert status == 413
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "limit=%00",
        f"limit={'9' * 5000}",
        f"stage={MARK}",
        f"waiting={MARK}",
        f"outcome={MARK}",
        "journey=A%20B",
        "open=maybe",
        "account=%25",
        "account=_%00",
        f"account={'x' * 65}",
        f"cursor={MARK}",
        f"cursor={'x' * 501}",
        f"{MARK}=1",
        "epoch=1",
        "role=admin",
    ],
)
async def test_bad_queries_are_refused(known: httpx2.AsyncClient, query: str) -> None:
    status, _ = await refuses(known, "GET", f"/v1/journeys?{query}")
    assert status == 422


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/v1/accounts/%00"),
        ("GET", f"/v1/accounts/{MARK}%0d%0aX:y"),
        ("GET", f"/v1/accounts/%E2%80%AE{MARK}"),
        ("GET", "/v1/accounts/" + "x" * 10_000),
        ("GET", "/v1/accounts/%ff%fe"),
        ("GET", f"/v1/accounts/{MARK}%20{MARK}"),
        ("GET", "/v1/accounts/%2e%2e%2fhealthz"),
        ("GET", "/v1/journeys/A-1?epoch=0"),
        ("GET", "/v1/journeys/A-1?epoch=99999999999999999999"),
        ("GET", "/v1/journeys/A-1/forecast?days=0"),
        ("GET", "/v1/journeys/A-1/forecast?days=401"),
        ("GET", "/v1/journeys/A-1/forecast?days=1e2"),
        ("DELETE", "/v1/accounts/A-1/bills/%00"),
        ("DELETE", "/v1/accounts/A-1/bills/B-1?at=yesterday"),
        ("GET", "/v1/outbox?limit=201"),
        ("GET", "/v1/tasks?limit=0"),
        ("GET", "/v1/tasks?open=maybe"),
        ("GET", f"/v1/tasks?account_id={MARK}%20"),
        ("PATCH", "/v1/accounts/A-1"),
        ("DELETE", "/v1/accounts/A-1"),
        ("TRACE", "/v1/journeys"),
        ("GET", f"/v1/{MARK}"),
        ("GET", "/v1/accounts/A-1/"),
        ("POST", "/healthz"),
    ],
)
async def test_bad_addresses_are_refused(
    known: httpx2.AsyncClient, database: Database, method: str, address: str
) -> None:
    before = await snapshot(database)
    status, _ = await refuses(known, method, address)
    assert status in {404, 405, 422}
    assert await snapshot(database) == before


async def test_a_refusal_names_each_fault_and_where_it_is(known: httpx2.AsyncClient) -> None:
    body = an_account(bills=[a_bill(amount_minor="5000") | {"due_on": "soon"}], currency="XXX")
    _, answer = await refuses(known, "PUT", "/v1/accounts/A-1", json=body)
    assert answer.json()["errors"] == [
        {"at": "body/currency", "problem": "write an ISO 4217 code in use, such as USD"},
        {"at": "body/bills/0/due_on", "problem": "write a day as 2026-03-01"},
        {"at": "body/bills/0/amount_minor", "problem": "Input should be a valid integer"},
    ]


async def test_a_refusal_of_a_foreign_field_names_those_that_are_known(known: httpx2.AsyncClient) -> None:
    _, answer = await refuses(known, "POST", "/v1/journeys/A-1/skip", json={MARK: 1, "step_id": "x"})
    assert answer.json()["errors"] == [{"at": "body", "problem": "a field is not known; known are: step_id"}]


async def test_a_thousand_faults_are_told_in_twenty(known: httpx2.AsyncClient) -> None:
    body = an_account(bills=[a_bill(f"B-{n}", amount_minor=0) for n in range(1_000)])
    _, answer = await refuses(known, "PUT", "/v1/accounts/A-1", json=body)
    assert len(answer.json()["errors"]) == 20


async def test_a_field_that_is_missing_is_named(known: httpx2.AsyncClient) -> None:
    _, answer = await refuses(known, "POST", "/v1/payments", json=without(a_payment(), "source"))
    assert answer.json()["errors"] == [{"at": "body/source", "problem": "is required"}]
