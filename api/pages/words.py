"""What operators read: our codes in plain words, moments in the account's own time."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from adapters.store.journeys import TimelineLine
from api.journey_views import JourneyView
from domain.journey.forecast import Expected
from domain.journey.move import Waiting
from domain.money import Money

_LABELS = MappingProxyType(
    {
        "pre_due": "Pre-due",
        "sms": "SMS",
        "email": "E-mail",
        "voice": "Call",
        "deferred": "Deferred by a rule",
        "paced": "Keeping a distance",
        "held": "On hold",
        "step_due": "Waiting for its day",
        "operator_pause": "Paused by an operator",
        "exited_by_order": "Taken out by order",
        "write_off_step": "All steps were taken without a payment",
        "hand_off_step": "Handed to people",
        "horizon_reached": "Nothing was paid in all this time",
        "bills_withdrawn": "Billing withdrew the bills",
    }
)
_WHY: Mapping[Waiting, str] = {
    Waiting.STEP_DUE: "The step's day has not come.",
    Waiting.DEFERRED: "A rule allows it no earlier.",
    Waiting.PACED: "Two contacts keep some days between them.",
    Waiting.HELD: "A hold stops the clock.",
    Waiting.OUT_OF_STEPS: "All steps are taken: a payment cures it, or it is handed off at the horizon.",
}
_HAPPENED = MappingProxyType(
    {
        "account_told": "Billing told the account",
        "bill_told": "Billing told bill {why}",
        "bill_withdrawn": "Billing withdrew bill {why}",
        "payment_received": "Payment received from {why}",
        "payment_reversed": "Payment taken back by {why}",
        "consent_given": "Consent given for {channel}",
        "consent_withdrawn": "Consent withdrawn for {channel}",
        "journey_opened": "Journey opened: {why}",
        "journey_ended": "Journey ended: {why}",
        "contact_allowed": "Allowed by {channel}: {step}",
        "contact_deferred": "Deferred: {step}",
        "contact_blocked": "Not allowed: {step}",
        "contact_accepted": "Sent by {channel}: {step}",
        "contact_refused": "Refused by the carrier: {step}",
        "contact_unknown": "Sent or not, nobody knows: {step}",
        "contact_not_sent": "Not sent yet: {step}",
        "contact_cancelled": "Called off: {step}",
        "contact_abandoned": "Given up: {step}",
        "contact_sent": "Passed on by the carrier: {step}",
        "contact_delivered": "Delivered: {step}",
        "contact_undelivered": "Could not be delivered: {step}",
        "contact_failed": "Failed at the carrier: {step}",
        "contact_read": "Read: {step}",
        "branch_taken": "Branch {step} went on at {why}",
        "step_passed": "Left out, its day was over: {step}",
        "step_skipped": "Skipped by {why}: {step}",
        "re_anchored": "Days count from {why} now",
        "journey_exited": "Taken out by {why}",
        "hold_placed": "Hold placed: {why}",
        "hold_released": "Hold released: {why}",
        "task_opened": "Task for a person: {why}",
        "task_closed": "Task closed: {step}",
    }
)
EVERY_RULE = "Every rule allowed it at that instant."
_TICKED = re.compile("`([^`]+)`")
_CODED = frozenset({"journey_ended", "hold_placed", "hold_released", "task_opened"})


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline in words; `because` is the rule behind it, where there is one."""

    at: datetime
    text: str
    because: str | None


def told(lines: Sequence[TimelineLine]) -> list[Told]:
    """The lines in words, the newest first. A contact that was allowed and then sent is one line."""
    sent = {(line.step_id, line.channel) for line in lines if line.what == "contact_accepted"}
    return [
        _told(line)
        for line in reversed(lines)
        if line.what != "contact_allowed" or (line.step_id, line.channel) not in sent
    ]


def label(code: str) -> str:
    """A code in words: `written_off` is `Written off`."""
    return _LABELS.get(code) or code.replace("_", " ").capitalize()


def why(waiting: Waiting) -> str:
    """Why a walk waits, as a sentence."""
    return _WHY[waiting]


def next_line(journey: JourneyView) -> str:
    """What a journey does next."""
    if journey.outcome is not None:
        return "Nothing more"
    return journey.next_step or "Hand-off, if nothing is paid"


def expected_line(line: Expected) -> str:
    """One thing ahead."""
    match line.kind:
        case "end":
            return f"Ends: {label(line.step_id.removeprefix('end:')).lower()}"
        case "ask_person":
            return f"Task for a person: {line.step_id}"
        case _:
            return f"Contact: {line.step_id}"


def moment(at: datetime, zone: str) -> str:
    """`Tue 10 Mar 2026, 09:00 EDT`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def day_text(day: date) -> str:
    """`10 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


def money(minor: int, currency: str) -> str:
    """`1,049.90 USD`."""
    amount, _, code = f"{Money(minor, currency)}".partition(" ")
    whole, point, cents = amount.partition(".")
    return f"{int(whole):,}{point}{cents} {code}" if whole != "-0" else f"{amount} {code}"


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _told(line: TimelineLine) -> Told:
    why = line.why or ""
    pattern = _HAPPENED.get(line.what, label(line.what) + (": {step}" if line.step_id else ""))
    words = {"step": line.step_id or "", "channel": _inside(line.channel or "")}
    text = pattern.format(**words, why=_inside(why) if line.what in _CODED else why)
    return Told(line.at, text, _because(line))


def _inside(code: str) -> str:
    """A code's words inside a sentence."""
    words = label(code)
    return words if words.isupper() else words[:1].lower() + words[1:]


def _because(line: TimelineLine) -> str | None:
    if line.what == "contact_accepted":
        return EVERY_RULE
    if line.citation:
        return f"{line.why}: {line.citation}"
    return line.why if line.what.startswith("contact_") else None


def _codes(text: str) -> Markup:
    """Words between backticks as code; everything is escaped first."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped above


def _days(past_due: int | None) -> str:
    match past_due:
        case None:
            return "–"  # noqa: RUF001 - a dash
        case days if days < 0:
            return f"due in {-days} {'day' if days == -1 else 'days'}"
        case days:
            return f"{days}"


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "codes": _codes,
        "days": _days,
        "label": label,
        "why": why,
        "next_line": next_line,
        "expected_line": expected_line,
        "moment": moment,
        "iso": lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "day": lambda at: f"{at:%Y-%m-%d}",
        "day_text": day_text,
        "money": money,
        "sentence": sentence,
    }
)
