from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.account import Account
from domain.journey.run import Ended, EndReason, Outcome
from tests.domain.journey_builders import a_bill, a_journey, a_run, at
from workflows.clock import RealClock, TestClock
from workflows.names import account_of, workflow_id
from workflows.orders import Advance, Leave, OrderRefused, check_advance, check_leave
from workflows.ports import ALL, Look

RUN = a_run(a_journey(), Account((a_bill(),)), at(-20))


def test_a_journey_that_has_ended_cannot_be_left() -> None:
    check_leave(Leave("o1", "me"), RUN)
    over = replace(RUN, ended=Ended(Outcome.CURED, EndReason.ARREARS_CLEARED, at(1)))
    with pytest.raises(OrderRefused, match="had ended"):
        check_leave(Leave("o1", "me"), over)


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
