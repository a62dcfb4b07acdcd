"""What a journey writes about itself: that it opened, where it stands, and its end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.books import Books, read_books
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.errors import JourneyNotOpened
from adapters.store.locks import lock_account
from adapters.store.news import BUMPED
from adapters.store.trail import INSERTION, UNLESS_THERE, Entry, as_parameter
from domain.journey.definition import Journey
from domain.journey.forecast import Progress, progress
from domain.journey.run import Ended, JourneyRun, Outcome, Sight

_RUN = TypeAdapter(JourneyRun)
_OPEN = text("""
SELECT version, opened, clock FROM journeys WHERE account_id = :account_id AND outcome IS NULL
ORDER BY epoch DESC LIMIT 1""")
_OPENED = text(f"""
WITH opened AS (
    INSERT INTO journeys (account_id, epoch, journey, version, stage, waiting, next_step, next_at, round,
        anchor, delinquent, opened_at, opened, clock)
    VALUES (:account_id, :epoch, :journey, :version, :stage, :waiting, :next_step, :next_at, :round,
        :anchor, false, :opened_at, CAST(:opened AS jsonb), :clock)),
noted AS ({INSERTION} {UNLESS_THERE})
UPDATE accounts SET epoch = :epoch, ver = ver + 1 WHERE account_id = :account_id""")  # noqa: S608 - fixed names
_STANDS = """stage = :stage, waiting = :waiting, next_step = :next_step, next_at = :next_at, round = :round,
    anchor = CASE WHEN :moved THEN CAST(:anchor AS date) ELSE anchor END, noted_at = clock_timestamp()"""
_NOTED = text(f"""
WITH noted AS ({INSERTION} {UNLESS_THERE})
UPDATE journeys SET {_STANDS} WHERE account_id = :account_id AND epoch = :epoch AND outcome IS NULL
""")  # noqa: S608 - fixed names
_END = text("SELECT outcome, successor FROM journeys WHERE account_id = :account_id AND epoch = :epoch")
_ENDED = text(f"""
WITH noted AS ({INSERTION} {UNLESS_THERE}),
given_up AS (
    UPDATE bills b SET closed_in_epoch = :epoch, given_up_minor = g.left_minor,
        loosely_paid_minor = g.loosely_minor
    FROM jsonb_to_recordset(CAST(:given_up AS jsonb))
        AS g(bill_id text, left_minor bigint, loosely_minor bigint)
    WHERE b.account_id = :account_id AND b.bill_id = g.bill_id),
cancelled AS (
    UPDATE dispatches SET state = 'cancelled', reason = 'JOURNEY-CLOSED', settled_at = clock_timestamp()
    WHERE account_id = :account_id AND epoch = :epoch AND state = 'reserved'),
bumped AS ({BUMPED.replace("SET", "SET prior_episodes = prior_episodes + :episodes,")})
UPDATE journeys SET {_STANDS}, ended_at = :ended_at, outcome = :outcome, reason = :reason,
    delinquent = :delinquent, successor = :successor
WHERE account_id = :account_id AND epoch = :epoch""")  # noqa: S608 - fixed names


@dataclass(frozen=True, slots=True)
class WalkOpened:
    """A journey as it was opened; `clock` is where the account's test clock stood (None: real time).

    `found` says that it was open already: the store may know more by now than the run does.
    """

    journey: Journey
    run: JourneyRun
    clock: datetime | None
    found: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened inside a walk; `number` counts within the epoch, so a repeat is known."""

    number: int
    at: datetime
    what: str
    step_id: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one walk stands, and what happened since it was last noted."""

    account_id: str
    epoch: int
    progress: Progress
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a walk ended, whether anything was past due by then, and the test clock's time, if any."""

    ended: Ended
    delinquent: bool
    at: datetime | None


class Walks:
    """Where journeys open, are noted and end. Every call may be repeated and then changes nothing."""

    def __init__(self, database: Database, definitions: Definitions) -> None:
        self._database = database
        self._definitions = definitions

    async def open(self, account_id: str, at: datetime | None) -> WalkOpened | None:
        """Open the account's next epoch on the latest definition, or find the open one as it was opened.

        None when nothing is owed. `at` is a test clock's time.

        Raises:
            AccountUnknown, JourneyUnknown: no such account, or nothing published under its journey's name.
        """
        async with self._database.session() as session:
            await lock_account(session, account_id)
            known = (await session.execute(_OPEN, {"account_id": account_id})).one_or_none()
            if known is None:
                books = await read_books(session, account_id)
                journey = await self._definitions.latest_in(session, books.journey)
                return await _opened(session, books, journey, at)
        journey = await self._definitions.load(known.version)
        return WalkOpened(journey, _RUN.validate_python(known.opened), known.clock, found=True)

    async def look(self, account_id: str, version: str, at: datetime | None) -> Sight:
        """What the account owes now, on the definition of that version.

        Raises:
            AccountUnknown, JourneyUnknown: no such account or version.
        """
        journey = await self._definitions.load(version)
        async with self._database.single() as session:
            books = await read_books(session, account_id)
        return books.sight(journey, books.now(at))

    async def note(self, stand: Stand) -> None:
        """Bring the read model up to date. After the end it changes nothing."""
        async with self._database.single() as session:
            entries = as_parameter(list(_entries(stand)))
            await session.execute(_NOTED, {**_standing(stand), "entries": entries})

    async def close(self, stand: Stand, ended: Ending) -> bool:
        """Store the one outcome; unless it is a cure, what is unpaid is given up.

        True when live bills are still unpaid: another epoch follows. Again, it gives the same answer.

        Raises:
            JourneyNotOpened: the account has no such epoch.
        """
        key = {"account_id": stand.account_id, "epoch": stand.epoch}
        async with self._database.session() as session:
            await lock_account(session, stand.account_id)
            known = (await session.execute(_END, key)).one_or_none()
            if known is None:
                raise JourneyNotOpened(stand.account_id, stand.epoch)
            if known.outcome is not None:
                return bool(known.successor)
            books = await read_books(session, stand.account_id)
            return await _closed(session, books, stand, ended)


async def _opened(
    session: AsyncConnection, books: Books, journey: Journey, at: datetime | None
) -> WalkOpened | None:
    now = books.now(at)
    sight = books.sight(journey, now)
    if sight.anchor is None:
        return None
    run = JourneyRun(books.account_id, books.epoch + 1, sight, anchored_at=now)
    opened = WalkOpened(journey, run, clock=None if books.clock is None else now)
    stand = Stand(books.account_id, run.epoch, progress(journey, run, now), ())
    entry = Entry(
        books.account_id, run.epoch, "journey_opened", now, why=journey.name, once=f"opened:{run.epoch}"
    )
    row = {
        **_standing(stand),
        "journey": journey.name,
        "version": journey.version,
        "anchor": sight.anchor,
        "opened_at": now,
        "opened": _RUN.dump_json(run).decode(),
        "clock": opened.clock,
        "entries": as_parameter([entry]),
    }
    await session.execute(_OPENED, row)
    return opened


async def _closed(session: AsyncConnection, books: Books, stand: Stand, ending: Ending) -> bool:
    unpaid = books.account.given_up(stand.epoch)
    cured = ending.ended.outcome is Outcome.CURED
    successor = cured and bool(unpaid)
    given_up = [
        {"bill_id": b.bill_id, "left_minor": b.given_up_minor, "loosely_minor": b.loosely_paid_minor}
        for b in ([] if cured else unpaid)
    ]
    entry = Entry(
        stand.account_id,
        stand.epoch,
        "journey_ended",
        books.now(ending.at),
        why=ending.ended.reason,
        once=f"ended:{stand.epoch}",
    )
    row = {
        **_standing(stand),
        "given_up": json.dumps(given_up),
        "episodes": int(ending.delinquent),
        "ended_at": ending.ended.at,
        "outcome": ending.ended.outcome,
        "reason": ending.ended.reason,
        "delinquent": ending.delinquent,
        "successor": successor,
        "entries": as_parameter([*_entries(stand), entry]),
    }
    await session.execute(_ENDED, row)
    return successor


def _standing(stand: Stand) -> dict[str, object]:
    moved = [line for line in stand.lines if line.what == "re_anchored" and line.why != "None"]
    return {
        "account_id": stand.account_id,
        "epoch": stand.epoch,
        "stage": stand.progress.stage,
        "waiting": stand.progress.waiting,
        "next_step": stand.progress.next_step,
        "next_at": stand.progress.next_at,
        "round": stand.progress.round,
        "moved": bool(moved),
        "anchor": date.fromisoformat(moved[-1].why or "") if moved else None,
    }


def _entries(stand: Stand) -> Sequence[Entry]:
    return [
        Entry(
            stand.account_id,
            stand.epoch,
            line.what,
            line.at,
            number=line.number,
            step_id=line.step_id,
            why=line.why,
            once=f"{stand.epoch}:{line.number}",
        )
        for line in stand.lines
    ]
