"""The store alone: contacts claimed and settled, payments told, against as many empty statements."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import count

from sqlalchemy import text

from adapters.store.claiming import Claimed
from adapters.store.contacts import Contacts, Outcome
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.gate_view import Wish
from adapters.store.walks import Walks
from benchmarks.figures import Ratio, Scale, Section, ratio_table, sampled_table
from benchmarks.portfolio import BEFORE, a_payment, an_account, nine_contacts
from benchmarks.rounds import Stopwatch, as_samples, interleaved
from benchmarks.stage import Stage
from domain.contact import Channel, DispatchState, Purpose
from domain.journey.definition import Stage as JourneyStage

_ACCOUNTS, _CONTACTS, _PAYMENTS = 40, 120, 160
_EIGHT = 8
_TABLE = text("CREATE TABLE IF NOT EXISTS bench_marks (n bigserial PRIMARY KEY, word text)")
_WRITE = text("INSERT INTO bench_marks (word) VALUES ('x')")
_READ = text("SELECT 1")


class NotClaimed(Exception):
    """A contact was not allowed: the benchmark would measure something else."""


Work = Callable[[str], Awaitable[None]]


async def measure(stage: Stage, scale: Scale) -> Section:
    """Contacts and payments a second, one at a time and eight at a time."""
    async with stage.database.session() as session:
        await session.execute(_TABLE)
    claims, payments = await _accounts(stage, scale), await _accounts(stage, scale)
    contacts, told = scale.of(_CONTACTS, _EIGHT), scale.of(_PAYMENTS, _EIGHT)
    contact, contact_floor = _contact(stage.database), _statements(stage.database, reads=2, after=1)
    payment, payment_floor = _payment(stage), _statements(stage.database, reads=2, after=0)
    taken = await interleaved(
        {
            "claim and settle, 1 at a time": _rate(contact, claims, contacts, 1),
            "its statements empty, 1 at a time": _rate(contact_floor, claims, contacts, 1),
            "claim and settle, 8 at a time": _rate(contact, claims, contacts, _EIGHT),
            "its statements empty, 8 at a time": _rate(contact_floor, claims, contacts, _EIGHT),
            "payment told, 1 at a time": _rate(payment, payments, told, 1),
            "payment's statements empty, 1 at a time": _rate(payment_floor, payments, told, 1),
            "payment told, 8 at a time": _rate(payment, payments, told, _EIGHT),
            "payment's statements empty, 8 at a time": _rate(payment_floor, payments, told, _EIGHT),
        },
        scale.repeats,
    )
    samples = list(as_samples(taken).values())
    ratios = (Ratio(ours, floor) for ours, floor in zip(samples[::2], samples[1::2], strict=True))
    return Section(
        "The store",
        "*Claim and settle*: a contact judged under the locks of its person and its account, reserved and "
        "claimed in one transaction, then settled with its evidence and the account's books read back in "
        "another. *Payment told*: lock, ledger entry with version, poke and trail, books read back, one "
        "transaction. *Statements empty*: the same number of round trips and commits through the same "
        "pool, each commit with one inserted row.",
        (sampled_table("a second", samples), ratio_table(*ratios)),
        "Accounts are distinct, so no lock is waited for; durability is on (each commit reaches the disk). "
        "The ratio is what the statements' work costs on top of the way to the database and back.",
    )


async def _accounts(stage: Stage, scale: Scale) -> list[str]:
    feeds = [an_account(nine_contacts().name, clock=BEFORE) for _ in range(scale.of(_ACCOUNTS, least=_EIGHT))]
    accounts = await stage.enrol(feeds)
    walks = Walks(stage.database, Definitions(stage.database))
    for account_id in accounts:
        await walks.open(account_id, BEFORE)
    return accounts


def _rate(work: Work, accounts: Sequence[str], total: int, at_once: int) -> Callable[[], Awaitable[float]]:
    """Each lane has accounts of its own, so that no two ask for the same lock."""

    async def lane(number: int) -> None:
        mine = accounts[number::at_once]
        for turn in range(total // at_once):
            await work(mine[turn % len(mine)])

    async def measured() -> float:
        await asyncio.gather(*map(work, accounts[:at_once]))
        watch = Stopwatch()
        await asyncio.gather(*map(lane, range(at_once)))
        return total // at_once * at_once / watch.seconds

    return measured


def _contact(database: Database) -> Work:
    contacts, turns = Contacts(database), count(1)

    async def work(account_id: str) -> None:
        claimed = await contacts.claim(_wish(account_id, next(turns)))
        if not isinstance(claimed, Claimed):
            raise NotClaimed(str(claimed))
        outcome = Outcome(DispatchState.ACCEPTED, "bench", sid=claimed.token, body_hash="0" * 64)
        await contacts.settle(claimed, outcome)

    return work


def _wish(account_id: str, turn: int) -> Wish:
    """A reminder long overdue; three days after the one before, so that no cap is reached."""
    return Wish(
        account_id=account_id,
        epoch=1,
        step_id="first-reminder",
        occurrence=turn,
        stage=JourneyStage.REMINDER,
        purpose=Purpose.COLLECTION,
        channels=(Channel.SMS,),
        served=frozenset({Channel.SMS}),
        template="friendly-reminder",
        version=nine_contacts().version,
        at=BEFORE + timedelta(days=30 + 3 * turn),
    )


def _payment(stage: Stage) -> Work:
    async def work(account_id: str) -> None:
        await stage.intake.tell_credit(a_payment(account_id, 1))

    return work


def _statements(database: Database, *, reads: int, after: int) -> Work:
    """A transaction of `reads` statements and a write, then so many writes that commit by themselves."""

    async def work(account_id: str) -> None:
        del account_id
        async with database.session() as session:
            for _ in range(reads):
                await session.execute(_READ)
            await session.execute(_WRITE)
        for _ in range(after):
            async with database.single() as session:
                await session.execute(_WRITE)

    return work
