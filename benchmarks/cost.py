"""What something costs: how many a second, and how much processor time each, told apart by process."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Goal, Ratio, Samples, Table, number, ratio_table, sampled_table

_MS = 1_000
# What follows the name in /proc/<pid>/stat: ticks of the process, and of its children that have ended.
_PARENT, _TICKS = 1, slice(11, 15)

# (figure, its baseline, the goal of the rate's ratio)
Against = tuple[str, str, Goal | None]


@dataclass(frozen=True, slots=True)
class Processes:
    """The servers beside this process, each with all its children."""

    temporal: int
    postgres: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds, or milliseconds a piece: here (worker and client), Temporal, PostgreSQL."""

    here: float
    temporal: float
    postgres: float

    @property
    def total(self) -> float:
        """All three."""
        return self.here + self.temporal + self.postgres

    def less(self, before: "Spent") -> "Spent":
        """What was spent since."""
        return Spent(
            self.here - before.here, self.temporal - before.temporal, self.postgres - before.postgres
        )

    def times(self, factor: float) -> "Spent":
        """So many times as much."""
        return Spent(self.here * factor, self.temporal * factor, self.postgres * factor)


@dataclass(frozen=True, slots=True)
class Cost:
    """One sample: pieces a second, and processor milliseconds a piece."""

    rate: float
    each: Spent


class Meter:
    """Measures from its making on."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._before = spent(processes)
        self._began = time.perf_counter()

    def cost(self, pieces: int, until: float | None = None) -> Cost:
        """What so many pieces have cost; the last was done at `until` (now) on `time.perf_counter`."""
        seconds = (until or time.perf_counter()) - self._began
        used = spent(self._processes).less(self._before)
        return Cost(pieces / seconds, used.times(_MS / pieces))


def spent(processes: Processes) -> Spent:
    """Processor seconds so far; those of the servers are zero where there is no /proc."""
    table = _processes()
    return Spent(time.process_time(), _tree(table, processes.temporal), _tree(table, processes.postgres))


def _tree(table: Mapping[int, tuple[int, float]], root: int) -> float:
    """A process and its children's children."""
    own = table[root][1] if root in table else 0.0
    return own + sum(_tree(table, pid) for pid, (parent, _) in table.items() if parent == root)


def _processes() -> dict[int, tuple[int, float]]:
    """Each process: its parent and its processor seconds."""
    table: dict[int, tuple[int, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        seconds = sum(map(int, fields[_TICKS])) / os.sysconf("SC_CLK_TCK")
        table[int(path.parent.name)] = (int(fields[_PARENT]), seconds)
    return table


def cost_tables(
    unit: str, taken: Mapping[str, Sequence[Cost]], against: Sequence[Against]
) -> tuple[Table, ...]:
    """Rates, processor time, and the ratios of both."""
    rates = {name: Samples(name, tuple(cost.rate for cost in costs)) for name, costs in taken.items()}
    totals = {name: Samples(name, tuple(cost.each.total for cost in costs)) for name, costs in taken.items()}
    ratios = [Ratio(rates[one], rates[other], goal) for one, other, goal in against]
    leaner = [Ratio(totals[other], totals[one]).named(f"{one} : {other}") for one, other, _ in against]
    return (
        sampled_table(f"{unit}s a second", list(rates.values())),
        ratio_table(*ratios),
        _spent_table(unit, taken),
        ratio_table(*leaner, what="the same by processor time"),
    )


def _spent_table(unit: str, taken: Mapping[str, Sequence[Cost]]) -> Table:
    header = (f"processor ms a {unit}, median", "all", "worker and client", "Temporal", "PostgreSQL")
    rows = []
    for name, costs in taken.items():
        columns = zip(
            *((c.each.total, c.each.here, c.each.temporal, c.each.postgres) for c in costs), strict=True
        )
        rows.append((name, *(number(Samples(name, column).median) for column in columns)))
    return Table(header, tuple(rows))
