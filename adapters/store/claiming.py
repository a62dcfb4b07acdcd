"""The claim: the gate asked under the locks, and the right to send one message once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.books import Books
from adapters.store.dispatch_writing import CLAIM, GIVE_UP, TURN_AWAY
from adapters.store.gate_view import GateView, Point, Wish
from adapters.store.trail import Entry, as_parameter
from domain.compliance.gate import judge_channels
from domain.compliance.verdict import Allowed, Blocked, Citation, Deferred
from domain.contact import Channel, ContactRequest, DispatchState

# A claim this old belongs to a worker that died or sleeps: whether it sent is unknown.
CLAIM_AGE = timedelta(seconds=20)
REFUSED = Citation("REFUSED", "every channel that could be used was refused by its carrier")
NO_PROVIDER = Citation("NO-PROVIDER", "no carrier serves a channel of this step")
MADE_STATES = frozenset({DispatchState.ACCEPTED, DispatchState.UNKNOWN, DispatchState.ABANDONED})


@dataclass(frozen=True, slots=True)
class Claimed:
    """The right to send one message once, until the claim is `CLAIM_AGE` old."""

    request: ContactRequest
    token: str
    point: Point
    view: GateView


@dataclass(frozen=True, slots=True)
class AlreadyMade:
    """The contact went out on `channel`, or may have: it is never made again."""

    channel: Channel
    books: Books


@dataclass(frozen=True, slots=True)
class Underway:
    """Somebody else is sending it; ask again in `retry_in`."""

    retry_in: timedelta


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The gate did not let it pass."""

    verdict: Deferred | Blocked
    books: Books


ClaimAnswer: TypeAlias = Claimed | AlreadyMade | Underway | TurnedAway


async def answer(session: AsyncConnection, wish: Wish, view: GateView) -> ClaimAnswer:
    """What becomes of the wish; the person and the account are locked."""
    for known in view.known.values():
        if known.state in MADE_STATES:
            return AlreadyMade(known.channel, view.books)
        if known.state is DispatchState.DISPATCHING and known.claimed_for < CLAIM_AGE:
            return Underway(CLAIM_AGE - known.claimed_for)
        if known.state is DispatchState.DISPATCHING:
            return await _give_up(session, wish.request(known.channel), view)
    refused = {known.channel for known in view.known.values() if known.state is DispatchState.REFUSED}
    open_ = [channel for channel in wish.channels if channel not in refused]
    requests = [wish.request(channel) for channel in open_ if view.test_account or channel in wish.served]
    if not requests:
        because = NO_PROVIDER if open_ else REFUSED
        return await _turn_away(session, wish, None, Blocked(because), view)
    facts = {request.channel: view.facts(request.channel) for request in requests}
    request, verdict = judge_channels(requests, facts, view.now)
    point = view.point(request.channel)
    match verdict:
        case Allowed() if point is not None:
            return await _claim(session, wish, request, point, view)
        case Allowed():
            raise AssertionError(request.dispatch_id)
        case Deferred() | Blocked():
            return await _turn_away(session, wish, request, verdict, view)


async def _claim(
    session: AsyncConnection, wish: Wish, request: ContactRequest, point: Point, view: GateView
) -> Claimed:
    token = secrets.token_hex(16)
    row = {
        **_step(request),
        "dispatch_id": request.dispatch_id,
        "customer_id": view.books.customer_id,
        "channel": request.channel,
        "purpose": request.purpose,
        "stage": wish.stage,
        "template": wish.template,
        "version": wish.version,
        "address_hash": point.address_hash,
        "token": token,
        "contacted_at": view.now,
        "account_ver": view.books.ver,
        "consent_ver": point.consent_ver,
        "entries": as_parameter([entry_about(request, "contact_allowed", view.now)]),
    }
    await session.execute(CLAIM, row)
    return Claimed(request, token, point, view)


async def _turn_away(
    session: AsyncConnection,
    wish: Wish,
    request: ContactRequest | None,
    verdict: Deferred | Blocked,
    view: GateView,
) -> TurnedAway:
    judged = request or wish.request(wish.channels[-1])
    until = verdict.until if isinstance(verdict, Deferred) else None
    entry = entry_about(
        judged,
        f"contact_{verdict.kind}",
        view.now,
        why=verdict.because.rule,
        citation=verdict.because.source,
        until=until,
        # The same verdict heard again, because its answer was lost on the way, is one verdict.
        once=f"{judged.dispatch_id}:{verdict.kind}:{verdict.because.rule}:{until}",
    )
    row = {**_step(judged), "reason": verdict.because.rule, "entries": as_parameter([entry])}
    await session.execute(TURN_AWAY, row)
    return TurnedAway(verdict, view.books)


async def _give_up(session: AsyncConnection, request: ContactRequest, view: GateView) -> AlreadyMade:
    entry = entry_about(request, "contact_unknown", view.now, why="CLAIM-EXPIRED")
    row = {"dispatch_id": request.dispatch_id, "reason": "CLAIM-EXPIRED", "entries": as_parameter([entry])}
    await session.execute(GIVE_UP, row)
    return AlreadyMade(request.channel, view.books)


def entry_about(  # noqa: PLR0913 - the columns of a verdict
    request: ContactRequest,
    what: str,
    at: datetime,
    *,
    why: str | None = None,
    citation: str | None = None,
    until: datetime | None = None,
    once: str | None = None,
) -> Entry:
    """A line of the trail about one contact."""
    return Entry(
        request.account_id,
        request.epoch,
        what,
        at,
        step_id=request.step_id,
        channel=request.channel,
        why=why,
        citation=citation,
        until=until,
        dispatch_id=request.dispatch_id,
        once=once,
    )


def _step(request: ContactRequest) -> dict[str, object]:
    return {
        "account_id": request.account_id,
        "epoch": request.epoch,
        "step_id": request.step_id,
        "occurrence": request.occurrence,
    }
