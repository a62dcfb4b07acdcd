"""Bytes of a file as text: small, UTF-8, with nothing in it that a reader would not see."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from adapters.files.mistake import FileRefused, Mistake

LARGEST_BYTES = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_FOREIGN_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LAYOUT = frozenset("\t\n\r")
# Control, format (direction marks, zero-width signs), lone surrogate, private, line and paragraph separator.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NO_CHARACTERS = frozenset({"\ufffe", "\uffff"})


class TextRefused(FileRefused):
    """A file that is no plain text."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """The text of the file called `name` in messages."""

    name: str
    text: str

    def mistake(self, offset: int, problem: str, remedy: str) -> Mistake:
        """A mistake at the character `offset`."""
        before = self.text[:offset]
        return Mistake(self.name, before.count("\n") + 1, offset - before.rfind("\n"), problem, remedy)


def unseen(letter: str) -> bool:
    """Whether a reader would not see this character, though a program would."""
    return unicodedata.category(letter) in _UNSEEN or letter in _NO_CHARACTERS


def read_bytes(path: Path, name: str, largest: int = LARGEST_BYTES) -> bytes:
    """At most one byte more than `largest` of a regular file.

    Raises:
        TextRefused: it cannot be read.
    """
    if not path.is_file():
        raise TextRefused([Mistake(name, 1, 1, "there is no such file", "write the path of a file")])
    try:
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise TextRefused([Mistake(name, 1, 1, problem, "write its permissions anew")]) from error


def plain_text(source: str | bytes, name: str, largest: int = LARGEST_BYTES) -> PlainText:
    """The text of `source`, line ends as they are, a byte order mark left out.

    Raises:
        TextRefused: too large, not UTF-8, or characters that nobody sees.
    """
    content = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(content) > largest:
        problem = f"the file is larger than {largest // 1024} kB"
        raise TextRefused([Mistake(name, 1, 1, problem, "write a smaller file")])
    if content.startswith(_FOREIGN_MARKS):
        raise TextRefused([Mistake(name, 1, 1, "the file is UTF-16", "write it as UTF-8")])
    text = PlainText(name, _decoded(content.removeprefix(_BOM), name))
    wrong = [
        text.mistake(offset, f"the character U+{ord(letter):04X} cannot be seen", "write the text without it")
        for offset, letter in enumerate(text.text)
        if (unseen(letter) and letter not in _LAYOUT)
        or (letter == "\r" and not text.text.startswith("\n", offset + 1))
    ]
    if wrong:
        raise TextRefused(wrong[:20])
    return text


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        sound = PlainText(name, content[: error.start].decode())
        problem = f"the byte 0x{content[error.start]:02X} is not UTF-8"
        raise TextRefused([sound.mistake(len(sound.text), problem, "write the file as UTF-8")]) from error
