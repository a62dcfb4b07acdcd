"""Accounts as billing tells them over REST: on a test clock, or with a contact due at this very minute."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

TERM = timedelta(days=14)


def zone_at_noon(now: datetime) -> str:
    """A zone without summer time where it is between twelve and one: contact is allowed there for hours."""
    ahead = (12 - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+}"


def a_point(channel: str, address: str) -> dict[str, Any]:
    return {"channel": channel, "address": address, "consented": True}


def a_customer(customer_id: str, name: str, points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Somebody who is in UTC."""
    return {
        "customer_id": customer_id,
        "first_name": name,
        "language": "en",
        "time_zones": ["UTC"],
        "contact_points": list(points),
    }


def an_account(customer: dict[str, Any], **changes: object) -> dict[str, Any]:
    """50.00 due on 10 March 2026, UTC; its clock stands at noon on the first."""
    told: dict[str, Any] = {
        "customer": customer,
        "currency": "USD",
        "time_zone": "UTC",
        "country": "US",
        "clock": "2026-03-01T12:00:00Z",
        "bills": [a_bill("B-1", "2026-03-10")],
    }
    return told | changes


def a_bill(bill_id: str, due_on: str, amount_minor: int = 5000) -> dict[str, Any]:
    issued = datetime.fromisoformat(due_on) - TERM
    return {
        "bill_id": bill_id,
        "issued_on": f"{issued:%Y-%m-%d}",
        "due_on": due_on,
        "amount_minor": amount_minor,
    }


def a_payment(account_id: str, event_id: str | None = None, amount_minor: int = 5000) -> dict[str, Any]:
    """All of the bill, unless less is said; it counts from when the account's clock shows."""
    return {
        "source": "bank",
        "source_event_id": event_id or f"P-{account_id}",
        "account_id": account_id,
        "amount_minor": amount_minor,
        "currency": "USD",
    }


def to_be_contacted_now(customer: dict[str, Any]) -> dict[str, Any]:
    """An ordinary account, twelve days past due: the stage's last reminder is sent as soon as it is told."""
    now = datetime.now(UTC)
    zone = zone_at_noon(now)
    due_on = f"{now - timedelta(days=12):%Y-%m-%d}"
    person = customer | {"time_zones": [zone]}
    return an_account(person, time_zone=zone, clock=None, bills=[a_bill("B-1", due_on)])
