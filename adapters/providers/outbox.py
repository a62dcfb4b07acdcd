"""The development carrier: messages become rows that can be read, and nobody is called."""

from dataclasses import dataclass, field
from typing import Protocol

from adapters.providers.fence import Fence
from adapters.providers.provider import (
    Accepted,
    CannotTell,
    Finding,
    Found,
    LookUp,
    Message,
    NotFound,
    NotSent,
    Receipt,
    Unknown,
)


class OutboxStore(Protocol):
    """Where the outbox keeps its messages."""

    async def put(self, message: Message) -> str:
        """Keep the message and return its id; the same dispatch a second time changes nothing."""
        ...

    async def seek(self, dispatch_id: str) -> str | None:
        """The id under which that dispatch is kept, or None."""
        ...


class Outbox:
    """Takes every channel and delivers nothing."""

    name = "outbox"

    def __init__(self, store: OutboxStore) -> None:
        self._store = store

    async def send(self, message: Message, deadline: Fence) -> Receipt:
        """Put the message where it can be read."""
        if deadline.passed:
            return NotSent(None, "FencePassedError")
        try:
            return Accepted(await self._store.put(message))
        except Exception as trouble:  # noqa: BLE001 - the row may have been committed
            return Unknown(type(trouble).__name__)

    async def find(self, message: LookUp) -> Finding:
        """Look the dispatch up; the store is exact, so an absent row was not written."""
        try:
            kept = await self._store.seek(message.dispatch_id)
        except Exception as trouble:  # noqa: BLE001 - whatever broke, the question stays open
            return CannotTell(type(trouble).__name__)
        return NotFound() if kept is None else Found(kept, "delivered")


@dataclass(slots=True)
class MemoryOutbox:
    """An outbox store that forgets when the process ends; passes the same tests as the real one."""

    messages: dict[str, Message] = field(default_factory=dict)

    async def put(self, message: Message) -> str:
        """Keep the first message of a dispatch."""
        self.messages.setdefault(message.dispatch_id, message)
        return f"outbox-{message.dispatch_id}"

    async def seek(self, dispatch_id: str) -> str | None:
        """The id given by `put`."""
        return f"outbox-{dispatch_id}" if dispatch_id in self.messages else None
