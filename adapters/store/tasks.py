"""Tasks: work that journeys ask persons to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from adapters.store.database import Database
from adapters.store.rows.walks import tasks
from adapters.store.trail import INSERTION, UNLESS_THERE, Entry, as_parameter

_OPEN = text(f"""
WITH noted AS ({INSERTION} {UNLESS_THERE})
INSERT INTO tasks (account_id, epoch, step_id, occurrence, task, opened_at)
VALUES (:account_id, :epoch, :step_id, :occurrence, :task, coalesce(:at, clock_timestamp()))
ON CONFLICT (account_id, epoch, step_id, occurrence) DO NOTHING""")  # noqa: S608 - fixed names
_CLOSE = text(f"""
WITH closed AS (
    UPDATE tasks SET closed_at = clock_timestamp(), closed_by = :by
    WHERE account_id = :account_id AND epoch = :epoch AND step_id = :step_id AND occurrence = :occurrence
        AND closed_at IS NULL RETURNING 1),
noted AS ({INSERTION} WHERE EXISTS (SELECT FROM closed))
SELECT EXISTS (SELECT FROM closed)""")  # noqa: S608 - fixed names


@dataclass(frozen=True, slots=True)
class TaskKey:
    """Which task: one step of one journey, once a round."""

    account_id: str
    epoch: int
    step_id: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task; `closed_at` is None while it waits for a person."""

    account_id: str
    epoch: int
    step_id: str
    occurrence: int
    task: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None


class Tasks:
    """The list of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, key: TaskKey, task: str, at: datetime | None) -> None:
        """Ask for `task`; `at` is a test clock's time (None: the database's). A repeat changes nothing."""
        row = _row(key)
        once = f"task:{key.epoch}:{key.step_id}:{key.occurrence}"
        entry = Entry(key.account_id, key.epoch, "task_opened", at, step_id=key.step_id, why=task, once=once)
        async with self._database.single() as session:
            await session.execute(_OPEN, {**row, "task": task, "at": at, "entries": as_parameter([entry])})

    async def list(
        self, *, open_only: bool = True, account_id: str | None = None, limit: int = 100
    ) -> list[TaskRow]:
        """Tasks, the oldest first."""
        query = select(*(tasks.c[name] for name in TaskRow.__slots__))
        query = query.order_by(tasks.c.opened_at, tasks.c.account_id, tasks.c.step_id).limit(limit)
        if open_only:
            query = query.where(tasks.c.closed_at.is_(None))
        if account_id is not None:
            query = query.where(tasks.c.account_id == account_id)
        async with self._database.single() as session:
            return [TaskRow(*row) for row in await session.execute(query)]

    async def close(self, key: TaskKey, by: str) -> bool:
        """Say that it is done. False when it was before, or never asked for."""
        entry = Entry(key.account_id, key.epoch, "task_closed", step_id=key.step_id, by=by)
        async with self._database.single() as session:
            row = {**_row(key), "by": by, "entries": as_parameter([entry])}
            return bool((await session.execute(_CLOSE, row)).scalar_one())


def _row(key: TaskKey) -> dict[str, object]:
    return {
        "account_id": key.account_id,
        "epoch": key.epoch,
        "step_id": key.step_id,
        "occurrence": key.occurrence,
    }
