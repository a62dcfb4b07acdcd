"""The calling window: contact only between two local hours, in every zone the person may be in."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.compliance.verdict import Blocked, Citation, Deferred

OPENS = time(8)
CLOSES = time(21)
# A message claimed just before closing may still travel: the window must be open this much later, too.
TRAVEL = timedelta(minutes=16)
WINDOW = Citation(
    "HOURS-08-21", "47 CFR 64.1200(c)(1); 12 CFR 1006.6(b)(1)(i) as a policy for every recipient"
)
NO_ZONE = Citation("HOURS-NO-ZONE", "12 CFR 1006.6 comment 6(b)(1)(i)-1: unknown location is not assumed")
_WEEK = 8


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name."""
    return ZoneInfo(name)


def calling_window(zones: Sequence[str], now: datetime) -> Deferred | Blocked | None:
    """None when the window is open in every zone, now and until the message has arrived.

    The window is half open, `[08:00, 21:00)` local wall time. Defers to the earliest instant within a
    week at which all zones are open; blocks when there is none, or no zone at all.
    """
    if not zones:
        return Blocked(NO_ZONE)
    if _open_everywhere(zones, now):
        return None
    openings = sorted(
        opening for name in zones for opening in _openings(name, now) if _open_everywhere(zones, opening)
    )
    return Deferred(openings[0], WINDOW) if openings else Blocked(WINDOW)


def _open_everywhere(zones: Sequence[str], moment: datetime) -> bool:
    return all(_open(name, moment) and _open(name, moment + TRAVEL) for name in zones)


def _open(name: str, moment: datetime) -> bool:
    return OPENS <= moment.astimezone(zone(name)).time() < CLOSES


def _openings(name: str, now: datetime) -> list[datetime]:
    """The next week's local opening instants after `now`, in UTC."""
    today = now.astimezone(zone(name)).date()
    days = (datetime.combine(today + timedelta(days=n), OPENS, zone(name)) for n in range(_WEEK))
    return [opening for day in days if (opening := day.astimezone(UTC)) > now]
