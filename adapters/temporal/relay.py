"""Carries pokes from the store to the journeys; the store keeps each one until it was delivered."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import structlog

from adapters.store.errors import StoreUnavailable

_BATCH = 100
_log = structlog.get_logger(__name__)


class PokeBox(Protocol):
    """Where pokes wait; adapters.store.pokes.Pokes is one."""

    async def take(self, deliver: Callable[[str], Awaitable[None]], limit: int) -> int:
        """Deliver up to `limit` pokes and forget those that went well; how many did."""

    def listen(self) -> AsyncIterator[None]:
        """Ring when a poke was put in, and at the latest every second."""


async def relay(pokes: PokeBox, deliver: Callable[[str], Awaitable[None]]) -> None:
    """Deliver pokes until cancelled; while the store or the engine is away, they wait in the store."""
    async for _ in pokes.listen():
        try:
            while await pokes.take(deliver, _BATCH) == _BATCH:
                pass
        except StoreUnavailable as away:
            _log.warning("poke_delivery_delayed", reason=away.code)
