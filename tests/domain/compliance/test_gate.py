from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.compliance import gate
from domain.compliance.caps import WEEKLY_CAP, weekly_cap
from domain.compliance.gate import judge, judge_channels
from domain.compliance.hours import NO_ZONE, WINDOW, calling_window
from domain.compliance.verdict import Allowed, Blocked, Deferred
from domain.contact import Channel, ContactFacts, ContactRequest, DispatchState, Purpose

EAST, WEST = "America/New_York", "America/Los_Angeles"
REQUEST = ContactRequest("a1", 1, "reminder-1", 0, Purpose.COLLECTION, Channel.SMS)
FACTS = ContactFacts(
    owes=True,
    overdue=True,
    journey_open=True,
    held_until=None,
    has_address=True,
    consented=True,
    suppressed=False,
    time_zones=(EAST,),
    contacted_at=(),
)


def local(text: str, zone: str = EAST) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NOON = local("2026-03-10T12:00")


def test_nothing_against_it_is_allowed() -> None:
    assert judge(REQUEST, FACTS, NOON) == Allowed()


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"journey_open": False}, gate.NOT_OPEN),
        ({"owes": False}, gate.PAID),
        ({"overdue": False}, gate.PAID),
        ({"suppressed": True}, gate.SUPPRESSED),
        ({"has_address": False}, gate.NO_ADDRESS),
        ({"consented": False}, gate.NO_CONSENT),
        ({"time_zones": ()}, NO_ZONE),
    ],
)
def test_each_missing_ground_blocks_with_its_own_reason(changes: dict[str, object], because: object) -> None:
    assert judge(REQUEST, replace(FACTS, **changes), NOON) == Blocked(because)  # type: ignore[arg-type]


def test_a_pre_due_reminder_needs_a_bill_but_no_arrears() -> None:
    request = replace(REQUEST, purpose=Purpose.PRE_DUE)
    assert judge(request, replace(FACTS, overdue=False), NOON) == Allowed()
    assert judge(request, replace(FACTS, overdue=False, owes=False), NOON) == Blocked(gate.PAID)


def test_a_hold_defers_to_its_end_and_at_most_a_day() -> None:
    ends = NOON + timedelta(hours=2)
    assert judge(REQUEST, replace(FACTS, held_until=ends), NOON) == Deferred(ends, gate.HELD)
    never = datetime.max.replace(tzinfo=UTC)
    assert judge(REQUEST, replace(FACTS, held_until=never), NOON) == Deferred(
        NOON + timedelta(days=1), gate.HELD
    )


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-10T07:59:59", "2026-03-10T08:00"),
        ("2026-03-10T08:00", None),
        ("2026-03-10T20:43:59", None),
        ("2026-03-10T20:44", "2026-03-11T08:00"),
        ("2026-03-10T21:00", "2026-03-11T08:00"),
        ("2026-03-08T01:30", "2026-03-08T08:00"),  # the night that loses an hour
        ("2026-11-01T01:30", "2026-11-01T08:00"),  # the night that has one twice
    ],
)
def test_the_window_opens_at_eight_and_closes_so_that_messages_arrive_before_nine(
    now: str, until: str | None
) -> None:
    expected = None if until is None else Deferred(local(until), WINDOW)
    assert calling_window([EAST], local(now)) == expected


def test_two_zones_must_both_be_open() -> None:
    both = [EAST, WEST]
    assert calling_window(both, local("2026-03-10T09:00")) == Deferred(local("2026-03-10T11:00"), WINDOW)
    assert calling_window(both, local("2026-03-10T11:00")) is None
    assert calling_window([WEST, "Asia/Tokyo", "Europe/London"], NOON) == Blocked(WINDOW)


def test_three_contacts_in_seven_local_days_are_the_most() -> None:
    days = [local(f"2026-03-{day:02}T23:30") for day in (4, 6, 8)]
    assert weekly_cap(days[1:], [EAST], NOON) is None
    assert weekly_cap(days, [EAST], NOON) == Deferred(local("2026-03-11T00:00"), WEEKLY_CAP)
    assert weekly_cap(days, [EAST], local("2026-03-11T00:00")) is None


def test_a_deferral_by_the_cap_lands_inside_the_window() -> None:
    facts = replace(FACTS, contacted_at=tuple(local(f"2026-03-{day:02}T12:00") for day in (4, 6, 8)))
    assert judge(REQUEST, facts, NOON) == Deferred(local("2026-03-11T08:00"), WEEKLY_CAP)


def test_the_first_usable_channel_is_taken() -> None:
    requests = [REQUEST, replace(REQUEST, channel=Channel.EMAIL)]
    no_number = {Channel.SMS: replace(FACTS, has_address=False), Channel.EMAIL: FACTS}
    assert judge_channels(requests, no_number, NOON) == (requests[1], Allowed())
    paid = {channel: replace(FACTS, owes=False) for channel in Channel}
    assert judge_channels(requests, paid, NOON) == (requests[0], Blocked(gate.PAID))
    assert judge_channels(requests, dict.fromkeys(Channel, FACTS), NOON) == (requests[0], Allowed())


def test_a_dispatch_has_the_same_id_everywhere_and_another_for_each_part() -> None:
    parts = {
        REQUEST.dispatch_id,
        replace(REQUEST, account_id="a2").dispatch_id,
        replace(REQUEST, epoch=2).dispatch_id,
        replace(REQUEST, step_id="x").dispatch_id,
        replace(REQUEST, occurrence=1).dispatch_id,
        replace(REQUEST, channel=Channel.EMAIL).dispatch_id,
    }
    assert len(parts) == 6
    assert len(REQUEST.dispatch_id) == 32


def test_what_may_have_reached_the_person_counts() -> None:
    assert {state for state in DispatchState if not state.counts} == {
        DispatchState.REFUSED,
        DispatchState.CANCELLED,
    }
    assert {state for state in DispatchState if not state.settled} == {
        DispatchState.RESERVED,
        DispatchState.DISPATCHING,
        DispatchState.UNKNOWN,
    }


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.lists(st.sampled_from([EAST, WEST, "Asia/Kolkata", "Australia/Lord_Howe"]), min_size=1, max_size=3)


@given(MOMENTS, ZONES, st.lists(st.integers(0, 9), max_size=6))
def test_at_until_it_is_allowed_and_a_minute_before_it_is_not(
    now: datetime, zones: list[str], ago: list[int]
) -> None:
    contacted = tuple(sorted(now - timedelta(days=n) for n in ago))
    facts = replace(FACTS, time_zones=tuple(zones), contacted_at=contacted)
    verdict = judge(REQUEST, facts, now)
    if isinstance(verdict, Deferred):
        assert verdict.until > now
        assert judge(REQUEST, facts, verdict.until) == Allowed()
        assert judge(REQUEST, facts, max(now, verdict.until - timedelta(minutes=1))) != Allowed()


@given(MOMENTS, ZONES, st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_one_more_contact_never_makes_it_earlier(now: datetime, zones: list[str], ago: list[int]) -> None:
    def earliest(days: list[int]) -> datetime:
        contacted = tuple(sorted(now - timedelta(days=n) for n in days))
        verdict = judge(REQUEST, replace(FACTS, time_zones=tuple(zones), contacted_at=contacted), now)
        return verdict.until if isinstance(verdict, Deferred) else now

    assert earliest(ago) >= earliest(ago[1:])
