"""What can happen to a walk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from domain.contact import Channel
from domain.journey.hold import Hold
from domain.journey.run import Sight


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """The store was looked at: bills, payments and corrections are in `sight`."""

    sight: Sight
    kind: Literal["account_seen"] = "account_seen"


@dataclass(frozen=True, slots=True)
class ContactMade:
    """The step's message went to a provider, or may have gone: an unknown outcome is never repeated."""

    step_id: str
    channel: Channel
    kind: Literal["contact_made"] = "contact_made"


@dataclass(frozen=True, slots=True)
class ContactDeferred:
    """The gate said not yet: ask again at `until`."""

    step_id: str
    until: datetime
    because: str
    kind: Literal["contact_deferred"] = "contact_deferred"


@dataclass(frozen=True, slots=True)
class ContactBlocked:
    """The gate said no, with the rule's id; the step is over."""

    step_id: str
    because: str
    kind: Literal["contact_blocked"] = "contact_blocked"


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A person has been asked to do something."""

    step_id: str
    kind: Literal["task_opened"] = "task_opened"


@dataclass(frozen=True, slots=True)
class BranchTaken:
    """A branch was decided at its moment, on the facts known then."""

    step_id: str
    to: str
    kind: Literal["branch_taken"] = "branch_taken"


@dataclass(frozen=True, slots=True)
class StepPassed:
    """A step's day was over before the walk reached it, and its stage has spoken or will speak."""

    step_id: str
    kind: Literal["step_passed"] = "step_passed"


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """An operator left a step out."""

    step_id: str
    by: str
    kind: Literal["step_skipped"] = "step_skipped"


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """Clocks were frozen."""

    hold: Hold
    kind: Literal["hold_placed"] = "hold_placed"


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """Clocks run again, with the time that was left."""

    hold_id: str
    kind: Literal["hold_released"] = "hold_released"


@dataclass(frozen=True, slots=True)
class JourneyExited:
    """An operator or billing took the account out."""

    by: str
    kind: Literal["journey_exited"] = "journey_exited"


Event: TypeAlias = (
    AccountSeen
    | ContactMade
    | ContactDeferred
    | ContactBlocked
    | TaskOpened
    | BranchTaken
    | StepPassed
    | StepSkipped
    | HoldPlaced
    | HoldReleased
    | JourneyExited
)
