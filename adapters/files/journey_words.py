"""What the schema finds wrong with a journey, in the words of its author."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.files.journey_form import (
    DOINGS,
    NOT_ONE,
    TESTS,
    BranchForm,
    CaseForm,
    Form,
    JourneyForm,
    MessageForm,
    NothingForm,
    SendForm,
    StepForm,
)
from adapters.files.mistake import Mistake, shown
from adapters.files.yaml_tree import REFUSED, Path, Reading, Refused, Tree
from domain.contact import Channel
from domain.journey.definition import Fact, Stage

# How each key looks when it is right.
EXAMPLES: Final = {
    "journey": "journey: first-miss",
    "description": "description: Whom this is for",
    "pace_days": "pace_days: 5",
    "horizon_days": "horizon_days: 400",
    "steps": "steps:` with a list of steps below, each starting with `- id: first-reminder",
    "id": "id: first-reminder",
    "stage": "stage: reminder",
    "day": "day: 5",
    "at": "at: 09:00",
    "send": "send: {template: reminder, channels: [sms, email]}",
    "notice": "notice: {template: final-notice, channels: [email]}",
    "offer": "offer: {template: help-offer, channels: [email]}",
    "branch": "branch: {cases: [{fact: unpaid_bills, at_least: 2, then: later-step}], otherwise: other-step}",
    "task": "task: call-customer",
    "hand_off": "hand_off: {}",
    "write_off": "write_off: {}",
    "next": "next: later-step",
    "template": "template: reminder",
    "channels": "channels: [sms, email]",
    "purpose": "purpose: collection",
    "cases": "cases: [{fact: unpaid_bills, at_least: 2, then: later-step}]",
    "otherwise": "otherwise: later-step",
    "fact": "fact: balance_minor",
    "is": "is: DE",
    "is_not": "is_not: DE",
    "at_least": "at_least: 5000",
    "below": "below: 5000",
    "then": "then: later-step",
}
_ITEMS: Final = {"steps": "- id: first-reminder", "cases": "- fact: unpaid_bills"}
_CHOICES: Final = {
    "stage": tuple(Stage),
    "fact": tuple(Fact),
    "channels": (Channel.SMS, Channel.EMAIL),
    "purpose": ("pre_due", "collection"),
}
_FORMS: Final[dict[str, type[Form]]] = {
    "steps": StepForm,
    "send": SendForm,
    "notice": MessageForm,
    "offer": MessageForm,
    "branch": BranchForm,
    "cases": CaseForm,
    "hand_off": NothingForm,
    "write_off": NothingForm,
}
_Words: TypeAlias = tuple[str, str]


def schema_mistakes(error: ValidationError, reading: Reading) -> Iterator[Mistake]:
    """Each of pydantic's complaints at its line; those about values refused before are left out."""
    for found in error.errors(include_url=False):
        path: Path = tuple(found["loc"])
        kind = found["type"]
        if kind == NOT_ONE or (isinstance(found["input"], Refused) and kind != "missing"):
            continue
        yield reading.wrong(path, *_words(found, path), key=kind == "extra_forbidden")


def choice_mistakes(tree: Tree, reading: Reading) -> Iterator[Mistake]:
    """Steps that do nothing or several things, and cases that ask nothing or several questions."""
    for index, step in enumerate(_items(tree, "steps")):
        yield from _one(step, DOINGS, ("steps", index), reading)
        branch = step.get("branch", REFUSED) if isinstance(step, dict) else REFUSED
        for number, case in enumerate(_items(branch, "cases")):
            yield from _one(case, TESTS, ("steps", index, "branch", "cases", number), reading)


def _items(tree: Tree, key: str) -> list[Tree]:
    items = tree.get(key) if isinstance(tree, dict) else None
    return items if isinstance(items, list) else []


def _one(tree: Tree, keys: tuple[str, ...], path: Path, reading: Reading) -> Iterator[Mistake]:
    if not isinstance(tree, dict):
        return
    written = [key for key in tree if key in keys]
    if not written:
        what = "step does nothing" if keys == DOINGS else "case asks nothing"
        yield reading.wrong(path, f"this {what}", f"write one of {', '.join(keys)}")
    for key in written[1:]:
        what = "step does one thing" if keys == DOINGS else "case asks one question"
        problem = f"a {what}, and this one has `{written[0]}` already"
        yield reading.wrong((*path, key), problem, f"write `{key}` on its own", key=True)


def _words(found: ErrorDetails, path: Path) -> _Words:
    key = next((part for part in reversed(path) if isinstance(part, str)), "journey")
    match found["type"]:
        case "tideover":
            return found["ctx"]["problem"], found["ctx"]["remedy"]
        case "missing":
            return f"`{key}` is missing", f"write `{EXAMPLES[key]}`"
        case "extra_forbidden":
            return _unknown_key(path)
        case "enum" | "literal_error":
            return f"{shown(found['input'])} cannot stand here", f"write {' or '.join(_CHOICES[key])}"
        case _ if path[-1:] != (key,) and key in _ITEMS:
            return f"an item of `{key}` cannot be {_kind(found['input'])}", f"write `{_ITEMS[key]}` and so on"
        case _:
            return f"`{key}` cannot be {_kind(found['input'])}", f"write `{EXAMPLES[key]}`"


def _unknown_key(path: Path) -> _Words:
    wrong = str(path[-1])
    inside = next((part for part in reversed(path[:-1]) if isinstance(part, str)), "")
    form = _FORMS.get(inside, JourneyForm)
    keys = [field.alias or name for name, field in form.model_fields.items()]
    if not keys:
        return f"there is no key {shown(wrong)} here", f"write `{EXAMPLES[inside]}`"
    close = get_close_matches(wrong.lower(), keys, n=1)
    remedy = f"write `{close[0]}`, if that is meant" if close else f"write one of {', '.join(keys)}"
    return f"there is no key {shown(wrong)} here", remedy


def _kind(value: object) -> str:
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case "":
            return "empty"
        case _:
            return f"the word {shown(value)}"
