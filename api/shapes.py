"""The shapes of single values in requests: ids, instants, days, money, addresses, names of places."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.money import LARGEST_MINOR, MoneyRefused, exponent

FIRST_YEAR, LAST_YEAR = 1990, 2099
_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ZONES = frozenset(available_timezones())
_LINE_BREAKS = frozenset({"Zl", "Zp"})
# Needed to write some names: zero-width joiner and non-joiner.
_JOINERS = frozenset("\u200c\u200d")


def _instant(given: object) -> datetime:
    if not isinstance(given, str) or not _RFC_3339.fullmatch(given):
        raise PydanticCustomError("instant", "write an RFC 3339 instant with offset: 2026-03-01T09:30:00Z")
    try:
        moment = datetime.fromisoformat(given.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("instant", "no such day or time in the calendar") from None
    _check_year(moment)
    return moment


def _day(given: object) -> date:
    if not isinstance(given, str) or not _ISO_DAY.fullmatch(given):
        raise PydanticCustomError("day", "write a day as 2026-03-01")
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise PydanticCustomError("day", "no such day in the calendar") from None
    _check_year(day)
    return day


def _check_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        span = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("year", "write a year from {first} to {last}", span)


def _currency(code: str) -> str:
    try:
        exponent(code)
    except MoneyRefused:
        raise PydanticCustomError("currency", "write an ISO 4217 code in use, such as USD") from None
    return code


def _zone(name: str) -> str:
    if name not in _ZONES or ("/" not in name and name != "UTC"):
        raise PydanticCustomError("time_zone", "write an IANA time zone, such as America/New_York")
    return name


def _spoken_name(text: str) -> str:
    if not text.strip() or any(_is_control(letter) for letter in text):
        raise PydanticCustomError("name", "write a name in plain characters, without control characters")
    return text


def _is_control(letter: str) -> bool:
    """Control, format and direction characters, halves of pairs, and line breaks of any kind."""
    category = unicodedata.category(letter)
    return (category[0] == "C" or category in _LINE_BREAKS) and letter not in _JOINERS


_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
_WORD = r"^[a-z][a-z0-9_-]{0,39}$"

Id = Annotated[str, StringConstraints(pattern=_ID)]
IdPrefix = Annotated[str, StringConstraints(pattern=_ID)]
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:=/+-]{0,127}$")]
Word = Annotated[str, StringConstraints(pattern=_WORD)]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
MinorUnits = Annotated[int, Field(strict=True, gt=0, le=LARGEST_MINOR)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_currency)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
FirstName = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_spoken_name)]
