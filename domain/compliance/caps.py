"""The contact cap: so many contacts with one person in so many local days, over all accounts."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from domain.compliance.hours import zone
from domain.compliance.verdict import Citation, Deferred

CAP = 3
DAYS = 7
# Policy: stricter than 12 CFR 1006.14(b)(2) (7 calls in 7 days), equal to 6 RCNY 5-77 (3 in 7, all channels).
WEEKLY_CAP = Citation("CAP-3-IN-7", "policy after 6 RCNY 5-77: 3 contacts in 7 days over all channels")


def weekly_cap(contacted_at: Sequence[datetime], zones: Sequence[str], now: datetime) -> Deferred | None:
    """None while fewer than three contacts count in the seven local dates that end today.

    Defers to the local midnight at which the oldest of them leaves the window, in the latest zone.
    """
    waits = [until for name in zones if (until := _free_at(contacted_at, name, now))]
    return Deferred(max(waits), WEEKLY_CAP) if waits else None


def _free_at(contacted_at: Sequence[datetime], name: str, now: datetime) -> datetime | None:
    place = zone(name)
    first_day = now.astimezone(place).date() - timedelta(days=DAYS - 1)
    counted = sorted(day for moment in contacted_at if (day := moment.astimezone(place).date()) >= first_day)
    if len(counted) < CAP:
        return None
    leaves = counted[-CAP] + timedelta(days=DAYS)
    return datetime.combine(leaves, time(), place).astimezone(UTC)
