"""What carriers tell afterwards about a message, in one shape and one order."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self


class UnreadableCallbackError(ValueError):
    """A callback is not of the carrier's documented shape. Answer 400; nothing of it is repeated here."""


class DeliveryStatus(StrEnum):
    """Where a message is, in our words."""

    ACCEPTED = "accepted"
    SENDING = "sending"
    DELAYED = "delayed"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One thing a carrier said about one message.

    `event_id` is the same when the carrier repeats itself. `rank` orders reports of one message whatever
    order they arrive in. `at` is aware UTC. `address` is for checking that the report is about the address
    of that dispatch; it is not for logs. `opted_out` means that the person wants no more on this channel.
    """

    provider: str
    event_id: str
    dispatch_id: str
    provider_message_id: str
    status: DeliveryStatus
    rank: int
    at: datetime
    code: str | None = None
    opted_out: bool = False
    address: str = field(default="", repr=False)

    def supersedes(self, known: Self | None) -> bool:
        """Whether this says more than `known`, so that what is on record should change."""
        return known is None or self.rank > known.rank
