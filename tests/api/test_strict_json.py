"""Bodies have one meaning or none."""

import json

import pytest

from api.strict_json import MOST_MARKS, JsonRefused, read_json


def test_plain_json_is_read() -> None:
    told = {"a": [1, -2, "x\n", None, True], "é": {"😀": "مرحبا"}}
    assert read_json(json.dumps(told).encode()) == told
    assert read_json(json.dumps(told, ensure_ascii=False).encode()) == told


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(rb'"\ud83d\ude00"') == "😀"


@pytest.mark.parametrize(
    ("body", "because"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1} x', "not JSON"),
        (b'"\x01"', "not JSON"),
        (b"1" * 5_000, "not JSON"),
        (b"NaN", "NaN"),
        (b'{"a": Infinity}', "NaN"),
        (b'{"a": -Infinity}', "NaN"),
        (b'{"a": 1.5}', "whole"),
        (b'{"a": 1e3}', "whole"),
        (b'{"a": 1e400}', "whole"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "twice"),
        (rb'"\ud800"', "surrogate"),
        (rb'{"\udfff": 1}', "surrogate"),
        (rb'["x", {"a": "\u0000"}]', "NUL"),
        (b"\xff\xfe", "UTF-8"),
        (b"\xc0\x80", "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"[" * 50_000, "nested|not JSON"),
        (b"[" * 40_000 + b"]" * 40_000, "nested"),
        (b"[" * (MOST_MARKS + 1), "more parts"),
        (b"[" + b"1," * MOST_MARKS + b"1]", "more parts"),
    ],
)
def test_json_without_one_meaning_is_refused(body: bytes, because: str) -> None:
    with pytest.raises(JsonRefused, match=because):
        read_json(body)


def test_a_refusal_repeats_nothing_of_the_body() -> None:
    for body in (b'{"secret-name": 1, "secret-name": 2}', b"secret-name", b'{"secret-name": 1.5}'):
        with pytest.raises(JsonRefused) as refusal:
            read_json(body)
        assert "secret-name" not in f"{refusal.value}"
        assert refusal.value.__cause__ is None
