"""Results as Markdown, and a document's marked block replaced by them."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Row, Section, Table

BEGIN = "<!-- results: written by `python -m benchmarks --write`, not by hand -->"
END = "<!-- end of results -->"


class NoPlaceForResults(Exception):
    """The document has no marked block to replace."""


def told(sections: Sequence[Section], facts: Table) -> str:
    """All results, the facts first."""
    parts = [_table(facts), *(_section(section) for section in sections)]
    return "\n\n".join(parts)


def write(path: Path, results: str) -> None:
    """Replace what stands between the marks.

    Raises:
        NoPlaceForResults: the marks are not there.
    """
    before, after = place(path)
    path.write_text(f"{before}{BEGIN}\n\n{results}\n\n{END}{after}", encoding="utf-8")


def place(path: Path) -> tuple[str, str]:
    """What stands before and after the marks.

    Raises:
        NoPlaceForResults: the marks are not there.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoPlaceForResults(f"{path} has no lines `{BEGIN}` and `{END}` to write between: add them")
    return before, after


def _section(section: Section) -> str:
    tables = "\n\n".join(map(_table, section.tables))
    return f"### {section.title}\n{section.meaning}\n\n{tables}\n\n{section.limits}"


def _table(table: Table) -> str:
    rule = ("---", *("---:" if _is_figure(cell) else "---" for cell in _first(table)[1:]))
    return "\n".join(map(_row, (table.header, rule, *table.rows)))


def _first(table: Table) -> Row:
    return table.rows[0] if table.rows else table.header


def _is_figure(cell: str) -> bool:
    return cell[:1].isdigit()


def _row(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"
