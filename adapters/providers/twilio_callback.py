"""Reading Twilio's status callbacks."""

from collections.abc import Mapping
from datetime import datetime

import pydantic

from adapters.providers.delivery import DeliveryReport, DeliveryStatus, UnreadableCallbackError

PROVIDER = "twilio"
OPTED_OUT = "21610"
# A receipt from the handset is worth more than a failure: `delivered` is the last word but for `read`.
_STATUSES: dict[str, tuple[DeliveryStatus, int]] = {
    "accepted": (DeliveryStatus.ACCEPTED, 10),
    "scheduled": (DeliveryStatus.ACCEPTED, 10),
    "queued": (DeliveryStatus.ACCEPTED, 10),
    "sending": (DeliveryStatus.SENDING, 20),
    "sent": (DeliveryStatus.SENT, 30),
    "canceled": (DeliveryStatus.CANCELLED, 40),
    "failed": (DeliveryStatus.FAILED, 40),
    "undelivered": (DeliveryStatus.UNDELIVERED, 40),
    "delivered": (DeliveryStatus.DELIVERED, 50),
    "read": (DeliveryStatus.READ, 60),
}


class _Dispatch(pydantic.BaseModel):
    d: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{8,128}$")


class _StatusForm(pydantic.BaseModel):
    # Twilio adds fields without notice and asks receivers to bear it: others are ignored, not forbidden.
    model_config = pydantic.ConfigDict(extra="ignore", hide_input_in_errors=True)

    MessageSid: str = pydantic.Field(pattern=r"^(SM|MM)[0-9a-f]{32}$")
    MessageStatus: str = pydantic.Field(max_length=40)
    To: str = pydantic.Field(default="", max_length=100)
    ErrorCode: str | None = pydantic.Field(default=None, pattern=r"^[0-9]{1,6}$")


def read_twilio_callback(
    form: Mapping[str, str],
    dispatch_id: str | None,
    received_at: datetime,
) -> DeliveryReport | None:
    """The report in a verified status callback; None for a status that is not known here.

    `dispatch_id` is the `d` of the callback's query, which the signature covers. Twilio names no time of the
    event, so `at` is when we heard of it.

    Raises:
        UnreadableCallbackError: a field is missing or not of its shape.
    """
    try:
        dispatch = _Dispatch.model_validate({"d": dispatch_id})
        told = _StatusForm.model_validate(dict(form))
    except pydantic.ValidationError:
        raise UnreadableCallbackError(
            "not a Twilio status callback of ours; check the callback URL"
        ) from None
    if told.MessageStatus not in _STATUSES:
        return None
    status, rank = _STATUSES[told.MessageStatus]
    return DeliveryReport(
        provider=PROVIDER,
        event_id=f"{told.MessageSid}:{told.MessageStatus}",
        dispatch_id=dispatch.d,
        provider_message_id=told.MessageSid,
        status=status,
        rank=rank,
        at=received_at,
        code=told.ErrorCode,
        opted_out=told.ErrorCode == OPTED_OUT,
        address=told.To,
    )
