"""What single cells of a ledger must be: numbers of accounts and bills, days, amounts, currencies."""

import re
from collections.abc import Mapping as ByName
from datetime import date, timedelta

from adapters.files.mistake import shown
from adapters.ledgers.day import DatePattern, DateRefused
from adapters.ledgers.mapping import Always, DerivedDay
from adapters.ledgers.mapping import Mapping as Declared
from adapters.ledgers.verdict import Verdict
from domain.money import Money, MoneyRefused, exponent

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
# The first sign is never one at which a spreadsheet starts a formula.
_BILL = re.compile(r"[A-Za-z0-9#][!-~]*(?: [!-~]+)*")
_LONGEST_BILL = 48


class CellRefused(Exception):
    """A cell that cannot be what its column says."""

    def __init__(self, column: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.column, self.problem, self.remedy = column, problem, remedy

    def verdict(self, line: int) -> Verdict:
        """The refusal at its row."""
        return Verdict(line, self.column, self.problem, self.remedy)


class Cells:
    """One row's cells by column, read as what the mapping says they are."""

    def __init__(self, cells: ByName[str, str], mapping: Declared, pattern: DatePattern) -> None:
        self._cells = cells
        self._mapping = mapping
        self._pattern = pattern

    def text(self, column: str) -> str:
        """The cell without spaces around it."""
        return self._cells[column].strip(" ")

    def account(self) -> str:
        """The account's number, leading zeros and all."""
        column = self._mapping.account
        text = self.text(column)
        if _ACCOUNT.fullmatch(text) is None:
            what = "is empty" if not text else f"{shown(text)} is no account number"
            remedy = "write 1 to 48 letters, digits, dots, hyphens or underscores"
            raise CellRefused(column, what, remedy)
        return text

    def bill(self, column: str) -> str:
        """The bill's number."""
        text = self.text(column)
        if len(text) > _LONGEST_BILL or _BILL.fullmatch(text) is None:
            what = "is empty" if not text else f"{shown(text)} is no bill number"
            remedy = "write 1 to 48 letters, digits and signs, a letter or digit first"
            raise CellRefused(column, what, remedy)
        return text

    def day(self, column: str) -> date:
        """A day as the mapping declares it."""
        text = self.text(column)
        try:
            return self._pattern.read(text)
        except DateRefused as refused:
            what = "is empty" if not text else f"{shown(text)} {refused}"
            remedy = f"write a date such as {self._pattern.written}"
            raise CellRefused(column, what, remedy) from None

    def day_or_none(self, column: str) -> date | None:
        """A day, or None in an empty cell."""
        return self.day(column) if self.text(column) else None

    def derived(self, day: DerivedDay | str) -> date:
        """A day in a column, or one derived from it."""
        if isinstance(day, str):
            return self.day(day)
        moved = self.day(day.column) + timedelta(days=day.shift)
        if day.no_later_than is None:
            return moved
        return min(moved, self.day_or_none(day.no_later_than) or moved)

    def currency(self) -> str:
        """The row's currency, an ISO 4217 code."""
        declared = self._mapping.currency
        if isinstance(declared, Always):
            return declared.always
        code = self.text(declared)
        try:
            exponent(code)
        except MoneyRefused:
            what = "is empty" if not code else f"{shown(code)} is no currency in use"
            raise CellRefused(declared, what, "write an ISO 4217 code such as USD") from None
        return code

    def amount(self, column: str, currency: str) -> int:
        """An amount in minor units, more than zero."""
        text = self.text(column)
        try:
            minor = Money.parse(text, currency).minor
        except MoneyRefused:
            what = "is empty" if not text else f"{shown(text)} is no amount in {currency}"
            raise CellRefused(column, what, f"write {_example(currency)}: digits and one point") from None
        if minor <= 0:
            what = "is zero" if minor == 0 else f"{shown(text)} is below zero"
            raise CellRefused(column, what, "write what is owed, or leave the row out")
        return minor


def _example(currency: str) -> str:
    digits = exponent(currency)
    return f"55.{'940000'[:digits]}" if digits else "5594"
