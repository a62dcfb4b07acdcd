"""What the gate must know about a wish to contact somebody, read in one statement under the locks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.books import COLUMNS, Books, books_of, moment
from adapters.store.locks import Locked
from domain.contact import Channel, ContactFacts, ContactRequest, DispatchState, Purpose
from domain.journey.definition import Clock, Stage
from domain.journey.hold import Hold, HoldReason, frozen_until

# The cap looks back seven local dates, which begin within eight days anywhere.
_LOOKS_BACK = timedelta(days=8)
_COUNTING = ", ".join(f"'{state}'" for state in DispatchState if state.counts)
_THIS_STEP = """(d.account_id, d.epoch, d.step_id, d.occurrence)
    = (:account_id, CAST(:epoch AS bigint), :step_id, CAST(:occurrence AS int))"""
_VIEW = text(f"""
SELECT {COLUMNS}, c.first_name, c.language, c.time_zones,
(SELECT j.outcome IS NULL FROM journeys j WHERE j.account_id = :account_id AND j.epoch = :epoch) AS open,
(SELECT json_agg(json_build_array(h.hold_id, h.reason, h.clocks, h.since, h.until))
  FROM holds h WHERE h.account_id = :account_id AND h.epoch = :epoch) AS holds,
EXISTS (SELECT FROM suppressions s WHERE s.subject = 'person:' || a.customer_id) AS suppressed,
(SELECT json_agg(json_build_array(p.channel, p.address, p.address_hash, coalesce(k.granted, false),
    coalesce(k.ver, 0), EXISTS (SELECT FROM suppressions s WHERE s.subject = 'addr:' || p.address_hash))
    ORDER BY p.place)
  FROM contact_points p LEFT JOIN consents k USING (customer_id, channel, address_hash)
  WHERE p.customer_id = a.customer_id) AS points,
(SELECT array_agg(d.contacted_at ORDER BY d.contacted_at) FROM dispatches d
  WHERE d.customer_id = a.customer_id AND d.state IN ({_COUNTING}) AND d.contacted_at > :since
    AND NOT ({_THIS_STEP})) AS contacted_at,
(SELECT json_agg(json_build_array(d.channel, d.state, d.attempt,
    extract(epoch FROM clock_timestamp() - d.claimed_at)))
  FROM dispatches d WHERE {_THIS_STEP}) AS known
FROM accounts a JOIN customers c USING (customer_id) WHERE a.account_id = :account_id""")  # noqa: S608 - fixed names


@dataclass(frozen=True, slots=True)
class Wish:
    """A journey step's wish to contact the account's customer on the first usable of `channels`.

    `at` is a test clock's time; it counts for test accounts only. `served` are the channels that have a
    carrier; for test accounts the development carrier serves all.
    """

    account_id: str
    epoch: int
    step_id: str
    occurrence: int
    stage: Stage
    purpose: Purpose
    channels: tuple[Channel, ...]
    served: frozenset[Channel]
    template: str
    version: str
    at: datetime | None

    def request(self, channel: Channel) -> ContactRequest:
        """The wish on one channel."""
        return ContactRequest(
            self.account_id, self.epoch, self.step_id, self.occurrence, self.purpose, channel
        )


@dataclass(frozen=True, slots=True)
class Point:
    """An address with what is known about contacting it."""

    channel: Channel
    address: str = field(repr=False)
    address_hash: str
    consented: bool
    consent_ver: int
    suppressed: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A dispatch of the same step that is on record, and for how long it has been claimed."""

    channel: Channel
    state: DispatchState
    attempt: int
    claimed_for: timedelta


@dataclass(frozen=True, slots=True)
class GateView:
    """Everything the gate looks at, at one instant."""

    books: Books
    now: datetime
    first_name: str = field(repr=False)
    language: str
    time_zones: tuple[str, ...]
    journey_open: bool
    held_until: datetime | None
    suppressed: bool
    points: tuple[Point, ...]
    contacted_at: tuple[datetime, ...]
    known: Mapping[Channel, Known]

    @property
    def test_account(self) -> bool:
        """Whether nobody real may be contacted."""
        return self.books.clock is not None

    def point(self, channel: Channel) -> Point | None:
        """The address to use: the first that was agreed to, else the first there is."""
        points = [point for point in self.points if point.channel is channel]
        return next((point for point in points if point.consented), points[0] if points else None)

    def facts(self, channel: Channel) -> ContactFacts:
        """What the rules are told for one channel."""
        arrears = self.books.account.arrears(self.books.today(self.now))
        point = self.point(channel)
        return ContactFacts(
            owes=arrears.unpaid_minor > 0,
            overdue=arrears.overdue_minor > 0,
            journey_open=self.journey_open,
            held_until=self.held_until,
            has_address=point is not None,
            consented=point is not None and point.consented,
            suppressed=self.suppressed or (point is not None and point.suppressed),
            time_zones=self.time_zones,
            contacted_at=self.contacted_at,
        )


async def read_view(session: AsyncConnection, wish: Wish, locked: Locked) -> GateView:
    """What the gate must know; the account is locked, so nothing of it can change meanwhile."""
    about = {
        "account_id": wish.account_id,
        "epoch": wish.epoch,
        "step_id": wish.step_id,
        "occurrence": wish.occurrence,
        "since": locked.now(None if locked.clock is None else wish.at) - _LOOKS_BACK,
    }
    return _view((await session.execute(_VIEW, about)).mappings().one(), wish)


def _view(row: Mapping[Any, Any], wish: Wish) -> GateView:
    # Now is this statement's: the one that took the lock may have looked at the clock before it waited.
    books = books_of(row)
    now = books.now(wish.at)
    return GateView(
        books=books,
        now=now,
        first_name=row["first_name"],
        language=row["language"],
        time_zones=tuple(row["time_zones"]),
        journey_open=bool(row["open"]) and books.epoch == wish.epoch,
        held_until=_held_until(row["holds"] or [], now),
        suppressed=row["suppressed"],
        points=tuple(Point(Channel(values[0]), *values[1:]) for values in row["points"] or ()),
        contacted_at=tuple(row["contacted_at"] or ()),
        known={known.channel: known for known in map(_known, row["known"] or ())},
    )


def _known(values: list[Any]) -> Known:
    channel, state, attempt, seconds = values
    return Known(Channel(channel), DispatchState(state), attempt, timedelta(seconds=float(seconds)))


def _held_until(holds: list[list[Any]], now: datetime) -> datetime | None:
    """None when outreach runs; the end of time for a hold without an end."""
    held = [
        Hold(
            hold_id,
            HoldReason(reason),
            tuple(map(Clock, clocks)),
            datetime.fromisoformat(since),
            moment(until),
        )
        for hold_id, reason, clocks, since, until in holds
    ]
    until = frozen_until(held, Clock.OUTREACH, now)
    return None if until == now else until or datetime.max.replace(tzinfo=UTC)
