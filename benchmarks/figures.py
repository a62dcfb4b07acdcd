"""What a benchmark answers: samples, ratios of samples taken side by side, tables to print."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: so many interleaved repeats, each of `share` of its full size."""

    repeats: int
    share: float

    def of(self, full: int, least: int = 2) -> int:
        """A sample's size, `full` when all is measured."""
        return max(least, round(full * self.share))


FULL = Scale(repeats=5, share=1.0)
QUICK = Scale(repeats=1, share=0.03)


@dataclass(frozen=True, slots=True)
class Samples:
    """One figure, measured once a repeat; `values` are in the order of the repeats."""

    name: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the values."""
        return statistics.median(self.values)

    def percentile(self, percent: int) -> float:
        """The smallest value that at least so many per cent do not exceed."""
        ranked = sorted(self.values)
        return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: at least, or at most, `value`."""

    value: float
    at_most: bool = False

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {number(self.value)}"

    def verdict(self, value: float) -> str:
        """Whether the figure is what it should be."""
        return "met" if (value <= self.value if self.at_most else value >= self.value) else "missed"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading."""

    header: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark's answer: what was measured, its tables, and what limits the figures."""

    title: str
    meaning: str
    tables: tuple[Table, ...]
    limits: str


def sampled_table(unit: str, samples: Sequence[Samples]) -> Table:
    """Median and spread of each figure."""
    rows = tuple((each.name, number(each.median), spread(each.values)) for each in samples)
    return Table(("what", f"{unit}, median", "least to most"), rows)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure over its baseline, repeat by repeat, and what it should be."""

    of: Samples
    to: Samples
    goal: Goal | None = None
    name: str = ""

    @property
    def values(self) -> tuple[float, ...]:
        """One quotient for each repeat: what drifts between repeats falls out."""
        return tuple(a / b if b else math.inf for a, b in zip(self.of.values, self.to.values, strict=True))

    def named(self, name: str) -> "Ratio":
        """The same under another name than that of the two."""
        return replace(self, name=name)

    def row(self) -> Row:
        """The ratio as a row."""
        middle = statistics.median(self.values)
        told = ("", "") if self.goal is None else (str(self.goal), self.goal.verdict(middle))
        return (self.name or f"{self.of.name} : {self.to.name}", f"{middle:.2f}", spread(self.values), *told)


def ratio_table(*ratios: Ratio, what: str = "ratio") -> Table:
    """Ratios with their goals, if any has one."""
    rows = tuple(ratio.row() for ratio in ratios)
    if any(ratio.goal for ratio in ratios):
        return Table((what, "median", "least to most", "goal", ""), rows)
    return Table((what, "median", "least to most"), tuple(row[:3] for row in rows))


def spread(values: Sequence[float]) -> str:
    """Least and most."""
    told = number if max(values) >= 10 else "{:.2f}".format  # noqa: PLR2004 - two digits suffice
    return f"{told(min(values))} to {told(max(values))}"


def number(value: float) -> str:
    """Three digits that mean something, thousands apart."""
    for least, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}" if value != round(value) else f"{value:,.0f}"
    return f"{value:.2g}"
