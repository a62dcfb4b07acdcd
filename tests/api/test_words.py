"""Codes in the words that operators read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.store.journeys import TimelineLine
from api.pages import words
from domain.journey.forecast import Expected
from domain.journey.move import Waiting
from domain.journey.run import EndReason, Outcome
from tests.api.story import an_account

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
LINE = TimelineLine(
    at=NOW, what="x", step_id="first", channel="sms", why=None, citation=None, number=None, until=None
)


@pytest.mark.parametrize(
    ("changes", "text", "because"),
    [
        ({"what": "contact_accepted"}, "Sent by SMS: first", "Every rule allowed it at that instant."),
        ({"what": "contact_accepted", "channel": "email"}, "Sent by e-mail: first", words.EVERY_RULE),
        (
            {"what": "contact_deferred", "why": "HOURS-08-21", "citation": "47 CFR 64.1200(c)(1)"},
            "Deferred: first",
            "HOURS-08-21: 47 CFR 64.1200(c)(1)",
        ),
        ({"what": "contact_refused", "why": "21610"}, "Refused by the carrier: first", "21610"),
        ({"what": "contact_allowed"}, "Allowed by SMS: first", None),
        ({"what": "journey_ended", "why": "arrears_cleared"}, "Journey ended: arrears cleared", None),
        ({"what": "payment_received", "why": "bank"}, "Payment received from bank", None),
        ({"what": "step_skipped", "why": "key-1a2b3c4d"}, "Skipped by key-1a2b3c4d: first", None),
        ({"what": "something_new"}, "Something new: first", None),
        ({"what": "something_new", "step_id": None, "channel": None}, "Something new", None),
    ],
)
def test_a_line_of_the_timeline_reads_as_a_sentence(
    changes: dict[str, str], text: str, because: str | None
) -> None:
    (told,) = words.told([replace(LINE, **changes)])  # type: ignore[arg-type]
    assert (told.text, told.because, told.at) == (text, because, NOW)


def test_the_newest_line_comes_first_and_a_contact_is_told_once() -> None:
    opened = replace(LINE, what="journey_opened", step_id=None, channel=None, why="standard")
    allowed, sent = replace(LINE, what="contact_allowed"), replace(LINE, what="contact_accepted")
    later = replace(LINE, what="contact_allowed", step_id="second")
    told = words.told([opened, allowed, sent, later])
    assert [line.text for line in told] == [
        "Allowed by SMS: second",
        "Sent by SMS: first",
        "Journey opened: standard",
    ]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Expected(NOW, "first", "contact"), "Contact: first"),
        (Expected(NOW, "call", "ask_person"), "Task for a person: call"),
        (Expected(NOW, "end:written_off", "end"), "Ends: written off"),
    ],
)
def test_what_lies_ahead_is_told_by_its_kind(line: Expected, text: str) -> None:
    assert words.expected_line(line) == text


def test_every_reason_to_wait_and_every_end_has_words() -> None:
    assert all(words.why(waiting).endswith(".") for waiting in Waiting)
    assert all("_" not in words.label(code) for code in (*Waiting, *Outcome, *EndReason))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (104_990, "USD", "1,049.90 USD"),
        (5, "USD", "0.05 USD"),
        (0, "USD", "0.00 USD"),
        (-5, "USD", "-0.05 USD"),
        (-123_456, "USD", "-1,234.56 USD"),
        (7_800, "JPY", "7,800 JPY"),
        (1_234_567, "KWD", "1,234.567 KWD"),
    ],
)
def test_money_is_written_with_its_own_decimals(minor: int, currency: str, text: str) -> None:
    assert words.money(minor, currency) == text


def test_moments_are_told_where_the_account_lives() -> None:
    assert words.moment(NOW, "America/New_York") == "Tue 10 Mar 2026, 09:00 EDT"
    assert words.moment(NOW, an_account()["time_zone"]) == "Tue 10 Mar 2026, 13:00 UTC"


@pytest.mark.parametrize(
    ("days", "text"),
    [(None, "\u2013"), (-4, "due in 4 days"), (-1, "due in 1 day"), (0, "0"), (31, "31")],
)
def test_days_past_due_say_when_they_are_to_come(days: int | None, text: str) -> None:
    assert words.FILTERS["days"](days) == text


def test_ticks_become_code_and_markup_stays_text() -> None:
    assert words.FILTERS["codes"]("a `b` <c>") == "a <code>b</code> &lt;c&gt;"
