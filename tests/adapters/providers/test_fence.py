import pytest

from adapters.providers.fence import Fence, FencePassedError, Handover


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_fence_falls_when_its_seconds_are_over() -> None:
    clock = Clock()
    fence = Fence.start(2.0, clock)
    clock.now = 102.0
    assert not fence.passed
    clock.now = 102.001
    assert fence.passed


def test_headers_pass_a_fallen_fence_and_the_body_does_not() -> None:
    clock = Clock()
    handover = Handover(Fence.start(1.0, clock))
    clock.now += 2
    handover.pass_fence()
    handover.begin()
    with pytest.raises(FencePassedError):
        handover.pass_fence()
    assert not handover.handed


def test_what_is_handed_over_in_time_is_noted_and_may_be_finished_late() -> None:
    clock = Clock()
    handover = Handover(Fence.start(1.0, clock))
    handover.begin()
    handover.pass_fence()
    clock.now += 2
    handover.pass_fence()
    assert handover.handed


def test_a_body_is_written_once() -> None:
    handover = Handover(Fence.start(1.0))
    handover.begin()
    with pytest.raises(FencePassedError):
        handover.begin()
