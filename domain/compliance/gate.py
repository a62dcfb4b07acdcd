"""The gate that every contact passes at the last moment: payments, holds, consent, hours, caps."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from domain.compliance.caps import weekly_cap
from domain.compliance.hours import calling_window
from domain.compliance.verdict import Allowed, Blocked, Citation, Deferred, Verdict
from domain.contact import Channel, ContactFacts, ContactRequest, Purpose

PAID = Citation("PAID", "payment beats message: nothing is owed that this contact could ask for")
NOT_OPEN = Citation("JOURNEY-CLOSED", "the journey that asked has ended")
NO_ADDRESS = Citation("NO-ADDRESS", "no contact point on record for the channel")
NO_CONSENT = Citation("NO-CONSENT", "consent for the channel is missing or withdrawn")
SUPPRESSED = Citation("SUPPRESSED", "the person or the address must not be contacted")
HELD = Citation("HELD", "a hold stops outreach on this account")
_ONE_CHANNEL = frozenset({NO_ADDRESS, NO_CONSENT, SUPPRESSED})
RETRY_HELD = timedelta(days=1)


def judge(request: ContactRequest, facts: ContactFacts, now: datetime) -> Verdict:
    """Whether the contact may be made at `now` (aware UTC).

    Blocks beat deferrals. A deferral is the earliest instant at which none of the rules, told the same
    facts, would refuse.
    """
    if because := _blocked(request, facts):
        return Blocked(because)
    if facts.held_until is not None:
        return Deferred(min(facts.held_until, now + RETRY_HELD), HELD)
    return _earliest(facts, now)


def _blocked(request: ContactRequest, facts: ContactFacts) -> Citation | None:
    if not facts.journey_open:
        return NOT_OPEN
    if not facts.owes or (request.purpose is not Purpose.PRE_DUE and not facts.overdue):
        return PAID
    if facts.suppressed:
        return SUPPRESSED
    if not facts.has_address:
        return NO_ADDRESS
    return None if facts.consented else NO_CONSENT


def _earliest(facts: ContactFacts, now: datetime) -> Verdict:
    """The fixpoint over the rules that pass with time."""
    moment, because = now, None
    while True:  # each turn moves later, and contacts on record leave every window in the end
        match _refusal(facts, moment):
            case None:
                return Allowed() if because is None else Deferred(moment, because)
            case Blocked() as blocked:
                return blocked
            case Deferred(until=until, because=clause):
                moment, because = until, because or clause


def _refusal(facts: ContactFacts, moment: datetime) -> Deferred | Blocked | None:
    return calling_window(facts.time_zones, moment) or weekly_cap(
        facts.contacted_at, facts.time_zones, moment
    )


def judge_channels(
    requests: Sequence[ContactRequest], facts: Mapping[Channel, ContactFacts], now: datetime
) -> tuple[ContactRequest, Verdict]:
    """The verdict on the first request whose channel is usable, else on the last one.

    A channel without address, consent or a clean record gives way to the next; everything else binds the
    person and the account, whatever the channel.
    """
    for request in requests[:-1]:
        verdict = judge(request, facts[request.channel], now)
        if not (isinstance(verdict, Blocked) and verdict.because in _ONE_CHANNEL):
            return request, verdict
    return requests[-1], judge(requests[-1], facts[requests[-1].channel], now)
