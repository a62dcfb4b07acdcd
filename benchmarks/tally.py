"""Counting what activities did, and waking whoever waits for a count."""

import asyncio
import time
from collections import Counter

_PATIENCE_S, _QUIET_S = 180.0, 0.3


class Tally:
    """Counts by name, in one event loop."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._awaited: dict[tuple[str, int], asyncio.Event] = {}
        self._told_at = time.perf_counter()

    def __getitem__(self, what: str) -> int:
        return self._counts[what]

    def tell(self, what: str) -> None:
        """One more of `what`."""
        self._counts[what] += 1
        self._told_at = time.perf_counter()
        if reached := self._awaited.pop((what, self._counts[what]), None):
            reached.set()

    async def reach(self, what: str, count: int) -> None:
        """Wait until there are so many.

        Raises:
            TimeoutError: it took longer than any benchmark should.
        """
        if self._counts[what] >= count:
            return
        reached = self._awaited.setdefault((what, count), asyncio.Event())
        async with asyncio.timeout(_PATIENCE_S):
            await reached.wait()

    async def quiet(self) -> float:
        """Wait until nothing has been told for a while; when the last was told, on `time.perf_counter`."""
        while (pause := self._told_at + _QUIET_S - time.perf_counter()) > 0:  # noqa: ASYNC110 - silence gives no signal
            await asyncio.sleep(pause)
        return self._told_at
