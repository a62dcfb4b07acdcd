from pathlib import Path

import pytest

from benchmarks.figures import Section, Table
from benchmarks.writing import BEGIN, END, NoPlaceForResults, told, write

FACTS = Table(("machine", ""), (("Python", "3.12"),))
SECTION = Section("Steps", "What they are.", (Table(("what", "rate"), (("ours", "90"),)),), "Mind the load.")


def test_results_are_markdown_with_figures_to_the_right() -> None:
    assert told([SECTION], FACTS).splitlines() == [
        "| machine |  |",
        "| --- | ---: |",
        "| Python | 3.12 |",
        "",
        "### Steps",
        "What they are.",
        "",
        "| what | rate |",
        "| --- | ---: |",
        "| ours | 90 |",
        "",
        "Mind the load.",
    ]


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for results in ("first", "second"):
        write(document, results)
    assert document.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nsecond\n\n{END}\nafter\n"


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\n", encoding="utf-8")
    with pytest.raises(NoPlaceForResults, match="add them"):
        write(document, "results")
    assert document.read_text(encoding="utf-8") == f"before\n{BEGIN}\n"


def test_the_shipped_document_has_a_place_for_results() -> None:
    text = (Path(__file__).parents[2] / "docs" / "performance.md").read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
