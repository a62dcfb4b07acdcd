"""What becomes of a simulated SMS after it was accepted, and how that is told."""

import asyncio
from dataclasses import dataclass, replace

from adapters.providers.simulator import twilio_answers
from adapters.providers.simulator.carrier import Carrier
from adapters.providers.simulator.faults import Fault
from adapters.providers.simulator.mailbox import SimulatedMessage

EXPIRED = 30036
POOL_NUMBER = "+15005550006"


@dataclass(frozen=True, slots=True)
class _Step:
    status: str
    code: int | None = None


async def follow(carrier: Carrier, message: SimulatedMessage) -> None:
    """Walk the message to its end and report each status, except the one it was created with."""
    delay = carrier.faults.plan.callback_delay_ms / 1000
    steps = _steps(carrier, message, delay)
    # A Messaging Service picks the number only now.
    message = replace(message, sender=message.sender or POOL_NUMBER)
    if carrier.faults.strikes(Fault.CALLBACK_REVERSED):
        told = [message := _advance(carrier, message, step) for step in steps]
        for report in reversed(told):
            await asyncio.sleep(delay)
            await _tell(carrier, report)
        return
    for step in steps:
        await asyncio.sleep(delay)
        message = _advance(carrier, message, step)
        await _tell(carrier, message)


def _steps(carrier: Carrier, message: SimulatedMessage, delay: float) -> list[_Step]:
    queued = [] if message.status == "queued" else [_Step("queued")]
    if delay > message.validity_seconds:
        return [*queued, _Step("failed", EXPIRED)]
    code = carrier.faults.plan.undeliverable.get(message.recipient)
    last = _Step("delivered") if code is None else _Step("undelivered", code)
    return [*queued, _Step("sent"), last]


def _advance(carrier: Carrier, message: SimulatedMessage, step: _Step) -> SimulatedMessage:
    return carrier.mailbox.advance(message, step.status, carrier.clock(), step.code)


async def _tell(carrier: Carrier, message: SimulatedMessage) -> None:
    if message.callback_url is None or carrier.faults.strikes(Fault.CALLBACK_LOST):
        return
    form = twilio_answers.status_form(message, carrier.settings.account_sid)
    await carrier.courier.post_form(message.callback_url, form)
    if carrier.faults.strikes(Fault.CALLBACK_TWICE):
        await carrier.courier.post_form(message.callback_url, form)
