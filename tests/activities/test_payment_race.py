"""A payment against a claim: whichever commits first wins, and the account's lock is what makes it so."""

import asyncio
import threading
import time

import pytest
from sqlalchemy import text

from activities import contact
from adapters.store import claiming, locks
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from domain.compliance import gate
from domain.feed import AccountFeed
from domain.journey.events import ContactMade
from tests.activities.stage import Stage, a_contact, a_stage
from tests.adapters.store.snapshot import rows
from tests.builders import a_credit_feed, an_account_feed
from workflows import ports


async def test_a_payment_that_meets_a_claim_waits_for_it(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await _paid_before_the_claim(a_stage(database), database_url, monkeypatch)


async def test_without_the_lock_a_contact_is_claimed_after_the_payment(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = str(locks._PERSON_AND_ACCOUNT).replace("FOR UPDATE", "").replace("FOR NO KEY UPDATE OF a", "")
    monkeypatch.setattr(locks, "_PERSON_AND_ACCOUNT", text(unlocked))
    assert await _paid_before_the_claim(a_stage(database), database_url, monkeypatch)


async def test_a_worker_that_slept_over_its_claim_sends_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, feed = a_stage(database), an_account_feed()
    await stage.open(feed)
    claim = Contacts.claim

    async def sleepy(*arguments: object) -> object:
        answer = await claim(*arguments)  # type: ignore[arg-type]
        await asyncio.sleep(0.2)
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Contacts, "claim", sleepy)
        patched.setattr(contact, "FENCE_S", 0.1)
        with pytest.raises(contact.ContactNotSent):
            await stage.run(ports.make_contact, a_contact(feed))
    assert await rows(database, "development_messages") == []
    assert [row["state"] for row in await rows(database, "dispatches")] == ["reserved"]
    report = await stage.run(ports.make_contact, a_contact(feed))
    assert isinstance(report.event, ContactMade)


async def _paid_before_the_claim(stage: Stage, url: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Pay while another worker is between reading and claiming; which of the two was on record first?"""
    feed = an_account_feed()
    await stage.open(feed)
    judging = threading.Event()

    def slowly(*arguments: object) -> object:
        judging.set()
        time.sleep(0.3)
        return gate.judge_channels(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(claiming, "judge_channels", slowly)
    other = asyncio.create_task(asyncio.to_thread(asyncio.run, _contact(url, feed)))
    await asyncio.to_thread(judging.wait, 10)
    await stage.intake.tell_credit(a_credit_feed(feed.account_id))
    await other
    [dispatch] = await rows(stage.database, "dispatches")
    [payment] = await rows(stage.database, "ledger")
    return bool(payment["recorded_at"] < dispatch["claimed_at"])


async def _contact(url: str, feed: AccountFeed) -> None:
    database = Database.open(url)
    try:
        await a_stage(database).run(ports.make_contact, a_contact(feed))
    finally:
        await database.close()
