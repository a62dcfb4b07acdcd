"""The switches of the simulator, and the people who write back."""

from dataclasses import replace
from typing import Literal

import fastapi
import pydantic

from adapters.providers.simulator import twilio_answers
from adapters.providers.simulator.carrier import Carrier, TheCarrier
from adapters.providers.simulator.faults import FaultPlan, Faults
from adapters.providers.simulator.mailbox import SimulatedMessage
from adapters.providers.simulator.sendgrid_api import EmailEvent, tell
from adapters.providers.simulator.twilio_api import new_sid
from domain.contact import Channel

router = fastapi.APIRouter(prefix="/_control", tags=["control"])
_OPT_OUT_REPLY = "You have successfully been unsubscribed. Reply START to resubscribe."


class Webhooks(pydantic.BaseModel):
    """Where the carriers send what is not tied to one message."""

    model_config = pydantic.ConfigDict(extra="forbid")

    sms_inbound_url: str | None = None
    email_events_url: str | None = None


class Switchboard(pydantic.BaseModel):
    """The present state of everything that can be switched, and some counts."""

    plan: FaultPlan
    struck: dict[str, int]
    webhooks: Webhooks
    messages: int
    callbacks_waiting: int
    callbacks_delivered: int
    callbacks_failed: int
    callbacks_dropped: int
    account_sid: str
    email_public_key: str


class InboundSms(pydantic.BaseModel):
    """A text from a person to our number."""

    model_config = pydantic.ConfigDict(extra="forbid")

    sender: str = pydantic.Field(pattern=r"^\+[1-9][0-9]{6,14}$")
    recipient: str = pydantic.Field(pattern=r"^\+[1-9][0-9]{6,14}$")
    text: str = pydantic.Field(max_length=1600)


class ReaderAction(pydantic.BaseModel):
    """Something the reader of a mail does."""

    model_config = pydantic.ConfigDict(extra="forbid")

    message_id: str
    event: Literal["open", "click", "spamreport", "unsubscribe", "dropped", "bounce", "deferred"]


@router.get("")
async def show(carrier: TheCarrier) -> Switchboard:
    """Everything that can be switched."""
    settings, courier = carrier.settings, carrier.courier
    return Switchboard(
        plan=carrier.faults.plan,
        struck={str(fault): count for fault, count in carrier.faults.struck.items()},
        webhooks=Webhooks(
            sms_inbound_url=settings.sms_inbound_url, email_events_url=settings.email_events_url
        ),
        messages=len(carrier.mailbox),
        callbacks_waiting=courier.waiting,
        callbacks_delivered=courier.delivered,
        callbacks_failed=courier.failed,
        callbacks_dropped=courier.dropped,
        account_sid=settings.account_sid,
        email_public_key=courier.public_key,
    )


@router.put("/faults")
async def switch(plan: FaultPlan, carrier: TheCarrier) -> FaultPlan:
    """Replace the fault plan; its counters start anew."""
    carrier.faults = Faults(plan)
    return plan


@router.put("/webhooks")
async def connect(webhooks: Webhooks, carrier: TheCarrier) -> Webhooks:
    """Replace the account's webhook addresses."""
    carrier.settings = replace(
        carrier.settings,
        sms_inbound_url=webhooks.sms_inbound_url,
        email_events_url=webhooks.email_events_url,
    )
    return webhooks


@router.post("/reset", status_code=204)
async def reset(carrier: TheCarrier) -> None:
    """Forget messages, opt-outs, faults and callbacks under way; webhook addresses stay."""
    await carrier.courier.stop()
    carrier.mailbox.forget()
    carrier.faults = Faults()


@router.post("/inbound", status_code=202)
async def hear(inbound: InboundSms, carrier: TheCarrier) -> dict[str, str | None]:
    """A person texts us: keep it, heed STOP and START, tell the webhook."""
    message = _kept(carrier, inbound.sender, inbound.recipient, inbound.text, "inbound")
    opt_out = carrier.mailbox.hear(inbound.sender, inbound.text)
    if opt_out == "STOP":
        _kept(carrier, inbound.recipient, inbound.sender, _OPT_OUT_REPLY, "outbound-reply")
    url = carrier.settings.sms_inbound_url
    if url is not None:
        form = twilio_answers.inbound_form(message, carrier.settings.account_sid, opt_out)
        carrier.courier.run(_post(carrier, url, form))
    return {"sid": message.sid, "opt_out": opt_out}


@router.post("/email-event", status_code=202)
async def act(action: ReaderAction, carrier: TheCarrier) -> dict[str, str]:
    """A reader opens, clicks, complains or unsubscribes."""
    message = carrier.mailbox.named(action.message_id)
    if message is None or message.channel is not Channel.EMAIL:
        raise fastapi.HTTPException(404, "no mail with that id; see /_inbox")
    carrier.courier.run(tell(carrier, message, EmailEvent(action.event)))
    return {"event": action.event}


def _kept(carrier: Carrier, sender: str, recipient: str, text: str, direction: str) -> SimulatedMessage:
    now = carrier.clock()
    message = SimulatedMessage(
        sid=new_sid(),
        channel=Channel.SMS,
        direction=direction,
        sender=sender,
        recipient=recipient,
        text=text,
        status="received" if direction == "inbound" else "delivered",
        created_at=now,
        updated_at=now,
    )
    carrier.mailbox.keep(message)
    return message


async def _post(carrier: Carrier, url: str, form: dict[str, str]) -> None:
    await carrier.courier.post_form(url, form)
