"""Measuring side by side: each repeat takes one sample of every variant, in alternating order."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from benchmarks.figures import Samples

T = TypeVar("T")


async def interleaved(variants: Mapping[str, Callable[[], Awaitable[T]]], repeats: int) -> dict[str, list[T]]:
    """What each variant gave, once a repeat, in the order of the variants.

    The machine's moods fall on all variants alike, and none always runs first.
    """
    taken: dict[str, list[T]] = {name: [] for name in variants}
    for repeat in range(repeats):
        names = list(variants)
        for name in names if repeat % 2 == 0 else reversed(names):
            taken[name].append(await variants[name]())
    return taken


def as_samples(taken: Mapping[str, list[float]]) -> dict[str, Samples]:
    """The same as samples."""
    return {name: Samples(name, tuple(values)) for name, values in taken.items()}


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.perf_counter() - self._began
