"""From an account's books to what a walk must know."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.account import Account, Arrears
from domain.compliance.hours import zone
from domain.journey.definition import Fact, Facts, Journey
from domain.journey.run import Sight
from domain.journey.timetable import past_due_from, timetable


@dataclass(frozen=True, slots=True)
class Standing:
    """What does not move with the ledger: where the account lives (IANA zone) and how it is classed."""

    time_zone: str
    country: str
    currency: str
    segment: str
    prior_episodes: int


def sight_of(account: Account, standing: Standing, journey: Journey, now: datetime) -> Sight:
    """What a walk must know of the account at `now` (aware UTC)."""
    arrears = account.arrears(local_date(standing.time_zone, now))
    anchor = arrears.anchor
    return Sight(
        anchor=anchor,
        timetable=timetable(journey, anchor, standing.time_zone) if anchor else (),
        past_due_from=past_due_from(anchor, standing.time_zone) if anchor else None,
        cleared_at=arrears.cleared_at,
        facts=_facts(arrears, standing),
        withdrawn=anchor is None and _taken_back(account, arrears.cleared_at),
    )


def local_date(zone_name: str, now: datetime) -> date:
    """The calendar date at `now` in an IANA zone."""
    return now.astimezone(zone(zone_name)).date()


def _taken_back(account: Account, cleared_at: datetime | None) -> bool:
    """Whether it was a withdrawal, not a payment, that left nothing unpaid."""
    return cleared_at is not None and any(bill.withdrawn_at == cleared_at for bill in account.bills)


def _facts(arrears: Arrears, standing: Standing) -> Facts:
    return {
        Fact.BALANCE_MINOR: arrears.unpaid_minor,
        Fact.OVERDUE_MINOR: arrears.overdue_minor,
        Fact.UNPAID_BILLS: arrears.unpaid_bills,
        Fact.PRIOR_EPISODES: standing.prior_episodes,
        Fact.SEGMENT: standing.segment,
        Fact.COUNTRY: standing.country,
        Fact.CURRENCY: standing.currency,
    }
