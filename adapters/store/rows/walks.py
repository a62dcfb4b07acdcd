"""Journeys: definitions, the operators' read model, holds, tasks, and pokes on their way to Temporal."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, text

from adapters.store.rows.frame import Stored, count, document, moment, one_of, table_of, word, words
from domain.journey.definition import Stage
from domain.journey.hold import HoldReason
from domain.journey.move import Waiting
from domain.journey.run import EndReason, Outcome


class StoredDefinition(Stored, table=True):
    """A journey's definition under the hash of its content; never changed."""

    __tablename__: ClassVar[str] = "definitions"
    version: str = word(key=True)
    name: str = word()
    body: dict[str, Any] = document()
    published_at: datetime = moment(now=True)


class StoredCurrentDefinition(Stored, table=True):
    """The version that a journey opened now is pinned to."""

    __tablename__: ClassVar[str] = "current_definitions"
    name: str = word(key=True)
    version: str = word(foreign="definitions.version")
    since: datetime = moment(now=True)


class StoredJourney(Stored, table=True):
    """One epoch of an account, as operators read it. `opened` is the run it began with, word for word."""

    __tablename__: ClassVar[str] = "journeys"
    __table_args__ = (
        one_of("stage", Stage),
        one_of("waiting", Waiting),
        one_of("outcome", Outcome),
        one_of("reason", EndReason),
        CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS NULL) = (reason IS NULL)",
            name="ended_whole",
        ),
        Index("ix_journeys_open", "stage", "account_id", postgresql_where=text("outcome IS NULL")),
        Index("ix_journeys_ended", "outcome", "account_id", postgresql_where=text("outcome IS NOT NULL")),
    )
    account_id: str = word(key=True, foreign="accounts.account_id")
    epoch: int = count(key=True)
    journey: str = word()
    version: str = word(foreign="definitions.version")
    stage: str = word()
    waiting: str | None = word()
    next_step: str | None = word()
    next_at: datetime | None = moment()
    round: int
    anchor: date | None
    delinquent: bool
    opened_at: datetime = moment()
    opened: dict[str, Any] = document()
    clock: datetime | None = moment()
    noted_at: datetime = moment(now=True)
    ended_at: datetime | None = moment()
    outcome: str | None = word()
    reason: str | None = word()
    successor: bool | None


class StoredHold(Stored, table=True):
    """Clocks that stand still during one journey."""

    __tablename__: ClassVar[str] = "holds"
    __table_args__ = (one_of("reason", HoldReason),)
    account_id: str = word(key=True, foreign="accounts.account_id")
    hold_id: str = word(key=True)
    epoch: int = count()
    reason: str = word()
    clocks: list[str] = words()
    since: datetime = moment()
    until: datetime | None = moment()
    placed_by: str = word()
    released_by: str | None = word()


class StoredTask(Stored, table=True):
    """Work a journey asked a person to do."""

    __tablename__: ClassVar[str] = "tasks"
    __table_args__ = (Index("ix_tasks_open", "opened_at", postgresql_where=text("closed_at IS NULL")),)
    account_id: str = word(key=True, foreign="accounts.account_id")
    epoch: int = count(key=True)
    step_id: str = word(key=True)
    occurrence: int = count(key=True)
    task: str = word()
    opened_at: datetime = moment()
    closed_at: datetime | None = moment()
    closed_by: str | None = word()


class StoredPoke(Stored, table=True):
    """News for a journey, at most one row an account. `ver` is the account's when it was last told."""

    __tablename__: ClassVar[str] = "pokes"
    __table_args__ = (Index(None, "since"),)
    account_id: str = word(key=True, foreign="accounts.account_id")
    ver: int = count()
    since: datetime = moment(now=True)
    taken_until: datetime | None = moment()
    failures: int = count(0)


definitions = table_of(StoredDefinition)
current_definitions = table_of(StoredCurrentDefinition)
journeys = table_of(StoredJourney)
holds = table_of(StoredHold)
tasks = table_of(StoredTask)
pokes = table_of(StoredPoke)
