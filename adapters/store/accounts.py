"""Accounts as operators read them, and test accounts' clocks."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select, text

from adapters.store.books import Books, read_books
from adapters.store.database import Database
from adapters.store.errors import AccountUnknown
from adapters.store.rows.books import accounts
from adapters.store.rows.walks import holds
from domain.journey.definition import Clock
from domain.journey.hold import Hold, HoldReason

_CLOCK = text("""
UPDATE accounts SET clock = CASE WHEN clock IS NOT NULL THEN greatest(clock, :to) END
WHERE account_id = :account_id RETURNING clock""")


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill and what is left of it, in minor units; of a closed bill, what was given up."""

    bill_id: str
    issued_on: date
    due_on: date
    amount_minor: int
    left_minor: int
    withdrawn_at: datetime | None
    closed_in_epoch: int | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account now. `clock` is None unless it is a test account; `balance_minor` below zero is a credit."""

    account_id: str
    customer_id: str
    currency: str
    time_zone: str
    country: str
    segment: str
    journey: str
    clock: datetime | None
    ver: int
    epoch: int
    prior_episodes: int
    balance_minor: int
    unpaid_minor: int
    overdue_minor: int
    bills: tuple[BillRow, ...]
    holds: tuple[Hold, ...]


class Accounts:
    """Reading accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, account_id: str) -> AccountRow | None:
        """The account with its bills and holds; None when there is none."""
        query = select(*(holds.c[name] for name in Hold.__slots__)).where(holds.c.account_id == account_id)
        async with self._database.single() as session:
            try:
                books = await read_books(session, account_id)
            except AccountUnknown:
                return None
            held = await session.execute(query.order_by(holds.c.since, holds.c.hold_id))
            return _row(books, tuple(_hold(row) for row in held))

    async def exists(self, account_id: str) -> bool:
        """Whether the account is known."""
        query = select(accounts.c.account_id).where(accounts.c.account_id == account_id)
        async with self._database.single() as session:
            return (await session.execute(query)).one_or_none() is not None

    async def set_clock(self, account_id: str, to: datetime) -> datetime | None:
        """Let a test account's clock show at least `to`; it never goes back. None: time is real there.

        Raises:
            AccountUnknown: no such account.
        """
        async with self._database.single() as session:
            row = (await session.execute(_CLOCK, {"account_id": account_id, "to": to})).one_or_none()
        if row is None:
            raise AccountUnknown(account_id)
        clock: datetime | None = row.clock
        return clock

    async def clocks(self) -> dict[str, datetime]:
        """The test accounts and what their clocks show."""
        query = select(accounts.c.account_id, accounts.c.clock).where(accounts.c.clock.is_not(None))
        async with self._database.single() as session:
            return {row.account_id: row.clock for row in await session.execute(query)}


def _row(books: Books, held: tuple[Hold, ...]) -> AccountRow:
    arrears = books.account.arrears(books.today(books.now()))
    standing, left = books.standing, {bill.bill_id: amount for bill, amount in books.account.unpaid()}
    return AccountRow(
        account_id=books.account_id,
        customer_id=books.customer_id,
        currency=standing.currency,
        time_zone=standing.time_zone,
        country=standing.country,
        segment=standing.segment,
        journey=books.journey,
        clock=books.clock,
        ver=books.ver,
        epoch=books.epoch,
        prior_episodes=standing.prior_episodes,
        balance_minor=books.account.balance_minor(),
        unpaid_minor=arrears.unpaid_minor,
        overdue_minor=arrears.overdue_minor,
        bills=tuple(
            BillRow(
                bill.bill_id,
                books.issued_on[bill.bill_id],
                bill.due_on,
                bill.amount_minor,
                left.get(bill.bill_id, bill.given_up_minor or 0),
                bill.withdrawn_at,
                bill.closed_in_epoch,
            )
            for bill in sorted(books.account.bills, key=lambda bill: (bill.due_on, bill.bill_id))
        ),
        holds=held,
    )


def _hold(row: Row[tuple[str, str, list[str], datetime, datetime | None]]) -> Hold:
    clocks = tuple(Clock(name) for name in row.clocks)
    return Hold(row.hold_id, HoldReason(row.reason), clocks, row.since, row.until)
