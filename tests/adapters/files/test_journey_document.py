"""A journey as a document: exact both ways, and hashed by what it says, not by how it is written."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from adapters.files.journey_document import content_hash, journey_from_document, journey_to_document, sealed
from adapters.files.journeys import parse_journey
from adapters.files.mistake import JourneyRefused
from domain.journey.definition import Journey
from tests.adapters.files.journey_strategies import journeys

TEXT = """
journey: pinned
steps:
  - {id: soon, stage: pre_due, day: -5, at: 10:00, send: {template: a, channels: [sms]}}
  - {id: choose, stage: reminder, day: 2, at: 10:00,
     branch: {cases: [{fact: country, is: NO, then: ask}], otherwise: offer}}
  - {id: offer, stage: hardship, day: 3, at: 10:00, offer: {template: a, channels: [email, sms]}, next: end}
  - {id: ask, stage: hardship, day: 4, at: 10:00, task: call}
  - {id: end, stage: hardship, day: 30, at: 10:00, hand_off: {}}
"""
thoroughly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thoroughly
@given(journeys())
def test_a_journey_survives_its_document(journey: Journey) -> None:
    document = journey_to_document(journey)
    assert journey_from_document(document) == sealed(journey)
    assert journey_to_document(journey_from_document(document)) == document


@thoroughly
@given(journeys())
def test_a_document_is_a_journey_file(journey: Journey) -> None:
    document = journey_to_document(journey)
    as_json = json.dumps(document, ensure_ascii=False)
    as_yaml = yaml.safe_dump(document, sort_keys=False)
    assert parse_journey(as_json, "x") == sealed(journey)
    assert parse_journey(as_yaml, "x") == sealed(journey)


def test_the_version_is_the_hash_of_the_content() -> None:
    journey = parse_journey(TEXT, "x")
    assert journey.version == "e571227726ed2752"
    assert journey.version == content_hash(journey_to_document(journey))


def test_the_hash_can_be_had_without_this_code() -> None:
    plain = (
        '{"horizon_days":400,"journey":"tiny","pace_days":5,"steps":'
        '[{"at":"10:00","day":30,"hand_off":{},"id":"end","stage":"hardship"}]}'
    )
    tiny = parse_journey(
        "journey: tiny\nsteps: [{id: end, stage: hardship, day: 30, at: 10:00, hand_off: {}}]", "x"
    )
    assert tiny.version == sha256(plain.encode()).hexdigest()[:16]


def test_comments_spaces_and_the_description_are_no_part_of_the_version() -> None:
    other = (
        "# a comment\ndescription: For whom\nhorizon_days: 400\n"
        + TEXT.replace("stage:   ", "stage: ")
        + "\n\n"
    )
    assert parse_journey(other, "x") == parse_journey(TEXT, "x")


def test_any_other_change_is_another_version() -> None:
    versions = {
        parse_journey(TEXT.replace(old, new), "x").version
        for old, new in [
            ("", ""),
            ("day: 30", "day: 31"),
            ("is: NO", "is: DE"),
            ("[email, sms]", "[sms, email]"),
        ]
    }
    assert len(versions) == 4


def test_a_word_and_a_number_are_not_the_same_content() -> None:
    case = {"fact": "segment", "then": "x"}
    assert content_hash({**case, "is": 5}) != content_hash({**case, "is": "5"})


def test_the_keys_of_a_stored_document_may_come_back_in_any_order() -> None:
    document = journey_to_document(parse_journey(TEXT, "x"))
    shuffled = dict(reversed(json.loads(json.dumps(document)).items()))
    assert journey_from_document(shuffled) == parse_journey(TEXT, "x")


def test_a_stored_document_is_not_asked_the_rules_of_today() -> None:
    old = parse_journey(TEXT, "x")
    early = replace(old, steps=tuple(replace(step, at=step.at.replace(hour=6)) for step in old.steps))
    assert journey_from_document(journey_to_document(early)).steps == early.steps


@pytest.mark.parametrize("wrong", [{}, {"journey": "a"}, {"journey": "a", "steps": [{"id": "a"}]}])
def test_a_document_of_another_shape_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(JourneyRefused, match="is missing"):
        journey_from_document(wrong)
