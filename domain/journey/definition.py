"""A journey as it is after parsing: a named list of steps in calendar order."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Literal, TypeAlias

from domain.contact import Channel, Purpose


class Stage(StrEnum):
    """How far the account has come; the order below is the only order."""

    PRE_DUE = "pre_due"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    HARDSHIP = "hardship"


class Clock(StrEnum):
    """What a hold can freeze."""

    OUTREACH = "outreach"
    ESCALATION = "escalation"
    SERVICE = "service"
    WRITE_OFF = "write_off"


class Fact(StrEnum):
    """What a branch may read. All are whole numbers except `segment`, `country` and `currency`."""

    BALANCE_MINOR = "balance_minor"
    OVERDUE_MINOR = "overdue_minor"
    UNPAID_BILLS = "unpaid_bills"
    PRIOR_EPISODES = "prior_episodes"
    SEGMENT = "segment"
    COUNTRY = "country"
    CURRENCY = "currency"


TEXT_FACTS = frozenset({Fact.SEGMENT, Fact.COUNTRY, Fact.CURRENCY})
Facts: TypeAlias = dict[Fact, int | str]


class Comparison(StrEnum):
    """How a branch compares a fact with its value."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Send:
    """A message on the first of `channels` that may be used, from `template` in the customer's language."""

    template: str
    channels: tuple[Channel, ...]
    purpose: Purpose
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class Case:
    """One arm of a branch: when `fact` passes `test` against `value`, go on at step `then`."""

    fact: Fact
    test: Comparison
    value: int | str
    then: str


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case that holds decides where to go on; `otherwise` when none does."""

    cases: tuple[Case, ...]
    otherwise: str
    kind: Literal["branch"] = "branch"


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work for a person."""

    task: str
    kind: Literal["task"] = "task"


@dataclass(frozen=True, slots=True)
class HandOff:
    """The journey ends: the account goes to people or to an agency."""

    kind: Literal["hand_off"] = "hand_off"


@dataclass(frozen=True, slots=True)
class WriteOff:
    """The journey ends: the debt is given up."""

    kind: Literal["write_off"] = "write_off"


Doing: TypeAlias = Send | Branch | OpenTask | HandOff | WriteOff


@dataclass(frozen=True, slots=True)
class Step:
    """One node: what is done `day` days after the due date at local hour `at`, in which stage.

    `next` is the step that follows (None: the one after it in the list).
    """

    step_id: str
    stage: Stage
    day: int
    at: time
    do: Doing
    next: str | None = None

    @property
    def clock(self) -> Clock:
        """The clock that must run for this step to be taken."""
        match self.do:
            case HandOff() | WriteOff():
                return Clock.WRITE_OFF
            case _ if self.stage in {Stage.ESCALATION, Stage.HARDSHIP}:
                return Clock.ESCALATION
            case _:
                return Clock.OUTREACH


@dataclass(frozen=True, slots=True)
class Journey:
    """A validated journey. `version` is the hash of its content; steps are in calendar order.

    `pace_days` is the least time between two contacts when the calendar is being caught up;
    `horizon_days` after the due date a journey that ran out of steps is handed off.
    """

    name: str
    version: str
    steps: tuple[Step, ...]
    pace_days: int = 5
    horizon_days: int = 400

    def position(self, step_id: str) -> int:
        """Index of a step by its id.

        Raises:
            KeyError: no such step.
        """
        for index, step in enumerate(self.steps):
            if step.step_id == step_id:
                return index
        raise KeyError(step_id)

    def following(self, index: int) -> int:
        """Index of the step after the one at `index`; `len(steps)` is the end."""
        step = self.steps[index]
        return index + 1 if step.next is None else self.position(step.next)

    def speaks_again(self, index: int) -> bool:
        """Whether, whatever way is taken after a message, its stage says something for the same purpose."""
        step = self.steps[index]
        return isinstance(step.do, Send) and self._speaks(self.following(index), step.stage, step.do.purpose)

    def _speaks(self, index: int, stage: Stage, purpose: Purpose) -> bool:
        if index >= len(self.steps) or self.steps[index].stage is not stage:
            return False
        match self.steps[index].do:
            case Send(purpose=said) if said is purpose:
                return True
            case Branch(cases=cases, otherwise=otherwise):
                ways = {*(case.then for case in cases), otherwise}
                return all(self._speaks(self.position(way), stage, purpose) for way in ways)
            case _:
                return self._speaks(self.following(index), stage, purpose)
