"""An account's books, read in one statement: bills, credits, and what a walk must know of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.errors import AccountUnknown
from domain.account import Account, Bill, Credit, CreditKind
from domain.journey.definition import Journey
from domain.journey.run import Sight
from domain.journey.sight import Standing, local_date, sight_of

# Columns over `accounts a`, for use inside other statements; `books_of` reads them.
COLUMNS = """
clock_timestamp() AS read_at, a.account_id, a.customer_id, a.currency, a.time_zone, a.country, a.segment,
a.journey, a.clock, a.ver, a.epoch, a.prior_episodes,
(SELECT json_agg(json_build_array(
    b.bill_id, b.due_on, b.amount_minor, b.closed_in_epoch, b.given_up_minor,
    coalesce(b.loosely_paid_minor, 0), b.withdrawn_at, b.issued_on))
  FROM bills b WHERE b.account_id = a.account_id) AS bills,
(SELECT json_agg(json_build_array(
    l.source, l.source_event_id, l.kind, l.amount_minor, l.effective_at, l.bill_id, l.reverses))
  FROM ledger l WHERE l.account_id = a.account_id) AS credits"""
_BOOKS = text(f"SELECT {COLUMNS} FROM accounts a WHERE a.account_id = :account_id")  # noqa: S608 - fixed names


@dataclass(frozen=True, slots=True)
class Books:
    """One account as it was at `read_at`, the database's clock; `clock` is set for a test account only."""

    account_id: str
    customer_id: str
    account: Account
    standing: Standing
    journey: str
    clock: datetime | None
    ver: int
    epoch: int
    read_at: datetime
    issued_on: Mapping[str, date]

    def now(self, at: datetime | None = None) -> datetime:
        """What counts as now: for a test account `at` or its clock, for all others the database's clock."""
        return self.read_at if self.clock is None else at or self.clock

    def sight(self, journey: Journey, now: datetime) -> Sight:
        """What a walk must know at `now`."""
        return sight_of(self.account, self.standing, journey, now)

    def today(self, now: datetime) -> date:
        """The local date where the account lives."""
        return local_date(self.standing.time_zone, now)


async def read_books(session: AsyncConnection, account_id: str) -> Books:
    """The account's books.

    Raises:
        AccountUnknown: no such account.
    """
    row = (await session.execute(_BOOKS, {"account_id": account_id})).mappings().one_or_none()
    if row is None:
        raise AccountUnknown(account_id)
    return books_of(row)


def books_of(row: Mapping[Any, Any]) -> Books:
    """The books from a row that holds `COLUMNS`."""
    bills = row["bills"] or ()
    return Books(
        account_id=row["account_id"],
        customer_id=row["customer_id"],
        account=Account(
            tuple(_bill(values) for values in bills),
            tuple(_credit(values) for values in row["credits"] or ()),
        ),
        standing=Standing(
            row["time_zone"], row["country"], row["currency"], row["segment"], row["prior_episodes"]
        ),
        journey=row["journey"],
        clock=row["clock"],
        ver=row["ver"],
        epoch=row["epoch"],
        read_at=row["read_at"],
        issued_on={values[0]: date.fromisoformat(values[7]) for values in bills},
    )


def _bill(values: list[Any]) -> Bill:
    bill_id, due_on, amount_minor, closed_in_epoch, given_up_minor, loosely_paid, withdrawn_at, _ = values
    return Bill(
        bill_id,
        date.fromisoformat(due_on),
        amount_minor,
        closed_in_epoch,
        given_up_minor,
        loosely_paid,
        moment(withdrawn_at),
    )


def _credit(values: list[Any]) -> Credit:
    """A reversal names the payment by the id that the same source gave it."""
    source, event_id, kind, amount_minor, effective_at, bill_id, reverses = values
    return Credit(
        entry_id=f"{source}\x1f{event_id}",
        kind=CreditKind(kind),
        amount_minor=amount_minor,
        effective_at=datetime.fromisoformat(effective_at),
        bill_id=bill_id,
        reverses=None if reverses is None else f"{source}\x1f{reverses}",
    )


def moment(text_: str | None) -> datetime | None:
    """An instant from a JSON value."""
    return None if text_ is None else datetime.fromisoformat(text_)
