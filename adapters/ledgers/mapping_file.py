"""Mappings from YAML files, and the folder of those that ship."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from adapters.files.mistake import FileRefused, Mistake, shown
from adapters.files.plain_text import plain_text, read_bytes
from adapters.files.yaml_tree import Reading, Refused, read_tree
from adapters.ledgers.mapping import BillsMapping, EventsMapping, Mapping

SHIPPED = Path(__file__).resolve().parents[2] / "ledgers"
_ADAPTER: TypeAdapter[Mapping] = TypeAdapter(Annotated[Mapping, Field(discriminator="shape")])
_SHAPES = {"bills": BillsMapping, "events": EventsMapping}


class MappingRefused(FileRefused):
    """A mapping that cannot be used as it is written, or a name that no mapping has."""


def load_mappings(folder: Path = SHIPPED) -> dict[str, Mapping]:
    """All mappings of a folder by name.

    Raises:
        MappingRefused: with every mistake of the first file that has one.
    """
    return {path.stem: load_mapping(path) for path in sorted(folder.glob("*.yaml"))}


def find_mapping(asked: str, known: dict[str, Mapping]) -> Mapping:
    """The mapping of that name, or in that file when it is a path ending in `.yaml`.

    Raises:
        MappingRefused: no such mapping, or one with mistakes.
    """
    if asked in known:
        return known[asked]
    if asked.endswith(".yaml"):
        return load_mapping(Path(asked))
    names = ", ".join(sorted(known)) or "none"
    problem = f"there is no mapping {shown(asked)}"
    raise MappingRefused(
        [Mistake(asked, 1, 1, problem, f"write one of {names}, or the path of a .yaml file")]
    )


def load_mapping(path: Path) -> Mapping:
    """The mapping in a file that is named after it.

    Raises:
        MappingRefused: with every mistake, at its line and column.
    """
    try:
        mapping = parse_mapping(read_bytes(path, str(path)), str(path))
    except MappingRefused:
        raise
    except FileRefused as refused:
        raise MappingRefused(refused.mistakes) from None
    if mapping.mapping != path.stem:
        problem = f"the mapping `{mapping.mapping}` is in the file {path.name}"
        raise MappingRefused([Mistake(str(path), 1, 1, problem, "write the same name in both")])
    return mapping


def parse_mapping(text: str | bytes, name: str) -> Mapping:
    """The mapping in `text`; `name` is what messages call it.

    Raises:
        MappingRefused: with every mistake, at its line and column.
    """
    try:
        reading = read_tree(plain_text(text, name))
    except FileRefused as refused:
        raise MappingRefused(refused.mistakes) from None
    if not isinstance(reading.tree, dict):
        problem, remedy = "a mapping is a list of keys", "write `mapping: my-ledger` and so on"
        raise MappingRefused(reading.mistakes or [reading.wrong((), problem, remedy)])
    try:
        mapping = _ADAPTER.validate_python(reading.tree)
    except ValidationError as error:
        raise MappingRefused([*reading.mistakes, *_mistakes(error, reading)]) from None
    if reading.mistakes:
        raise MappingRefused(reading.mistakes)
    return mapping


def _mistakes(error: ValidationError, reading: Reading) -> Iterator[Mistake]:
    """Pydantic's complaints, one a place, each at its line."""
    told: set[tuple[int, int]] = set()
    for found in error.errors(include_url=False):
        if isinstance(found["input"], Refused) and found["type"] != "missing":
            continue
        path = tuple(part for part in found["loc"] if part not in _SHAPES)
        unknown = found["type"] == "extra_forbidden"
        mistake = reading.wrong(path, *_words(found, path), key=unknown)
        if (mistake.line, mistake.column) not in told or found["type"] == "missing":
            told.add((mistake.line, mistake.column))
            yield mistake


def _words(found: ErrorDetails, path: tuple[str | int, ...]) -> tuple[str, str]:
    key = next((part for part in reversed(path) if isinstance(part, str)), "mapping")
    match found["type"]:
        case "missing":
            return f"`{key}` is missing", f"write `{key}: …`; ledgers/plain.yaml shows how"
        case "union_tag_not_found" | "union_tag_invalid":
            return "the shape is missing or unknown", "write `shape: bills` or `shape: events`"
        case "extra_forbidden":
            return f"there is no key {shown(key)} here", _meant(key)
        case "value_error":
            problem, _, remedy = found["msg"].removeprefix("Value error, ").partition("; ")
            return problem, remedy or "write it so"
        case _:
            return f"`{key}` cannot be {shown(found['input'])}", found["msg"].lower()


def _meant(key: str) -> str:
    keys = sorted({*BillsMapping.model_fields, *EventsMapping.model_fields})
    close = get_close_matches(key, keys, n=1)
    return f"write `{close[0]}`, if that is meant" if close else "write the mapping without it"
