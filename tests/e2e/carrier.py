"""The carrier simulator as a process of its own, and the settings that point Tideover at it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from adapters.providers.simulator.settings import SimulatorSettings
from tests.adapters.embedded.processes import becomes
from tests.e2e.programs import PATIENCE_S, Program, a_program
from tests.e2e.servers import a_port_of_its_own

_MADE_UP = SimulatorSettings()


@dataclass(frozen=True, slots=True)
class Carrier:
    """Twilio and SendGrid on a loopback port."""

    program: Program
    client: httpx2.Client

    def settings(self) -> Mapping[str, str]:
        """What sends every message there."""
        url = f"{self.client.base_url}".rstrip("/")
        return {
            "TIDEOVER_PROVIDER": "live",
            "TIDEOVER_TWILIO_ACCOUNT_SID": _MADE_UP.account_sid,
            "TIDEOVER_TWILIO_AUTH_TOKEN": _MADE_UP.auth_token,
            "TIDEOVER_TWILIO_MESSAGING_SERVICE_SID": f"MG{0:032x}",
            "TIDEOVER_TWILIO_BASE_URL": url,
            "TIDEOVER_SENDGRID_API_KEY": _MADE_UP.sendgrid_key,
            "TIDEOVER_SENDGRID_FROM": "bills@carrier.example",
            "TIDEOVER_SENDGRID_BASE_URL": url,
            "TIDEOVER_SENDGRID_WEBHOOK_PUBLIC_KEY": self.client.get("/_control").json()["email_public_key"],
        }

    def is_slow(self, milliseconds: int) -> None:
        """Let every answer take so long."""
        self.client.put("/_control/faults", json={"latency_ms": milliseconds}).raise_for_status()

    def tells(self, home: str) -> None:
        """Send e-mail events there; Twilio's callbacks go where each message says."""
        events = {"sms_inbound_url": None, "email_events_url": f"{home}/webhooks/sendgrid/events"}
        self.client.put("/_control/webhooks", json=events).raise_for_status()

    def letters(self) -> list[dict[str, Any]]:
        """Everything that was handed over."""
        handed: list[dict[str, Any]] = self.client.get("/_inbox", params={"limit": 10_000}).json()
        return handed


@contextmanager
def a_carrier(folder: Path) -> Iterator[Carrier]:
    port = a_port_of_its_own()
    command = ("cli", "simulator", "--port", f"{port}")
    with (
        a_program(folder, *command, name="carrier") as program,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client,
    ):
        assert becomes(lambda: answers(client, "/_control"), PATIENCE_S), "the carrier does not answer"
        yield Carrier(program, client)


def answers(client: httpx2.Client, path: str) -> bool:
    """Whether somebody is there and content."""
    try:
        return client.get(path).is_success
    except httpx2.TransportError:
        return False
