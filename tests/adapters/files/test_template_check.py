"""The corpus of template mistakes, and what a folder of templates must have as a whole."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.files.template_check import SAMPLE, check_templates
from adapters.files.template_files import PLAIN
from adapters.files.template_rules import VARIABLES, breaches
from adapters.files.templates import MessageTemplates
from tests.adapters.files.template_folder import SMS, a_folder, write

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "corpus" / "templates"
EXPECTED: dict[str, list[str]] = json.loads((CORPUS / "expect.json").read_text(encoding="utf-8"))
GOOD = sorted(case for case in EXPECTED if case.startswith("good"))


def the_case(case: str, folder: Path) -> Path:
    """A folder that holds one case of the corpus next to a good text."""
    (folder / "en").mkdir()
    shutil.copy(ROOT / "templates" / "messages" / "layout.html", folder)
    shutil.copy(CORPUS / "good.sms.txt", folder / "en")
    shutil.copy(CORPUS / case, folder / "en")
    return folder


def test_every_case_of_the_corpus_is_expected() -> None:
    assert {path.name for path in CORPUS.iterdir()} - {"expect.json"} == EXPECTED.keys()
    assert len(EXPECTED) > 60


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_each_mistake_is_told_with_its_line_and_its_remedy(case: str, tmp_path: Path) -> None:
    found = [str(mistake) for mistake in check_templates(the_case(case, tmp_path))]
    if case == "good.email.txt":
        found = [mistake for mistake in found if "other languages" not in mistake]
    assert [mistake.removeprefix(f"{tmp_path}/en/{case}:") for mistake in found] == EXPECTED[case]


@pytest.mark.parametrize("case", GOOD)
def test_what_the_check_lets_pass_can_be_used(case: str, tmp_path: Path) -> None:
    assert MessageTemplates(the_case(case, tmp_path)).known()


JINJA_SIGNS = (
    "{{§}}§{%§%}§ company § first_name § if § endif § for x in § endfor §|upper§|trim§|default('x')§*9**9§()"
    "§.x§['x']§5§~§==§!=§not §is §in §{#§#}§-§\n§ elif § else § set x=§ raw § endraw § block b §self§\\§\""
)
TOKENS = st.sampled_from(JINJA_SIGNS.split("§"))


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, max_size=25).map("".join))
def test_what_passes_the_allow_list_renders_to_something_short(source: str) -> None:
    if breaches(PLAIN, source, VARIABLES):
        return
    # Each of the tokens can show a value once; `upper` may lengthen a letter, never more than threefold.
    assert len(PLAIN.from_string(source).render(SAMPLE)) <= len(source) + 25 * 3 * max(
        map(len, SAMPLE.values())
    )


def test_a_text_must_be_there_in_every_language(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, fr__note_sms=SMS, fr_CA__note_sms=SMS)
    (mistake,) = check_templates(folder)
    assert (
        str(mistake)
        == f"{folder}/fr/note.email.txt:1:1: other languages have this text; write it in this one, too"
    )


def test_an_empty_folder_lacks_english(tmp_path: Path) -> None:
    write(tmp_path / "layout.html", "{{ body }}")
    (mistake,) = check_templates(tmp_path)
    assert mistake.problem == "there is no text in `en`, to which every language falls back"


@pytest.mark.parametrize("name", ["EN", "english", "en/sub", "e", "en-"])
def test_a_folder_is_named_after_a_language(tmp_path: Path, name: str) -> None:
    folder = a_folder(tmp_path)
    write(folder / name / "x" / "note.sms.txt", SMS)
    assert len(check_templates(folder)) == 1


def test_a_stray_file_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    write(folder / "readme.txt", "x")
    (mistake,) = check_templates(folder)
    assert mistake.problem == "this is no folder of a language"


def test_the_shipped_templates_have_no_mistakes() -> None:
    assert check_templates(ROOT / "templates" / "messages") == ()
