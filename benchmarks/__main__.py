"""Run benchmarks: `python -m benchmarks [name ...] [--quick] [--write docs/performance.md]`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.logging import configure_logging
from benchmarks import histories, interpreter, latency, machine, memory, starts, steps, store
from benchmarks.figures import FULL, QUICK, Row, Scale, Section
from benchmarks.rounds import Stopwatch
from benchmarks.stage import Addresses, Stage, servers, stage
from benchmarks.writing import NoPlaceForResults, place, told, write
from commands.exits import TROUBLE, finish

Measured = Callable[[Stage, Scale], Awaitable[Section]]

# In the order of the document; those on servers share one pair of them.
ON_SERVERS: dict[str, Measured] = {
    "starts": starts.measure,
    "steps": steps.measure,
    "latency": latency.measure,
    "histories": lambda on, _: histories.measure(on),
    "memory": memory.measure,
    "store": store.measure,
}
ALONE = {"interpreter": interpreter.measure}
NAMES = (*ON_SERVERS, *ALONE)


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for, print it, write it where told; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.write is not None:
            place(asked.write)
        scale = QUICK if asked.quick else replace(FULL, repeats=asked.repeats)
        results = _results(asked.names or NAMES, scale)
        print(results)
        if asked.write is not None:
            write(asked.write, results)
    except NoPlaceForResults as trouble:
        print(trouble, file=sys.stderr)
        return TROUBLE
    return 0


def _results(asked: Sequence[str], scale: Scale) -> str:
    configure_logging("warning", "console")
    sections, facts = _measure([name for name in NAMES if name in asked], scale)
    return told(sections, machine.facts_table(facts))


def _measure(names: Sequence[str], scale: Scale) -> tuple[list[Section], list[Row]]:
    facts = machine.facts(machine.load())
    sections: list[Section] = []
    if served := [name for name in names if name in ON_SERVERS]:
        with servers() as addresses:
            sections, found = asyncio.run(_on_servers(addresses, served, scale))
            facts += found
    for name in (name for name in names if name in ALONE):
        watch = Stopwatch()
        sections.append(asyncio.run(ALONE[name](scale)))
        _say(name, watch)
    return sections, facts


async def _on_servers(
    addresses: Addresses, names: Sequence[str], scale: Scale
) -> tuple[list[Section], list[Row]]:
    async with stage(addresses) as on:
        sections = []
        for name in names:
            watch = Stopwatch()
            sections.append(await ON_SERVERS[name](on, scale))
            _say(name, watch)
        return sections, await machine.service_facts(on)


def _say(name: str, watch: Stopwatch) -> None:
    print(f"Measured {name} in {watch.seconds:.0f} s", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name", help=", ".join(NAMES))
    parser.add_argument(
        "--quick", action="store_true", help="a few of each, to see that it runs; no figures to keep"
    )
    parser.add_argument(
        "--repeats", type=int, default=FULL.repeats, metavar="N", help="samples of each variant"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the results between the file's marks")
    return parser


if __name__ == "__main__":
    finish(lambda: main(sys.argv[1:]))
