"""What every table shares: one metadata with named constraints, and the column types we use."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, Identity, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

# The clock itself, not the start of the transaction: waiting for a lock takes time, too.
_CLOCK = text("clock_timestamp()")
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Stored(SQLModel):
    """A row. Built only by the database's own answers; nothing outside this package sees one."""

    metadata = MetaData(naming_convention=NAMES)


def word(*, key: bool = False, unique: bool = False, foreign: str | None = None) -> Any:  # noqa: ANN401
    """A text column; ids are words, too."""
    if foreign is not None:
        return Field(sa_type=Text, primary_key=key, unique=unique, foreign_key=foreign)
    return Field(sa_type=Text, primary_key=key, unique=unique)


def words() -> Any:  # noqa: ANN401
    """An array of texts."""
    return Field(sa_type=ARRAY(Text))


def moment(*, now: bool = False) -> Any:  # noqa: ANN401
    """An instant with its zone; `now` lets the database's clock fill it in."""
    kept: Any = DateTime(timezone=True)
    if now:
        return Field(sa_type=kept, sa_column_kwargs={"server_default": _CLOCK})
    return Field(sa_type=kept)


def amount() -> Any:  # noqa: ANN401
    """A whole number of minor units."""
    return Field(sa_type=BigInteger)


def count(start: int | None = None, *, key: bool = False) -> Any:  # noqa: ANN401
    """A 64-bit counter, from `start` where the database fills it in."""
    if start is None:
        return Field(sa_type=BigInteger, primary_key=key)
    return Field(sa_type=BigInteger, primary_key=key, sa_column_kwargs={"server_default": str(start)})


def serial(*, key: bool = False) -> Any:  # noqa: ANN401
    """A counter that only the database moves on: the order in which rows came."""
    return Field(sa_type=BigInteger, primary_key=key, sa_column_args=[Identity(always=True)])


def document() -> Any:  # noqa: ANN401
    """A JSON document."""
    return Field(sa_type=JSONB)


def one_of(column: str, allowed: Iterable[str]) -> CheckConstraint:
    """A check that keeps a word within an enumeration: cheaper to change than a PostgreSQL enum."""
    listed = ", ".join(f"'{value}'" for value in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def table_of(stored: type[Stored]) -> Table:
    """The Core table behind a class."""
    return cast("Table", getattr(stored, "__table__"))  # noqa: B009 - SQLModel does not declare it
