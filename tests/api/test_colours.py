"""The pages can be read: every pair of colours that meets reaches WCAG AA, in light and in dark."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "templates" / "console" / "static" / "console.css").read_text()
TEXT = 4.5
SHAPE = 3.0
PAIRS = [
    *(
        (ink, ground, TEXT)
        for ink in ("ink", "quiet", "accent", "accent-strong")
        for ground in ("ground", "surface", "sunk")
    ),
    *(("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")),
    *((f"{name}", f"{name}-ground", TEXT) for name in ("calm", "grey", "amber", "violet", "green", "danger")),
    ("danger", "surface", TEXT),
    ("edge", "surface", SHAPE),
    *(("focus", ground, SHAPE) for ground in ("ground", "surface")),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT, DARK = (tokens(block) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL))


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_pair_of_colours_can_be_told_apart(
    scheme: dict[str, str], ink: str, ground: str, least: float
) -> None:
    assert contrast(scheme[ink], scheme[ground]) >= least


def test_both_schemes_have_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_colours_stand_in_tokens_only() -> None:
    rules = CSS[CSS.rindex("--shadow") :]
    assert not re.findall(r"#[0-9a-f]{3,6}\b", rules)


def test_motion_is_for_those_who_like_it() -> None:
    before, _, after = CSS.partition("prefers-reduced-motion: no-preference")
    assert "transition" not in before
    assert "transition" in after
