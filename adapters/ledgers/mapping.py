"""A declared mapping: which column of a ledger says what."""

from collections.abc import Iterable
from datetime import time
from typing import Annotated, Final, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from adapters.ledgers.day import DatePattern, PatternRefused
from domain.contact import Channel
from domain.money import MoneyRefused, exponent

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
_LONGEST_DERIVATION = 366

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
Column = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Days = Annotated[int, Field(ge=1, le=_LONGEST_DERIVATION)]


def _dates(written: str) -> str:
    try:
        return DatePattern.of(written).written
    except PatternRefused as refused:
        raise ValueError(str(refused)) from None


def _currency(code: str) -> str:
    try:
        exponent(code)
    except MoneyRefused as refused:
        raise ValueError(str(refused)) from None
    return code


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone; write one such as Europe/Rome") from None
    return name


class Form(BaseModel):
    """Nothing but what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DerivedDay(Form):
    """A day so many days before or after the one in a column, and no later than the one in another."""

    column: Column
    minus_days: Days | None = None
    plus_days: Days | None = None
    no_later_than: Column | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.minus_days is None) == (self.plus_days is None):
            raise ValueError("a derived day has either minus_days or plus_days")
        return self

    @property
    def shift(self) -> int:
        """Days to add."""
        return (self.plus_days or 0) - (self.minus_days or 0)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,) if self.no_later_than is None else (self.column, self.no_later_than)


class Always(Form):
    """One currency for the whole ledger."""

    always: Annotated[str, AfterValidator(_currency)]


class ByRow(Form):
    """Bills without a number of their own are numbered by their row."""

    by: Literal["row"]


class Place(Form):
    """Where the accounts live and what kind of customers they are."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"
    segment: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]{0,40}$")] = "consumer"


class Hours(Form):
    """The local hours at which a day's bills, corrections and payments are told, in that order."""

    bills: time = time(0, 30)
    amendments: time = time(0, 40)
    payments: time = time(12)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.bills < self.amendments < self.payments < time(14):
            raise ValueError("bills come before amendments, these before payments, and all before 14:00")
        return self


class _Mapping(Form):
    mapping: Name
    describes: str
    journey: Name
    delimiter: Literal["comma", "semicolon", "tab"] | None = None
    dates: Annotated[str, AfterValidator(_dates)]
    account: Column
    currency: Always | Column
    place: Place
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)] = (Channel.SMS, Channel.EMAIL)
    told: Hours = Hours()

    def _currency_column(self) -> Iterable[str]:
        return () if isinstance(self.currency, Always) else (self.currency,)


class BillsMapping(_Mapping):
    """One row a bill, with the day on which it was settled (empty: never)."""

    shape: Literal["bills"]
    bill: ByRow | Column
    issued: DerivedDay | Column
    due: DerivedDay | Column
    settled: Column
    amount: Column

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the file must have."""
        days = [day.columns if isinstance(day, DerivedDay) else (day,) for day in (self.issued, self.due)]
        bill = () if isinstance(self.bill, ByRow) else (self.bill,)
        own = (self.account, self.settled, self.amount)
        return frozenset((*own, *bill, *days[0], *days[1], *self._currency_column()))


class Activity(Form):
    """An activity that moves money, and the column of its amount."""

    activity: Column
    amount: Column


class Issue(Activity):
    """The activity that issues a case's one bill."""

    due_after_days: Days


class EventsMapping(_Mapping):
    """One row an event of a case: the case is the account, and has one bill."""

    shape: Literal["events"]
    activity: Column
    moment: Column
    issues: Issue
    adds: tuple[Activity, ...] = ()
    replaces: tuple[Activity, ...] = ()
    pays: Annotated[tuple[Activity, ...], Field(min_length=1)]
    ignores: tuple[Column, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = [one.activity for one in (self.issues, *self.adds, *self.replaces, *self.pays)]
        named += self.ignores
        if len(set(named)) < len(named):
            raise ValueError("an activity is named twice")
        return self

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the file must have."""
        moving = (self.issues, *self.adds, *self.replaces, *self.pays)
        own = (self.account, self.activity, self.moment)
        return frozenset((*own, *(one.amount for one in moving), *self._currency_column()))


Mapping: TypeAlias = BillsMapping | EventsMapping
