"""The documentation cannot lag behind: its examples are run, its tables are compared with the code."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest

from adapters.settings import Settings
from api.problems import ProblemKind
from api.services import Services
from tests.api.stage import publish_shipped_journeys
from tests.api.story import SECRET, client_for, enrolled

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
_OPTIONS_WITH_VALUE = {"-X": "method", "--json": "body", "-H": "header"}


@dataclass(frozen=True)
class Example:
    """One curl command and the statuses that may come back."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None
    statuses: frozenset[int]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def examples() -> Iterator[Example]:
    for block in blocks("sh"):
        for command, statuses in re.findall(r"^(curl .*?)\n# ([0-9 or]+)$", block, re.MULTILINE | re.DOTALL):
            yield example(shlex.split(command)[1:], statuses)


def example(words: list[str], statuses: str) -> Example:
    told: dict[str, str] = {}
    headers: list[tuple[str, str]] = []
    left = iter(words)
    for word in left:
        name = _OPTIONS_WITH_VALUE.get(word, "url")
        value = word if name == "url" else next(left)
        if name == "header":
            field, _, content = value.partition(": ")
            headers.append((field, content))
        else:
            told[name] = value
    if "body" in told:
        headers.append(("content-type", "application/json"))
    method = told.get("method", "POST" if "body" in told else "GET")
    expected = frozenset(int(status) for status in statuses.split(" or "))
    return Example(method, told["url"], tuple(headers), told.get("body"), expected)


def test_every_command_of_the_documentation_is_an_example() -> None:
    assert len(list(examples())) == sum(block.count("curl ") for block in blocks("sh")) > 20


@pytest.fixture
async def shipped(services: Services) -> Services:
    """The journeys that the product comes with."""
    await publish_shipped_journeys(services.database)
    return services


async def test_the_examples_answer_as_the_documentation_says(shipped: Services) -> None:
    async with client_for(shipped) as client:
        for each in examples():
            answer = await client.request(
                each.method, each.url, headers=list(each.headers), content=each.body
            )
            assert answer.status_code in each.statuses, (each, answer.text)


async def test_the_story_ends_as_it_is_told(shipped: Services) -> None:
    async with client_for(shipped) as client:
        for each in examples():
            await client.request(each.method, each.url, headers=list(each.headers), content=each.body)
        first = (await client.get("/v1/journeys/A-1001?epoch=1")).json()
        second = (await client.get("/v1/journeys/A-1001")).json()
        sent = (await client.get("/v1/outbox")).json()["messages"]
    assert (first["outcome"], second["outcome"]) == ("cured", "withdrawn")
    assert [message["step_id"] for message in sent] == ["first-reminder"]


async def test_the_signing_example_signs(services: Services) -> None:
    written: dict[str, object] = {}
    (code,) = blocks("python")
    exec(code, written)  # noqa: S102 - our own documentation
    (event,) = blocks("json")
    settings = Settings(reference_secret=SECRET, webhook_secrets="bank:s3cret")
    async with client_for(replace(services, settings=settings)) as client:
        await enrolled(client, "A-1001")
        body = event.encode()
        headers = written["signed_headers"]("s3cret", "evt-1", body)  # type: ignore[operator]
        answer = await client.post("/webhooks/payments", content=body, headers=headers)
    assert answer.json() == {"understood": True, "recorded": True}


def test_every_kind_of_problem_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", TEXT, re.MULTILINE)
    assert sorted(rows) == sorted((kind.code, f"{kind.status.value}") for kind in ProblemKind)


async def test_every_figure_is_in_the_table(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
    await client.post("/v1/journeys/A-1/exit")
    figures = (await client.get("/metrics")).text
    told = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", figures, re.MULTILINE))
    told = {name for name in told if not name.endswith("_created")}
    written = set(re.findall(r"^\| `(tideover_[a-z_]+)` \|", TEXT, re.MULTILINE))
    assert told == written


async def test_the_openapi_document_says_what_the_application_does(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) == 22
    tags = {tag["name"] for tag in document["tags"]}
    for operation in operations:
        assert operation["summary"]
        assert set(operation["tags"]) <= tags
        assert "HTTPValidationError" not in json.dumps(operation)


async def test_every_body_has_an_example_that_is_taken(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for name in (
        "AccountBody",
        "BillsBody",
        "StartBody",
        "PaymentBody",
        "PauseBody",
        "SkipBody",
        "ClockBody",
    ):
        assert schemas[name]["example"]
        assert schemas[name]["additionalProperties"] is False
    told = await client.put("/v1/accounts/A-1001", json=schemas["AccountBody"]["example"])
    assert told.status_code == 201
    paid = await client.post("/v1/payments", json=schemas["PaymentBody"]["example"])
    assert paid.status_code == 201


async def test_the_reference_page_shows_every_operation(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    page = await client.get("/docs")
    assert page.status_code == 200
    for path, methods in document["paths"].items():
        assert path in page.text
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
    assert "customer.contact_points[].address" in page.text
    assert "<script" not in page.text
    assert "payment or reversal" in page.text
    assert "data.amount_minor" in page.text
