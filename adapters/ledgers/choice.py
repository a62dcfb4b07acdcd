"""Which mapping and which delimiter fit a file: the only ones under which its header makes sense."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from adapters.files.mistake import shown
from adapters.ledgers.csv_rows import Row, header
from adapters.ledgers.mapping import DELIMITERS, Mapping
from adapters.ledgers.verdict import LedgerRefused, Verdict


@dataclass(frozen=True, slots=True)
class Choice:
    """How a file is read: its mapping, its delimiter and its header."""

    mapping: Mapping
    delimiter: str
    columns: tuple[str, ...]
    header_line: int


def choose(path: Path, mappings: dict[str, Mapping]) -> Choice:
    """The only mapping whose columns all occur in the file's header.

    Raises:
        LedgerRefused: none fits, or several do, or the header has a column twice.
    """
    headers = {name: header(path, sign) for name, sign in DELIMITERS.items()}
    fitting = [
        (mapping, name, row)
        for mapping in mappings.values()
        for name, row in headers.items()
        if mapping.delimiter in {None, name} and mapping.columns <= set(row.cells)
    ]
    widest = max(headers, key=lambda name: len(headers[name].cells))
    match fitting:
        case []:
            raise LedgerRefused([_unfit(headers[widest], widest, mappings)])
        case [(mapping, name, row)]:
            _each_once(row)
            return Choice(mapping, DELIMITERS[name], tuple(row.cells), row.line)
        case _:
            names = ", ".join(sorted({mapping.mapping for mapping, *_ in fitting}))
            problem = f"the columns fit several mappings: {names}"
            raise LedgerRefused([Verdict(1, None, problem, "name the one you mean with --mapping")])


def _unfit(row: Row, delimiter: str, mappings: dict[str, Mapping]) -> Verdict:
    seen = set(row.cells)
    if len(mappings) > 1:
        known = "; ".join(f"{name}: {', '.join(sorted(each.columns))}" for name, each in mappings.items())
        problem = f"the columns ({_list(row)}) fit no known mapping"
        remedy = f"name the columns so, or declare a mapping and give its file with --mapping ({known})"
        return Verdict(row.line, None, problem, remedy)
    (mapping,) = mappings.values()
    if mapping.delimiter not in {None, delimiter}:
        problem = f"the cells are separated by {delimiter}, and the mapping declares {mapping.delimiter}"
        return Verdict(row.line, None, problem, f"write `delimiter: {delimiter}` in the mapping")
    missing = sorted(mapping.columns - seen)
    problem = f"the header ({_list(row)}) lacks {', '.join(missing)}"
    close = {name: get_close_matches(name, seen, n=1, cutoff=0.7) for name in missing}
    renamed = [f"{name} for {shown(near[0])}" for name, near in close.items() if near]
    return Verdict(row.line, None, problem, f"write {', '.join(renamed or missing)} in the header")


def _each_once(row: Row) -> None:
    twice = sorted({name for name in row.cells if name and row.cells.count(name) > 1})
    if twice:
        verdicts = [
            Verdict(row.line, name, "the column is there twice", "keep one of the two") for name in twice
        ]
        raise LedgerRefused(verdicts)


def _list(row: Row) -> str:
    shown_cells = [shown(cell) for cell in row.cells[:12]]
    return ", ".join(shown_cells) + (" …" if len(row.cells) > len(shown_cells) else "")
