"""The carriers' API as JSON schemas, and the question whether something fits them."""

import json
from dataclasses import dataclass
from pathlib import Path

import jsonschema

_DOCUMENT = json.loads(Path(__file__).with_name("contract.json").read_text(encoding="utf-8"))
_VALIDATORS = {
    name: jsonschema.Draft202012Validator({**schema, "$defs": _DOCUMENT["$defs"]})
    for name, schema in _DOCUMENT["schemas"].items()
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first thing wrong: a dotted path, what is the matter, and the carrier's code if it has one."""

    path: str
    sentence: str
    code: int | None


def misfit(schema: str, value: object) -> Misfit | None:
    """What keeps `value` from being a `schema` of contract.json; None when it fits."""
    error = jsonschema.exceptions.best_match(_VALIDATORS[schema].iter_errors(value))
    if error is None:
        return None
    path = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "required":
        return _missing(error, path)
    rule = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "anyOf":
        return Misfit(path, "fits none of the allowed forms", rule.get("x-neither"))
    code = rule.get("x-invalid")
    if error.validator == "additionalProperties":
        return Misfit(path, error.message, code)
    # The sentence names the rule and not the value, which may be an address.
    return Misfit(path, f"breaks the rule '{error.validator}'", code)


def _missing(error: jsonschema.ValidationError, path: str) -> Misfit:
    given = error.instance if isinstance(error.instance, dict) else {}
    schema = error.schema if isinstance(error.schema, dict) else {}
    absent = next(name for name in schema["required"] if name not in given)
    code = schema.get("properties", {}).get(absent, {}).get("x-missing")
    return Misfit(f"{path}.{absent}".strip("."), "is required", code)
