"""The simulated carriers' state and the steps every request to them shares."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import fastapi
import fastapi.responses

from adapters.providers.simulator.courier import Courier
from adapters.providers.simulator.faults import Fault, Faults
from adapters.providers.simulator.line import let_go, reset
from adapters.providers.simulator.mailbox import Mailbox
from adapters.providers.simulator.settings import SimulatorSettings


class BodyTooLongError(Exception):
    """A request body is longer than the simulator keeps. Send less, or raise `longest_body`."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Carrier:
    """Everything one simulator knows."""

    settings: SimulatorSettings
    courier: Courier
    mailbox: Mailbox
    faults: Faults = field(default_factory=Faults)
    clock: Callable[[], datetime] = utc_now

    def knows_account(self, request: fastapi.Request) -> bool:
        """Whether the request carries Twilio's account sid and token (basic authentication)."""
        pair = f"{self.settings.account_sid}:{self.settings.auth_token}".encode()
        return _same(request, f"Basic {base64.b64encode(pair).decode()}")

    def knows_key(self, request: fastapi.Request) -> bool:
        """Whether the request carries SendGrid's key."""
        return _same(request, f"Bearer {self.settings.sendgrid_key}")

    async def read(self, request: fastapi.Request) -> bytes:
        """The body, bounded.

        Raises:
            BodyTooLongError: when it is longer than the settings allow.
        """
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.settings.longest_body:
                raise BodyTooLongError
        return bytes(body)

    async def before_accepting(self, request: fastapi.Request) -> int | None:
        """Wait, break off or hang as the plan says; a status to answer with, or None to go on."""
        await asyncio.sleep(self.faults.plan.latency_ms / 1000)
        if self.faults.strikes(Fault.TOO_MANY):
            return 429
        if self.faults.strikes(Fault.ERROR_BEFORE):
            return 500
        if self.faults.strikes(Fault.RESET_BEFORE):
            return await self._reset(request)
        if self.faults.strikes(Fault.HANG_BEFORE):
            return await self._hang(request)
        return None

    async def after_accepting(self, request: fastapi.Request) -> int | None:
        """The same, with the message already taken."""
        if self.faults.strikes(Fault.ERROR_AFTER):
            return 500
        if self.faults.strikes(Fault.RESET_AFTER):
            return await self._reset(request)
        if self.faults.strikes(Fault.HANG_AFTER):
            return await self._hang(request)
        return None

    def spoken(self, answer: fastapi.Response) -> fastapi.Response:
        """The answer itself, or one that drips or is not an answer at all."""
        if self.faults.strikes(Fault.ANSWER_HTML):
            return fastapi.responses.HTMLResponse("<html>Welcome to our network</html>", answer.status_code)
        if self.faults.strikes(Fault.DRIP):
            body = bytes(answer.body).ljust(64)
            headers = {**answer.headers, "content-length": str(len(body))}
            return fastapi.responses.StreamingResponse(self._drops(body), answer.status_code, headers)
        return answer

    async def _drops(self, body: bytes) -> AsyncIterator[bytes]:
        for position in range(len(body)):
            await asyncio.sleep(self.faults.plan.drip_interval_ms / 1000)
            yield body[position : position + 1]

    async def _reset(self, request: fastapi.Request) -> int:
        await reset(request)
        return 500  # reaches nobody

    async def _hang(self, request: fastapi.Request) -> int:
        # A caller that gave up is let go, so that hung requests do not pile up.
        try:
            async with asyncio.timeout(self.faults.plan.hang_seconds):
                await let_go(request)
        except TimeoutError:
            await reset(request)
        return 500  # reaches nobody


def the_carrier(request: fastapi.Request) -> Carrier:
    """The carrier of this app."""
    carrier: Carrier = request.app.state.carrier
    return carrier


TheCarrier = Annotated[Carrier, fastapi.Depends(the_carrier)]


def _same(request: fastapi.Request, expected: str) -> bool:
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())
