"""Reading SendGrid's event batches."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import pydantic

from adapters.providers.delivery import DeliveryReport, DeliveryStatus, UnreadableCallbackError

PROVIDER = "sendgrid"
# A mail can bounce after the receiving server took it, so a failure outranks `delivered`;
# a reader outranks both.
_EVENTS: dict[str, tuple[DeliveryStatus, int]] = {
    "processed": (DeliveryStatus.ACCEPTED, 10),
    "deferred": (DeliveryStatus.DELAYED, 20),
    "delivered": (DeliveryStatus.DELIVERED, 40),
    "dropped": (DeliveryStatus.FAILED, 50),
    "bounce": (DeliveryStatus.UNDELIVERED, 50),
    "open": (DeliveryStatus.READ, 60),
    "click": (DeliveryStatus.READ, 60),
    "spamreport": (DeliveryStatus.READ, 60),
    "unsubscribe": (DeliveryStatus.READ, 60),
    "group_unsubscribe": (DeliveryStatus.READ, 60),
}
_OPT_OUTS = frozenset({"spamreport", "unsubscribe", "group_unsubscribe"})
_OPT_OUT_DROPS = frozenset({"Unsubscribed Address", "Spam Reporting Address"})
# X-Message-Id is what stands before the name of the machine that processed the mail.
_MACHINE = re.compile(r"\.(?:filter|recvd).*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """The reports of one batch, each event once, and how many events were not ours or not readable."""

    reports: tuple[DeliveryReport, ...]
    foreign: int
    unreadable: int


class _Event(pydantic.BaseModel):
    # SendGrid flattens custom arguments into the event and adds fields: others are ignored, not forbidden.
    model_config = pydantic.ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

    event: str = pydantic.Field(max_length=40)
    sg_event_id: str = pydantic.Field(min_length=1, max_length=200)
    sg_message_id: str = pydantic.Field(min_length=1, max_length=300)
    timestamp: int = pydantic.Field(ge=0, le=32_503_680_000)
    email: str = pydantic.Field(default="", max_length=320)
    status: str | None = pydantic.Field(default=None, max_length=40)
    reason: str | None = None
    dispatch_id: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{8,128}$")


def read_sendgrid_events(body: bytes) -> EventBatch:
    """The reports in a verified batch; one bad event does not spoil the others.

    Drop what was seen in earlier batches by `event_id`: SendGrid repeats events as a rule.

    Raises:
        UnreadableCallbackError: the body is not a JSON list.
    """
    try:
        events = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise UnreadableCallbackError("not JSON; check who calls this address") from None
    if not isinstance(events, list):
        raise UnreadableCallbackError("not a list of events; check who calls this address")
    ours = [event for event in events if not (isinstance(event, dict) and "dispatch_id" not in event)]
    told = [_event(event) for event in ours]
    read = [event for event in told if event is not None]
    once = {report.event_id: report for report in map(_report, read) if report is not None}
    return EventBatch(tuple(once.values()), foreign=len(events) - len(ours), unreadable=told.count(None))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _event(event: object) -> _Event | None:
    try:
        return _Event.model_validate(event)
    except pydantic.ValidationError:
        return None


def _report(event: _Event) -> DeliveryReport | None:
    if event.event not in _EVENTS:
        return None
    status, rank = _EVENTS[event.event]
    return DeliveryReport(
        provider=PROVIDER,
        event_id=event.sg_event_id,
        dispatch_id=event.dispatch_id,
        provider_message_id=_MACHINE.sub("", event.sg_message_id),
        status=status,
        rank=rank,
        at=datetime.fromtimestamp(event.timestamp, UTC),
        code=event.status,
        opted_out=event.event in _OPT_OUTS or event.reason in _OPT_OUT_DROPS,
        address=event.email,
    )
