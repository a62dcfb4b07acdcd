"""A mistake in a file, told as its author can mend it: where, what is wrong, what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake at `line` and `column` (both from 1) of the file `path`.

    A `warning` is worth knowing and refuses nothing.
    """

    path: str
    line: int
    column: int
    problem: str
    remedy: str
    warning: bool = False

    def __str__(self) -> str:
        weight = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}:{self.column}: {weight}{self.problem}; {self.remedy}"


class FileRefused(ValueError):
    """A file that cannot be used; `mistakes` are all that were found, in the order of the text."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


class JourneyRefused(FileRefused):
    """A journey that cannot run as it is written."""


class TemplatesRefused(FileRefused):
    """Message templates that cannot be used as they are written."""


def shown(word: object) -> str:
    """A value of the author's as it is quoted in a message: one short line, nothing invisible."""
    if word == "":
        return "an empty value"
    text = word if isinstance(word, str) else repr(word)
    clear = "".join(letter if letter.isprintable() else "?" for letter in text[:41])
    return f"`{clear}`" if len(clear) < 41 else f"`{clear[:40]}…`"  # noqa: PLR2004 - 40 and one more
