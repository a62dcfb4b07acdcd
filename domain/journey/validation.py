"""What makes a journey sound: forward order, reachable steps, honest delays, texts that exist."""

from collections.abc import Iterator, Sequence
from datetime import time
from difflib import get_close_matches
from itertools import pairwise
from typing import TypeAlias

from domain.contact import Channel, Purpose
from domain.journey.definition import (
    Branch,
    Comparison,
    Fact,
    HandOff,
    Journey,
    OpenTask,
    Send,
    Stage,
    Step,
    WriteOff,
)
from domain.journey.mistake import Finding, Part, Problem, case_mistakes, day_mistakes, hour_mistakes

# (template, channel, locale) of every text there is.
KnownTemplates: TypeAlias = frozenset[tuple[str, Channel, str]]

MOST_STEPS = 200
LONGEST_HORIZON = 800
EARLIEST_WRITE_OFF = 30
PACE = range(1, 31)
SERVED = frozenset({Channel.SMS, Channel.EMAIL})
_STAGES = tuple(Stage)


def problems(journey: Journey, templates: KnownTemplates | None = None) -> tuple[Problem, ...]:
    """Everything wrong with a journey, in no particular order; none of them grave means it may run.

    `templates` None leaves out the look for missing texts.
    """
    steps = journey.steps
    return (
        *frame_problems(journey),
        *step_problems(steps),
        *order_problems(steps),
        *path_problems(steps),
        *(() if templates is None else template_problems(steps, templates)),
    )


def frame_problems(journey: Journey) -> Iterator[Problem]:
    """What is wrong with the journey's own figures."""
    for part, problem, remedy in _frame(journey):
        yield Problem(None, None, part, problem, remedy)


def step_problems(steps: Sequence[Step]) -> Iterator[Problem]:
    """What is wrong with single steps, each looked at alone."""
    for index, step in enumerate(steps):
        for part, problem, remedy in (*day_mistakes(step), *hour_mistakes(step), *_doing(step)):
            yield Problem(index, step.step_id, part, problem, remedy)


def order_problems(steps: Sequence[Step]) -> Iterator[Problem]:
    """Ids used twice, and steps that stand before an earlier stage, day or hour."""
    seen: set[str] = set()
    for index, step in enumerate(steps):
        if step.step_id in seen:
            remedy = "write another id: one id names one step"
            yield Problem(index, step.step_id, ("step_id",), f"the id `{step.step_id}` is used twice", remedy)
        seen.add(step.step_id)
    for index, (before, step) in enumerate(pairwise(steps), start=1):
        for part, problem, remedy in _order(before, step):
            yield Problem(index, step.step_id, part, problem, remedy)


def path_problems(steps: Sequence[Step]) -> Iterator[Problem]:
    """Targets that do not exist or lie behind, steps nothing leads to, contacts without a delay."""
    positions = {step.step_id: index for index, step in reversed(list(enumerate(steps)))}
    astray = [
        Problem(index, step.step_id, part, *wrong)
        for index, step in enumerate(steps)
        for part, target in _targets(step)
        if (wrong := _astray(target, index, positions))
    ]
    yield from astray
    ways = [_ways(steps, index, positions) for index in range(len(steps))]
    yield from _undelayed(steps, ways)
    if not astray and len(positions) == len(steps):
        yield from _reach(steps, ways)


def template_problems(steps: Sequence[Step], templates: KnownTemplates) -> Iterator[Problem]:
    """Texts that a step needs and that are missing for a channel in some language.

    A regional locale falls back to its language, so only plain languages must be complete.
    """
    names = {name for name, _, _ in templates}
    languages = sorted({locale for _, _, locale in templates if "-" not in locale}) or ["en"]
    for index, step in enumerate(steps):
        if isinstance(step.do, Send):
            for problem, remedy in _texts(step.do, templates, languages):
                meant = None if step.do.template in names else _meant(step.do.template, names)
                yield Problem(index, step.step_id, ("do", "template"), problem, meant or remedy)


def _texts(send: Send, templates: KnownTemplates, languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    for channel in send.channels:
        missing = [locale for locale in languages if (send.template, channel, locale) not in templates]
        if missing and channel in SERVED:
            problem = f"the template `{send.template}` has no {channel} text in {', '.join(missing)}"
            yield problem, f"write `{send.template}.{channel}.txt`"


def _frame(journey: Journey) -> Iterator[Finding]:
    if not journey.steps:
        yield ("steps",), "the journey has no steps", "write at least one step"
    if len(journey.steps) > MOST_STEPS:
        problem = f"the journey has {len(journey.steps)} steps, more than {MOST_STEPS}"
        yield ("steps",), problem, "write fewer steps, or two journeys"
    if journey.pace_days not in PACE:
        problem = f"a pace of {journey.pace_days} days is outside {PACE[0]} to {PACE[-1]}"
        yield ("pace_days",), problem, f"write a number from {PACE[0]} to {PACE[-1]}"
    # A day after the last contact, so that it is not overtaken by the hand-off on its own morning.
    needed = max((step.day + (not _ends(step)) for step in journey.steps), default=1)
    if journey.horizon_days > LONGEST_HORIZON:
        problem = f"a horizon of {journey.horizon_days} days is over {LONGEST_HORIZON}"
        yield ("horizon_days",), problem, f"write a number up to {LONGEST_HORIZON}"
    elif journey.horizon_days < needed:
        problem = f"the horizon of {journey.horizon_days} days comes before the last step is over"
        remedy = f"write {needed} or more" if needed <= LONGEST_HORIZON else "write the last step earlier"
        yield ("horizon_days",), problem, remedy


def _doing(step: Step) -> Iterator[Finding]:
    match step.do:
        case Send() as send:
            yield from _send(send, step.stage)
        case Branch() as branch:
            yield from _next_unused(step, "a branch goes where its cases say")
            yield from _cases(branch)
        case HandOff():
            yield from _next_unused(step, "the journey ends here")
            if step.stage is Stage.PRE_DUE:
                yield ("stage",), "a journey cannot end before anything is past due", "write a later stage"
        case WriteOff():
            yield from _next_unused(step, "the journey ends here")
            if step.day < EARLIEST_WRITE_OFF:
                problem = f"a debt {step.day} days past due is too young to be written off"
                yield ("day",), problem, f"write day {EARLIEST_WRITE_OFF} or later"
        case OpenTask():
            pass


def _send(send: Send, stage: Stage) -> Iterator[Finding]:
    if not send.channels:
        yield ("do", "channels"), "there is no channel to send on", "write `channels: [sms, email]`"
    for index, channel in enumerate(send.channels):
        where = ("do", "channels", index)
        if channel in send.channels[:index]:
            yield where, f"the channel {channel} is listed twice", "write each channel once"
        if channel not in SERVED:
            yield where, f"no provider serves the channel {channel} yet", "write sms or email"
    if stage is Stage.PRE_DUE and send.purpose is not Purpose.PRE_DUE:
        problem = f"before the due date a contact of purpose {send.purpose} is always blocked"
        yield ("do", "purpose"), problem, "write `send` with `purpose: pre_due`, or a later stage"
    if stage is not Stage.PRE_DUE and send.purpose is Purpose.PRE_DUE:
        problem = f"the purpose pre_due does not fit the stage {stage}"
        yield ("do", "purpose"), problem, "write `purpose: collection`, or `stage: pre_due`"


def _next_unused(step: Step, why: str) -> Iterator[Finding]:
    if step.next is not None:
        yield ("next",), f"`next` is never used: {why}", "write no `next` here"


def _cases(branch: Branch) -> Iterator[Finding]:
    if not branch.cases:
        yield ("do", "cases"), "a branch without cases is no choice", "write at least one case"
    asked: set[tuple[Fact, Comparison, int | str]] = set()
    for index, case in enumerate(branch.cases):
        question = (case.fact, case.test, case.value)
        if question in asked:
            yield ("do", "cases", index), "an earlier case asks the same", "write each question once"
        asked.add(question)
        for problem, remedy in case_mistakes(case):
            yield ("do", "cases", index, "value"), problem, remedy


def _order(before: Step, step: Step) -> Iterator[Finding]:
    if _STAGES.index(step.stage) < _STAGES.index(before.stage):
        problem = f"the stage {step.stage} cannot follow {before.stage}"
        yield ("stage",), problem, f"write `stage: {before.stage}` or later, or move the step up"
    if step.day < before.day:
        problem = f"day {step.day} stands after day {before.day}: steps stand in calendar order"
        yield ("day",), problem, f"write day {before.day} or later, or move the step up"
    elif step.day == before.day and step.at < before.at:
        problem = f"{step.at:%H:%M} stands after {before.at:%H:%M} of the same day"
        yield ("at",), problem, f"write {before.at:%H:%M} or later, or move the step up"


def _targets(step: Step) -> Iterator[tuple[Part, str]]:
    if isinstance(step.do, Branch):
        for index, case in enumerate(step.do.cases):
            yield ("do", "cases", index, "then"), case.then
        yield ("do", "otherwise"), step.do.otherwise
    elif step.next is not None and not _ends(step):
        yield ("next",), step.next


def _astray(target: str, index: int, positions: dict[str, int]) -> tuple[str, str] | None:
    if target not in positions:
        remedy = _meant(target, positions) or "write the id of a later step"
        return f"there is no step `{target}`", remedy
    if positions[target] <= index:
        return (
            f"`{target}` is not later in the journey",
            "a journey only goes forward: list the step again later",
        )
    return None


def _meant(word: str, known: set[str] | dict[str, int]) -> str | None:
    close = get_close_matches(word, sorted(known), n=1)
    return f"write `{close[0]}`, if that is meant" if close else None


def _ways(steps: Sequence[Step], index: int, positions: dict[str, int]) -> list[int]:
    """Where the journey can go on after a step; `len(steps)` is past the end, wrong targets are left out."""
    step = steps[index]
    if _ends(step):
        return []
    targets = [target for _, target in _targets(step)]
    if not targets:
        return [index + 1]
    return sorted({positions[target] for target in targets if positions.get(target, -1) > index})


def _undelayed(steps: Sequence[Step], ways: Sequence[Sequence[int]]) -> Iterator[Problem]:
    """Contacts that one walk would make at one moment."""
    moments: dict[tuple[int, time], set[int]] = {}
    for index, step in enumerate(steps):
        moments.setdefault((step.day, step.at), set()).add(index)
    late = {
        later: step.step_id
        for index, step in enumerate(steps)
        if isinstance(step.do, Send)
        for later in _reached(index, ways, moments[step.day, step.at]) - {index}
    }
    for index, earlier in sorted(late.items()):
        if isinstance(steps[index].do, Send):
            problem = f"`{earlier}` contacts at the same day and hour: there is no delay between the two"
            yield Problem(index, steps[index].step_id, ("day",), problem, "write a later day or hour")


def _reach(steps: Sequence[Step], ways: Sequence[Sequence[int]]) -> Iterator[Problem]:
    """Steps no path leads to, and paths that stop without an outcome."""
    reached = _reached(0, ways, set(range(len(steps))))
    for index, step in enumerate(steps):
        if index not in reached:
            problem, remedy = "no path leads to this step", "point a `next`, `then` or `otherwise` at it"
            yield Problem(index, step.step_id, (), problem, f"{remedy}, or write the journey without it")
        elif len(steps) in ways[index]:
            problem = "a path ends here without an outcome: it waits as out_of_steps until the horizon"
            remedy = "write a `hand_off` or `write_off` after it, unless that is meant"
            yield Problem(index, step.step_id, (), problem, remedy, grave=False)


def _reached(start: int, ways: Sequence[Sequence[int]], among: set[int]) -> set[int]:
    """The steps of `among` that a walk from `start` can come to without leaving it, `start` with them."""
    reached, ahead = set[int](), [start]
    while ahead:
        index = ahead.pop()
        if index in among and index not in reached:
            reached.add(index)
            ahead += ways[index]
    return reached


def _ends(step: Step) -> bool:
    return isinstance(step.do, HandOff | WriteOff)
