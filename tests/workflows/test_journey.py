import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from adapters.temporal.gateway import JourneyNotOpen, OrderRefusedByJourney
from domain.account import Account
from domain.journey.definition import Branch, Case, Comparison, Fact, HandOff
from domain.journey.definition import Stage as JourneyStage
from domain.journey.move import Waiting
from domain.journey.run import EndReason, Outcome
from tests.domain.journey_builders import STANDING, a_bill, a_journey, a_payment, a_step, at
from tests.workflows.conftest import Stage
from tests.workflows.twin import Twin
from workflows.names import workflow_id
from workflows.ports import OpenJourney


def a_twin(**changes: object) -> Twin:
    return Twin(a_journey(), Account((a_bill(),)), STANDING, clock=at(-20), **changes)  # type: ignore[arg-type]


def an_account() -> str:
    return uuid4().hex


async def test_a_debt_that_is_never_paid_is_written_off_after_every_step(stage: Stage) -> None:
    twin = a_twin()
    async with stage(twin) as gateway:
        advanced = await gateway.advance(an_account(), at(120))
    assert not advanced.open
    assert [step for _, step, *_ in twin.contacts] == [
        "heads-up", "reminder-1", "reminder-2", "reminder-3", "escalation-1", "escalation-2",
        "offer-1", "offer-2", "last-notice",
    ]  # fmt: skip
    assert twin.tasks == ["call"]
    assert [(ended.outcome, ended.at) for ended in twin.ended] == [(Outcome.WRITTEN_OFF, at(90, 9))]


async def test_a_payment_cures_and_nothing_is_sent_after_it(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(6))
        paid = a_payment("p1", 5000, at(6))
        twin.account = Account(twin.account.bills, (paid,))
        await gateway.poke(account_id)
        advanced = await gateway.advance(account_id, at(120))
    assert not advanced.open
    assert [step for _, step, *_ in twin.contacts] == ["heads-up", "reminder-1", "reminder-2"]
    assert [(e.outcome, e.reason, e.at) for e in twin.ended] == [
        (Outcome.CURED, EndReason.ARREARS_CLEARED, at(6))
    ]


async def test_a_pause_freezes_and_resume_goes_on_with_the_time_left(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(3))
        paused = await gateway.pause(account_id, "agent-7")
        assert paused is not None
        assert paused.waiting is Waiting.HELD
        await gateway.advance(account_id, at(13))
        assert len(twin.contacts) == 2
        with pytest.raises(OrderRefusedByJourney, match="paused already"):
            await gateway.pause(account_id, "agent-7")
        await gateway.resume(account_id, "agent-7")
        with pytest.raises(OrderRefusedByJourney, match="no pause is on"):
            await gateway.resume(account_id, "agent-7")
        await gateway.advance(account_id, at(16))
    assert twin.contacts[-1][1:2] + twin.contacts[-1][4:] == ("reminder-2", at(15, 9))
    assert twin.calls.count("place_hold") == twin.calls.count("release_hold") == 1


async def test_skip_takes_only_the_step_at_hand(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(3))
        with pytest.raises(OrderRefusedByJourney, match="the step at hand is reminder-2"):
            await gateway.skip(account_id, "agent-7", "reminder-3")
        skipped = await gateway.skip(account_id, "agent-7", "reminder-2")
        assert skipped is not None
        assert skipped.next_step == "reminder-3"
        await gateway.advance(account_id, at(11))
    assert [step for _, step, *_ in twin.contacts] == ["heads-up", "reminder-1", "reminder-3"]


async def test_leave_ends_the_journey_as_withdrawn(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(3))
        await gateway.leave(account_id, "agent-7")
        assert not (await gateway.advance(account_id, at(120))).open
    assert [e.outcome for e in twin.ended] == [Outcome.WITHDRAWN]
    assert len(twin.contacts) == 2


async def test_progress_and_forecast_say_what_is_next_and_when(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(3))
        progress = await gateway.progress(account_id)
        forecast = await gateway.forecast(account_id, 30)
    assert progress is not None
    assert (progress.stage, progress.next_step, progress.next_at) == ("reminder", "reminder-2", at(5, 9))
    assert [(e.step_id, e.at) for e in forecast] == [
        ("reminder-2", at(5, 9)),
        ("reminder-3", at(10, 9)),
        ("escalation-1", at(20, 9)),
        ("escalation-2", at(30, 9)),
    ]


async def test_an_account_that_owes_nothing_has_no_journey(stage: Stage) -> None:
    twin = Twin(a_journey(), Account(()), STANDING, clock=at(0))
    async with stage(twin) as gateway:
        assert not (await gateway.advance(an_account(), at(30))).open
        with pytest.raises(JourneyNotOpen):
            await gateway.progress(an_account())
    assert twin.calls == ["open_journey"]


async def test_an_ordinary_account_has_no_clock_to_advance(stage: Stage) -> None:
    account_id = an_account()
    twin = Twin(a_journey(), Account((a_bill(due=at(3000).date()),)), STANDING)
    async with stage(twin) as gateway:
        await gateway.poke(account_id)
        with pytest.raises(OrderRefusedByJourney, match="no test clock"):
            await gateway.advance(account_id, at(30))
        await gateway.leave(account_id, "test")


async def test_a_cure_with_another_bill_to_come_opens_the_next_epoch(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    later = a_bill("b2", at(40).date())
    twin.account = Account((a_bill(), later))
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(6))
        twin.account = Account(twin.account.bills, (a_payment("p1", 5000, at(6)),))
        advanced = await gateway.advance(account_id, at(42))
        assert advanced.open
        await gateway.leave(account_id, "test")
    assert [(epoch, step) for epoch, step, *_ in twin.contacts] == [
        (1, "heads-up"), (1, "reminder-1"), (1, "reminder-2"), (2, "heads-up"), (2, "reminder-1"),
    ]  # fmt: skip


async def test_long_histories_are_handed_on_and_nothing_is_lost(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        moment = at(-20)
        while moment < at(60):
            moment += timedelta(days=2)
            await gateway.poke(account_id)
            await gateway.advance(account_id, moment)
        await gateway.advance(account_id, at(120))
    assert len({(epoch, step, occurrence) for epoch, step, occurrence, *_ in twin.contacts}) == 9
    assert twin.calls.count("open_journey") == 1


async def test_a_branch_is_decided_on_what_the_store_knows_at_its_moment(stage: Stage) -> None:
    fork = Branch((Case(Fact.BALANCE_MINOR, Comparison.BELOW, 1000, "soft"),), "firm")
    journey = a_journey(
        a_step("r", JourneyStage.REMINDER, 1),
        a_step("fork", JourneyStage.REMINDER, 3, fork),
        a_step("firm", JourneyStage.REMINDER, 4, next_="end"),
        a_step("soft", JourneyStage.REMINDER, 6),
        a_step("end", JourneyStage.ESCALATION, 30, HandOff()),
    )
    twin = Twin(journey, Account((a_bill(),)), STANDING, clock=at(-1))
    account_id = an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(2))
        # Told to the store only: no poke reaches the walk before the branch.
        twin.account = Account(twin.account.bills, (a_payment("p", 4500, at(2)),))
        await gateway.advance(account_id, at(60))
    assert [step for _, step, *_ in twin.contacts] == ["r", "soft"]
    assert [ended.outcome for ended in twin.ended] == [Outcome.HANDED_OFF]
    noted = [h.what for note in twin.notes for h in note.happenings]
    assert noted == ["branch_taken"]


async def test_a_payment_told_before_a_branch_makes_the_branch_moot(stage: Stage) -> None:
    fork = Branch((Case(Fact.BALANCE_MINOR, Comparison.BELOW, 1000, "soft"),), "soft")
    journey = a_journey(
        a_step("r", JourneyStage.REMINDER, 1),
        a_step("fork", JourneyStage.REMINDER, 3, fork),
        a_step("soft", JourneyStage.REMINDER, 6),
    )
    twin = Twin(journey, Account((a_bill(),)), STANDING, clock=at(-1))
    account_id = an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(2))
        twin.payment_on_look = a_payment("p", 5000, at(3, 9))
        await gateway.advance(account_id, at(60))
    assert [ended.outcome for ended in twin.ended] == [Outcome.CURED]
    assert not [h for note in twin.notes for h in note.happenings]


async def test_a_payment_during_a_contact_is_seen_when_the_contact_is_done(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    twin.provider_gate = asyncio.Event()
    async with stage(twin) as gateway:
        advancing = asyncio.create_task(gateway.advance(account_id, at(120)))
        await twin.contact_begun.wait()
        twin.account = Account(twin.account.bills, (a_payment("p", 5000, at(-5, 9)),))
        await gateway.poke(account_id)
        twin.provider_gate.set()
        assert not (await advancing).open
    assert twin.contacts == []
    assert twin.verdicts == ["blocked"]


async def test_a_pause_during_a_contact_is_obeyed_by_the_gate(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    twin.provider_gate = asyncio.Event()
    async with stage(twin) as gateway:
        advancing = asyncio.create_task(gateway.advance(account_id, at(-4)))
        await twin.contact_begun.wait()
        await gateway.pause(account_id, "agent-7")
        twin.provider_gate.set()
        await advancing
        assert twin.contacts == []
        await gateway.resume(account_id, "agent-7")
        await gateway.advance(account_id, at(-3))
        assert [step for _, step, *_ in twin.contacts] == ["heads-up"]
        await gateway.leave(account_id, "test")


async def test_a_pause_that_would_be_over_already_is_refused(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(3))
        with pytest.raises(OrderRefusedByJourney) as refused:
            await gateway.pause(account_id, "agent-7", until=at(2))
        assert refused.value.code == "until_in_the_past"
        await gateway.pause(account_id, "agent-7", until=at(8))
        await gateway.advance(account_id, at(11))
        assert twin.contacts[-1][1:2] + twin.contacts[-1][4:] == ("reminder-2", at(10, 9))
        await gateway.leave(account_id, "test")


async def test_a_withdrawal_by_order_leaves_no_next_epoch_for_the_same_bills(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(3))
        await gateway.leave(account_id, "agent-7")
        await gateway.poke(account_id)
        assert not (await gateway.advance(account_id, at(60))).open
    assert twin.epoch == 1


async def test_re_anchoring_is_told_in_the_timeline(stage: Stage) -> None:
    twin, account_id = a_twin(), an_account()
    twin.account = Account((a_bill(), a_bill("b2", at(2).date())))
    async with stage(twin) as gateway:
        await gateway.advance(account_id, at(6))
        twin.account = Account(twin.account.bills, (a_payment("p", 5000, at(6), "b1"),))
        await gateway.advance(account_id, at(8))
        await gateway.skip(account_id, "agent-7", "reminder-3")
        await gateway.advance(account_id, at(9))
        await gateway.leave(account_id, "agent-7")
        await gateway.advance(account_id, at(20))
    told = [(h.what, h.step_id, h.why) for note in twin.notes for h in note.happenings]
    assert ("re_anchored", None, str(at(2).date())) in told
    assert ("step_passed", "heads-up", None) in told
    assert ("step_skipped", "reminder-3", "agent-7") in told


async def test_a_journey_that_was_open_already_looks_again_before_it_goes_on(
    stage: Stage, engine: WorkflowEnvironment
) -> None:
    """A crash between opening and recording it: what was told meanwhile must not wait for the next poke."""
    twin, account_id = a_twin(), an_account()
    await ActivityEnvironment().run(twin.open_journey, OpenJourney(account_id, None))
    twin.account = Account(twin.account.bills, (a_payment("p1", 5000, at(-20)),))
    async with stage(twin) as gateway:
        await gateway.poke(account_id)  # the opening takes this ring for its own
        ended = engine.client.get_workflow_handle(workflow_id(account_id)).result()
        assert await asyncio.wait_for(ended, 30) == Outcome.CURED
    assert twin.contacts == []


async def test_what_the_store_was_told_last_is_where_the_walk_stands(stage: Stage) -> None:
    """A contact notes where it leads: the operators' list is right with one note less a step."""
    twin, account_id = a_twin(), an_account()
    async with stage(twin) as gateway:
        for day in (-19, -10, -2, 3, 7, 12, 25):
            await gateway.advance(account_id, at(day))
            assert twin.stands == await gateway.progress(account_id)
        await gateway.pause(account_id, "agent-7")
        await gateway.advance(account_id, at(26))
        assert twin.stands == await gateway.progress(account_id)
        await gateway.leave(account_id, "test")
    assert twin.calls.count("note_progress") < twin.calls.count("make_contact")
