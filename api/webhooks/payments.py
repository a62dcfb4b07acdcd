"""Payments as signed events, for processors that call us."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from api.answers import WITH_A_BODY, problems
from api.payment_bodies import OtherEvent, PaymentEvent, SignedEvent
from api.problems import ProblemKind, ProblemRaised
from api.services import Doors
from api.views import EventHeard
from api.webhooks.standard import sender_of

router = APIRouter(tags=["Webhooks"])


async def verified_sender(request: Request, doors: Doors) -> str:
    """The sender whose secret signed this request.

    Raises:
        ProblemRaised: signature-refused.
    """
    secrets = doors.settings.senders_secrets()
    sender = sender_of(request.headers, await request.body(), secrets, datetime.now(UTC))
    if sender is None:
        detail = "sign webhook-id, webhook-timestamp and body with a secret of TIDEOVER_WEBHOOK_SECRETS"
        raise ProblemRaised(ProblemKind.SIGNATURE_REFUSED, detail)
    return sender


@router.post(
    "/webhooks/payments",
    operation_id="hear_payment",
    summary="Hear a signed payment event",
    responses=problems(
        ProblemKind.SIGNATURE_REFUSED,
        ProblemKind.ACCOUNT_UNKNOWN,
        ProblemKind.CURRENCY_MISMATCH,
        ProblemKind.PAYMENT_CHANGED,
        *WITH_A_BODY,
    ),
)
async def hear_payment(
    event: SignedEvent,
    sender: Annotated[str, Depends(verified_sender)],
    webhook_id: Annotated[str, Header(description="The event's id, told at most once.")],
    doors: Doors,
) -> EventHeard:
    """Signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…`.

    The sender's name in the settings is the payment's source. A repeat changes nothing.
    """
    match event:
        case PaymentEvent():
            told = await doors.intake.tell_credit(event.feed(sender, webhook_id))
            return EventHeard(understood=True, recorded=told.recorded)
        case OtherEvent():
            return EventHeard(understood=False, recorded=False)
