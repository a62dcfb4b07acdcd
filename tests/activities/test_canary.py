"""A person whose name, number and mail must be nowhere but in three tables and the carrier's hands."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from adapters.providers.provider import NotSent, Receipt, Refused, Unknown
from adapters.store.database import Database
from adapters.store.errors import StoreRefused
from adapters.store.journeys import Journeys
from domain.journey.definition import Stage as JourneyStage
from tests.activities.stage import Stage, a_contact, a_stage
from tests.adapters.store.snapshot import snapshot
from tests.builders import (
    MAIL,
    NAME,
    NUMBER,
    a_bill_feed,
    a_credit_feed,
    a_journey,
    a_send,
    a_step,
    an_account_feed,
)
from workflows import ports

PERSONAL = (NAME, NUMBER, NUMBER.lstrip("+"), MAIL)
MAY_HOLD_PERSONS = {"customers", "contact_points", "development_messages"}
BROKEN = a_journey(
    a_step("reminder-1", JourneyStage.REMINDER, 1, replace(a_send(), template="broken")), version="v-broken"
)


def _persons_in(value: object) -> list[str]:
    told = json.dumps(value, default=str)
    return [word for word in PERSONAL if word.lower() in told.lower()]


async def _live_through(stage: Stage) -> list[Any]:
    """Every way a contact can go; what the activities answered or raised."""
    heard: list[Any] = []
    receipts: tuple[list[Receipt], ...] = (
        [],
        [Refused("21610", permanent=True, opted_out=True)],
        [Unknown("timeout")],
        [NotSent(3.0, "20429")],
    )
    for receipt in receipts:
        feed = an_account_feed()
        heard.append(await stage.open(feed))
        stage.carrier.receipts = list(receipt)
        for order in (a_contact(feed), a_contact(feed), a_contact(feed, "no-such-step")):
            try:
                heard.append(await stage.run(ports.make_contact, order))
            except ApplicationError as refused:
                heard.append(refused)
        await stage.intake.tell_credit(a_credit_feed(feed.account_id))
        heard.append(await stage.run(ports.make_contact, a_contact(feed, "reminder-2")))
        heard.append(await stage.run(ports.look, ports.Look(feed.account_id, 1, "v1", feed.clock)))
    feed = an_account_feed()
    heard.append(await stage.open(feed, BROKEN))
    heard.append(await stage.run(ports.make_contact, a_contact(feed, version="v-broken")))
    with pytest.raises(StoreRefused) as refused_bill:
        await stage.intake.tell_account(an_account_feed(None, a_bill_feed(amount_minor=-1)))
    return [*heard, refused_bill.value]


async def test_a_person_is_in_three_tables_and_in_no_log_audit_answer_or_error(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage = a_stage(database, live=True)
    with capture_logs() as logged:
        heard = await _live_through(stage)
    assert {line["event"] for line in logged} >= {"contact_settled", "contact_blocked", "message_not_written"}
    assert _persons_in(logged) == []
    assert _persons_in([record.getMessage() for record in caplog.records]) == []
    for answer in heard:
        if isinstance(answer, Exception):
            assert _persons_in([str(answer), repr(answer), repr(answer.__cause__)]) == []
        else:
            [payload] = await pydantic_data_converter.encode([answer])
            assert _persons_in(payload.data.decode()) == []
    for table, kept in (await snapshot(database)).items():
        if table not in MAY_HOLD_PERSONS:
            assert _persons_in(kept) == [], table
    accounts = [row["account_id"] for row in (await snapshot(database))["accounts"]]
    for account_id in accounts:
        lines = await Journeys(database).timeline(account_id)
        assert _persons_in([repr(line) for line in lines]) == []


async def test_the_canary_sings_where_persons_may_be(database: Database) -> None:
    stage = a_stage(database)
    feed = an_account_feed()
    await stage.open(feed)
    await stage.run(ports.make_contact, a_contact(feed))
    kept = await snapshot(database)
    assert {table for table, rows in kept.items() if _persons_in(rows)} == MAY_HOLD_PERSONS
