"""What we ship for strategists holds together: journeys, texts, schema and the page that explains them."""

import re
from pathlib import Path

import pytest

from adapters.files.check import check_project
from adapters.files.journey_form import (
    DOINGS,
    TESTS,
    BranchForm,
    CaseForm,
    Form,
    JourneyForm,
    MessageForm,
    SendForm,
    StepForm,
)
from adapters.files.journeys import load_journeys, parse_journey
from adapters.files.schema import dump_schema
from adapters.files.segments import segments
from adapters.files.template_check import SAMPLE
from adapters.files.template_rules import FILTERS, VARIABLES
from adapters.files.templates import MessageTemplates
from domain.contact import Channel
from domain.journey.definition import Fact, HandOff, Send, Stage, WriteOff

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "journeys.md").read_text(encoding="utf-8")
TEXTS = MessageTemplates(ROOT / "templates" / "messages")
JOURNEYS = load_journeys(ROOT / "journeys", TEXTS.known())
LOCALES = {"en", "es", "fr", "de"}
# Beginnings of words of pressure. None of them has a place in a message of ours.
THREATS = {
    "en": "court legal lawyer solicitor bailiff prosecut police arrest disconnect immediately warning penalt",
    "es": "demanda juez tribunal abogado embargo inmediat moroso corte multa advertencia judicial",
    "fr": "huissier avocat justice immédiat poursuite coupure pénalité demeure avertissement",
    "de": "gericht anwalt inkasso sofort mahn sperr schufa konsequenz strafe drohen pfänd vollstreck",
}


def test_everything_we_ship_has_no_mistakes_and_no_warnings() -> None:
    assert [str(mistake) for mistake in check_project(ROOT)] == []


def test_the_four_journeys_are_there() -> None:
    assert JOURNEYS.keys() == {"standard", "first-miss", "repeat-late", "long-haul"}


@pytest.mark.parametrize("name", sorted(JOURNEYS))
def test_each_journey_warns_before_the_due_date_offers_help_and_ends(name: str) -> None:
    steps = JOURNEYS[name].steps
    sends = [step for step in steps if isinstance(step.do, Send)]
    assert sends[0].stage is Stage.PRE_DUE
    assert any(isinstance(step.do, Send) and step.do.purpose == "offer" for step in steps)
    assert isinstance(steps[-1].do, HandOff | WriteOff)
    assert {step.stage for step in sends} == set(Stage)


@pytest.mark.parametrize("name", sorted(JOURNEYS))
def test_each_stage_ends_with_a_contact_that_every_path_comes_to(name: str) -> None:
    journey = JOURNEYS[name]
    for stage in Stage:
        closing = max(i for i, s in enumerate(journey.steps) if s.stage is stage and isinstance(s.do, Send))
        arms = [i for i, s in enumerate(journey.steps) if s.next and i < closing < journey.position(s.next)]
        assert arms == []


def test_every_shipped_template_is_used_by_a_journey() -> None:
    used = {
        step.do.template
        for journey in JOURNEYS.values()
        for step in journey.steps
        if isinstance(step.do, Send)
    }
    assert {name for name, _, _ in TEXTS.known()} == used


def test_texts_are_there_in_four_languages() -> None:
    assert {locale for _, _, locale in TEXTS.known()} == LOCALES


@pytest.mark.parametrize("key", sorted(TEXTS.known()), ids="-".join)
def test_no_message_threatens(key: tuple[str, Channel, str]) -> None:
    message = TEXTS.render(*key, SAMPLE)
    words = f"{message.subject} {message.text}".lower().split()
    assert [word for word in words if word.startswith(tuple(THREATS[message.locale].split()))] == []


@pytest.mark.parametrize("key", sorted(TEXTS.known()), ids="-".join)
def test_each_message_says_where_to_get_help(key: tuple[str, Channel, str]) -> None:
    assert SAMPLE["help_phone"] in TEXTS.render(*key, SAMPLE).text


@pytest.mark.parametrize("key", sorted(k for k in TEXTS.known() if k[1] is Channel.SMS), ids="-".join)
def test_an_sms_travels_in_two_parts_without_its_price_doubling(key: tuple[str, Channel, str]) -> None:
    parts = segments(TEXTS.render(*key, SAMPLE).text)
    assert parts.encoding == "gsm7"
    assert parts.count <= 2


@pytest.mark.parametrize("key", sorted(k for k in TEXTS.known() if k[1] is Channel.EMAIL), ids="-".join)
def test_a_mail_uses_short_sentences(key: tuple[str, Channel, str]) -> None:
    text = TEXTS.render(*key, SAMPLE).text.replace(SAMPLE["balance"], "5").replace(SAMPLE["portal_link"], ".")
    sentences = [words for part in re.split(r"[.?!:]\s|\n\n", text) if (words := part.split())]
    assert max(map(len, sentences)) <= 30
    assert sum(map(len, sentences)) / len(sentences) <= 14


def test_the_schema_is_the_one_of_the_code() -> None:
    assert (ROOT / "journeys" / "schema.json").read_text(encoding="utf-8") == dump_schema()


@pytest.mark.parametrize("form", [JourneyForm, StepForm, MessageForm, SendForm, BranchForm, CaseForm])
def test_the_page_explains_each_key(form: type[Form]) -> None:
    keys = {field.alias or name for name, field in form.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()


@pytest.mark.parametrize(
    "word", [*DOINGS, *TESTS, *Stage, *Fact, "sms", "email", "pre_due", "collection", *FILTERS]
)
def test_the_page_explains_each_word(word: str) -> None:
    assert re.search(rf"`{word}[`(]", PAGE)


@pytest.mark.parametrize("name", VARIABLES)
def test_the_page_explains_each_value_of_a_text(name: str) -> None:
    assert f"`{{{{ {name} }}}}`" in PAGE


def test_the_example_of_the_page_is_a_journey() -> None:
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "steps:" in block)
    assert parse_journey(example, "docs/journeys.md", TEXTS.known()).name == "an-example"
