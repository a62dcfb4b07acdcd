"""How many SMS a text takes: seven-bit letters of GSM 03.38, or UCS-2 when one letter is not among them."""

from dataclasses import dataclass
from typing import Literal

_LETTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places: an escape and the letter.
_ESCAPED = frozenset("\f^{}\\[~]|€")
_GSM_ALONE, _GSM_PART = 160, 153
_UCS2_ALONE, _UCS2_PART = 70, 67


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as it travels: `units` are septets (gsm7) or 16-bit units (ucs2), `count` the SMS it takes."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    count: int


def segments(text: str) -> Segments:
    """The SMS that `text` takes (3GPP TS 23.038, concatenation with a six-byte header)."""
    if all(letter in _LETTERS or letter in _ESCAPED for letter in text):
        units = sum(2 if letter in _ESCAPED else 1 for letter in text)
        return Segments("gsm7", units, _parts(units, _GSM_ALONE, _GSM_PART))
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return Segments("ucs2", units, _parts(units, _UCS2_ALONE, _UCS2_PART))


def _parts(units: int, alone: int, part: int) -> int:
    return 1 if units <= alone else -(-units // part)
