"""What an SMS costs, at its boundaries."""

import pytest

from adapters.files.segments import Segments, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("gsm7", 0, 1)),
        ("a" * 160, Segments("gsm7", 160, 1)),
        ("a" * 161, Segments("gsm7", 161, 2)),
        ("a" * 306, Segments("gsm7", 306, 2)),
        ("a" * 307, Segments("gsm7", 307, 3)),
        ("€" * 80, Segments("gsm7", 160, 1)),
        ("€" * 80 + "a", Segments("gsm7", 161, 2)),
        ("ñéü¿¡à", Segments("gsm7", 6, 1)),
        ("á" * 70, Segments("ucs2", 70, 1)),
        ("á" * 71, Segments("ucs2", 71, 2)),
        ("á" * 134, Segments("ucs2", 134, 2)),
        ("á" * 135, Segments("ucs2", 135, 3)),
        ("😀" * 35, Segments("ucs2", 70, 1)),
        ("😀" * 36, Segments("ucs2", 72, 2)),
        ("ç", Segments("ucs2", 1, 1)),
        ("1\u00a0€", Segments("ucs2", 3, 1)),
    ],
)
def test_segments_are_counted_as_they_are_billed(text: str, expected: Segments) -> None:
    assert segments(text) == expected
