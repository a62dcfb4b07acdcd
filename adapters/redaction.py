"""Takes personal data out of what is about to be written to a log."""

import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import TracebackType
from uuid import UUID

REMOVED = "[removed]"
_LONGEST = 8_000
OWN_PACKAGES = frozenset("domain workflows activities adapters api commands worker cli benchmarks".split())
# Libraries whose errors speak of connections and constraints; the words of any other error may name a person.
_OF_MACHINES = frozenset("httpcore2 httpx2 psycopg psycopg_pool sqlalchemy temporalio".split())
_PERSONAL_FIELDS = frozenset(
    "address addresses authorization bcc birth_date body card cc content cookie cookies"
    " customer customer_name display_name dob email emails family_name first_name from from_ full_name"
    " given_name headers html iban json last_name locals message mobile msisdn name national_id parameters"
    " params password payload person phone phone_number phones postcode recipient secret street subject"
    " surname text to token".split()
)
_PERSONAL_ENDINGS = ("_email", "_phone", "_password", "_secret", "_token", "_body", "_text")
_IDENTIFIERS = ("id", "ids", "_id", "_ids", "_sid", "_hash", "_version")

_CREDENTIALS = re.compile(r"(?<=://)[^\s/@\"']{1,300}@")
_QUERY = re.compile(r"\?[^\s\"'<>=?]{1,100}=[^\s\"'<>]*")
_E_MAIL = re.compile(r"[^\s@\"'<>()\[\]{},;:=%]{1,64}(?:@|%40)\w[\w.-]{0,252}")
_INTERNATIONAL = re.compile(r"(?:\+|%2B)\s?\(?\d(?:[\s().\-/]{0,3}\d){6,14}", re.IGNORECASE)
_DIGITS = re.compile(
    r"(?P<kept>"
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w-])"
    r"|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])"
    r"|(?<![\w.])\d+\.\d+(?![\w.-])"
    r")|(?<![\w.\-])\(?\d(?:[\s().\-/]{0,3}\d){6,18}(?!\w)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


def masked_text(text: str, *, digits: bool = True) -> str:
    """The text without e-mail addresses, telephone numbers, credentials and queries of web addresses.

    `digits=False` leaves bare runs of digits alone, for fields that hold an id.
    """
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}[cut]"
    text = _QUERY.sub("?[query]", _CREDENTIALS.sub("[credentials]@", text))
    text = _INTERNATIONAL.sub("[number]", _E_MAIL.sub("[e-mail]", text))
    return _DIGITS.sub(lambda found: found["kept"] or "[number]", text) if digits else text


def strangers_text(text: str) -> str:
    """The first line of a text that is not ours, masked, and without what it quotes: that may be anything."""
    return masked_text(_QUOTED.sub("'[quoted]'", text.partition("\n")[0]))


def masked_field(key: str, value: object) -> object:
    """The value of a field, fit for a log: plain JSON types, personal data masked or removed."""
    name = key.lower().strip("_")
    if name in _PERSONAL_FIELDS or name.endswith(_PERSONAL_ENDINGS):
        return REMOVED
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return masked_text(value, digits=not name.endswith(_IDENTIFIERS))
        case Enum():
            return masked_field(key, value.value)
        case Decimal() | date() | timedelta() | UUID() | PurePath():
            return f"{value}"
        case Mapping():
            return {masked_text(f"{inner}"): masked_field(f"{inner}", part) for inner, part in value.items()}
        case bytes() | bytearray():
            return f"<{len(value)} bytes>"
        case Sequence() | AbstractSet():
            return [masked_field(key, part) for part in value]
        case _:
            # A repr may print any field of a person: only the type is told.
            return f"<{type(value).__name__}>"


def told_error(error: BaseException) -> str:
    """An exception as text: causes first, where each was raised, its type, and what is safe of its words."""
    return "\n".join(_told(error, set()))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _told(cause, seen)
        yield "which led to:"
    yield from _frames(error.__traceback__)
    yield f"{type(error).__qualname__}: {_words(error)}"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _told(part, seen)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"


def _words(error: BaseException) -> str:
    try:
        text = f"{error}"
    except Exception:  # noqa: BLE001 - an exception that cannot be printed must not hide the one that is told
        return REMOVED
    package = type(error).__module__.partition(".")[0]
    if package in OWN_PACKAGES:
        return masked_text(text)
    return strangers_text(text) if isinstance(error, OSError) or package in _OF_MACHINES else REMOVED


def is_ours(logger: str) -> bool:
    """Whether the logger belongs to our own code, whose events are constant words."""
    return logger.partition(".")[0] in OWN_PACKAGES
