"""Journeys from files: the corpus of mistakes, what is too large, and what a folder holds."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.files import journeys, plain_text, yaml_tree
from adapters.files.journeys import examine, load_journey, load_journeys, parse_journey
from adapters.files.mistake import JourneyRefused, Mistake, shown
from domain.contact import Channel
from domain.journey.definition import Branch, Comparison, Send

CORPUS = Path(__file__).parents[2] / "corpus" / "journeys"
EXPECTED: dict[str, list[str]] = json.loads((CORPUS / "expect.json").read_text(encoding="utf-8"))
GOOD = (CORPUS / "good.yaml").read_text(encoding="utf-8")
TEXTS = frozenset(
    (name, channel, locale)
    for name, ways in {"reminder": (Channel.SMS, Channel.EMAIL), "mail-only": (Channel.EMAIL,)}.items()
    for channel in ways
    for locale in ("en", "fr")
)


def refused(text: str | bytes) -> list[str]:
    """What a journey is refused for, as its author reads it."""
    with pytest.raises(JourneyRefused) as refusal:
        parse_journey(text, "x")
    return [str(mistake) for mistake in refusal.value.mistakes]


def test_every_case_of_the_corpus_is_expected() -> None:
    assert {path.name for path in CORPUS.iterdir()} - {"expect.json"} == EXPECTED.keys()
    assert len(EXPECTED) > 100


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_each_mistake_is_told_with_its_line_and_its_remedy(case: str) -> None:
    found = examine((CORPUS / case).read_bytes(), "x", TEXTS).mistakes
    assert [str(mistake).removeprefix("x:") for mistake in found] == EXPECTED[case]


@pytest.mark.parametrize("case", sorted(set(EXPECTED) - {"good.yaml", "ends-without-an-outcome.yaml"}))
def test_no_journey_with_a_mistake_is_given_out(case: str) -> None:
    with pytest.raises(JourneyRefused):
        parse_journey((CORPUS / case).read_bytes(), "x", TEXTS)


def test_a_warning_refuses_nothing() -> None:
    journey = parse_journey((CORPUS / "ends-without-an-outcome.yaml").read_bytes(), "x", TEXTS)
    assert journey.name == "a-case"


def test_without_known_texts_none_is_missing() -> None:
    text = (CORPUS / "template-missing.yaml").read_bytes()
    assert parse_journey(text, "x").name == "a-case"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * (256 * 1024 + 1), "larger than 256 kB"),
        ("steps: " + "[" * 100_000, "nested more than 20 deep"),
        ("- " * 100_000, "nested more than 20 deep"),
        ("steps: [" + "a," * 60_000 + "]", "more than 20000 values"),
        ("journey: a\nsteps:\n" + "- {id: a}\n" * 9_000, "the journey has 9000 steps, more than 200"),
        ("journey: a\nsteps:\n" + "- {id: a}\n" * 10_000, "more than 20000 values"),
        ("a:\n" * 50_000, "too many mistakes"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "is an alias"),
        ("a: &a\n  b: *a\n", "is an alias"),
        ("journey: " + "9" * 5_000, "is no name"),
    ],
)
def test_what_would_hang_or_flood_a_reader_is_refused(text: str, words: str) -> None:
    assert any(words in mistake for mistake in refused(text))


def test_the_number_of_mistakes_told_is_bounded() -> None:
    assert len(refused("a:\n" * 50_000)) <= yaml_tree.MOST_MISTAKES + 10


def test_words_stay_words_and_numbers_stay_numbers() -> None:
    text = GOOD.replace("{fact: overdue_minor, below: 2000", "{fact: country, is: NO")
    step = parse_journey(text, "x").steps[2]
    assert f"{step.at:%H:%M}" == "09:00"
    assert isinstance(step.do, Branch)
    assert (step.do.cases[0].test, step.do.cases[0].value) == (Comparison.IS, "NO")


def test_the_ordinary_yaml_reader_would_have_guessed() -> None:
    assert yaml.safe_load("at: 12:30\ncountry: NO\nrate: 1.10\na: 1\na: 2") == {
        "at": 750,
        "country": False,
        "rate": 1.1,
        "a": 2,
    }


def test_a_channel_order_is_kept() -> None:
    send = parse_journey(GOOD, "x").steps[0].do
    assert isinstance(send, Send)
    assert send.channels == (Channel.EMAIL, Channel.SMS)


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter() -> None:
    windows = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert parse_journey(windows, "x") == parse_journey(GOOD, "x")


def test_a_plus_sign_is_a_number() -> None:
    assert parse_journey(GOOD.replace("day: 20", "day: +20"), "x") == parse_journey(GOOD, "x")


def test_sound_steps_are_looked_at_although_others_are_broken() -> None:
    text = GOOD.replace("at: 09:00", "at: nine").replace("day: 20", "day: 0")
    assert [mistake.split(":")[1] for mistake in refused(text)] == ["18", "25", "25"]


def test_a_broken_frame_does_not_hide_the_steps() -> None:
    text = GOOD.replace("pace_days: 5", "pace_days: x").replace("at: 09:00", "at: 21:00")
    assert [mistake.split(":")[1] for mistake in refused(text)] == ["2", "18"]


def test_a_value_that_was_refused_is_complained_about_once() -> None:
    text = GOOD.replace("day: 20", 'day: "\\0"')
    assert refused(text) == [
        "x:25:10: the text holds a character that cannot be seen; write it without the escape"
    ]


def test_without_the_look_at_single_letters_a_hidden_one_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "unseen", lambda _: False)
    hidden = GOOD.replace("journey: a-case", "journey: a-case # \u202e")
    assert parse_journey(hidden, "x").name == "a-case"


def test_without_the_bound_on_depth_a_reader_would_fall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "DEEPEST", 10_000)
    with pytest.raises(RecursionError):
        examine("[" * 5_000 + "]" * 5_000, "x")


YAML_SIGNS = (
    "*a §&a §!!int §{§}§[§]§: §- §? §'§\"§|§>§%YAML 1§---§...§\t§\n§\\§\\x§\\U§#§<<§~§-1§true§id: §  §,"
)
PIECES = st.sampled_from([*YAML_SIGNS.split("§"), "\u2029", "\ud800", "\0", "9" * 5000])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), PIECES, st.integers(0, 30)), min_size=1, max_size=4))
def test_whatever_is_done_to_a_journey_it_is_read_or_told_where_it_is_wrong(
    edits: list[tuple[int, str, int]],
) -> None:
    text = GOOD
    for place, piece, cut in edits:
        text = text[:place] + piece + text[place + cut :]
    parsed = examine(text, "x")
    assert parsed.journey is not None or parsed.mistakes
    lines = len(text.splitlines()) + 1
    assert all(1 <= mistake.line <= lines and mistake.column >= 1 for mistake in parsed.mistakes)


def test_a_file_is_named_after_its_journey(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(GOOD)
    with pytest.raises(JourneyRefused, match="the journey `a-case` is in the file other"):
        load_journey(path)


def test_a_journey_is_loaded_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a-case.yaml"
    path.write_text(GOOD)
    assert load_journey(path) == parse_journey(GOOD, "x")
    assert load_journeys(tmp_path) == {"a-case": load_journey(path)}


def test_a_folder_tells_the_mistakes_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a-case.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("journey: b\n")
    (tmp_path / "c.yml").write_text(GOOD.replace("a-case", "c"))
    with pytest.raises(JourneyRefused) as refusal:
        load_journeys(tmp_path)
    told = [str(mistake).removeprefix(f"{tmp_path}/") for mistake in refusal.value.mistakes]
    assert told[0].startswith("b.yaml:1:1: `steps` is missing")
    assert told[1] == "c.yml:1:1: the file's name ends wrongly; write `.yaml` at its end"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JourneyRefused, match="there is no journey here"):
        load_journeys(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JourneyRefused, match="there is no such file"):
        load_journey(tmp_path / "none.yaml")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(JourneyRefused, match="there is no such file"):
        load_journey(tmp_path / "a.yaml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD)

    def forbid(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbid)
    with pytest.raises(JourneyRefused, match=r"cannot be read \(Permission denied\)"):
        load_journey(path)


def test_only_the_beginning_of_a_huge_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert len(plain_text.read_bytes(path, "x")) == plain_text.LARGEST_BYTES + 1
    with pytest.raises(JourneyRefused, match="larger than 256 kB"):
        load_journey(path)


def test_a_mistake_is_one_line_whatever_it_quotes() -> None:
    told = shown("a\nb\x1b[31m" + "c" * 100)
    assert told.startswith("`a?b?[31mccc")
    assert len(told) == 43
    assert str(Mistake("a.yaml", 3, 7, "wrong", "write right")) == "a.yaml:3:7: wrong; write right"


def test_a_refusal_says_all_its_mistakes() -> None:
    refusal = JourneyRefused([Mistake("a", 2, 1, "later", "x"), Mistake("a", 1, 1, "sooner", "x")])
    assert str(refusal) == "a:1:1: sooner; x\na:2:1: later; x"


def test_without_validation_a_step_that_nobody_reaches_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journeys, "problems", lambda *_: ())
    assert parse_journey((CORPUS / "unreachable.yaml").read_bytes(), "x").name == "a-case"
