from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.journey.definition import Clock
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason, frozen_until, time_frozen

START = datetime(2026, 1, 1, tzinfo=UTC)


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


def a_hold(n: int, since: int, length: int | None, *clocks: Clock) -> Hold:
    until = None if length is None else hour(since + length)
    return Hold(f"h{n}", HoldReason.OPERATOR_PAUSE, clocks or EVERY_CLOCK, hour(since), until)


HOLDS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), min_size=1, max_size=6).map(
    lambda spans: [a_hold(n, since, length) for n, (since, length) in enumerate(spans)]
)


@given(HOLDS)
def test_overlap_nesting_and_order_give_the_same_result(holds: list[Hold]) -> None:
    now = hour(70)
    counted = sum(any(hold.active(Clock.OUTREACH, hour(n)) for hold in holds) for n in range(70))
    assert time_frozen(holds, Clock.OUTREACH, START, now) == timedelta(hours=counted)
    assert time_frozen(reversed(holds), Clock.OUTREACH, START, now) == timedelta(hours=counted)


@given(HOLDS, st.integers(0, 60))
def test_a_clock_runs_again_exactly_when_no_hold_covers_it(holds: list[Hold], n: int) -> None:
    release = frozen_until(holds, Clock.OUTREACH, hour(n))
    assert release is not None
    assert not any(hold.active(Clock.OUTREACH, release) for hold in holds)
    hours = int((release - hour(n)) / timedelta(hours=1))
    assert all(any(hold.active(Clock.OUTREACH, hour(n + k)) for hold in holds) for k in range(hours))


def test_an_open_hold_inside_an_enclosing_one_has_no_known_end() -> None:
    assert frozen_until([a_hold(1, 0, 10), a_hold(2, 5, None)], Clock.OUTREACH, hour(1)) is None


def test_a_hold_freezes_only_the_clocks_it_names() -> None:
    service = [a_hold(1, 0, None, Clock.SERVICE)]
    assert frozen_until(service, Clock.OUTREACH, hour(1)) == hour(1)
    assert time_frozen(service, Clock.OUTREACH, START, hour(9)) == timedelta()
    assert time_frozen(service, Clock.SERVICE, hour(3), hour(9)) == timedelta(hours=6)
