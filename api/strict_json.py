"""JSON as strangers may send it: read strictly, with a bound on its shape before any memory is spent."""

import json
from collections.abc import Iterator
from typing import NoReturn, TypeAlias

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None

# A thousand bills need about 9,000 of these marks. Each may become an object some fifty bytes large.
MOST_MARKS = 100_000
_MARKS = (b"{", b"[", b",", b":")
_SURROGATES = range(0xD800, 0xE000)


class JsonRefused(ValueError):
    """The body is not JSON, or not JSON that has one meaning. The message repeats nothing of it."""


def read_json(body: bytes) -> Json:
    """The value in a UTF-8 body.

    Raises:
        JsonRefused: not JSON; a key twice; a fraction, NaN or Infinity; NUL or half a surrogate pair in a
            text; more parts or more depth than any request here needs.
    """
    if sum(body.count(mark) for mark in _MARKS) > MOST_MARKS:
        raise JsonRefused("the body has more parts than any request here needs; send it in pieces")
    try:
        value: Json = json.loads(
            body.decode(),
            object_pairs_hook=_once_each,
            parse_float=_refuse_fraction,
            parse_constant=_refuse_constant,
        )
    except JsonRefused:
        raise
    except UnicodeDecodeError:
        raise JsonRefused("the body is not UTF-8 text") from None
    except RecursionError:
        raise JsonRefused("the body is nested too deeply") from None
    except ValueError:
        raise JsonRefused("the body is not JSON") from None
    if not all(_is_text(text) for text in _texts(value)):
        raise JsonRefused("a text holds NUL or half a surrogate pair; send whole characters")
    return value


def _once_each(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise JsonRefused("an object names a field twice; name each once")
    return fields


def _refuse_fraction(_: str) -> NoReturn:
    raise JsonRefused("numbers here are whole; money is an integer of minor units")


def _refuse_constant(_: str) -> NoReturn:
    raise JsonRefused("NaN and Infinity are not JSON")


def _texts(value: Json) -> Iterator[str]:
    pending = [value]
    while pending:
        match pending.pop():
            case str(text):
                yield text
            case list(items):
                pending.extend(items)
            case dict(fields):
                yield from fields
                pending.extend(fields.values())
            case _:
                pass


def _is_text(text: str) -> bool:
    return (text.isascii() and "\0" not in text) or not any(c == "\0" or ord(c) in _SURROGATES for c in text)
