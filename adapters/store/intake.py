"""The way in for facts: each one transaction, committed before it is acknowledged, harmless when repeated."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.books import read_books
from adapters.store.database import Database
from adapters.store.errors import BillUnknown, CurrencyMismatch, CustomerMismatch, PaymentChanged
from adapters.store.locks import (
    Locked,
    lock_account,
    lock_person,
    lock_person_and_account,
    try_account,
)
from adapters.store.news import BUMPED, POKED, spread
from adapters.store.people import suppress_person, tell_consent, tell_person
from adapters.store.trail import INSERTION, Entry, as_parameter
from domain.account import CreditKind
from domain.contact import Channel
from domain.feed import AccountFeed, BillFeed, CreditFeed

_ACCOUNT = text("""
INSERT INTO accounts AS known (account_id, customer_id, currency, time_zone, country, segment, journey, clock)
VALUES (:account_id, :customer_id, :currency, :time_zone, :country, :segment, :journey, :clock)
ON CONFLICT (account_id) DO UPDATE SET time_zone = excluded.time_zone, country = excluded.country,
    segment = excluded.segment, journey = excluded.journey, told_at = clock_timestamp()
WHERE (known.time_zone, known.country, known.segment, known.journey)
    IS DISTINCT FROM (excluded.time_zone, excluded.country, excluded.segment, excluded.journey)
RETURNING 1""")
_BILLS = text("""
INSERT INTO bills AS known (account_id, bill_id, issued_on, due_on, amount_minor)
SELECT :account_id, told.* FROM jsonb_to_recordset(CAST(:bills AS jsonb))
    AS told(bill_id text, issued_on date, due_on date, amount_minor bigint)
ON CONFLICT (account_id, bill_id) DO UPDATE
SET issued_on = excluded.issued_on, due_on = excluded.due_on, amount_minor = excluded.amount_minor
WHERE (known.issued_on, known.due_on, known.amount_minor)
    IS DISTINCT FROM (excluded.issued_on, excluded.due_on, excluded.amount_minor)
RETURNING bill_id""")
_WITHDRAWAL = text("""
WITH withdrawn AS (
    UPDATE bills SET withdrawn_at = :at
    WHERE account_id = :account_id AND bill_id = :bill_id AND withdrawn_at IS NULL RETURNING 1)
SELECT EXISTS (SELECT FROM bills WHERE account_id = :account_id AND bill_id = :bill_id),
    EXISTS (SELECT FROM withdrawn)""")
_CREDIT = text(f"""
WITH told AS (
    INSERT INTO ledger (source, source_event_id, account_id, kind, amount_minor, currency, effective_at,
        account_ver, bill_id, reverses)
    VALUES (:source, :source_event_id, :account_id, :kind, :amount_minor, :currency, :effective_at,
        :ver, :bill_id, :reverses)
    ON CONFLICT (source, source_event_id) DO NOTHING RETURNING 1),
bumped AS ({BUMPED} AND EXISTS (SELECT FROM told) RETURNING account_id, ver),
poked AS ({POKED}),
noted AS ({INSERTION} WHERE EXISTS (SELECT FROM told))
SELECT EXISTS (SELECT FROM told)""")  # noqa: S608 - fixed names
_SAME_CREDIT = text("""
SELECT EXISTS (SELECT FROM ledger WHERE source = :source AND source_event_id = :source_event_id
    AND (account_id, kind, amount_minor, currency) = (:account_id, :kind, :amount_minor, :currency)
    AND bill_id IS NOT DISTINCT FROM CAST(:bill_id AS text)
    AND reverses IS NOT DISTINCT FROM CAST(:reverses AS text)
    AND (NOT :dated OR effective_at = :effective_at))""")


@dataclass(frozen=True, slots=True)
class AccountTold:
    """Whether the account was new, and whether anything about it is other than before."""

    created: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class CreditTold:
    """Whether the ledger has a new entry, and whether nothing of the account is past due any more."""

    recorded: bool
    settled: bool


class Intake:
    """Where billing, payment processors and people tell us things."""

    def __init__(self, database: Database, address_key: bytes) -> None:
        self._database = database
        self._address_key = address_key

    async def tell_account(self, feed: AccountFeed) -> AccountTold:
        """Know an account, its customer and its bills as billing has them now.

        Bills that are left out stay; addresses that are left out go. A known account keeps its clock.

        Raises:
            CurrencyMismatch, CustomerMismatch: the account is known with another currency or customer.
        """
        async with self._database.session() as session:
            await lock_person(session, feed.customer.customer_id)
            known = await try_account(session, feed.account_id)
            if known is not None:
                _refuse_another(feed, known)
            changed = await tell_person(session, feed.customer, self._address_key)
            changed |= bool((await session.execute(_ACCOUNT, _row(feed))).all())
            changed |= bool(await _keep_bills(session, feed.account_id, feed.bills))
            if changed:
                epoch = 0 if known is None else known.epoch
                await spread(
                    session, feed.account_id, Entry(feed.account_id, epoch, "account_told", feed.clock)
                )
        return AccountTold(created=known is None, changed=changed)

    async def tell_bills(self, account_id: str, bills: Sequence[BillFeed]) -> bool:
        """Add bills, or correct their dates and amounts. True when anything changed.

        Raises:
            AccountUnknown: no such account.
        """
        async with self._database.session() as session:
            locked = await lock_account(session, account_id)
            changed = await _keep_bills(session, account_id, bills)
            if changed:
                told = (
                    Entry(account_id, locked.epoch, "bill_told", locked.now(), why=bill) for bill in changed
                )
                await spread(session, account_id, *told)
        return bool(changed)

    async def withdraw_bill(self, account_id: str, bill_id: str, at: datetime | None) -> bool:
        """Take a bill back. False when it was withdrawn before.

        Raises:
            AccountUnknown, BillUnknown: no such account or bill.
        """
        async with self._database.session() as session:
            locked = await lock_account(session, account_id)
            moment = locked.now(at)
            row = {"account_id": account_id, "bill_id": bill_id, "at": moment}
            known, withdrawn = (await session.execute(_WITHDRAWAL, row)).one()
            if not known:
                raise BillUnknown(account_id, bill_id)
            if withdrawn:
                entry = Entry(account_id, locked.epoch, "bill_withdrawn", moment, why=bill_id)
                await spread(session, account_id, entry)
        return bool(withdrawn)

    async def tell_credit(self, credit: CreditFeed) -> CreditTold:
        """Enter a payment or its reversal into the ledger, once for each (source, source event id).

        Raises:
            AccountUnknown, CurrencyMismatch: no such account, or one in another currency.
            PaymentChanged: the event id was told before with other content.
        """
        async with self._database.session() as session:
            locked = await lock_account(session, credit.account_id)
            if locked.currency != credit.currency:
                raise CurrencyMismatch(credit.account_id, credit.currency)
            entry = _entry(credit, locked)
            recorded = (await session.execute(_CREDIT, entry)).scalar_one()
            if not recorded and not (await session.execute(_SAME_CREDIT, entry)).scalar_one():
                raise PaymentChanged(credit.source, credit.source_event_id)
            books = await read_books(session, credit.account_id)
        arrears = books.account.arrears(books.today(books.now()))
        return CreditTold(bool(recorded), settled=arrears.overdue_minor == 0)

    async def tell_consent(self, account_id: str, channel: Channel, granted: bool) -> bool:  # noqa: FBT001 - the fact itself
        """What the person said about a channel; from then on no feed overrules it. True when it is news.

        Raises:
            AccountUnknown: no such account.
        """
        async with self._database.session() as session:
            locked = await lock_person_and_account(session, account_id)
            changed = await tell_consent(session, locked.customer_id, channel, granted=granted)
            if changed:
                what = "consent_given" if granted else "consent_withdrawn"
                entry = Entry(account_id, locked.epoch, what, locked.now(), channel=channel)
                await spread(session, account_id, entry)
        return changed

    async def suppress(self, account_id: str, reason: str) -> bool:
        """Never contact the account's customer again, on any account; `reason` is a code. True when news.

        Raises:
            AccountUnknown: no such account.
        """
        async with self._database.session() as session:
            locked = await lock_person_and_account(session, account_id)
            changed = await suppress_person(session, locked.customer_id, reason)
            if changed:
                entry = Entry(account_id, locked.epoch, "person_suppressed", locked.now(), why=reason)
                await spread(session, account_id, entry)
        return changed


def _refuse_another(feed: AccountFeed, known: Locked) -> None:
    if known.customer_id != feed.customer.customer_id:
        raise CustomerMismatch(feed.account_id)
    if known.currency != feed.currency:
        raise CurrencyMismatch(feed.account_id, feed.currency)


def _row(feed: AccountFeed) -> dict[str, object]:
    return {
        "account_id": feed.account_id,
        "customer_id": feed.customer.customer_id,
        "currency": feed.currency,
        "time_zone": feed.time_zone,
        "country": feed.country,
        "segment": feed.segment,
        "journey": feed.journey,
        "clock": feed.clock,
    }


async def _keep_bills(session: AsyncConnection, account_id: str, bills: Sequence[BillFeed]) -> list[str]:
    """The ids of bills that are new or corrected."""
    if not bills:
        return []
    told = [
        {
            "bill_id": bill.bill_id,
            "issued_on": bill.issued_on.isoformat(),
            "due_on": bill.due_on.isoformat(),
            "amount_minor": bill.amount_minor,
        }
        for bill in bills
    ]
    rows = await session.execute(_BILLS, {"account_id": account_id, "bills": json.dumps(told)})
    return list(rows.scalars())


def _entry(credit: CreditFeed, locked: Locked) -> dict[str, object]:
    moment = locked.now(credit.effective_at)
    what = "payment_received" if credit.kind is CreditKind.PAYMENT else "payment_reversed"
    entry = Entry(credit.account_id, locked.epoch, what, moment, why=credit.source)
    return {
        "source": credit.source,
        "source_event_id": credit.source_event_id,
        "account_id": credit.account_id,
        "kind": credit.kind,
        "amount_minor": credit.amount_minor,
        "currency": credit.currency,
        "effective_at": moment,
        "dated": credit.effective_at is not None,
        "ver": locked.ver + 1,
        "bill_id": credit.bill_id,
        "reverses": credit.reverses,
        "entries": as_parameter([entry]),
    }
