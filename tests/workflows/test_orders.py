from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.account import Account
from domain.journey.forecast import progress
from domain.journey.run import Ended, EndReason, Outcome
from tests.domain.journey_builders import a_bill, a_journey, a_run, at
from workflows.clock import RealClock, TestClock
from workflows.journey import JourneyWorkflow
from workflows.names import account_of, workflow_id
from workflows.orders import Advance, Leave, OrderRefused, Skip, check_advance, check_leave, check_skip
from workflows.ports import ALL, Look
from workflows.ticket import Ticket

RUN = a_run(a_journey(), Account((a_bill(),)), at(-20))


def test_a_journey_that_has_ended_cannot_be_left() -> None:
    check_leave(Leave("o1", "me"), RUN)
    over = replace(RUN, ended=Ended(Outcome.CURED, EndReason.ARREARS_CLEARED, at(1)))
    with pytest.raises(OrderRefused, match="had ended"):
        check_leave(Leave("o1", "me"), over)


def test_only_the_step_at_hand_can_be_skipped() -> None:
    at_hand = progress(a_journey(), RUN, at(-20))
    check_skip(Skip("o1", "me", "heads-up"), at_hand)
    with pytest.raises(OrderRefused, match="the step at hand is heads-up, not reminder-1"):
        check_skip(Skip("o1", "me", "reminder-1"), at_hand)


def test_a_journey_that_is_still_opening_takes_no_orders_and_has_no_progress() -> None:
    opening = JourneyWorkflow(Ticket("a1"))
    with pytest.raises(OrderRefused, match="has not opened"):
        opening._may_skip(Skip("o1", "me", "heads-up"))
    assert (opening.progress(), opening.forecast(30)) == (None, [])


def test_time_that_is_real_cannot_be_advanced() -> None:
    with pytest.raises(OrderRefused, match="no test clock"):
        check_advance(Advance(at(1)), RealClock())
    clock = TestClock(at(0), at(0))
    assert check_advance(Advance(at(1)), clock) is clock


def test_a_workflow_id_names_its_account() -> None:
    assert account_of(workflow_id("a-1")) == "a-1"


@pytest.mark.parametrize("port", ALL, ids=lambda port: port.__name__)
async def test_a_port_does_nothing_itself(port: object) -> None:
    assert callable(port)
    with pytest.raises(NotImplementedError, match="carried out by an activity worker"):
        await port(Look("a", 1, "v", datetime.now(UTC)))
