"""The contact path: gate, claim, carrier, outcome."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from adapters.providers.provider import Accepted, NotSent, Refused, Unknown
from adapters.store.database import Database
from adapters.store.journeys import Journeys
from adapters.store.messages import DevelopmentOutbox
from domain.contact import Channel, Purpose
from domain.journey.definition import Stage as JourneyStage
from domain.journey.events import ContactBlocked, ContactDeferred, ContactMade
from domain.journey.forecast import Progress
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason
from domain.journey.move import Waiting
from tests.activities.stage import Stage, a_contact, a_stage
from tests.adapters.store.snapshot import rows, snapshot
from tests.builders import (
    MAIL,
    NUMBER,
    a_bill_feed,
    a_credit_feed,
    a_customer,
    a_journey,
    a_point,
    a_send,
    a_step,
    an_account_feed,
    at,
)
from workflows import ports

_SMS = a_send(Purpose.COLLECTION, Channel.SMS)
SMS_ONLY = a_journey(a_step("reminder-1", JourneyStage.REMINDER, 1, _SMS), version="v-sms")


@pytest.fixture
def stage(database: Database) -> Stage:
    return a_stage(database, live=True)


async def test_an_allowed_contact_goes_to_the_carrier_once_and_is_on_record(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactMade("reminder-1", Channel.SMS)
    assert report.sight.facts["overdue_minor"] == 5_000
    [dispatch] = await rows(stage.database, "dispatches")
    [message] = stage.carrier.sent
    assert (dispatch["state"], dispatch["attempt"], dispatch["contacted_at"]) == ("accepted", 1, at(1))
    assert (dispatch["provider"], dispatch["provider_message_id"]) == ("scripted", "SM1")
    assert (message.address, message.dispatch_id) == (NUMBER, dispatch["dispatch_id"])
    assert "50.00 USD" in message.text
    assert "2026-03-10" in message.text
    assert f"https://pay.example.test/p/{message.reference}" in message.text
    assert (await rows(stage.database, "evidence"))[0]["event_id"] == "answer:SM1"


async def test_a_contact_asked_for_twice_is_made_once(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    first = await stage.run(ports.make_contact, a_contact(feed))
    before = await snapshot(stage.database)
    assert await stage.run(ports.make_contact, a_contact(feed)) == first
    assert await snapshot(stage.database) == before
    assert len(stage.carrier.sent) == 1


async def test_a_verdict_heard_twice_is_on_record_once(stage: Stage) -> None:
    feed = an_account_feed(clock=at(1, 22))
    await stage.open(feed)
    first = await stage.run(ports.make_contact, a_contact(feed))
    assert first.event == ContactDeferred("reminder-1", at(2, 8), "HOURS-08-21")
    before = await snapshot(stage.database)
    assert await stage.run(ports.make_contact, a_contact(feed)) == first
    assert await snapshot(stage.database) == before
    line = (await Journeys(stage.database).timeline(feed.account_id, 1))[-1]
    assert (line.what, line.why, line.until) == ("contact_deferred", "HOURS-08-21", at(2, 8))
    assert line.citation is not None
    assert "47 CFR" in line.citation
    assert await rows(stage.database, "dispatches") == []


async def test_a_deferred_contact_is_made_when_it_is_asked_for_again(stage: Stage) -> None:
    feed = an_account_feed(clock=at(1, 22))
    await stage.open(feed)
    await stage.run(ports.make_contact, a_contact(feed))
    report = await stage.run(ports.make_contact, a_contact(feed, at=at(2, 8)))
    assert report.event == ContactMade("reminder-1", Channel.SMS)


async def test_after_a_payment_nothing_is_sent(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    await stage.intake.tell_credit(a_credit_feed(feed.account_id))
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactBlocked("reminder-1", "PAID")
    assert report.sight.anchor is None
    assert report.sight.cleared_at == at(1)
    assert stage.carrier.sent == []


async def test_a_payment_after_the_reservation_cancels_it(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [NotSent(None, "rate limit")]
    with pytest.raises(ApplicationError):
        await stage.run(ports.make_contact, a_contact(feed))
    assert (await rows(stage.database, "dispatches"))[0]["state"] == "reserved"
    await stage.intake.tell_credit(a_credit_feed(feed.account_id))
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactBlocked("reminder-1", "PAID")
    [dispatch] = await rows(stage.database, "dispatches")
    assert (dispatch["state"], dispatch["reason"], dispatch["claim_token"]) == ("cancelled", "PAID", None)
    assert len(stage.carrier.sent) == 1


async def test_a_payment_during_the_send_is_in_the_report(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.before = lambda: stage.intake.tell_credit(a_credit_feed(feed.account_id))
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactMade("reminder-1", Channel.SMS)
    assert report.sight.anchor is None


async def test_what_was_not_sent_is_tried_again_after_the_carrier_s_delay(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [NotSent(7.0, "20429"), NotSent(None)]
    with pytest.raises(ApplicationError) as refused:
        await stage.run(ports.make_contact, a_contact(feed))
    assert (refused.value.type, refused.value.next_retry_delay) == ("ContactNotSent", timedelta(seconds=7))
    with pytest.raises(ApplicationError) as refused:
        await stage.run(ports.make_contact, a_contact(feed))
    assert refused.value.next_retry_delay is None
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactMade("reminder-1", Channel.SMS)
    [dispatch] = await rows(stage.database, "dispatches")
    assert (dispatch["state"], dispatch["attempt"]) == ("accepted", 3)


async def test_a_reservation_that_runs_into_the_night_is_cancelled_and_claimed_again(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [NotSent(None)]
    with pytest.raises(ApplicationError):
        await stage.run(ports.make_contact, a_contact(feed))
    deferred = await stage.run(ports.make_contact, a_contact(feed, at=at(1, 23)))
    assert deferred.event == ContactDeferred("reminder-1", at(2, 8), "HOURS-08-21")
    assert (await rows(stage.database, "dispatches"))[0]["reason"] == "HOURS-08-21"
    report = await stage.run(ports.make_contact, a_contact(feed, at=at(2, 8)))
    assert report.event == ContactMade("reminder-1", Channel.SMS)
    [dispatch] = await rows(stage.database, "dispatches")
    assert (dispatch["state"], dispatch["attempt"], dispatch["reason"]) == ("accepted", 2, None)


async def test_an_unknown_outcome_is_never_sent_again(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [Unknown("timeout")]
    for _ in range(3):
        report = await stage.run(ports.make_contact, a_contact(feed))
        assert report.event == ContactMade("reminder-1", Channel.SMS)
    assert len(stage.carrier.sent) == 1
    assert (await rows(stage.database, "dispatches"))[0]["state"] == "unknown"


async def test_a_live_claim_makes_a_second_worker_wait(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [RuntimeError("the worker dies here")]
    with pytest.raises(RuntimeError):
        await stage.run(ports.make_contact, a_contact(feed))
    with pytest.raises(ApplicationError) as waiting:
        await stage.run(ports.make_contact, a_contact(feed))
    assert waiting.value.type == "ContactUnderway"
    assert waiting.value.next_retry_delay is not None
    assert timedelta(seconds=15) < waiting.value.next_retry_delay <= timedelta(seconds=20)


async def test_an_old_claim_becomes_unknown_and_is_never_sent_again(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [RuntimeError("the worker dies here")]
    with pytest.raises(RuntimeError):
        await stage.run(ports.make_contact, a_contact(feed))
    await _age_claims(stage.database)
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactMade("reminder-1", Channel.SMS)
    assert (await rows(stage.database, "dispatches"))[0]["state"] == "unknown"
    assert len(stage.carrier.sent) == 1


async def test_an_answer_that_comes_after_the_claim_was_given_up_counts_only_if_it_is_acceptance(
    stage: Stage,
) -> None:
    for receipt, state in ((Accepted("SM9"), "accepted"), (Refused("21211", True, False), "unknown")):
        feed = an_account_feed()
        await stage.open(feed)
        stage.carrier.receipts = [receipt]
        stage.carrier.before = lambda: _give_up_claims(stage.database)
        report = await stage.run(ports.make_contact, a_contact(feed))
        assert report.event == ContactMade("reminder-1", Channel.SMS)
        states = {row["account_id"]: row["state"] for row in await rows(stage.database, "dispatches")}
        assert states[feed.account_id] == state


async def test_a_refused_channel_gives_way_to_the_next(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [Refused("21211", permanent=True, opted_out=False)]
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactMade("reminder-1", Channel.EMAIL)
    assert [message.address for message in stage.carrier.sent] == [NUMBER, MAIL]
    states = {row["channel"]: row["state"] for row in await rows(stage.database, "dispatches")}
    assert states == {"sms": "refused", "email": "accepted"}


async def test_when_every_carrier_refuses_the_step_is_over(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    stage.carrier.receipts = [Refused("21211", True, False), Refused("400", True, False)]
    for _ in range(2):
        report = await stage.run(ports.make_contact, a_contact(feed))
        assert report.event == ContactBlocked("reminder-1", "REFUSED")
    assert len(stage.carrier.sent) == 2


async def test_a_carrier_s_opt_out_withdraws_consent_from_everyone_at_the_address(stage: Stage) -> None:
    feed = an_account_feed(customer=a_customer("one", a_point()))
    other = an_account_feed(customer=a_customer("two", a_point()))
    await stage.open(feed, SMS_ONLY)
    await stage.open(other, SMS_ONLY)
    stage.carrier.receipts = [Refused("21610", permanent=True, opted_out=True)]
    await stage.run(ports.make_contact, a_contact(feed, version="v-sms"))
    assert {row["source"] for row in await rows(stage.database, "consents") if not row["granted"]} == {
        "carrier"
    }
    await stage.intake.tell_account(other)
    report = await stage.run(ports.make_contact, a_contact(other, version="v-sms"))
    assert report.event == ContactBlocked("reminder-1", "NO-CONSENT")


async def test_a_channel_without_consent_address_or_carrier_gives_way(database: Database) -> None:
    only_mail = an_account_feed(customer=a_customer(None, a_point(Channel.EMAIL, MAIL)))
    declined = an_account_feed(
        customer=a_customer(None, a_point(consented=False), a_point(Channel.EMAIL, MAIL))
    )
    stage = a_stage(database, live=True)
    for feed in (only_mail, declined):
        await stage.open(feed)
        report = await stage.run(ports.make_contact, a_contact(feed))
        assert report.event == ContactMade("reminder-1", Channel.EMAIL)


async def test_the_first_address_that_was_agreed_to_is_used(stage: Stage) -> None:
    second = a_point(address="+12025550199")
    feed = an_account_feed(customer=a_customer(None, a_point(consented=False), second))
    await stage.open(feed)
    await stage.run(ports.make_contact, a_contact(feed))
    assert [message.address for message in stage.carrier.sent] == ["+12025550199"]


async def test_a_suppressed_person_or_address_is_never_contacted(stage: Stage) -> None:
    person = an_account_feed(customer=a_customer("gone"))
    address = an_account_feed(customer=a_customer("moved", a_point()))
    for feed in (person, address):
        await stage.open(feed, SMS_ONLY)
    [hashed] = [r for r in await rows(stage.database, "contact_points") if r["customer_id"] == "moved"]
    async with stage.database.session() as session:
        suppression = "INSERT INTO suppressions (subject, reason) VALUES (:subject, 'reassigned')"
        await session.execute(text(suppression), {"subject": f"addr:{hashed['address_hash']}"})
    assert await stage.intake.suppress(person.account_id, "deceased")
    assert not await stage.intake.suppress(person.account_id, "deceased")
    for feed in (person, address):
        report = await stage.run(ports.make_contact, a_contact(feed, version="v-sms"))
        assert report.event == ContactBlocked("reminder-1", "SUPPRESSED")


async def test_a_hold_placed_before_the_walk_knows_defers_the_contact(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    hold = Hold("h1", HoldReason.OPERATOR_PAUSE, EVERY_CLOCK, at(1, 11))
    await stage.run(ports.place_hold, ports.PlaceHold(feed.account_id, 1, hold, "agent-7"))
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactDeferred("reminder-1", at(2, 12), "HELD")
    release = ports.ReleaseHold(feed.account_id, 1, "h1", at(1, 12), "agent-7")
    await stage.run(ports.release_hold, release)
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactMade("reminder-1", Channel.SMS)


async def test_a_hold_with_an_end_defers_to_it(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    hold = Hold("h1", HoldReason.OPERATOR_PAUSE, EVERY_CLOCK, at(1, 11), at(1, 15))
    await stage.run(ports.place_hold, ports.PlaceHold(feed.account_id, 1, hold, "agent-7"))
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactDeferred("reminder-1", at(1, 15), "HELD")


async def test_a_journey_of_an_earlier_epoch_contacts_nobody(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    report = await stage.run(ports.make_contact, a_contact(feed, epoch=7))
    assert report.event == ContactBlocked("reminder-1", "JOURNEY-CLOSED")


async def test_a_pre_due_word_may_be_sent_before_anything_is_past_due(stage: Stage) -> None:
    feed = an_account_feed(clock=at(-5))
    await stage.open(feed)
    report = await stage.run(ports.make_contact, a_contact(feed, "heads-up"))
    assert report.event == ContactMade("heads-up", Channel.SMS)
    assert "50.00 USD" in stage.carrier.sent[0].text
    blocked = await stage.run(ports.make_contact, a_contact(feed, "reminder-1"))
    assert blocked.event == ContactBlocked("reminder-1", "PAID")


async def test_a_text_that_cannot_be_made_ends_the_step_and_nothing_is_sent(stage: Stage) -> None:
    broken = replace(a_send(), template="broken")
    journey = a_journey(a_step("reminder-1", JourneyStage.REMINDER, 1, broken), version="v-broken")
    feed = an_account_feed()
    await stage.open(feed, journey)
    report = await stage.run(ports.make_contact, a_contact(feed, version="v-broken"))
    assert report.event == ContactBlocked("reminder-1", "TEMPLATE")
    assert stage.carrier.sent == []
    [dispatch] = await rows(stage.database, "dispatches")
    assert (dispatch["state"], dispatch["reason"]) == ("cancelled", "TEMPLATE")


async def test_a_step_that_sends_nothing_is_refused_for_good(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    for step_id in ("call", "no-such-step"):
        with pytest.raises(ApplicationError) as refused:
            await stage.run(ports.make_contact, a_contact(feed, step_id))
        assert refused.value.non_retryable


async def test_the_cap_counts_contacts_over_all_accounts_of_the_person(stage: Stage) -> None:
    customer = a_customer("many")
    feeds = [an_account_feed(customer=customer) for _ in range(4)]
    for feed in feeds:
        await stage.open(feed)
    events = [(await stage.run(ports.make_contact, a_contact(feed))).event for feed in feeds]
    assert [event.kind for event in events] == ["contact_made"] * 3 + ["contact_deferred"]
    assert events[3] == ContactDeferred("reminder-1", at(8, 8), "CAP-3-IN-7")


async def test_what_was_refused_or_cancelled_does_not_count_against_the_cap(stage: Stage) -> None:
    customer = a_customer("many", a_point())
    feeds = [an_account_feed(customer=customer) for _ in range(4)]
    for feed in feeds:
        await stage.open(feed)
    stage.carrier.receipts = [Refused("1", True, False)] * 3
    for feed in feeds[:3]:
        await stage.run(ports.make_contact, a_contact(feed))
    report = await stage.run(ports.make_contact, a_contact(feeds[3]))
    assert report.event == ContactMade("reminder-1", Channel.SMS)


async def test_a_test_account_s_message_goes_to_the_outbox_whoever_is_configured(database: Database) -> None:
    stage = a_stage(database)
    feed = an_account_feed()
    await stage.open(feed)
    await stage.run(ports.make_contact, a_contact(feed))
    assert stage.carrier.sent == []
    [message] = await DevelopmentOutbox(database).list(feed.account_id)
    assert (message.channel, message.at, message.step_id) == ("sms", at(1), "reminder-1")


async def test_a_real_account_is_contacted_at_the_database_s_time_whatever_the_order_says(
    database: Database,
) -> None:
    stage = a_stage(database)
    today = datetime.now(UTC).date()
    feed = an_account_feed(
        None,
        a_bill_feed(due_on=today - timedelta(days=30)),
        customer=a_customer(time_zones=(_zone_at_noon(),)),
        clock=None,
    )
    await stage.open(feed)
    report = await stage.run(ports.make_contact, a_contact(feed, at=at(1)))
    assert report.event == ContactMade("reminder-1", Channel.SMS)
    assert len(stage.carrier.sent) == 1
    [dispatch] = await rows(database, "dispatches")
    assert abs(dispatch["contacted_at"] - datetime.now(UTC)) < timedelta(minutes=1)


async def test_without_a_carrier_for_any_channel_the_step_is_over(database: Database) -> None:
    stage = a_stage(database, iter(()))
    today = datetime.now(UTC).date()
    feed = an_account_feed(None, a_bill_feed(due_on=today - timedelta(days=30)), clock=None)
    await stage.open(feed)
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert report.event == ContactBlocked("reminder-1", "NO-PROVIDER")


async def test_two_workers_at_once_send_one_message(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    both = await asyncio.gather(
        *(stage.run(ports.make_contact, a_contact(feed)) for _ in range(8)), return_exceptions=True
    )
    assert len(stage.carrier.sent) == 1
    assert all(isinstance(answer, ApplicationError | ports.ContactReport) for answer in both)


def _zone_at_noon() -> str:
    """A zone in which it is about noon."""
    behind = datetime.now(UTC).hour - 12
    return f"Etc/GMT{behind:+d}" if behind else "Etc/GMT"


async def _age_claims(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("UPDATE dispatches SET claimed_at = claimed_at - interval '21 seconds'"))


async def _give_up_claims(database: Database) -> None:
    async with database.session() as session:
        claimed = "UPDATE dispatches SET state = 'unknown' WHERE state = 'dispatching'"
        await session.execute(text(claimed))


async def test_a_contact_that_is_made_notes_where_it_leads_and_a_blocked_one_does_not(stage: Stage) -> None:
    feed = an_account_feed()
    await stage.open(feed)
    then = Progress(JourneyStage.REMINDER, 0, Waiting.STEP_DUE, "reminder-2", at(5), None)
    report = await stage.run(ports.make_contact, replace(a_contact(feed), then=then))
    row = await Journeys(stage.database).get(feed.account_id)
    assert row is not None
    assert (report.noted, row.next_step, row.next_at, row.waiting) == (
        True,
        "reminder-2",
        at(5),
        Waiting.STEP_DUE,
    )
    await stage.intake.tell_credit(a_credit_feed(feed.account_id, 5_000))
    later = replace(a_contact(feed, "reminder-2"), then=replace(then, next_step="reminder-3"))
    assert (await stage.run(ports.make_contact, later)).noted is False
    row = await Journeys(stage.database).get(feed.account_id)
    assert row is not None
    assert row.next_step == "reminder-2"
