"""Payments come in: committed before they are acknowledged, whether or not Temporal can be reached."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.answers import WITH_A_BODY, problems
from api.payment_bodies import PaymentBody
from api.problems import ProblemKind
from api.services import Doors
from api.views import PaymentTold

router = APIRouter(tags=["Payments"])


@router.post(
    "/v1/payments",
    operation_id="tell_payment",
    summary="Tell a payment or its reversal",
    status_code=HTTPStatus.CREATED,
    responses={
        200: {"description": "Told before with the same content; nothing changed", "model": PaymentTold},
        **problems(
            ProblemKind.ACCOUNT_UNKNOWN,
            ProblemKind.CURRENCY_MISMATCH,
            ProblemKind.PAYMENT_CHANGED,
            *WITH_A_BODY,
        ),
    },
)
async def tell_payment(body: PaymentBody, doors: Doors, response: Response) -> PaymentTold:
    """The ledger has it once this is answered; no message asks for the money after that.

    The journey hears of it within a second, or when Temporal is back.
    """
    told = await doors.intake.tell_credit(body.feed())
    if not told.recorded:
        response.status_code = HTTPStatus.OK
    return PaymentTold(recorded=told.recorded, settled=told.settled)
