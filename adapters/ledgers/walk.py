"""A ledger walked on the real engine: every event told at its instant, every journey walked to its end."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from adapters.ledgers.doors import Dispatched, Doors
from adapters.ledgers.patience import Patience
from adapters.ledgers.reading import Ledger
from adapters.store.journeys import MOST_ROWS, JourneyQuery, JourneyRow
from domain.feed import AccountFeed
from domain.simulation.ledger import LedgerAccount, Moment, last_instant, moments
from domain.simulation.walked import WalkContact


class Watcher(Protocol):
    """Whoever looks on."""

    def account_done(self) -> None:
        """One more account has been walked to its end."""

    def waiting(self, sentence: str) -> None:
        """Something is away; the walk asks again."""


@dataclass(frozen=True, slots=True)
class RealWalk:
    """What the store has of a walk: each account's contacts, and every journey."""

    contacts: dict[str, tuple[WalkContact, ...]]
    journeys: tuple[JourneyRow, ...]


async def walk(
    ledger: Ledger, doors: Doors, watcher: Watcher, concurrency: int = 32, patience: Patience | None = None
) -> RealWalk:
    """Walk all accounts, so many at a time. Walked again, or on after a crash, it ends with the same answer.

    Raises:
        WalkInterrupted: the store or the engine stayed away.
    """
    walker = _Walker(doors, patience or Patience(watcher.waiting))
    contacts: dict[str, tuple[WalkContact, ...]] = {}

    async def walk_some(waiting: Iterator[LedgerAccount]) -> None:
        for account in waiting:
            await walker.walk(account)
            contacts[account.account.account_id] = await walker.contacts(account)
            watcher.account_done()

    waiting = iter(ledger.accounts)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(walk_some(waiting))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return RealWalk(contacts, tuple(await walker.journeys(ledger)))


class _Walker:
    def __init__(self, doors: Doors, patience: Patience) -> None:
        self._doors = doors
        self._ask = patience.ask

    async def walk(self, ledger: LedgerAccount) -> None:
        """One account, from where its clock stands to the end of everything that can happen to it.

        The clock is set to an instant once all before it is done, and stands there while the instant is told.
        """
        account_id = ledger.account.account_id
        clock = await self._entered(ledger.account, ledger.events[0].at)
        for moment, limit in _legs(ledger):
            if limit <= clock:
                continue
            if moment.at >= clock:
                await self._tell(account_id, moment)
            await self._ask(partial(self._doors.engine.advance, account_id, limit))
            await self._ask(partial(self._doors.accounts.set_clock, account_id, limit))

    async def contacts(self, ledger: LedgerAccount) -> tuple[WalkContact, ...]:
        """The account's contacts that went out or may have, in the order in which they were made."""
        made = await self._ask(partial(self._doors.contacts.made, ledger.account.account_id))
        return tuple(sorted((_contact(each) for each in made if each.state.counts), key=lambda each: each.at))

    async def journeys(self, ledger: Ledger) -> list[JourneyRow]:
        """Every journey of the ledger's accounts."""
        known = {account.account.account_id for account in ledger.accounts}
        found: list[JourneyRow] = []
        place = None
        while True:
            query = JourneyQuery(account_prefix=f"{ledger.walk_id}-", limit=MOST_ROWS, after=place)
            page = await self._ask(partial(self._doors.journeys.page, query))
            found += [row for row in page.rows if row.account_id in known]
            if (place := page.next) is None:
                return found

    async def _entered(self, feed: AccountFeed, first: datetime) -> datetime:
        """Where the account's clock stands; a new account is told, its clock at the first event."""
        known = await self._ask(partial(self._doors.accounts.get, feed.account_id))
        if known is None:
            await self._ask(partial(self._doors.intake.tell_account, feed))
        return first if known is None or known.clock is None else known.clock

    async def _tell(self, account_id: str, moment: Moment) -> None:
        if moment.bills:
            await self._ask(partial(self._doors.intake.tell_bills, account_id, moment.bills))
        for credit in moment.credits:
            await self._ask(partial(self._doors.intake.tell_credit, credit))


def _legs(ledger: LedgerAccount) -> Iterator[tuple[Moment, datetime]]:
    """Each instant with what is told then, and the instant up to which the walk goes on from there."""
    told = moments(ledger.events)
    limits = [moment.at for moment in told[1:]]
    return zip(told, [*limits, last_instant(ledger)], strict=True)


def _contact(made: Dispatched) -> WalkContact:
    return WalkContact(
        made.account_id, made.epoch, made.step_id, made.occurrence, made.stage, made.channel, made.at
    )
