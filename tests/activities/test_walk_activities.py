"""Opening, noting, holding, asking and ending: each done once, however often it is asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio.exceptions import ApplicationError

from adapters.providers.provider import NotSent
from adapters.store.accounts import Accounts
from adapters.store.database import Database
from adapters.store.errors import AccountUnknown, JourneyNotOpened, JourneyUnknown
from adapters.store.journeys import Journeys
from adapters.store.tasks import TaskKey, Tasks
from domain.contact import Channel
from domain.feed import AccountFeed
from domain.journey.definition import Stage as JourneyStage
from domain.journey.forecast import Progress
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason
from domain.journey.move import Waiting
from domain.journey.run import Ended, EndReason, Outcome
from tests.activities.stage import Stage, a_contact, a_stage
from tests.adapters.store.snapshot import rows, snapshot
from tests.builders import (
    DUE,
    a_bill_feed,
    a_credit_feed,
    a_journey,
    an_account_feed,
    at,
)
from workflows import ports

WAITS = Progress(JourneyStage.REMINDER, 0, Waiting.STEP_DUE, "reminder-2", at(5, 9), None)
OVER = Progress(JourneyStage.HARDSHIP, 0, None, None, at(90, 9), "written_off")


@pytest.fixture
def stage(database: Database) -> Stage:
    return a_stage(database)


def an_end(
    feed: AccountFeed, outcome: Outcome, reason: EndReason, *, epoch: int = 1, delinquent: bool = True
) -> ports.EndJourney:
    ended = Ended(outcome, reason, at(90, 9))
    return ports.EndJourney(feed.account_id, epoch, ended, OVER, (), at(90, 9), delinquent)


async def test_a_journey_opens_on_the_latest_definition_at_the_account_s_clock(stage: Stage) -> None:
    feed = an_account_feed()
    opened = await stage.open(feed)
    assert opened.journey == a_journey()
    assert (opened.run.epoch, opened.run.anchored_at, opened.clock) == (1, at(1), at(1))
    assert opened.run.sight.anchor == DUE
    row = await Journeys(stage.database).get(feed.account_id)
    assert row is not None
    assert (row.stage, row.waiting, row.next_step) == (JourneyStage.PRE_DUE, None, "heads-up")
    assert (row.opened_at, row.anchor, row.outcome) == (at(1), DUE, None)


async def test_opening_again_gives_the_same_journey_though_the_definition_changed(stage: Stage) -> None:
    feed = an_account_feed()
    opened = await stage.open(feed)
    await stage.definitions.publish(a_journey(version="v2"))
    await stage.intake.tell_credit(a_credit_feed(feed.account_id, 10))
    before = await snapshot(stage.database)
    order = ports.OpenJourney(feed.account_id, at(50))
    assert await stage.run(ports.open_journey, order) == replace(opened, found=True)
    assert await snapshot(stage.database) == before


async def test_a_journey_opens_before_anything_is_due_but_not_when_nothing_is_owed(stage: Stage) -> None:
    early = an_account_feed(clock=at(-20))
    assert (await stage.open(early)).run.sight.anchor == DUE
    paid = an_account_feed()
    await stage.intake.tell_account(paid)
    await stage.intake.tell_credit(a_credit_feed(paid.account_id))
    assert await stage.run(ports.open_journey, ports.OpenJourney(paid.account_id, None)) is None
    assert await Journeys(stage.database).get(paid.account_id) is None


async def test_a_real_account_s_journey_has_no_clock(stage: Stage) -> None:
    due = datetime.now(UTC).date() + timedelta(days=3)
    opened = await stage.open(an_account_feed(None, a_bill_feed(due_on=due), clock=None))
    assert opened.clock is None
    assert abs(opened.run.anchored_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_journey_of_no_account_or_without_a_definition_is_not_opened(stage: Stage) -> None:
    with pytest.raises(AccountUnknown):
        await stage.run(ports.open_journey, ports.OpenJourney("nobody", None))
    feed = an_account_feed(journey="unwritten")
    await stage.intake.tell_account(feed)
    with pytest.raises(JourneyUnknown):
        await stage.run(ports.open_journey, ports.OpenJourney(feed.account_id, None))


async def test_a_look_sees_what_was_paid_since(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    await stage.intake.tell_credit(a_credit_feed(feed.account_id, 1_000))
    sight = await stage.run(ports.look, ports.Look(feed.account_id, 1, "v1", at(3)))
    assert sight.facts["balance_minor"] == 4_000
    with pytest.raises(JourneyUnknown):
        await stage.run(ports.look, ports.Look(feed.account_id, 1, "v-none", None))


async def test_a_note_brings_the_list_and_the_timeline_up_to_date_once(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    happenings = (
        ports.Happening(1, at(1), "step_passed", "heads-up"),
        ports.Happening(2, at(1), "re_anchored", None, "2026-04-01"),
        ports.Happening(3, at(1), "re_anchored", None, "None"),
    )
    note = ports.NoteProgress(feed.account_id, 1, WAITS, happenings)
    await stage.run(ports.note_progress, note)
    once = await snapshot(stage.database)
    await stage.run(ports.note_progress, note)
    again = await snapshot(stage.database)
    assert again["audit"] == once["audit"]
    row = await Journeys(stage.database).get(feed.account_id, 1)
    assert row is not None
    assert (row.waiting, row.next_step, row.next_at) == (Waiting.STEP_DUE, "reminder-2", at(5, 9))
    assert row.anchor == date(2026, 4, 1)
    lines = await Journeys(stage.database).timeline(feed.account_id, 1)
    assert [line.number for line in lines if line.number] == [1, 2, 3]


async def test_a_task_is_opened_once_and_closed_once(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    order = ports.AskAgent(feed.account_id, 1, "v1", "call", 0, at(70))
    await stage.run(ports.ask_agent, order)
    before = await snapshot(stage.database)
    await stage.run(ports.ask_agent, order)
    assert await snapshot(stage.database) == before
    tasks = Tasks(stage.database)
    [task] = await tasks.list(account_id=feed.account_id)
    assert (task.task, task.opened_at, task.closed_at) == ("call", at(70), None)
    key = TaskKey(feed.account_id, 1, "call", 0)
    assert await tasks.close(key, "agent-7")
    assert not await tasks.close(key, "agent-8")
    assert await tasks.list() == []
    [task] = await tasks.list(open_only=False)
    assert task.closed_by == "agent-7"


async def test_a_task_of_a_step_that_asks_nobody_is_refused_for_good(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    with pytest.raises(ApplicationError) as refused:
        await stage.run(ports.ask_agent, ports.AskAgent(feed.account_id, 1, "v1", "reminder-1", 0, None))
    assert refused.value.non_retryable


async def test_holds_are_placed_and_released_once(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    hold = Hold("h1", HoldReason.OPERATOR_PAUSE, EVERY_CLOCK, at(2))
    place = ports.PlaceHold(feed.account_id, 1, hold, "agent-7")
    release = ports.ReleaseHold(feed.account_id, 1, "h1", at(3), "agent-8")
    for port, order in ((ports.place_hold, place), (ports.release_hold, release)):
        await stage.run(port, order)
        before = await snapshot(stage.database)
        await stage.run(port, order)
        assert await snapshot(stage.database) == before
    await stage.run(ports.place_hold, place)
    account = await Accounts(stage.database).get(feed.account_id)
    assert account is not None
    assert account.holds == (replace(hold, until=at(3)),)
    with pytest.raises(AccountUnknown):
        await stage.run(ports.place_hold, replace(place, account_id="nobody"))


async def test_an_end_without_cure_gives_up_what_is_unpaid(stage: Stage) -> None:
    feed = an_account_feed(None, a_bill_feed("paid", DUE, 100), a_bill_feed("part", at(1).date(), 100))
    await stage.open(feed)
    await stage.intake.tell_credit(a_credit_feed(feed.account_id, 130))
    order = an_end(feed, Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP)
    assert await stage.run(ports.end_journey, order) is False
    bills = {row["bill_id"]: row for row in await rows(stage.database, "bills")}
    assert (bills["paid"]["closed_in_epoch"], bills["paid"]["given_up_minor"]) == (None, None)
    assert (bills["part"]["closed_in_epoch"], bills["part"]["given_up_minor"]) == (1, 70)
    before = await snapshot(stage.database)
    assert await stage.run(ports.end_journey, order) is False
    assert await snapshot(stage.database) == before
    account = await Accounts(stage.database).get(feed.account_id)
    assert account is not None
    assert (account.prior_episodes, account.unpaid_minor, account.balance_minor) == (1, 0, 70)
    assert [bill.left_minor for bill in account.bills] == [0, 70]


async def test_a_new_bill_after_a_write_off_opens_the_next_epoch(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    await stage.run(ports.end_journey, an_end(feed, Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP))
    order = ports.OpenJourney(feed.account_id, at(91))
    assert await stage.run(ports.open_journey, order) is None
    await stage.intake.tell_bills(feed.account_id, [a_bill_feed("next", at(100).date())])
    opened = await stage.run(ports.open_journey, order)
    assert (opened.run.epoch, opened.run.anchored_at, opened.clock) == (2, at(91), at(91))
    assert opened.run.sight.facts["prior_episodes"] == 1


async def test_a_cure_leaves_the_next_bill_to_a_successor(stage: Stage) -> None:
    feed = an_account_feed(None, a_bill_feed(), a_bill_feed("next", at(100).date(), 10))
    await stage.open(feed)
    await stage.intake.tell_credit(a_credit_feed(feed.account_id))
    order = an_end(feed, Outcome.CURED, EndReason.ARREARS_CLEARED)
    assert await stage.run(ports.end_journey, order) is True
    assert await stage.run(ports.end_journey, order) is True
    assert {row["closed_in_epoch"] for row in await rows(stage.database, "bills")} == {None}


async def test_a_payment_before_the_due_date_is_no_episode(stage: Stage) -> None:
    feed = an_account_feed(clock=at(-5))
    await stage.open(feed)
    await stage.intake.tell_credit(a_credit_feed(feed.account_id))
    order = an_end(feed, Outcome.CURED, EndReason.PAID_BEFORE_DUE, delinquent=False)
    assert await stage.run(ports.end_journey, order) is False
    account = await Accounts(stage.database).get(feed.account_id)
    assert account is not None
    assert account.prior_episodes == 0
    row = await Journeys(stage.database).get(feed.account_id)
    assert row is not None
    assert (row.outcome, row.reason, row.delinquent) == (Outcome.CURED, EndReason.PAID_BEFORE_DUE, False)
    assert row.ended_at == at(90, 9)


async def test_an_end_cancels_reservations_and_later_notes_change_nothing(database: Database) -> None:
    stage = a_stage(database, live=True)
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [NotSent(None)]
    with pytest.raises(ApplicationError):
        await stage.run(ports.make_contact, a_contact(feed))
    await stage.run(ports.end_journey, an_end(feed, Outcome.HANDED_OFF, EndReason.EXITED_BY_ORDER))
    assert [row["state"] for row in await rows(database, "dispatches")] == ["cancelled"]
    before = await rows(database, "journeys")
    await stage.run(ports.note_progress, ports.NoteProgress(feed.account_id, 1, WAITS, ()))
    assert await rows(database, "journeys") == before


async def test_a_journey_that_never_opened_cannot_end(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.intake.tell_account(feed)
    with pytest.raises(JourneyNotOpened):
        await stage.run(ports.end_journey, an_end(feed, Outcome.CURED, EndReason.ARREARS_CLEARED))


async def test_the_timeline_tells_an_account_s_story_in_its_own_order(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    await stage.run(ports.make_contact, a_contact(feed))
    await stage.intake.tell_credit(a_credit_feed(feed.account_id, effective_at=at(3)))
    await stage.run(ports.end_journey, an_end(feed, Outcome.CURED, EndReason.ARREARS_CLEARED))
    lines = await Journeys(stage.database).timeline(feed.account_id)
    assert [line.what for line in lines] == [
        "account_told",
        "journey_opened",
        "contact_allowed",
        "contact_accepted",
        "payment_received",
        "journey_ended",
    ]
    assert all(before.at <= after.at for before, after in pairwise(lines))
    assert lines[3].channel == Channel.SMS
