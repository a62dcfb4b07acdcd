"""Delivers the simulator's webhooks: signed, bounded, and as unreliable as asked."""

import asyncio
import base64
import json
import urllib.parse
from collections.abc import Coroutine, Mapping
from datetime import datetime

import httpx2
import twilio.request_validator  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.providers.simulator.settings import SimulatorSettings

ATTEMPTS = 3
PAUSE_BETWEEN_ATTEMPTS = 0.2
_FORM = "application/x-www-form-urlencoded"


class Courier:
    """Posts callbacks in the background. When too many wait, the newest are dropped, and counted."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._validator = twilio.request_validator.RequestValidator(settings.auth_token)
        self._turns = asyncio.Semaphore(settings.callbacks_at_once)
        self._under_way: set[asyncio.Task[None]] = set()
        self._client = httpx2.AsyncClient(timeout=5.0, trust_env=False, follow_redirects=False)
        self.delivered = 0
        self.failed = 0
        self.dropped = 0

    @property
    def public_key(self) -> str:
        """The event key as SendGrid shows it: base64 of the DER form."""
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    @property
    def waiting(self) -> int:
        """How many tasks are under way."""
        return len(self._under_way)

    def run(self, work: Coroutine[None, None, None]) -> None:
        """Do `work` in the background, unless too much is waiting already."""
        if len(self._under_way) >= self._settings.callbacks_waiting:
            self.dropped += 1
            work.close()
            return
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def post_form(self, url: str, form: Mapping[str, str]) -> bool:
        """Post a form as Twilio does: signed over the URL and the form, tried once."""
        signature = self._validator.compute_signature(url, dict(form))
        headers = {"X-Twilio-Signature": signature, "Content-Type": _FORM}
        return await self._post(url, urllib.parse.urlencode(form).encode(), headers)

    async def post_events(self, url: str, events: list[dict[str, object]], now: datetime) -> bool:
        """Post an event batch as SendGrid does: signed over time and body, tried again when not taken."""
        body = json.dumps(events).encode()
        timestamp = str(int(now.timestamp()))
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "Content-Type": "application/json",
        }
        for _ in range(ATTEMPTS):
            if await self._post(url, body, headers):
                return True
            await asyncio.sleep(PAUSE_BETWEEN_ATTEMPTS)
        return False

    async def stop(self) -> None:
        """Drop everything that is under way."""
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def aclose(self) -> None:
        """Stop for good."""
        await self.stop()
        await self._client.aclose()

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> bool:
        async with self._turns:
            try:
                answer = await self._client.post(url, content=body, headers=headers)
            except (httpx2.HTTPError, httpx2.InvalidURL):
                self.failed += 1
                return False
        taken = answer.is_success
        self.delivered += taken
        self.failed += not taken
        return taken
