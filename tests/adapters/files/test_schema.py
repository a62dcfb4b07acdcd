"""The schema that editors use says what the parser says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from adapters.files.journey_document import journey_to_document
from adapters.files.schema import dump_schema
from domain.journey.definition import Journey
from tests.adapters.files.journey_strategies import journeys

SCHEMA: dict[str, Any] = json.loads(dump_schema())
CHECK = jsonschema.Draft202012Validator(SCHEMA)
STEP = {"id": "a", "stage": "reminder", "day": 1, "at": "09:00"}
SEND = {"send": {"template": "a", "channels": ["sms"]}}


def a_document(**step: object) -> dict[str, object]:
    return {"journey": "a", "steps": [{**STEP, **(step or SEND)}]}


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_is_the_same_each_time() -> None:
    assert dump_schema() == dump_schema()
    assert dump_schema().endswith("}\n")


@settings(max_examples=40, deadline=None)
@given(journeys())
def test_every_sound_journey_fits_the_schema(journey: Journey) -> None:
    CHECK.validate(journey_to_document(journey))


@pytest.mark.parametrize(
    "wrong",
    [
        {**a_document(), "colour": "red"},
        {"journey": "A b", "steps": [{**STEP, **SEND}]},
        {"journey": "a", "steps": []},
        {**a_document(), "pace_days": 0},
        {**a_document(), "pace_days": None},
        {**a_document(), "horizon_days": 801},
        a_document(**SEND, at="9:00"),
        a_document(**SEND, at="07:59"),
        a_document(**SEND, at="20:31"),
        a_document(**SEND, day="1"),
        a_document(**SEND, day=-61),
        a_document(**SEND, task="call"),
        a_document(next="b"),
        a_document(**SEND, next=None),
        a_document(send={"template": "a", "channels": []}),
        a_document(send={"template": "a", "channels": ["voice"]}),
        a_document(send={"template": "a", "channels": ["sms", "sms"]}),
        a_document(send={"template": "a", "channels": ["sms"], "purpose": "notice"}),
        a_document(notice={"template": "a", "channels": ["sms"], "purpose": "notice"}),
        a_document(write_off={"reason": "old"}),
        a_document(branch={"cases": [], "otherwise": "b"}),
        a_document(branch={"cases": [{"fact": "segment", "then": "b"}], "otherwise": "b"}),
        a_document(
            branch={"cases": [{"fact": "segment", "is": "x", "is_not": "y", "then": "b"}], "otherwise": "b"}
        ),
        a_document(branch={"cases": [{"fact": "debt", "is": "x", "then": "b"}], "otherwise": "b"}),
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(wrong: dict[str, object]) -> None:
    assert not CHECK.is_valid(wrong)


@pytest.mark.parametrize("hour", ["08:00", "09:59", "19:59", "20:30"])
def test_the_schema_knows_the_hours(hour: str) -> None:
    assert CHECK.is_valid(a_document(**SEND, at=hour))


def test_the_first_line_of_a_journey_leads_an_editor_to_the_schema() -> None:
    folder = Path(__file__).parents[3] / "journeys"
    for path in folder.glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=schema.json"
