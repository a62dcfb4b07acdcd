"""Holds: reasons to stand still, each freezing named clocks for a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.journey.definition import Clock


class HoldReason(StrEnum):
    """Why an account stands still."""

    OPERATOR_PAUSE = "operator_pause"


EVERY_CLOCK = (Clock.OUTREACH, Clock.ESCALATION, Clock.SERVICE, Clock.WRITE_OFF)


@dataclass(frozen=True, slots=True)
class Hold:
    """Clocks frozen on `[since, until)`; `until` None has no end yet. All instants aware UTC."""

    hold_id: str
    reason: HoldReason
    clocks: tuple[Clock, ...]
    since: datetime
    until: datetime | None = None

    def active(self, clock: Clock, now: datetime) -> bool:
        """Whether this hold freezes `clock` at `now`."""
        return clock in self.clocks and self.since <= now and (self.until is None or now < self.until)


def frozen_until(holds: Iterable[Hold], clock: Clock, now: datetime) -> datetime | None:
    """The instant until which `clock` stands still: `now` itself when it runs, None when no end is known."""
    moment, held = now, tuple(hold for hold in holds if clock in hold.clocks)
    while covering := [hold for hold in held if hold.active(clock, moment)]:
        ends = [hold.until for hold in covering if hold.until is not None]
        if len(ends) < len(covering):
            return None
        moment = max(ends)
    return moment


def time_frozen(holds: Iterable[Hold], clock: Clock, since: datetime, now: datetime) -> timedelta:
    """How long `clock` stood still on `[since, now)`: the measure of the union, so overlaps count once."""
    spans = sorted(
        (max(hold.since, since), min(hold.until or now, now)) for hold in holds if clock in hold.clocks
    )
    total, reached = timedelta(), since
    for start, end in spans:
        if end > reached:
            total += end - max(start, reached)
            reached = end
    return total
