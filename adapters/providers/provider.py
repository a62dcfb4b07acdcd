"""What a carrier is asked and what it answers."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.providers.fence import Fence
from domain.contact import Channel

LONGEST_VALIDITY = 36_000
_DISPATCH_ID = re.compile(r"[A-Za-z0-9_-]{8,128}")
_REFERENCE = re.compile(r"[A-Za-z2-7]{12}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class UnsendableMessageError(ValueError):
    """The message breaks a promise of its own shape. Says which field, never what is in it."""


class WrongChannelError(ValueError):
    """The message travels on a channel that this provider does not serve. Route it by channel."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person, rendered and allowed.

    `dispatch_id` comes back in every callback. `reference` is the 12-character base32 mark that stands in
    the text already, by which the message is found again. `address` is E.164 or an e-mail address.
    `validity_seconds` bounds the time a carrier may keep the message queued (SMS only).

    Raises:
        UnsendableMessageError: when a field is not of that shape.
    """

    dispatch_id: str
    reference: str
    channel: Channel
    address: str = field(repr=False)
    subject: str | None = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    validity_seconds: int

    def __post_init__(self) -> None:
        _require(_DISPATCH_ID.fullmatch(self.dispatch_id) is not None, "dispatch_id")
        _require(_REFERENCE.fullmatch(self.reference) is not None, "reference")
        _require(bool(self.address) and not _CONTROL.search(self.address), "address")
        _require(not _CONTROL.search(self.subject or ""), "subject")
        _require(self.channel is not Channel.EMAIL or bool(self.subject), "subject")
        _require(bool(self.text), "text")
        _require(self.channel is not Channel.SMS or self.reference in self.text, "text")
        _require(1 <= self.validity_seconds <= LONGEST_VALIDITY, "validity_seconds")


@dataclass(frozen=True, slots=True)
class LookUp:
    """Which message to look for at the carrier, and since when (UTC) it may be there."""

    dispatch_id: str
    reference: str
    channel: Channel
    address: str = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took the message and named it."""

    provider_message_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier will not send this message.

    `permanent` is False when our account or its settings are the reason, so that the same message may pass
    after a repair. `opted_out` means that the person told the carrier to stop: withdraw the consent.
    """

    code: str
    permanent: bool
    opted_out: bool


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not sent: refused by a rate limit, or no byte of the body left this machine.

    `retry_after` is in seconds, when the carrier named it. `why` is a word for the log.
    """

    retry_after: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent. Never send it again blindly: reconcile. `why` is a word for the log."""

    why: str


Receipt = Accepted | Refused | NotSent | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """The carrier has the message. `also` names further copies, each of them an incident."""

    provider_message_id: str
    status: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotFound:
    """The carrier's list was read in full and the message is not in it, yet."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The carrier could not be asked, or cannot be asked this at all."""

    why: str


Finding = Found | NotFound | CannotTell


class Provider(Protocol):
    """A carrier. Neither method raises for anything that the carrier or the network does."""

    @property
    def name(self) -> str:
        """The word for it in rows, logs and metrics."""
        ...

    async def send(self, message: Message, deadline: Fence) -> Receipt:
        """Try once to send; no byte of the body leaves after `deadline`.

        Raises:
            WrongChannelError: when the message is not for this carrier.
        """
        ...

    async def find(self, message: LookUp) -> Finding:
        """Look for a message whose outcome is unknown."""
        ...


def _require(fulfilled: bool, name: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    if not fulfilled:
        raise UnsendableMessageError(f"{name} is not of the promised shape; correct what rendered it")
