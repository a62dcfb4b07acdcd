"""What a cached journey takes of a worker's memory, in the sandbox and without it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.figures import Ratio, Scale, Section, Table, ratio_table, sampled_table
from benchmarks.rounds import as_samples, interleaved
from benchmarks.stage import Stage

_JOURNEYS, _MOST_REPEATS = 400, 3
BOXED, LOOSE = "journey, sandbox", "journey, no sandbox"
BARE, BARE_LOOSE = "bare, sandbox", "bare, no sandbox"
_KINDS = {
    BOXED: ("journey", "sandbox"),
    LOOSE: ("journey", "none"),
    BARE: ("bare", "sandbox"),
    BARE_LOOSE: ("bare", "none"),
}


class WorkerFailed(Exception):
    """The process that should have told its memory did not."""


async def measure(stage: Stage, scale: Scale) -> Section:
    """KiB a cached workflow, each kind in a process of its own."""
    count = scale.of(_JOURNEYS, least=20)
    variants = {name: _sample(stage, kind, count) for name, kind in _KINDS.items()}
    taken = as_samples(await interleaved(variants, min(scale.repeats, _MOST_REPEATS)))
    tables: tuple[Table, ...] = (sampled_table("KiB each", list(taken.values())),)
    if all(value > 0 for each in taken.values() for value in each.values):
        tables += (
            ratio_table(
                Ratio(taken[BOXED], taken[BARE]),
                Ratio(taken[LOOSE], taken[BARE_LOOSE]),
                Ratio(taken[BOXED], taken[LOOSE]),
            ),
        )
    return Section(
        "Memory of a cached journey",
        f"Growth of a worker process's resident memory while it opens {count} standard journeys and keeps "
        "all of them cached, after a hundred to warm up; every module of ours is passed through the sandbox, "
        "as in the product. The bare workflow has one local activity behind it and waits on a timer.",
        tables,
        "Resident memory grows in pages: figures of a few hundred workflows move by some KiB. A sleeping "
        "journey costs nothing here once it is evicted; the product caches a thousand.",
    )


def _sample(stage: Stage, kind: tuple[str, str], count: int) -> Callable[[], Awaitable[float]]:
    async def measured() -> float:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.resident", stage.address, *kind, str(count)),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )
        told, _ = await child.communicate()
        if child.returncode:
            raise WorkerFailed(f"benchmarks.resident ended with {child.returncode}; what it said is above")
        grown: float = json.loads(told)
        return grown

    return measured
