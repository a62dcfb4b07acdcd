"""The API's reference, read from the OpenAPI document so that it cannot lag behind."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
_METHODS = ("get", "put", "post", "delete")


@dataclass(frozen=True, slots=True)
class Line:
    """One field or parameter: where it stands, of what kind, what for."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked."""

    operation_id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Line, ...]
    fields: tuple[Line, ...]
    example: str | None
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Operations that belong together."""

    name: str
    about: str
    operations: tuple[Operation, ...]


def chapters(document: Schema) -> tuple[Chapter, ...]:
    """The document's operations by their tag, in the document's order."""
    operations = [
        (told["tags"][0], _operation(document, path, method, told))
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if method in _METHODS
    ]
    return tuple(
        Chapter(tag["name"], tag["description"], tuple(o for name, o in operations if name == tag["name"]))
        for tag in document["tags"]
    )


def _operation(document: Schema, path: str, method: str, told: Schema) -> Operation:
    body = _body(document, told)
    return Operation(
        operation_id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        about=told.get("description", ""),
        parameters=tuple(_parameter(document, parameter) for parameter in told.get("parameters", ())),
        fields=tuple(_fields(document, body, "")) if body else (),
        example=json.dumps(body["example"], indent=2) if body and "example" in body else None,
        answers=tuple((status, answer["description"]) for status, answer in told["responses"].items()),
    )


def _body(document: Schema, told: Schema) -> Schema | None:
    content: Schema = told.get("requestBody", {}).get("content", {})
    return _resolved(document, next(iter(content.values()))["schema"]) if content else None


def _parameter(document: Schema, told: Schema) -> Line:
    schema = _resolved(document, told["schema"])
    return Line(
        name=told["name"],
        kind=f"{told['in']}, {_kind(document, schema)}",
        required=told.get("required", False),
        about=told.get("description", schema.get("description", "")),
    )


def _fields(document: Schema, schema: Schema, prefix: str) -> Iterator[Line]:
    """Every field, those of inner objects behind a dotted name."""
    required = schema.get("required", ())
    for name, told in schema.get("properties", {}).items():
        inner = _resolved(document, told)
        about = told.get("description", inner.get("description", ""))
        yield Line(f"{prefix}{name}", _kind(document, inner), name in required, about)
        repeated = "[]" if inner.get("type") == "array" else ""
        yield from _fields(
            document, _resolved(document, inner.get("items", inner)), f"{prefix}{name}{repeated}."
        )


def _kind(document: Schema, schema: Schema) -> str:
    if choices := schema.get("enum"):
        return " or ".join(f"{choice}" for choice in choices)
    if "const" in schema:
        return f"{schema['const']}"
    if schema.get("type") == "array":
        return f"list of {_kind(document, _resolved(document, schema['items']))}"
    return f"{schema.get('format', schema.get('type', 'value'))}"


def _resolved(document: Schema, schema: Schema) -> Schema:
    """The schema itself: references followed, and of alternatives the first that is not null."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        found: Schema = document["components"]["schemas"][name]
        return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if choice.get("type") != "null":
            about = {key: schema[key] for key in ("description",) if key in schema}
            return {**_resolved(document, choice), **about}
    return schema
