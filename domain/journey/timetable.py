"""When each step is due: local calendar days turned into instants, once, outside the workflow."""

from datetime import UTC, date, datetime, time, timedelta

from domain.compliance.hours import zone
from domain.journey.definition import Journey

# A local time that a clock change skips is read as the instant an hour later, one that occurs twice as
# the first: zoneinfo's fold=0 rule (PEP 495).


def timetable(journey: Journey, anchor: date, zone_name: str) -> tuple[datetime, ...]:
    """One UTC instant a step, in the journey's order, and the horizon last.

    Raises:
        OverflowError: a day beyond the calendar's end.
    """
    steps = [_instant(anchor, step.day, step.at, zone_name) for step in journey.steps]
    return (*steps, _instant(anchor, journey.horizon_days, time(), zone_name))


def past_due_from(anchor: date, zone_name: str) -> datetime:
    """The instant at which the due day is over where the account lives."""
    return _instant(anchor, 1, time(), zone_name)


def _instant(anchor: date, day: int, at: time, zone_name: str) -> datetime:
    return datetime.combine(anchor + timedelta(days=day), at, zone(zone_name)).astimezone(UTC)
