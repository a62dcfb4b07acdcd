"""Journeys as operators read them: a list, one of them, its timeline, and how many there are of each kind."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, func, select, tuple_

from adapters.store.database import Database
from adapters.store.rows.records import audit
from adapters.store.rows.walks import journeys
from domain.journey.definition import Stage
from domain.journey.move import Waiting
from domain.journey.run import EndReason, Outcome

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list ends: the next begins behind it."""

    account_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class JourneyQuery:
    """Which journeys to list; None asks for all. They come in the order of account and epoch."""

    stage: Stage | None = None
    state: Literal["open", "ended"] | None = None
    outcome: Outcome | None = None
    journey: str | None = None
    waiting: Waiting | None = None
    account_prefix: str | None = None
    limit: int = 50
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """One journey. While it is open the last five are None; `anchor` is the due date its days count from."""

    account_id: str
    epoch: int
    journey: str
    version: str
    stage: Stage
    waiting: Waiting | None
    next_step: str | None
    next_at: datetime | None
    round: int
    anchor: date | None
    opened_at: datetime
    noted_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    reason: EndReason | None
    delinquent: bool


@dataclass(frozen=True, slots=True)
class JourneyPage:
    """A part of the list; `next` is where to go on, None at the end."""

    rows: tuple[JourneyRow, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class JourneyCounts:
    """How many journeys are open in each stage, and how many ended with each outcome."""

    open: dict[Stage, int]
    ended: dict[Outcome, int]


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that happened. `why` is a rule's id or a code, `citation` the text behind a rule.

    `number` counts what the walk itself told; `until` is the end of a deferral or a hold.
    """

    at: datetime
    what: str
    step_id: str | None
    channel: str | None
    why: str | None
    citation: str | None
    number: int | None
    until: datetime | None


class Journeys:
    """Reading journeys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: JourneyQuery) -> JourneyPage:
        """The next part of the list, at most 500 rows."""
        limit = min(max(query.limit, 1), MOST_ROWS)
        async with self._database.single() as session:
            found = (await session.execute(_filtered(query).limit(limit + 1))).mappings().all()
        rows = tuple(_row(dict(row)) for row in found[:limit])
        more = len(found) > limit
        return JourneyPage(rows, Place(rows[-1].account_id, rows[-1].epoch) if more else None)

    async def get(self, account_id: str, epoch: int | None = None) -> JourneyRow | None:
        """One journey, the account's latest where `epoch` is None."""
        query = select(*_COLUMNS).where(journeys.c.account_id == account_id)
        if epoch is not None:
            query = query.where(journeys.c.epoch == epoch)
        async with self._database.single() as session:
            found = await session.execute(query.order_by(journeys.c.epoch.desc()).limit(1))
            row = found.mappings().one_or_none()
        return None if row is None else _row(dict(row))

    async def timeline(self, account_id: str, epoch: int | None = None) -> list[TimelineLine]:
        """What happened to the account in the order of its own time, in all epochs where `epoch` is None."""
        query = select(*(audit.c[name] for name in TimelineLine.__slots__))
        query = query.where(audit.c.account_id == account_id).order_by(audit.c.at, audit.c.seq)
        if epoch is not None:
            query = query.where(audit.c.epoch == epoch)
        async with self._database.single() as session:
            return [TimelineLine(*row) for row in await session.execute(query)]

    async def counts(self) -> JourneyCounts:
        """How many journeys there are of each kind."""
        query = select(journeys.c.stage, journeys.c.outcome, func.count().label("number"))
        query = query.group_by(journeys.c.stage, journeys.c.outcome)
        counts = JourneyCounts({}, {})
        async with self._database.single() as session:
            for stage, outcome, number in await session.execute(query):
                if outcome is None:
                    counts.open[Stage(stage)] = number
                else:
                    counts.ended[Outcome(outcome)] = counts.ended.get(Outcome(outcome), 0) + number
        return counts


_COLUMNS = tuple(journeys.c[name] for name in JourneyRow.__slots__)


def _filtered(query: JourneyQuery) -> Select[tuple[Any, ...]]:
    kept = journeys.c
    wanted = [
        *(
            kept[name] == value
            for name in ("stage", "outcome", "journey", "waiting")
            if (value := getattr(query, name))
        ),
        *([kept.outcome.is_(None)] if query.state == "open" else []),
        *([kept.outcome.is_not(None)] if query.state == "ended" else []),
        *(
            [kept.account_id.startswith(query.account_prefix, autoescape=True)]
            if query.account_prefix
            else []
        ),
        *(
            [tuple_(kept.account_id, kept.epoch) > (query.after.account_id, query.after.epoch)]
            if query.after
            else []
        ),
    ]
    return select(*_COLUMNS).where(*wanted).order_by(kept.account_id, kept.epoch)


def _row(values: dict[str, Any]) -> JourneyRow:
    for name, kind in (("stage", Stage), ("waiting", Waiting), ("outcome", Outcome), ("reason", EndReason)):
        if values[name] is not None:
            values[name] = kind(values[name])
    return JourneyRow(**values)
