"""Mistakes in a journey's definition: how one is told, and those that a single value shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import TypeAlias

from domain.journey.definition import TEXT_FACTS, Case, Comparison, Fact, Stage, Step
from domain.money import MoneyRefused, exponent

Part: TypeAlias = tuple[str | int, ...]
# (part, what is wrong, what to write instead)
Finding: TypeAlias = tuple[Part, str, str]

FIRST_DAY, LAST_DAY = -60, 800
# Half an hour before the calling window closes, so that a step planned for `at` can still be taken at `at`.
EARLIEST, LATEST = time(8), time(20, 30)
_COUNTRY_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `step` is the index and `step_id` the id of its step (both None: the whole journey).

    `part` is the path of attributes from that step (or journey) to what is wrong, such as
    `("do", "cases", 0, "then")`. A problem that is not `grave` is worth knowing and refuses nothing.
    """

    step: int | None
    step_id: str | None
    part: Part
    problem: str
    remedy: str
    grave: bool = True


def day_mistakes(step: Step) -> Iterator[Finding]:
    """A day outside the years a journey spans, or on the wrong side of the due date for its stage."""
    if not FIRST_DAY <= step.day <= LAST_DAY:
        problem = f"day {step.day} is outside {FIRST_DAY} to {LAST_DAY}"
        yield ("day",), problem, f"write a day from {FIRST_DAY} to {LAST_DAY}"
    elif step.stage is Stage.PRE_DUE and step.day > 0:
        problem = f"a pre_due step on day {step.day} comes after the due date"
        yield ("day",), problem, "write a day up to 0, or a later stage"
    elif step.stage is not Stage.PRE_DUE and step.day < 1:
        problem = f"on day {step.day} nothing is past due yet, so a {step.stage} step has nothing to say"
        yield ("day",), problem, "write day 1 or later, or `stage: pre_due`"


def hour_mistakes(step: Step) -> Iterator[Finding]:
    """An hour at which nobody may be contacted."""
    if not EARLIEST <= step.at <= LATEST:
        problem = f"{step.at:%H:%M} is no hour at which people are contacted"
        yield ("at",), problem, f"write an hour from {EARLIEST:%H:%M} to {LATEST:%H:%M}"


def case_mistakes(case: Case) -> Iterator[tuple[str, str]]:
    """A comparison that cannot be made, or whose answer is known beforehand."""
    text = case.fact in TEXT_FACTS
    if text and case.test in {Comparison.AT_LEAST, Comparison.BELOW}:
        yield f"{case.fact} is a word, which {case.test} cannot compare", "write `is` or `is_not`"
    elif text and isinstance(case.value, int):
        yield f"{case.fact} is a word, not the number {case.value}", f'write "{case.value}" in quotes'
    elif not text and isinstance(case.value, str):
        yield f"{case.fact} is a number, not the word `{case.value}`", "write a whole number without quotes"
    elif isinstance(case.value, int):
        if case.value < 0:
            yield f"{case.fact} is never below zero", "write 0 or more"
    elif case.fact is Fact.COUNTRY and not _looks_like_country(case.value):
        yield f"`{case.value}` is no country code", "write two capital letters, such as DE"
    elif case.fact is Fact.CURRENCY and not _is_currency(case.value):
        yield f"`{case.value}` is no currency code", "write an ISO 4217 code, such as EUR"


def _looks_like_country(word: str) -> bool:
    return len(word) == _COUNTRY_LETTERS and word.isascii() and word.isalpha() and word.isupper()


def _is_currency(word: str) -> bool:
    try:
        exponent(word)
    except MoneyRefused:
        return False
    return True
