"""What the simulated carriers have taken, for people and for programs."""

from pathlib import Path
from typing import Annotated

import fastapi
import fastapi.responses
import jinja2
import pydantic

from adapters.providers.simulator.carrier import Carrier, TheCarrier
from adapters.providers.simulator.mailbox import SimulatedMessage
from adapters.providers.simulator.twilio_answers import segments
from domain.contact import Channel

router = fastapi.APIRouter(tags=["inbox"])
SHOWN = 200
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
_PAGE = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
    Path(__file__).with_name("inbox.html").read_text(encoding="utf-8")
)


class Letter(pydantic.BaseModel):
    """One message as a person would see it."""

    sid: str
    channel: Channel
    direction: str
    sender: str
    recipient: str
    subject: str | None
    text: str
    html: str | None
    status: str
    error_code: int | None
    segments: int | None
    arguments: dict[str, str]
    created_at: pydantic.AwareDatetime


@router.get("/_inbox")
async def letters(
    carrier: TheCarrier,
    recipient: str | None = None,
    limit: Annotated[int, fastapi.Query(ge=1, le=10_000)] = SHOWN,
) -> list[Letter]:
    """Messages, newest first."""
    return _letters(carrier, recipient, limit)


@router.get("/", response_class=fastapi.responses.HTMLResponse)
async def page(carrier: TheCarrier, recipient: str | None = None) -> fastapi.responses.HTMLResponse:
    """The inbox page."""
    shown = _letters(carrier, recipient, SHOWN)
    html = _PAGE.render(letters=shown, total=len(carrier.mailbox), recipient=recipient)
    headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
    return fastapi.responses.HTMLResponse(html, headers=headers)


def _letters(carrier: Carrier, recipient: str | None, limit: int) -> list[Letter]:
    newest = (m for m in carrier.mailbox.newest_first() if recipient in {None, m.recipient, m.sender})
    return [_letter(message) for message, _ in zip(newest, range(limit), strict=False)]


def _letter(message: SimulatedMessage) -> Letter:
    return Letter(
        sid=message.sid,
        channel=message.channel,
        direction=message.direction,
        sender=message.sender or (message.service_sid or ""),
        recipient=message.recipient,
        subject=message.subject,
        text=message.text,
        html=message.html,
        status=message.status,
        error_code=message.error_code,
        segments=segments(message.text) if message.channel is Channel.SMS else None,
        arguments=message.arguments,
        created_at=message.created_at,
    )
