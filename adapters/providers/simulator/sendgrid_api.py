"""SendGrid's mail/send, and the events that follow."""

import asyncio
import json
import secrets
from dataclasses import dataclass

import fastapi
import fastapi.responses

from adapters.providers.simulator.carrier import BodyTooLongError, Carrier, TheCarrier
from adapters.providers.simulator.contract import misfit
from adapters.providers.simulator.faults import Fault
from adapters.providers.simulator.mailbox import SimulatedMessage
from domain.contact import Channel

router = fastapi.APIRouter()
Response = fastapi.Response


@router.post("/v3/mail/send")
async def send(request: fastapi.Request, carrier: TheCarrier) -> Response:
    """Take a mail for each recipient, or refuse it the way SendGrid does."""
    if not carrier.knows_key(request):
        return _error(401, "The provided authorization grant is invalid, expired, or revoked", None)
    try:
        mail = json.loads(await carrier.read(request))
    except BodyTooLongError:
        return _error(413, "content too large", None)
    except (ValueError, RecursionError):
        return _error(400, "Bad Request", None)
    trouble = await carrier.before_accepting(request)
    if trouble is not None:
        return _trouble(carrier, trouble)
    wrong = misfit("sendgrid.mail_send", mail)
    if wrong is not None:
        return _error(400, wrong.sentence, wrong.path or None)
    message_id = secrets.token_urlsafe(16)
    for message in _messages(carrier, mail, message_id):
        carrier.mailbox.keep(message)
        carrier.courier.run(_follow(carrier, message))
    trouble = await carrier.after_accepting(request)
    if trouble is not None:
        return _trouble(carrier, trouble)
    return carrier.spoken(_accepted(carrier, message_id))


@dataclass(frozen=True, slots=True)
class EmailEvent:
    """One event and what SendGrid adds to it."""

    name: str
    more: tuple[tuple[str, str], ...] = ()


async def tell(carrier: Carrier, message: SimulatedMessage, event: EmailEvent) -> None:
    """Post one signed event, once, twice or not at all, as the plan says."""
    url = carrier.settings.email_events_url
    if url is None or carrier.faults.strikes(Fault.CALLBACK_LOST):
        return
    told: dict[str, object] = {
        **message.arguments,
        **dict(event.more),
        "email": message.recipient,
        "timestamp": int(carrier.clock().timestamp()),
        "event": event.name,
        "sg_event_id": secrets.token_urlsafe(16),
        "sg_message_id": f"{message.sid}.recvd-simulator-1-0",
        "smtp-id": f"<{message.sid}@simulator>",
    }
    twice = carrier.faults.strikes(Fault.CALLBACK_TWICE)
    await carrier.courier.post_events(url, [told, told] if twice else [told], carrier.clock())


async def _follow(carrier: Carrier, message: SimulatedMessage) -> None:
    bounced = message.recipient in carrier.faults.plan.undeliverable
    end = (
        EmailEvent("bounce", (("type", "bounce"), ("status", "5.1.1"), ("reason", "550 5.1.1 no such user")))
        if bounced
        else EmailEvent("delivered", (("response", "250 OK"),))
    )
    events = [EmailEvent("processed"), end]
    told = events[::-1] if carrier.faults.strikes(Fault.CALLBACK_REVERSED) else events
    for happened, event in zip(events, told, strict=True):
        await asyncio.sleep(carrier.faults.plan.callback_delay_ms / 1000)
        carrier.mailbox.advance(message, happened.name, carrier.clock(), None)
        await tell(carrier, message, event)


def _messages(carrier: Carrier, mail: dict[str, object], message_id: str) -> list[SimulatedMessage]:
    contents = {part["type"]: part["value"] for part in _dicts(mail["content"])}
    shared = _texts(mail.get("custom_args"))
    now = carrier.clock()
    return [
        SimulatedMessage(
            sid=message_id,
            channel=Channel.EMAIL,
            direction="outbound-api",
            sender=_texts(mail["from"])["email"],
            recipient=_texts(person)["email"],
            subject=str(envelope.get("subject", mail["subject"])),
            text=str(contents.get("text/plain", "")),
            html=None if "text/html" not in contents else str(contents["text/html"]),
            status="processed",
            created_at=now,
            updated_at=now,
            arguments={**shared, **_texts(envelope.get("custom_args"))},
        )
        for envelope in _dicts(mail["personalizations"])
        for person in _dicts(envelope["to"])
    ]


def _accepted(carrier: Carrier, message_id: str) -> Response:
    answer = Response(status_code=202)
    if not carrier.faults.strikes(Fault.ANSWER_WITHOUT_ID):
        answer.headers["X-Message-Id"] = message_id
    return answer


def _trouble(carrier: Carrier, status: int) -> Response:
    if status == 429:  # noqa: PLR2004
        answer = _error(status, "too many requests", None)
        answer.headers["Retry-After"] = str(carrier.faults.plan.retry_after_seconds)
        return answer
    return _error(status, "internal server error", None)


def _error(status: int, sentence: str, field: str | None) -> Response:
    errors = [{"message": sentence, "field": field, "help": None}]
    return fastapi.responses.JSONResponse({"errors": errors}, status)


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}
