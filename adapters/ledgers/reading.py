"""A CSV file as a ledger: every row read, or refused with a verdict; all or nothing unless told otherwise."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from secrets import token_hex

from adapters.ledgers.bill_rows import BillRows
from adapters.ledgers.case_rows import CaseRows
from adapters.ledgers.cells import CellRefused, Cells
from adapters.ledgers.choice import Choice, choose
from adapters.ledgers.csv_rows import Row, fingerprint, hidden, rows
from adapters.ledgers.day import DatePattern
from adapters.ledgers.drafts import Draft, Drafts
from adapters.ledgers.instants import ledger_account
from adapters.ledgers.mapping import BillsMapping, EventsMapping, Mapping
from adapters.ledgers.verdict import LedgerRefused, Verdict
from domain.journey.definition import Journey
from domain.simulation.ledger import LedgerAccount


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a file says. `walk_id` begins every id in it; `refused` are the rows that were left out."""

    walk_id: str
    mapping: Mapping
    journey: Journey
    accounts: tuple[LedgerAccount, ...]
    rows: int
    refused: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to read: bad rows left out, only the `first` accounts of the file, under ids never used before."""

    skip_bad_rows: bool = False
    first: int | None = None
    fresh: bool = False


_AS_IT_IS = Wishes()


def read_ledger(
    path: Path, mappings: dict[str, Mapping], journeys: dict[str, Journey], wishes: Wishes = _AS_IT_IS
) -> Ledger:
    """The ledger in a file, through the only mapping that fits it.

    The same file under the same mapping and journey is the same walk, with the same ids.

    Raises:
        LedgerRefused: with a verdict for every row that cannot be read; nothing was imported.
    """
    content = fingerprint(path)
    choice = choose(path, mappings)
    journey = _journey(choice, journeys)
    drafts, count, verdicts = _drafts(path, choice)
    if not drafts and not verdicts:
        problem, remedy = "there are no rows below the header", "write one a bill or event"
        verdicts = [Verdict(choice.header_line, None, problem, remedy)]
    if verdicts and (not wishes.skip_bad_rows or not drafts):
        raise LedgerRefused(verdicts)
    walk_id = f"w{token_hex(5)}" if wishes.fresh else _walk_id(content, choice.mapping, journey)
    chosen = islice(drafts.values(), wishes.first)
    accounts = tuple(ledger_account(draft, choice.mapping, walk_id) for draft in chosen)
    refused = tuple(sorted(verdicts, key=lambda verdict: verdict.row))
    return Ledger(walk_id, choice.mapping, journey, accounts, count, refused)


def _drafts(path: Path, choice: Choice) -> tuple[dict[str, Draft], int, list[Verdict]]:
    """The accounts, the number of rows, and what was refused."""
    taking, pattern = _taking(choice.mapping), DatePattern.of(choice.mapping.dates)
    verdicts: list[Verdict] = []
    count = 0
    with path.open("rb") as file:
        for row in rows(file, choice.delimiter):
            if isinstance(row, Row) and row.line == choice.header_line:
                continue
            count += 1
            if refusal := _take(row, choice, pattern, taking):
                verdicts.append(refusal)
    drafts, late = taking.finish()
    return drafts, count, [*verdicts, *late]


def _take(row: Row | Verdict, choice: Choice, pattern: DatePattern, taking: Drafts) -> Verdict | None:
    match row:
        case Verdict():
            return row
        case Row(line=line, cells=cells):
            if refusal := _misshapen(row, choice) or hidden(cells, choice.columns, line):
                return refusal
            try:
                taking.take(
                    line, Cells(dict(zip(choice.columns, cells, strict=True)), choice.mapping, pattern)
                )
            except CellRefused as refused:
                return refused.verdict(line)
            return None


def _misshapen(row: Row, choice: Choice) -> Verdict | None:
    expected, found = len(choice.columns), len(row.cells)
    if found == expected:
        return None
    problem = f"the row has {found} cells, the header {expected}"
    remedy = (
        "write the missing ones, empty if need be"
        if found < expected
        else "put cells with a delimiter in quotes"
    )
    return Verdict(row.line, None, problem, remedy)


def _taking(mapping: Mapping) -> Drafts:
    match mapping:
        case BillsMapping():
            return BillRows(mapping)
        case EventsMapping():
            return CaseRows(mapping)


def _journey(choice: Choice, journeys: dict[str, Journey]) -> Journey:
    name = choice.mapping.journey
    if name not in journeys:
        problem = f"the mapping {choice.mapping.mapping} walks the journey {name}, which is not known"
        remedy = f"write one of {', '.join(sorted(journeys))} in the mapping"
        raise LedgerRefused([Verdict(choice.header_line, None, problem, remedy)])
    return journeys[name]


def _walk_id(content: str, mapping: Mapping, journey: Journey) -> str:
    declared = f"{content}\x1f{mapping.model_dump_json()}\x1f{journey.version}"
    return "w" + sha256(declared.encode()).hexdigest()[:10]
