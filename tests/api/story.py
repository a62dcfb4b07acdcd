"""Requests as a billing system would send them, and what is expected of every answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from adapters.providers.delivery import DeliveryReport
from api.app import create_app
from api.services import Services

BASE = "http://127.0.0.1:8080"
SECRET = "a secret that is only for tests, 32+"
KEY = "tideover-test-key-of-32-characters"
PROBLEM = "urn:tideover:problem:"


@dataclass
class KeptReports:
    """Where carriers' reports end up; the first of each is news."""

    reports: list[DeliveryReport] = field(default_factory=list)

    async def merge_report(self, report: DeliveryReport) -> bool:
        news = report not in self.reports
        self.reports.append(report)
        return news


@asynccontextmanager
async def client_for(services: Services, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A caller of the application, in this process."""
    transport = httpx2.ASGITransport(app=create_app(services))
    async with httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client


def an_account(**changes: object) -> dict[str, Any]:
    """A test account due on 10 March 2026, its clock at noon the day before."""
    return {
        "customer": {
            "customer_id": "C-1",
            "first_name": "Quillon",
            "language": "en",
            "time_zones": ["UTC"],
            "contact_points": [
                {"channel": "sms", "address": "+12025550143", "consented": True},
                {"channel": "email", "address": "quillon@example.test", "consented": True},
            ],
        },
        "currency": "USD",
        "time_zone": "UTC",
        "country": "US",
        "clock": "2026-03-09T12:00:00Z",
        "bills": [a_bill()],
    } | changes


def a_bill(bill_id: str = "B-1", due_on: str = "2026-03-10", amount_minor: object = 5000) -> dict[str, Any]:
    return {"bill_id": bill_id, "issued_on": "2026-02-24", "due_on": due_on, "amount_minor": amount_minor}


def a_payment(**changes: object) -> dict[str, Any]:
    return {
        "source": "bank",
        "source_event_id": "P-1",
        "account_id": "A-1",
        "amount_minor": 5000,
        "currency": "USD",
    } | changes


async def enrolled(client: httpx2.AsyncClient, account_id: str = "A-1", **changes: object) -> None:
    """An account with an open journey."""
    assert (await client.put(f"/v1/accounts/{account_id}", json=an_account(**changes))).status_code == 201
    assert (await client.post("/v1/journeys", json={"account_id": account_id})).status_code == 201


def problem_in(answer: httpx2.Response) -> str:
    """The code of the problem that an answer is, after looking at its form."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert {"type", "title", "status", "detail"} <= told.keys() <= {*_MEMBERS}
    code: str = told["type"].removeprefix(PROBLEM)
    return code


_MEMBERS = ("type", "title", "status", "detail", "reason", "errors")
