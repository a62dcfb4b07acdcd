"""A project's files are looked through together."""

import shutil
from pathlib import Path

from adapters.files.check import check_project

ROOT = Path(__file__).parents[3]


def a_project(root: Path) -> Path:
    """A copy of the shipped journeys and templates."""
    shutil.copytree(ROOT / "journeys", root / "journeys")
    shutil.copytree(ROOT / "templates" / "messages", root / "templates" / "messages")
    return root


def told(root: Path) -> list[str]:
    return [str(mistake) for mistake in check_project(root)]


def line_of(path: Path, words: str) -> int:
    """The first line that holds `words`, counted from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_the_shipped_files_have_no_mistakes() -> None:
    assert told(ROOT) == []


def test_a_journey_whose_text_is_gone_is_told_by_a_short_path(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    for path in (root / "templates" / "messages").glob("*/final-notice.sms.txt"):
        path.unlink()
    problem = "the template `final-notice` has no sms text in de, en, es, fr; write `final-notice.sms.txt`"
    assert told(root) == [
        f"journeys/{name}.yaml:{line_of(root / 'journeys' / f'{name}.yaml', 'notice: {')}:24: {problem}"
        for name in ("long-haul", "repeat-late", "standard")
    ]


def test_a_broken_template_is_told(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    (root / "templates" / "messages" / "fr" / "help-offer.sms.txt").write_text("{{ secret }}")
    (mistake,) = told(root)
    assert mistake.startswith("templates/messages/fr/help-offer.sms.txt:1:1: nothing is known as `secret`")


def test_warnings_are_told_with_the_mistakes(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    path = root / "journeys" / "first-miss.yaml"
    path.write_text(path.read_text().replace("hand_off: {}", "task: call-customer"))
    (mistake,) = check_project(root)
    assert mistake.warning
    line = line_of(path, "- id: hand-off")
    assert str(mistake).startswith(f"journeys/first-miss.yaml:{line}:5: warning: a path ends here")


def test_a_schema_that_lags_behind_is_told(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    (root / "journeys" / "schema.json").write_text("{}")
    assert told(root)[0].startswith("journeys/schema.json:1:1: the schema is not the one of this code")
    (root / "journeys" / "schema.json").unlink()
    assert len(told(root)) == 1


def test_a_project_without_journeys_is_told(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    for path in (root / "journeys").glob("*.yaml"):
        path.unlink()
    assert told(root) == ["journeys:1:1: there is no journey here; write one as `standard.yaml`"]
