"""What carriers say afterwards."""

from dataclasses import replace

import pytest

from adapters.providers.delivery import DeliveryReport, DeliveryStatus
from adapters.providers.provider import Unknown
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from domain.journey.events import ContactMade
from tests.activities.stage import Stage, a_contact, a_stage
from tests.adapters.store.snapshot import rows, snapshot
from tests.builders import NUMBER, an_account_feed, at
from workflows import ports


@pytest.fixture
async def stage(database: Database) -> Stage:
    """A contact whose outcome is unknown."""
    stage = a_stage(database, live=True)
    feed = an_account_feed("a-1")
    await stage.open(feed)
    stage.carrier.receipts = [Unknown("timeout")]
    await stage.run(ports.make_contact, a_contact(feed))
    return stage


async def _report(stage: Stage) -> DeliveryReport:
    [dispatch] = await rows(stage.database, "dispatches")
    return DeliveryReport(
        provider="scripted",
        event_id="SM7:delivered",
        dispatch_id=dispatch["dispatch_id"],
        provider_message_id="SM7",
        status=DeliveryStatus.DELIVERED,
        rank=5,
        at=at(1, 13),
        address=NUMBER,
    )


async def test_a_report_settles_an_unknown_outcome_once(stage: Stage) -> None:
    contacts, report = Contacts(stage.database), await _report(stage)
    assert await contacts.merge_report(report)
    before = await snapshot(stage.database)
    assert not await contacts.merge_report(report)
    assert await snapshot(stage.database) == before
    [dispatch] = before["dispatches"]
    assert (dispatch["state"], dispatch["provider_message_id"]) == ("accepted", "SM7")
    assert before["audit"][-1]["what"] == "contact_delivered"


async def test_a_report_about_another_address_or_nothing_is_no_news(stage: Stage) -> None:
    contacts, report = Contacts(stage.database), await _report(stage)
    before = await snapshot(stage.database)
    assert not await contacts.merge_report(replace(report, address="+12025550000"))
    assert not await contacts.merge_report(replace(report, dispatch_id="no-such-dispatch"))
    assert await snapshot(stage.database) == before


async def test_a_second_message_for_one_contact_is_an_incident(stage: Stage) -> None:
    contacts, report = Contacts(stage.database), await _report(stage)
    await contacts.merge_report(report)
    await contacts.merge_report(replace(report, event_id="SM8:sent", provider_message_id="SM8"))
    [incident] = [row for row in await rows(stage.database, "audit") if row["what"] == "contact_doubled"]
    assert incident["why"] == "SECOND-MESSAGE"


async def test_an_opt_out_in_a_report_withdraws_consent(stage: Stage) -> None:
    report = replace(await _report(stage), opted_out=True)
    await Contacts(stage.database).merge_report(report)
    consents = {row["channel"]: row["granted"] for row in await rows(stage.database, "consents")}
    assert consents == {"sms": False, "email": True}


async def test_a_report_that_overtakes_the_answer_is_completed_by_it(database: Database) -> None:
    stage = a_stage(database, live=True)
    feed = an_account_feed()
    await stage.open(feed)

    async def overtake() -> None:
        report = replace(await _report(stage), provider_message_id="SM1", event_id="SM1:sent")
        await Contacts(database).merge_report(report)

    stage.carrier.before = overtake
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert isinstance(report.event, ContactMade)
    [dispatch] = await rows(database, "dispatches")
    assert (dispatch["state"], dispatch["provider_message_id"]) == ("accepted", "SM1")
    assert dispatch["body_hash"] is not None
    assert [row["what"] for row in await rows(database, "audit")].count("contact_doubled") == 0
