"""The contact path, the one place where dispatches change: claim under the locks, send, settle."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from adapters.providers.delivery import DeliveryReport
from adapters.store.books import Books, books_of
from adapters.store.claiming import MADE_STATES, ClaimAnswer, Claimed, answer, entry_about
from adapters.store.database import Database
from adapters.store.dispatch_writing import MADE, SETTLE
from adapters.store.gate_view import Wish, read_view
from adapters.store.locks import lock_person_and_account
from adapters.store.people import opt_out
from adapters.store.reports import merge
from adapters.store.rows.contacts import dispatches
from adapters.store.trail import as_parameter
from domain.contact import Channel, DispatchState
from domain.journey.definition import Stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed message. `sid` is the carrier's id for it, `body_hash` is of its text."""

    state: DispatchState
    provider: str
    reason: str | None = None
    sid: str | None = None
    body_hash: str | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """`stands` is False when the claim was no longer ours: another worker took it for unknown."""

    stands: bool
    books: Books


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact that was made or may have been; `at` is the instant that counts for caps."""

    account_id: str
    epoch: int
    step_id: str
    occurrence: int
    channel: Channel
    at: datetime
    state: DispatchState
    stage: Stage


class Contacts:
    """Contacts on their way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, wish: Wish) -> ClaimAnswer:
        """Judge the wish under the locks and, where the gate allows it, take the right to send it.

        The verdict is on record whatever it is. Reserve and claim are one transaction: what protects a
        reservation is that the gate is asked again at the claim, and here nothing can come between them.

        Raises:
            AccountUnknown: no such account.
        """
        async with self._database.session() as session:
            locked = await lock_person_and_account(session, wish.account_id)
            view = await read_view(session, wish, locked)
            return await answer(session, wish, view)

    async def settle(self, claimed: Claimed, outcome: Outcome) -> Settled:
        """Write what became of the message. Evidence of acceptance beats whatever was thought before."""
        row = _settling(claimed, outcome)
        if outcome.opted_out:
            async with self._database.session() as session:
                await opt_out(session, claimed.request.channel, claimed.point.address_hash)
                settled = (await session.execute(SETTLE, row)).mappings().one()
        else:
            async with self._database.single() as session:
                settled = (await session.execute(SETTLE, row)).mappings().one()
        return Settled(settled["stands"], books_of(settled))

    async def merge_report(self, report: DeliveryReport) -> bool:
        """Keep what a carrier said afterwards, once, and let it move the contact on. True when it was news.

        A report about an unknown dispatch, or about another address than the dispatch's, is no news.
        """
        async with self._database.session() as session:
            return await merge(session, report)

    async def counts(self) -> dict[tuple[Channel, DispatchState], int]:
        """How many contacts there are by channel and state, whatever became of them."""
        kinds = (dispatches.c.channel, dispatches.c.state)
        async with self._database.single() as session:
            rows = await session.execute(select(*kinds, func.count()).group_by(*kinds))
            return {(Channel(channel), DispatchState(state)): number for channel, state, number in rows}

    async def made(self, account_id: str | None = None) -> list[ContactRow]:
        """Contacts that were made or may have been, in the order of their instants."""
        query = select(*MADE).where(dispatches.c.state.in_([*MADE_STATES, DispatchState.DISPATCHING]))
        if account_id is not None:
            query = query.where(dispatches.c.account_id == account_id)
        query = query.order_by(dispatches.c.contacted_at, dispatches.c.dispatch_id)
        async with self._database.single() as session:
            return [_contact(*row) for row in await session.execute(query)]


def _settling(claimed: Claimed, outcome: Outcome) -> dict[str, object]:
    what = "contact_not_sent" if outcome.state is DispatchState.RESERVED else f"contact_{outcome.state}"
    entry = entry_about(claimed.request, what, claimed.view.now, why=outcome.reason)
    return {
        "account_id": claimed.request.account_id,
        "dispatch_id": claimed.request.dispatch_id,
        "token": claimed.token,
        "state": outcome.state,
        "reason": outcome.reason,
        "provider": outcome.provider,
        "sid": outcome.sid,
        "body_hash": outcome.body_hash,
        "entries": as_parameter([entry]),
    }


def _contact(  # noqa: PLR0913, PLR0917 - the columns of one row
    account_id: str,
    epoch: int,
    step_id: str,
    occurrence: int,
    channel: str,
    at: datetime,
    state: str,
    stage: str,
) -> ContactRow:
    return ContactRow(
        account_id, epoch, step_id, occurrence, Channel(channel), at, DispatchState(state), Stage(stage)
    )
