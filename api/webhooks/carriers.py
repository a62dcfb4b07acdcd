"""What carriers tell about messages that they took. Evidence is merged, whatever order it comes in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request

from adapters.providers.delivery import UnreadableCallbackError
from adapters.providers.sendgrid_events import read_sendgrid_events
from adapters.providers.signatures import verify_sendgrid, verify_twilio
from adapters.providers.twilio_callback import read_twilio_callback
from api.answers import problems
from api.problems import ProblemKind, ProblemRaised
from api.services import Doors

router = APIRouter(tags=["Webhooks"])
_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_REFUSALS = problems(ProblemKind.SIGNATURE_REFUSED, ProblemKind.MALFORMED_BODY, ProblemKind.BODY_TOO_LARGE)


@router.post(
    "/webhooks/twilio/status",
    operation_id="hear_twilio",
    summary="Hear Twilio's status callback",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_REFUSALS,
)
async def hear_twilio(
    request: Request,
    doors: Doors,
    d: Annotated[str | None, Query(max_length=128, description="Our id of the message.")] = None,
) -> None:
    """A form, signed for the public address with its query."""
    settings = doors.settings
    form = await request.form()
    token = settings.twilio_auth_token
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{settings.public_base_url}{request.url.path}{query}"
    signature = request.headers.get("x-twilio-signature")
    # The signature covers every value of a name that comes twice; `getlist` hands them all over.
    signed = cast("Mapping[str, str]", form)
    told = {name: value for name, value in form.items() if isinstance(value, str)}
    if not verify_twilio(address, signed, signature, [token.get_secret_value()] if token else []):
        raise _unsigned()
    try:
        report = read_twilio_callback(told, d, datetime.now(UTC))
    except UnreadableCallbackError as refusal:
        raise ProblemRaised(ProblemKind.MALFORMED_BODY, f"{refusal}") from None
    if report is not None:
        await doors.reports.merge_report(report)


@router.post(
    "/webhooks/sendgrid/events",
    operation_id="hear_sendgrid",
    summary="Hear SendGrid's events",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_REFUSALS,
)
async def hear_sendgrid(request: Request, doors: Doors) -> None:
    """A signed batch; what in it is not ours or not readable is passed over."""
    body = await request.body()
    key = doors.settings.sendgrid_webhook_public_key
    signature, sent = request.headers.get(_SIGNATURE), request.headers.get(_TIMESTAMP)
    if not verify_sendgrid([key] if key else [], body, signature, sent, datetime.now(UTC)):
        raise _unsigned()
    try:
        batch = read_sendgrid_events(body)
    except UnreadableCallbackError as refusal:
        raise ProblemRaised(ProblemKind.MALFORMED_BODY, f"{refusal}") from None
    for report in batch.reports:
        await doors.reports.merge_report(report)


def _unsigned() -> ProblemRaised:
    detail = "the carrier's signature does not fit; check its secret and TIDEOVER_PUBLIC_BASE_URL"
    return ProblemRaised(ProblemKind.SIGNATURE_REFUSED, detail)
