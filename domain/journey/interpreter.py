"""What comes next on a walk, and what an event makes of it: shared by workflow, simulator and tests."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.contact import Purpose
from domain.journey.definition import (
    Branch,
    Case,
    Comparison,
    Facts,
    HandOff,
    Journey,
    OpenTask,
    Send,
    Stage,
    Step,
    WriteOff,
)
from domain.journey.events import (
    AccountSeen,
    BranchTaken,
    ContactBlocked,
    ContactDeferred,
    ContactMade,
    Event,
    HoldPlaced,
    HoldReleased,
    JourneyExited,
    StepPassed,
    StepSkipped,
    TaskOpened,
)
from domain.journey.hold import Hold, frozen_until, time_frozen
from domain.journey.move import Act, AskPerson, Choose, Contact, Finish, Move, Pass, Waiting, WaitUntil
from domain.journey.run import Ended, EndReason, JourneyRun, Outcome, Sight

_DAY = timedelta(days=1)


def next_move(journey: Journey, run: JourneyRun, now: datetime) -> Move:
    """What to do at `now` (aware UTC). The same arguments give the same answer, always."""
    if ended := run.ended or _cured(run, now):
        return Finish(ended)
    if run.cursor >= len(journey.steps):
        return _out_of_steps(run, now)
    step = journey.steps[run.cursor]
    released = frozen_until(run.holds, step.clock, now)
    if released is None or released > now:
        return WaitUntil(released, Waiting.HELD)
    due = due_at(run, run.cursor, step, now)
    if now < due:
        return WaitUntil(due, Waiting.STEP_DUE)
    if _gone_by(journey, run, step, due, now):
        return Act(Pass(step))
    return _too_soon(journey, run, step, now) or _taken(step, run, now)


def apply(journey: Journey, run: JourneyRun, event: Event, now: datetime) -> JourneyRun:
    """The walk after `event` at `now`. An event for a step that is not the current one changes nothing."""
    if run.ended is not None:
        return run
    match event:
        case AccountSeen(sight=sight):
            return _seen(run, sight, now)
        case ContactDeferred(step_id=step_id, until=until):
            return replace(run, not_before=until) if _current(journey, run, step_id) else run
        case ContactMade(step_id=step_id) | TaskOpened(step_id=step_id):
            return _done(journey, run, step_id, now)
        case ContactBlocked(step_id=step_id) | StepPassed(step_id=step_id) | StepSkipped(step_id=step_id):
            return _advanced(journey, run, step_id)
        case BranchTaken(step_id=step_id, to=to):
            current = _current(journey, run, step_id)
            return replace(run, cursor=journey.position(to), not_before=None) if current else run
        case HoldPlaced(hold=hold):
            return _held(run, hold)
        case HoldReleased(hold_id=hold_id):
            return _released(run, hold_id, now)
        case JourneyExited():
            return replace(run, ended=Ended(Outcome.WITHDRAWN, EndReason.EXITED_BY_ORDER, now))


def due_at(run: JourneyRun, index: int, step: Step, now: datetime) -> datetime:
    """When a step is due: its place in the timetable, later by the days its clock stood still.

    Frozen time is rounded up to whole days, so that a step keeps its local hour.
    """
    planned = run.sight.timetable[index]
    if not run.holds:
        return planned
    since = min(run.anchored_at, run.sight.past_due_from or run.anchored_at)
    return planned + _DAY * -(-time_frozen(run.holds, step.clock, since, now) // _DAY)


def stage_of(journey: Journey, run: JourneyRun) -> Stage:
    """The stage of the step before the cursor, or of the first step."""
    return journey.steps[max(0, min(run.cursor, len(journey.steps)) - 1)].stage


def was_delinquent(run: JourneyRun, by: datetime) -> bool:
    """Whether something was past due at some time of the walk up to `by`."""
    due_over = run.sight.past_due_from
    return run.delinquent or (due_over is not None and by >= due_over)


def said(stage: Stage, purpose: Purpose) -> str:
    """What a run remembers of a message: `reminder/collection`."""
    return f"{stage}/{purpose}"


def _cured(run: JourneyRun, now: datetime) -> Ended | None:
    """Over when nothing is unpaid, or when an account that was past due no longer is."""
    sight = run.sight
    if sight.anchor is not None and not (
        run.delinquent and sight.past_due_from and now < sight.past_due_from
    ):
        return None
    at = sight.cleared_at or now
    if sight.withdrawn:
        return Ended(Outcome.WITHDRAWN, EndReason.BILLS_WITHDRAWN, at)
    reason = EndReason.ARREARS_CLEARED if run.delinquent else EndReason.PAID_BEFORE_DUE
    return Ended(Outcome.CURED, reason, at)


def _out_of_steps(run: JourneyRun, now: datetime) -> Move:
    horizon = run.sight.timetable[-1]
    if now < horizon:
        return WaitUntil(horizon, Waiting.OUT_OF_STEPS)
    return Finish(Ended(Outcome.HANDED_OFF, EndReason.HORIZON_REACHED, now))


def _gone_by(journey: Journey, run: JourneyRun, step: Step, due: datetime, now: datetime) -> bool:
    """Whether the step's day was over before the walk had its anchor, and nothing is left unsaid by it.

    Each stage says at least once what it has to say for each purpose, an offer as well as a reminder, by its
    last message: no stage is left out silently.
    """
    late = due < run.anchored_at
    match step.do:
        case Send() if step.stage is Stage.PRE_DUE and _is_past_due(run, now):
            return True
        case Send(purpose=purpose):
            return late and (said(step.stage, purpose) in run.spoken or journey.speaks_again(run.cursor))
        case OpenTask():
            return late
        case _:
            return False


def _is_past_due(run: JourneyRun, now: datetime) -> bool:
    return run.sight.past_due_from is not None and now >= run.sight.past_due_from


def _too_soon(journey: Journey, run: JourneyRun, step: Step, now: datetime) -> WaitUntil | None:
    """A wait while a deferral lasts or while the previous step is too recent. A branch is never too soon."""
    if isinstance(step.do, Branch):
        return None
    if run.not_before is not None and now < run.not_before:
        return WaitUntil(run.not_before, Waiting.DEFERRED)
    if run.last_step is None or run.last_step_at is None:
        return None
    planned = run.sight.timetable
    gap = planned[run.cursor] - planned[run.last_step] - _DAY
    paced = run.last_step_at + min(timedelta(days=journey.pace_days), gap)
    return WaitUntil(paced, Waiting.PACED) if now < paced else None


def _taken(step: Step, run: JourneyRun, now: datetime) -> Move:
    match step.do:
        case Send() as send:
            return Act(Contact(step, send, run.round))
        case OpenTask():
            return Act(AskPerson(step, run.round))
        case HandOff():
            return Finish(Ended(Outcome.HANDED_OFF, EndReason.HAND_OFF_STEP, now))
        case WriteOff():
            return Finish(Ended(Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP, now))
        case Branch() as branch:
            return Act(Choose(step, _chosen(branch, run.sight.facts)))


def _chosen(branch: Branch, facts: Facts) -> str:
    return next((case.then for case in branch.cases if _holds(case, facts)), branch.otherwise)


def _holds(case: Case, facts: Facts) -> bool:
    """A fact that is not known holds for nothing."""
    known = facts.get(case.fact)
    match case.test:
        case Comparison.IS:
            return known == case.value
        case Comparison.IS_NOT:
            return known is not None and known != case.value
        case Comparison.AT_LEAST:
            return isinstance(known, int) and isinstance(case.value, int) and known >= case.value
        case Comparison.BELOW:
            return isinstance(known, int) and isinstance(case.value, int) and known < case.value


def _seen(run: JourneyRun, sight: Sight, now: datetime) -> JourneyRun:
    """Take over what the store knows. An anchor that moved re-anchors the clocks."""
    before, after = run.sight.anchor, sight.anchor
    seen = replace(run, sight=sight, delinquent=was_delinquent(run, sight.cleared_at or now))
    if before is None or after is None or after == before:
        return seen
    if after < before:
        return replace(seen, anchored_at=now)
    return replace(seen, anchored_at=now, round=run.round + 1, cursor=0, not_before=None)


def _current(journey: Journey, run: JourneyRun, step_id: str) -> bool:
    return run.cursor < len(journey.steps) and journey.steps[run.cursor].step_id == step_id


def _done(journey: Journey, run: JourneyRun, step_id: str, now: datetime) -> JourneyRun:
    if not _current(journey, run, step_id):
        return run
    step, spoken = journey.steps[run.cursor], run.spoken
    if isinstance(step.do, Send) and (words := said(step.stage, step.do.purpose)) not in spoken:
        spoken = (*spoken, words)
    taken = replace(run, spoken=spoken, last_step=run.cursor, last_step_at=now)
    return _advanced(journey, taken, step_id)


def _advanced(journey: Journey, run: JourneyRun, step_id: str) -> JourneyRun:
    if not _current(journey, run, step_id):
        return run
    return replace(run, cursor=journey.following(run.cursor), not_before=None)


def _held(run: JourneyRun, hold: Hold) -> JourneyRun:
    if any(known.hold_id == hold.hold_id for known in run.holds):
        return run
    return replace(run, holds=(*run.holds, hold))


def _released(run: JourneyRun, hold_id: str, now: datetime) -> JourneyRun:
    holds = tuple(
        replace(hold, until=now)
        if hold.hold_id == hold_id and (hold.until is None or hold.until > now)
        else hold
        for hold in run.holds
    )
    return run if holds == run.holds else replace(run, holds=holds, not_before=None)
