"""What the simulated carriers hold: messages, newest last, and who opted out; bounded."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.contact import Channel

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})


@dataclass(frozen=True, slots=True)
class SimulatedMessage:
    """One message that a carrier knows; `direction` is Twilio's word, `arguments` SendGrid's custom ones."""

    sid: str
    channel: Channel
    direction: str
    sender: str
    recipient: str
    text: str
    status: str
    created_at: datetime
    updated_at: datetime
    subject: str | None = None
    html: str | None = None
    service_sid: str | None = None
    error_code: int | None = None
    callback_url: str | None = None
    validity_seconds: int = 36_000
    arguments: dict[str, str] = field(default_factory=dict)


class Mailbox:
    """Keeps the newest `capacity` messages and as many opted-out addresses."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._messages: OrderedDict[tuple[str, str], SimulatedMessage] = OrderedDict()
        self._opted_out: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._messages)

    def keep(self, message: SimulatedMessage) -> None:
        """Add a message or replace it with its newer self."""
        self._messages[message.sid, message.recipient] = message
        while len(self._messages) > self._capacity:
            self._messages.popitem(last=False)

    def advance(
        self, message: SimulatedMessage, status: str, at: datetime, code: int | None
    ) -> SimulatedMessage:
        """The message in its next status; kept, unless it was forgotten meanwhile."""
        later = replace(message, status=status, updated_at=at, error_code=code)
        if (message.sid, message.recipient) in self._messages:
            self.keep(later)
        return later

    def newest_first(self) -> Iterator[SimulatedMessage]:
        """All messages of both carriers."""
        return reversed(list(self._messages.values()))

    def named(self, sid: str) -> SimulatedMessage | None:
        """The newest message with that sid, or None."""
        return next((message for message in self.newest_first() if message.sid == sid), None)

    def hear(self, address: str, text: str) -> str | None:
        """Heed Twilio's default keywords: the whole text, in any case. Returns STOP, START or None."""
        word = text.strip().upper()
        if word in STOP_WORDS:
            self._opted_out[address] = None
            while len(self._opted_out) > self._capacity:
                self._opted_out.popitem(last=False)
            return "STOP"
        if word in START_WORDS:
            self._opted_out.pop(address, None)
            return "START"
        return None

    def has_opted_out(self, address: str) -> bool:
        """Whether that address said STOP last."""
        return address in self._opted_out

    def forget(self) -> None:
        """Empty everything."""
        self._messages.clear()
        self._opted_out.clear()
