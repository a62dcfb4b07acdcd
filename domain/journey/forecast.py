"""What a walk will do if nothing happens but time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.journey.definition import Journey, Stage
from domain.journey.events import BranchTaken, ContactMade, Event, StepPassed, TaskOpened
from domain.journey.interpreter import apply, next_move, stage_of
from domain.journey.move import Act, Action, AskPerson, Choose, Contact, Finish, Pass, Waiting, WaitUntil
from domain.journey.run import JourneyRun


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing a journey will do at `at` if nothing happens before: a step's id, or `end:<outcome>`."""

    at: datetime
    step_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a walk is, why, and what is next; `next_at` None means it waits for an event."""

    stage: Stage
    round: int
    waiting: Waiting | None
    next_step: str | None
    next_at: datetime | None
    ended: str | None


def progress(journey: Journey, run: JourneyRun, now: datetime) -> Progress:
    """The walk in the words an operator reads."""
    stage = stage_of(journey, run)
    at_hand = journey.steps[run.cursor].step_id if run.cursor < len(journey.steps) else None
    match next_move(journey, run, now):
        case Act():
            return Progress(stage, run.round, None, at_hand, now, None)
        case WaitUntil(moment=moment, why=why):
            return Progress(stage, run.round, why, at_hand, moment, None)
        case Finish(ended=ended):
            return Progress(stage, run.round, None, None, ended.at, ended.outcome)


def forecast(journey: Journey, run: JourneyRun, now: datetime, days: int = 30) -> tuple[Expected, ...]:
    """The steps of the next `days` days, each contact assumed to be allowed when it is due."""
    moment, end = now, now + timedelta(days=days)
    expected: list[Expected] = []
    while True:  # steps only go forward, so this ends
        match next_move(journey, run, moment):
            case Act(action=action):
                expected += _shown(action, moment)
                run = apply(journey, run, assumed(action), moment)
            case WaitUntil(moment=later):
                if later is None or later > end:
                    return tuple(expected)
                moment = later
            case Finish(ended=ended):
                return (*expected, Expected(moment, f"end:{ended.outcome}", "end"))


def assumed(action: Action) -> Event:
    """The event that follows when all goes well."""
    match action:
        case Contact(step=step, send=send):
            return ContactMade(step.step_id, send.channels[0])
        case AskPerson(step=step):
            return TaskOpened(step.step_id)
        case Choose(step=step, to=to):
            return BranchTaken(step.step_id, to)
        case Pass(step=step):
            return StepPassed(step.step_id)


def _shown(action: Action, moment: datetime) -> list[Expected]:
    shown = isinstance(action, Contact | AskPerson)
    return [Expected(moment, action.step.step_id, action.kind)] if shown else []
