"""Asking again while the store or the engine is away, within bounds and in sight of whoever waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from adapters.store.errors import StoreUnavailable
from adapters.temporal.gateway import EngineUnavailable, JourneyNotOpen

_T = TypeVar("_T")
# A journey that ends while it is asked is as good as away: the next question starts the next one.
PASSING = (StoreUnavailable, EngineUnavailable, JourneyNotOpen)
_FIRST_S, _LONGEST_S = 0.25, 10.0


class WalkInterrupted(Exception):
    """The store or the engine stayed away for too long; the same command goes on where this walk stopped."""


class Patience:
    """Waits between attempts, longer each time, and gives up after `seconds` of waiting for one answer."""

    def __init__(self, waiting: Callable[[str], None], seconds: float = 300.0) -> None:
        self._waiting = waiting
        self._seconds = seconds

    async def ask(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """The answer of `call`.

        Raises:
            WalkInterrupted: no answer within the bound.
        """
        pause, waited = _FIRST_S, 0.0
        while True:
            try:
                return await call()
            except PASSING as away:
                if waited >= self._seconds:
                    sentence = f"no answer within {waited:.0f} s ({away}); start what is down and walk again"
                    raise WalkInterrupted(sentence) from None
                self._waiting(f"{away} (waiting {pause:.2g} s)")
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_S)
