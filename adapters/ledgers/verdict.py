"""What is wrong with a row of a ledger: where, why, and what to write instead."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHOWN = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """One refusal. `row` is the line of the file on which the row starts (the header is line 1).

    `column` is the column's name as the file has it, None when it is about the whole row or file.
    """

    row: int
    column: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"line {self.row}" if self.column is None else f"line {self.row}, column {self.column}"
        return f"{where}: {self.problem}; {self.remedy}"


class LedgerRefused(ValueError):
    """A ledger that was not imported; `verdicts` are all refusals in the order of the file."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self.verdicts = tuple(sorted(verdicts, key=lambda verdict: (verdict.row, verdict.column or "")))
        super().__init__("\n".join(told(self.verdicts)))


def told(verdicts: Sequence[Verdict]) -> list[str]:
    """The first verdicts as lines of text, and how many more there are."""
    lines = [str(verdict) for verdict in verdicts[:_SHOWN]]
    more = len(verdicts) - len(lines)
    return [*lines, f"and {more} more"] if more > 0 else lines


def write_verdicts(path: Path, verdicts: Iterable[Verdict]) -> None:
    """One CSV row a verdict; no cell can be taken for a formula."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "problem", "remedy"])
        for verdict in verdicts:
            texts = (_plain(text) for text in (verdict.column or "", verdict.problem, verdict.remedy))
            writer.writerow([verdict.row, *texts])


def _plain(text: str) -> str:
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
