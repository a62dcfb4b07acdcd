"""A CSV file as rows with their line numbers, within bounds and with nothing hidden in them."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from adapters.files.plain_text import unseen
from adapters.ledgers.verdict import LedgerRefused, Verdict

LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_LINE = 64 * 1024
MOST_LINES = 50
_BOM = "\ufeff"
_FOREIGN = {
    b"\xff\xfe": ("the file is UTF-16", "save it as CSV in UTF-8"),
    b"\xfe\xff": ("the file is UTF-16", "save it as CSV in UTF-8"),
    b"PK\x03\x04": (
        "the file is a zip archive or a spreadsheet",
        "unpack it, or save the sheet as CSV in UTF-8",
    ),
    b"\x1f\x8b": ("the file is compressed", "unpack it first"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line on which it starts (from 1) and its cells as they are."""

    line: int
    cells: list[str]


class _Lines:
    """The file's lines as text; bytes that are not UTF-8 stay as lone surrogates for the row to tell."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0
        self.before = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(LONGEST_LINE + 1)
        if not raw:
            raise StopIteration
        self.count += 1
        if len(raw) > LONGEST_LINE:
            problem = f"the line is longer than {LONGEST_LINE // 1024} kB"
            raise _stop(self.count, problem, "write one row a line, lines ending in LF or CRLF")
        if self.count - self.before > MOST_LINES:
            problem = f"a quote opened here is not closed within {MOST_LINES} lines"
            raise _stop(self.before + 1, problem, 'close it with ", or write a quote inside a cell twice')
        text = raw.decode("utf-8", "surrogateescape")
        return text.removeprefix(_BOM) if self.count == 1 else text


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex.

    Raises:
        LedgerRefused: there is no such file, it is empty, too large, or in another format.
    """
    if not path.is_file():
        raise _stop(1, f"there is no file {path}", "write the path of a CSV file")
    size = path.stat().st_size
    if size == 0:
        raise _stop(1, "the file is empty", "write a header and one row a bill or event")
    if size > LARGEST_BYTES:
        problem = f"the file is larger than {LARGEST_BYTES // 1024**2} MB"
        raise _stop(1, problem, "split it by account")
    digest = sha256()
    with path.open("rb") as file:
        start = file.read(LONGEST_LINE)
        for mark, (problem, remedy) in _FOREIGN.items():
            if start.startswith(mark):
                raise _stop(1, problem, remedy)
        while start:
            digest.update(start)
            start = file.read(LONGEST_LINE)
    return digest.hexdigest()


def header(path: Path, delimiter: str) -> Row:
    """The first row, its cells without spaces around them.

    Raises:
        LedgerRefused: nothing but empty lines, or a header that is no CSV.
    """
    with path.open("rb") as file:
        for row in rows(file, delimiter):
            match row:
                case Verdict():
                    raise LedgerRefused([row])
                case Row(line=line, cells=cells):
                    return Row(line, [cell.strip() for cell in cells])
    raise _stop(1, "the file holds nothing but empty lines", "write a header and one row a bill or event")


def rows(file: BinaryIO, delimiter: str) -> Iterator[Row | Verdict]:
    """Every row that is not empty, or what keeps it from being one.

    Raises:
        LedgerRefused: the rest of the file cannot be told apart into rows.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.before = lines.count
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Verdict(lines.before + 1, None, *_grammar(str(error)))
            continue
        if any(cells):
            yield Row(lines.before + 1, cells)


def hidden(cells: Sequence[str], columns: Sequence[str], line: int) -> Verdict | None:
    """The first character in a row that nobody sees or that is no text at all."""
    for number, cell in enumerate(cells):
        if cell.isascii() and cell.isprintable():
            continue
        column = columns[number] if number < len(columns) else None
        wrong = next((letter for letter in cell if unseen(letter) and letter not in "\t\r\n"), None)
        if wrong is not None:
            return Verdict(line, column, *_unseen(wrong))
    return None


def _unseen(letter: str) -> tuple[str, str]:
    if letter == "\0":
        return "the cell holds a NUL byte", "write it without; the file may be damaged"
    if "\udc80" <= letter <= "\udcff":
        return f"the byte 0x{ord(letter) - 0xDC00:02X} is not UTF-8", "save the file as UTF-8"
    return f"the character U+{ord(letter):04X} cannot be seen", "write the cell without it"


def _grammar(said: str) -> tuple[str, str]:
    """The csv module's complaint in our words."""
    if "end of data" in said:
        return "a quote is opened and never closed", 'close it with ", or write a quote inside a cell twice'
    if "expected after" in said:
        return "a quoted cell goes on after its closing quote", "write a quote inside a quoted cell twice"
    if "new-line" in said:
        return "a carriage return stands inside the row", "end lines in LF or CRLF"
    return "the row is no CSV", "write it anew"


def _stop(line: int, problem: str, remedy: str) -> LedgerRefused:
    return LedgerRefused([Verdict(line, None, problem, remedy)])
