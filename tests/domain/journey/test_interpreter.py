from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.account import Account, Credit, CreditKind
from domain.contact import Channel, Purpose
from domain.journey.definition import Branch, Case, Clock, Comparison, Fact, HandOff, Journey, OpenTask, Stage
from domain.journey.events import (
    AccountSeen,
    BranchTaken,
    ContactBlocked,
    ContactDeferred,
    ContactMade,
    HoldPlaced,
    HoldReleased,
    JourneyExited,
    StepSkipped,
)
from domain.journey.forecast import assumed, forecast, progress
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason
from domain.journey.interpreter import apply, next_move, stage_of
from domain.journey.move import Act, Choose, Contact, Finish, Pass, Waiting, WaitUntil
from domain.journey.run import EndReason, JourneyRun, Outcome
from domain.journey.sight import sight_of
from tests.domain.journey_builders import (
    DUE,
    STANDARD,
    STANDING,
    a_bill,
    a_journey,
    a_payment,
    a_run,
    a_send,
    a_step,
    at,
)

JOURNEY = a_journey()
OWING = Account((a_bill(),))


def walk(
    journey: Journey, run: JourneyRun, now: datetime, until: datetime
) -> tuple[JourneyRun, list[tuple[str, datetime]]]:
    """Let time pass and every contact succeed; the steps taken, with Pass written `-step`."""
    taken: list[tuple[str, datetime]] = []
    while True:
        match next_move(journey, run, now):
            case Act(action=action):
                name = f"-{action.step.step_id}" if isinstance(action, Pass) else action.step.step_id
                taken.append((name, now))
                run = apply(journey, run, assumed(action), now)
            case WaitUntil(moment=moment) if moment is not None and moment <= until:
                now = moment
            case WaitUntil():
                return run, taken
            case Finish(ended=ended):
                taken.append((ended.outcome, ended.at))
                return run, taken


def seen(journey: Journey, run: JourneyRun, account: Account, now: datetime) -> JourneyRun:
    return apply(journey, run, AccountSeen(sight_of(account, STANDING, journey, now)), now)


def test_an_unpaid_bill_walks_every_step_on_its_day_and_is_written_off() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    _, taken = walk(JOURNEY, run, at(-20), at(400))
    assert taken == [(step.step_id, at(step.day, 9)) for step in STANDARD[:-1]] + [("written_off", at(90, 9))]


def test_the_same_question_has_the_same_answer() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    assert next_move(JOURNEY, run, at(3)) == next_move(JOURNEY, run, at(3))


def test_a_payment_before_the_due_date_cures_without_delinquency() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    paid = Account((a_bill(),), (a_payment("p", 5000, at(-2)),))
    match next_move(JOURNEY, seen(JOURNEY, run, paid, at(-1)), at(-1)):
        case Finish(ended=ended):
            assert (ended.outcome, ended.reason, ended.at) == (
                Outcome.CURED,
                EndReason.PAID_BEFORE_DUE,
                at(-2),
            )
        case other:
            pytest.fail(str(other))


def test_a_payment_on_the_due_day_seen_the_day_after_was_in_time() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    paid = Account((a_bill(),), (a_payment("p", 5000, at(0, 23)),))
    move = next_move(JOURNEY, seen(JOURNEY, run, paid, at(1, 1)), at(1, 1))
    assert isinstance(move, Finish)
    assert move.ended.reason is EndReason.PAID_BEFORE_DUE


def test_a_late_payment_cures_at_its_own_instant() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(12))
    paid = Account((a_bill(),), (a_payment("p", 5000, at(12, 15)),))
    move = next_move(JOURNEY, seen(JOURNEY, run, paid, at(12, 16)), at(12, 16))
    assert isinstance(move, Finish)
    assert (move.ended.reason, move.ended.at) == (EndReason.ARREARS_CLEARED, at(12, 15))


def test_a_part_payment_of_the_only_bill_changes_no_clock() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(6))
    part = Account((a_bill(),), (a_payment("p", 4999, at(6)),))
    after = seen(JOURNEY, run, part, at(6))
    assert (after.cursor, after.round, after.anchored_at) == (run.cursor, 0, run.anchored_at)


def test_arrears_cleared_with_a_bill_still_to_come_is_a_cure() -> None:
    both = Account((a_bill(), a_bill("b2", at(40).date())))
    run, _ = walk(JOURNEY, a_run(JOURNEY, both, at(-20)), at(-20), at(6))
    paid = replace(both, credits=(a_payment("p", 5000, at(6)),))
    move = next_move(JOURNEY, seen(JOURNEY, run, paid, at(6, 13)), at(6, 13))
    assert isinstance(move, Finish)
    assert move.ended.at == at(6)


def test_before_anything_is_due_the_next_bill_takes_over_the_clocks() -> None:
    both = Account((a_bill(), a_bill("b2", at(10).date())))
    run, _ = walk(JOURNEY, a_run(JOURNEY, both, at(-20)), at(-20), at(-4))
    paid = replace(both, credits=(a_payment("p", 5000, at(-3), "b1"),))
    after = seen(JOURNEY, run, paid, at(-3))
    assert (after.round, after.cursor) == (1, 0)
    _, taken = walk(JOURNEY, after, at(-3), at(12))
    assert taken == [("heads-up", at(5, 9)), ("reminder-1", at(11, 9))]


def test_killbill_2297_a_part_payment_moves_the_anchor_and_no_stage_is_skipped() -> None:
    """Open defect 2297 of Kill Bill: after the oldest bill is paid its states fire on stale dates."""
    bills = (a_bill("b1"), a_bill("b2", at(12).date()), a_bill("b3", at(14).date()))
    run, before = walk(JOURNEY, a_run(JOURNEY, Account(bills), at(-20)), at(-20), at(21))
    assert before[-1] == ("escalation-1", at(20, 9))
    oldest_paid = Account(bills, (a_payment("p", 10_000, at(21)),))
    run = seen(JOURNEY, run, oldest_paid, at(21))
    assert (run.sight.anchor, run.round) == (at(14).date(), 1)
    _, taken = walk(JOURNEY, run, at(21), at(60))
    assert taken == [
        ("-heads-up", at(21)),
        ("-reminder-1", at(21)),
        ("-reminder-2", at(21)),
        ("reminder-3", at(24, 9)),
        ("escalation-1", at(34, 9)),
        ("escalation-2", at(44, 9)),
        ("offer-1", at(54, 9)),
    ]


def test_an_account_that_joins_late_is_spoken_to_in_every_stage_at_a_humane_pace() -> None:
    _, taken = walk(JOURNEY, a_run(JOURNEY, OWING, at(45)), at(45), at(400))
    assert taken == [
        ("-heads-up", at(45)),
        ("-reminder-1", at(45)),
        ("-reminder-2", at(45)),
        ("reminder-3", at(45)),
        ("-escalation-1", at(45)),
        ("escalation-2", at(50)),
        ("-offer-1", at(50)),
        ("offer-2", at(55)),
        ("call", at(70, 9)),
        ("last-notice", at(80, 9)),
        ("written_off", at(90, 9)),
    ]


def test_an_account_that_joins_after_the_end_is_still_spoken_to_before_it_is_given_up() -> None:
    _, taken = walk(JOURNEY, a_run(JOURNEY, OWING, at(200)), at(200), at(400))
    spoken = [(name, when) for name, when in taken if not name.startswith("-")]
    assert spoken == [
        ("reminder-3", at(200)),
        ("escalation-2", at(205)),
        ("offer-2", at(210)),
        ("last-notice", at(215)),
        ("written_off", at(220)),
    ]


def test_a_message_that_one_way_of_a_branch_leaves_unsaid_is_said_before_it() -> None:
    fork = Branch((Case(Fact.BALANCE_MINOR, Comparison.BELOW, 100, "small"),), "next")
    journey = a_journey(
        a_step("first", Stage.REMINDER, 1),
        a_step("fork", Stage.REMINDER, 3, fork),
        a_step("small", Stage.REMINDER, 5),
        a_step("next", Stage.ESCALATION, 20),
    )
    _, taken = walk(journey, a_run(journey, OWING, at(30)), at(30), at(40))
    assert taken == [("first", at(30)), ("fork", at(30)), ("next", at(35))]
    joined = a_journey(*journey.steps[:3], a_step("last", Stage.REMINDER, 9), journey.steps[3])
    both = replace(fork, otherwise="last")
    joined = replace(joined, steps=(joined.steps[0], replace(joined.steps[1], do=both), *joined.steps[2:]))
    _, taken = walk(joined, a_run(joined, OWING, at(30)), at(30), at(40))
    assert taken == [("-first", at(30)), ("fork", at(30)), ("last", at(30)), ("next", at(35))]


def test_a_chargeback_of_an_older_payment_turns_the_clocks_back_without_repeating_steps() -> None:
    both = (a_bill(), a_bill("b2", at(10).date()))
    paid = a_payment("p", 5000, at(-6), "b1")
    run, taken = walk(JOURNEY, a_run(JOURNEY, Account(both, (paid,)), at(-5)), at(-5), at(12))
    assert [name for name, _ in taken] == ["heads-up", "reminder-1"]
    bounced = Credit("r", CreditKind.REVERSAL, 5000, at(12), reverses="p")
    run = seen(JOURNEY, run, Account(both, (paid, bounced)), at(12))
    assert (run.sight.anchor, run.round, run.cursor) == (DUE, 0, 2)
    _, after = walk(JOURNEY, run, at(12), at(21))
    assert after == [("-reminder-2", at(12)), ("-reminder-3", at(12)), ("escalation-1", at(20, 9))]


def test_a_deferral_asks_again_then_and_a_block_goes_on() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(0))
    deferred = apply(JOURNEY, run, ContactDeferred("reminder-1", at(2), "HOURS"), at(1, 9))
    assert next_move(JOURNEY, deferred, at(1, 10)) == WaitUntil(at(2), Waiting.DEFERRED)
    assert isinstance(next_move(JOURNEY, deferred, at(2)), Act)
    blocked = apply(JOURNEY, deferred, ContactBlocked("reminder-1", "NO-CONSENT"), at(2))
    assert next_move(JOURNEY, blocked, at(2)) == WaitUntil(at(5, 9), Waiting.STEP_DUE)


def test_an_event_for_another_step_changes_nothing() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    for event in (
        ContactMade("reminder-2", Channel.SMS),
        ContactDeferred("reminder-2", at(9), "x"),
        ContactBlocked("reminder-2", "x"),
        BranchTaken("reminder-2", "reminder-3"),
        StepSkipped("reminder-2", "me"),
        HoldReleased("none"),
    ):
        assert apply(JOURNEY, run, event, at(0)) == run


def test_after_the_end_nothing_changes() -> None:
    run = apply(JOURNEY, a_run(JOURNEY, OWING, at(-20)), JourneyExited("me"), at(0))
    assert apply(JOURNEY, run, StepSkipped("heads-up", "me"), at(1)) == run
    assert next_move(JOURNEY, run, at(1)) == Finish(run.ended)  # type: ignore[arg-type]


def test_withdrawn_bills_end_the_journey_as_withdrawn() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(6))
    gone = Account((replace(a_bill(), withdrawn_at=at(6)),))
    move = next_move(JOURNEY, seen(JOURNEY, run, gone, at(7)), at(7))
    assert isinstance(move, Finish)
    assert (move.ended.outcome, move.ended.reason) == (Outcome.WITHDRAWN, EndReason.BILLS_WITHDRAWN)


def test_running_out_of_steps_is_a_state_and_the_horizon_hands_off() -> None:
    short = a_journey(STANDARD[0], STANDARD[1], horizon_days=30)
    run, _ = walk(short, a_run(short, OWING, at(-20)), at(-20), at(2))
    assert next_move(short, run, at(2)) == WaitUntil(at(30, 0), Waiting.OUT_OF_STEPS)
    assert progress(short, run, at(2)).next_step is None
    move = next_move(short, run, at(30, 0))
    assert isinstance(move, Finish)
    assert (move.ended.outcome, move.ended.reason) == (Outcome.HANDED_OFF, EndReason.HORIZON_REACHED)


def test_a_hand_off_step_ends_the_journey() -> None:
    journey = a_journey(STANDARD[1], a_step("agency", Stage.ESCALATION, 30, HandOff()))
    _, taken = walk(journey, a_run(journey, OWING, at(-20)), at(-20), at(60))
    assert taken[-1] == ("handed_off", at(30, 9))


BRANCHING = (
    a_step("r", Stage.REMINDER, 1),
    a_step("which", Stage.REMINDER, 3, Branch((), "soft")),
    a_step("firm", Stage.REMINDER, 4, next_="end"),
    a_step("soft", Stage.REMINDER, 6),
    a_step("end", Stage.ESCALATION, 30, OpenTask("call")),
)


@pytest.mark.parametrize(
    ("case", "to"),
    [
        (Case(Fact.BALANCE_MINOR, Comparison.AT_LEAST, 5000, "firm"), "firm"),
        (Case(Fact.BALANCE_MINOR, Comparison.AT_LEAST, 5001, "firm"), "soft"),
        (Case(Fact.BALANCE_MINOR, Comparison.BELOW, 5001, "firm"), "firm"),
        (Case(Fact.BALANCE_MINOR, Comparison.BELOW, 5000, "firm"), "soft"),
        (Case(Fact.SEGMENT, Comparison.IS, "consumer", "firm"), "firm"),
        (Case(Fact.SEGMENT, Comparison.IS, "business", "firm"), "soft"),
        (Case(Fact.SEGMENT, Comparison.IS_NOT, "business", "firm"), "firm"),
        (Case(Fact.SEGMENT, Comparison.IS_NOT, "consumer", "firm"), "soft"),
        (Case(Fact.SEGMENT, Comparison.AT_LEAST, 3, "firm"), "soft"),
        (Case(Fact.SEGMENT, Comparison.BELOW, 3, "firm"), "soft"),
    ],
)
def test_a_branch_reads_its_fact_at_its_moment(case: Case, to: str) -> None:
    steps = tuple(
        replace(step, do=Branch((case,), "soft")) if isinstance(step.do, Branch) else step
        for step in BRANCHING
    )
    journey = a_journey(*steps)
    run, taken = walk(journey, a_run(journey, OWING, at(-1)), at(-1), at(10))
    assert [name for name, _ in taken] == ["r", "which", to]
    assert journey.steps[run.cursor].step_id == "end"


def test_a_fact_nobody_knows_holds_for_nothing() -> None:
    case = Case(Fact.COUNTRY, Comparison.IS_NOT, "DE", "firm")
    journey = a_journey(replace(BRANCHING[1], do=Branch((case,), "soft")), *BRANCHING[2:])
    run = a_run(journey, OWING, at(-1))
    blind = replace(run, sight=replace(run.sight, facts={}))
    match next_move(journey, blind, at(3, 9)):
        case Act(action=Choose(to=to)):
            assert to == "soft"
        case other:
            pytest.fail(str(other))


def a_hold(since: datetime, until: datetime | None, hold_id: str = "h", *clocks: Clock) -> Hold:
    return Hold(hold_id, HoldReason.OPERATOR_PAUSE, clocks or EVERY_CLOCK, since, until)


def test_a_hold_freezes_and_its_end_gives_back_the_time_left() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(3))
    held = apply(JOURNEY, run, HoldPlaced(a_hold(at(3), at(13))), at(3))
    assert next_move(JOURNEY, held, at(5, 9)) == WaitUntil(at(13), Waiting.HELD)
    assert next_move(JOURNEY, held, at(13)) == WaitUntil(at(15, 9), Waiting.STEP_DUE)
    assert apply(JOURNEY, held, HoldPlaced(a_hold(at(3), at(13))), at(4)) == held


def test_an_open_hold_waits_for_an_event_and_release_resumes() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(3))
    held = apply(JOURNEY, run, HoldPlaced(a_hold(at(3), None)), at(3))
    assert next_move(JOURNEY, held, at(50)) == WaitUntil(None, Waiting.HELD)
    assert forecast(JOURNEY, held, at(4)) == ()
    released = apply(JOURNEY, held, HoldReleased("h"), at(5, 18))
    assert next_move(JOURNEY, released, at(5, 18)) == WaitUntil(at(8, 9), Waiting.STEP_DUE)
    assert apply(JOURNEY, released, HoldReleased("h"), at(6)) == released


def test_a_payment_cures_even_while_held() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(3))
    held = apply(JOURNEY, run, HoldPlaced(a_hold(at(3), None)), at(3))
    paid = Account((a_bill(),), (a_payment("p", 5000, at(4)),))
    assert isinstance(next_move(JOURNEY, seen(JOURNEY, held, paid, at(4)), at(4)), Finish)


def test_a_hold_on_another_clock_does_not_stop_a_step() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(0))
    held = apply(JOURNEY, run, HoldPlaced(a_hold(at(0), None, "h", Clock.WRITE_OFF)), at(0))
    _, taken = walk(JOURNEY, held, at(0), at(200))
    assert taken[-1][0] == "last-notice"


def test_steps_belong_to_the_clock_that_a_hold_would_freeze() -> None:
    clocks = {step.step_id: step.clock for step in STANDARD}
    assert clocks["reminder-1"] is Clock.OUTREACH
    assert clocks["escalation-1"] is Clock.ESCALATION
    assert clocks["write-off"] is Clock.WRITE_OFF


def test_a_step_that_comes_late_keeps_its_distance() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(0))
    late = apply(JOURNEY, run, ContactDeferred("reminder-1", at(6), "CAP"), at(1, 9))
    _, taken = walk(JOURNEY, late, at(1, 9), at(11))
    assert taken == [("reminder-1", at(6)), ("reminder-2", at(9)), ("reminder-3", at(13))][: len(taken)]
    assert len(taken) == 2


def test_forecast_tells_the_month_and_the_end() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(60))
    assert [(e.step_id, e.at) for e in forecast(JOURNEY, run, at(60), 30)] == [
        ("call", at(70, 9)),
        ("last-notice", at(80, 9)),
        ("end:written_off", at(90, 9)),
    ]


def test_progress_names_stage_step_and_reason() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    waiting = progress(JOURNEY, run, at(-20))
    assert (waiting.waiting, waiting.next_step, waiting.next_at) == (
        Waiting.STEP_DUE,
        "heads-up",
        at(-5, 9),
    )
    acting = progress(JOURNEY, run, at(-5, 9))
    assert (acting.waiting, acting.next_at) == (None, at(-5, 9))
    over = progress(JOURNEY, apply(JOURNEY, run, JourneyExited("me"), at(0)), at(1))
    assert (over.ended, over.next_at) == (Outcome.WITHDRAWN, at(0))
    assert stage_of(JOURNEY, run) is Stage.PRE_DUE


def test_a_contact_asks_for_its_channels_in_order() -> None:
    run = a_run(JOURNEY, OWING, at(-20))
    match next_move(JOURNEY, run, at(-5, 9)):
        case Act(action=Contact(send=send, occurrence=0)):
            assert send == a_send(Purpose.PRE_DUE)
        case other:
            pytest.fail(str(other))


def test_position_of_an_unknown_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        JOURNEY.position("nowhere")


def test_time_frozen_counts_an_overlap_once() -> None:
    run, _ = walk(JOURNEY, a_run(JOURNEY, OWING, at(-20)), at(-20), at(2))
    for hold in (a_hold(at(2), at(12), "a"), a_hold(at(3), at(5), "b"), a_hold(at(10), at(14), "c")):
        run = apply(JOURNEY, run, HoldPlaced(hold), at(2))
    assert next_move(JOURNEY, run, at(4)) == WaitUntil(at(14), Waiting.HELD)
    assert next_move(JOURNEY, run, at(14)) == WaitUntil(at(5, 9) + timedelta(days=12), Waiting.STEP_DUE)
