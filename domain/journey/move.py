"""What the interpreter can answer: act, wait, or finish."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from domain.journey.definition import Send, Step
from domain.journey.run import Ended


@dataclass(frozen=True, slots=True)
class Contact:
    """Ask the gate and, if it allows, send. `occurrence` tells the same step for a later anchor apart."""

    step: Step
    send: Send
    occurrence: int
    kind: Literal["contact"] = "contact"


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Open the step's task."""

    step: Step
    occurrence: int
    kind: Literal["ask_person"] = "ask_person"


@dataclass(frozen=True, slots=True)
class Choose:
    """Take a branch: no door leads outside, the event is already known."""

    step: Step
    to: str
    kind: Literal["choose"] = "choose"


@dataclass(frozen=True, slots=True)
class Pass:
    """Leave out a step whose day was over before the walk came to it."""

    step: Step
    kind: Literal["pass"] = "pass"


Action: TypeAlias = Contact | AskPerson | Choose | Pass


@dataclass(frozen=True, slots=True)
class Act:
    """Do this now and feed the outcome back as an event."""

    action: Action


class Waiting(StrEnum):
    """Why a walk waits; the words an operator reads."""

    STEP_DUE = "step_due"
    DEFERRED = "deferred"
    PACED = "paced"
    HELD = "held"
    OUT_OF_STEPS = "out_of_steps"


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Nothing to do before `moment` (None: before an event)."""

    moment: datetime | None
    why: Waiting


@dataclass(frozen=True, slots=True)
class Finish:
    """The walk is over."""

    ended: Ended


Move: TypeAlias = Act | WaitUntil | Finish
