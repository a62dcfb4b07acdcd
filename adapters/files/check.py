"""The files of a project looked through together: journeys, their texts, the schema for editors."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from adapters.files.journeys import examine_file, journey_files
from adapters.files.mistake import Mistake
from adapters.files.schema import dump_schema
from adapters.files.template_check import check_templates
from adapters.files.template_files import read_folder

JOURNEYS: Final = Path("journeys")
TEMPLATES: Final = Path("templates") / "messages"
SCHEMA: Final = JOURNEYS / "schema.json"


def check_project(root: Path) -> tuple[Mistake, ...]:
    """Every mistake in the files under `root`, paths told from there, warnings among them."""
    content = read_folder(root / TEMPLATES)
    mistakes = [
        *check_templates(root / TEMPLATES, content),
        *(
            m
            for path in journey_files(root / JOURNEYS)
            for m in examine_file(path, str(path), content.keys).mistakes
        ),
        *_no_journeys(root),
        *_schema(root / SCHEMA),
    ]
    return tuple(sorted(replace(one, path=_from(root, one.path)) for one in mistakes))


def _from(root: Path, path: str) -> str:
    return Path(path).relative_to(root).as_posix()


def _no_journeys(root: Path) -> Iterator[Mistake]:
    if not journey_files(root / JOURNEYS):
        yield Mistake(str(root / JOURNEYS), 1, 1, "there is no journey here", "write one as `standard.yaml`")


def _schema(path: Path) -> Iterator[Mistake]:
    if not path.is_file() or path.read_text(encoding="utf-8") != dump_schema():
        problem = "the schema is not the one of this code"
        yield Mistake(str(path), 1, 1, problem, "write what `adapters.files.schema.dump_schema()` gives")
