"""A journey as a plain document and back: the form in which it is hashed, stored and written."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TypeAlias

from pydantic import ValidationError

from adapters.files.journey_form import (
    DOINGS,
    BranchForm,
    CaseForm,
    JourneyForm,
    MessageForm,
    SendForm,
    StepForm,
)
from adapters.files.journey_words import schema_mistakes
from adapters.files.mistake import JourneyRefused
from adapters.files.yaml_tree import Reading
from domain.contact import Purpose
from domain.journey.definition import (
    Branch,
    Case,
    Comparison,
    Doing,
    HandOff,
    Journey,
    OpenTask,
    Send,
    Stage,
    Step,
    WriteOff,
)

Document: TypeAlias = dict[str, object]
_KEYS = {Purpose.NOTICE: "notice", Purpose.OFFER: "offer"}
_PURPOSES = {key: purpose for purpose, key in _KEYS.items()}


def journey_to_document(journey: Journey) -> Document:
    """The journey in its own language, every default written out; plain JSON values, without the version."""
    return {
        "journey": journey.name,
        "pace_days": journey.pace_days,
        "horizon_days": journey.horizon_days,
        "steps": [_step_document(step) for step in journey.steps],
    }


def journey_from_document(document: Mapping[str, object]) -> Journey:
    """The journey of a document that `journey_to_document` made; its version is the document's hash.

    The rules of validation are not asked again: what was once allowed to run may go on.

    Raises:
        JourneyRefused: the document does not have that form.
    """
    try:
        form = JourneyForm.model_validate(dict(document))
    except ValidationError as error:
        raise JourneyRefused(schema_mistakes(error, Reading("document"))) from error
    return replace(journey_of(form), version=content_hash(document))


def content_hash(document: Mapping[str, object]) -> str:
    """The first 16 hex digits of SHA-256 over the document as JSON with sorted keys and no spaces."""
    content = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(content.encode()).hexdigest()[:16]


def sealed(journey: Journey) -> Journey:
    """The journey with the version that its content has."""
    return replace(journey, version=content_hash(journey_to_document(journey)))


def journey_of(form: JourneyForm) -> Journey:
    """The journey that a form describes, sealed."""
    steps = tuple(step_of(step) for step in form.steps)
    return sealed(Journey(form.journey, "", steps, form.pace_days, form.horizon_days))


def step_of(form: StepForm) -> Step:
    """The step that a form describes."""
    return Step(form.id, form.stage, form.day, form.at, _doing(form), form.next)


def _doing(form: StepForm) -> Doing:
    key = form.only(DOINGS)
    match getattr(form, key):
        case SendForm() as send:
            usual = Purpose.PRE_DUE if form.stage is Stage.PRE_DUE else Purpose.COLLECTION
            return Send(send.template, tuple(send.channels), send.purpose or usual)
        case MessageForm() as message:
            return Send(message.template, tuple(message.channels), _PURPOSES[key])
        case BranchForm() as branch:
            return Branch(tuple(_case(case) for case in branch.cases), branch.otherwise)
        case str() as task:
            return OpenTask(task)
        case _:
            return HandOff() if key == "hand_off" else WriteOff()


def _case(form: CaseForm) -> Case:
    written = (
        (Comparison.IS, form.is_),
        (Comparison.IS_NOT, form.is_not),
        (Comparison.AT_LEAST, form.at_least),
        (Comparison.BELOW, form.below),
    )
    [(test, value)] = [(test, value) for test, value in written if value is not None]
    return Case(form.fact, test, value, form.then)


def _step_document(step: Step) -> Document:
    document: Document = {"id": step.step_id, "stage": step.stage.value, "day": step.day}
    document |= {"at": step.at.strftime("%H:%M"), **_doing_document(step.do)}
    return document if step.next is None else document | {"next": step.next}


def _doing_document(doing: Doing) -> Document:
    match doing:
        case Send(template=template, channels=channels, purpose=purpose):
            message = {"template": template, "channels": [channel.value for channel in channels]}
            key = _KEYS.get(purpose, "send")
            return {key: message | ({"purpose": purpose.value} if key == "send" else {})}
        case Branch(cases=cases, otherwise=otherwise):
            asked = [
                {"fact": case.fact.value, case.test.value: case.value, "then": case.then} for case in cases
            ]
            return {"branch": {"cases": asked, "otherwise": otherwise}}
        case OpenTask(task=task):
            return {"task": task}
        case HandOff():
            return {"hand_off": {}}
        case WriteOff():
            return {"write_off": {}}
