"""How a ledger writes its dates, declared as a pattern such as `M/D/YYYY`."""

import re
from dataclasses import dataclass
from datetime import date

_TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
    # The hour is told by the mapping: a ledger's own is often the hour of a batch.
    "hh": r"[0-9]{2}",
    "mm": r"[0-9]{2}",
    "ss": r"[0-9]{2}",
}
_TOKEN = re.compile("|".join(_TOKENS))
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


class PatternRefused(ValueError):
    """A pattern that does not name year, month and day once each."""


class DateRefused(ValueError):
    """A cell that is no date of the declared form."""


@dataclass(frozen=True, slots=True)
class DatePattern:
    """Reads dates of one form; an hour in the form is read and left out."""

    written: str
    form: re.Pattern[str]

    @classmethod
    def of(cls, written: str) -> "DatePattern":
        """The pattern written so.

        Raises:
            PatternRefused: year, month or day is missing or there twice.
        """
        parts, reached = [], 0
        for token in _TOKEN.finditer(written):
            parts += [re.escape(written[reached : token.start()]), _TOKENS[token.group()]]
            reached = token.end()
        try:
            form = re.compile("".join(parts) + re.escape(written[reached:]))
        except re.error:
            raise PatternRefused(f"{written!r} names a part of the date twice") from None
        if set(form.groupindex) != {"year", "month", "day"}:
            raise PatternRefused(f"{written!r} does not name year, month and day")
        return cls(written, form)

    def read(self, text: str) -> date:
        """The date in a cell.

        Raises:
            DateRefused: another form, a day that no calendar has, or a year outside 1970 to 2100.
        """
        found = self.form.fullmatch(text)
        if found is None:
            raise DateRefused("is not written so")
        year, month, day = (int(found[part]) for part in ("year", "month", "day"))
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise DateRefused(f"is outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
        try:
            return date(year, month, day)
        except ValueError:
            raise DateRefused("is a day that no calendar has") from None
