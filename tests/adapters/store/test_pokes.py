"""Pokes: coalesced, delivered by one relay at a time, kept until they arrived."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from adapters.store import pokes as pokes_module
from adapters.store.database import Database
from adapters.store.intake import Intake
from adapters.store.pokes import Pokes
from tests.adapters.store.snapshot import rows
from tests.builders import a_credit_feed, an_account_feed


class Heard:
    """A Temporal that remembers who was poked, and can be down."""

    def __init__(self, *, down: bool = False, slow_s: float = 0.0) -> None:
        self.accounts: list[str] = []
        self.down = down
        self._slow_s = slow_s

    async def __call__(self, account_id: str) -> None:
        await asyncio.sleep(self._slow_s)
        if self.down:
            raise ConnectionError(account_id)
        self.accounts.append(account_id)


async def _told(intake: Intake, number: int) -> list[str]:
    feeds = [an_account_feed() for _ in range(number)]
    for feed in feeds:
        await intake.tell_account(feed)
    return [feed.account_id for feed in feeds]


async def test_many_facts_about_an_account_are_one_poke(database: Database, intake: Intake) -> None:
    [account_id] = await _told(intake, 1)
    for _ in range(5):
        await intake.tell_credit(a_credit_feed(account_id, 1))
    heard = Heard()
    assert await Pokes(database).take(heard, 10) == 1
    assert heard.accounts == [account_id]
    assert await Pokes(database).pending(10) == []
    assert await Pokes(database).take(heard, 10) == 0


async def test_two_relays_never_deliver_the_same_poke(database: Database, intake: Intake) -> None:
    accounts = await _told(intake, 40)
    heard = Heard(slow_s=0.01)
    relays = [Pokes(database) for _ in range(4)]
    for _ in range(4):
        await asyncio.gather(*(relay.take(heard, 5) for relay in relays))
    assert sorted(heard.accounts) == sorted(accounts)


async def test_a_payment_does_not_wait_for_a_poke_under_way(database: Database, intake: Intake) -> None:
    [account_id] = await _told(intake, 1)
    heard = Heard(slow_s=0.3)
    relay = asyncio.create_task(Pokes(database).take(heard, 1))
    await asyncio.sleep(0.1)
    await asyncio.wait_for(intake.tell_credit(a_credit_feed(account_id)), timeout=0.2)
    assert not relay.done()
    await relay
    # It came after the poke had left: the journey must hear again.
    assert await Pokes(database).pending(1) == [account_id]
    assert await Pokes(database).take(heard, 1) == 1
    assert await Pokes(database).pending(1) == []


async def test_a_failed_delivery_keeps_the_poke_for_later(database: Database, intake: Intake) -> None:
    [account_id] = await _told(intake, 1)
    heard = Heard(down=True)
    assert await Pokes(database).take(heard, 10) == 0
    heard.down = False
    assert await Pokes(database).take(heard, 10) == 0, "it waits a moment first"
    assert (await rows(database, "pokes"))[0]["failures"] == 1
    await _a_minute_passes(database)
    assert await Pokes(database).take(heard, 10) == 1
    assert heard.accounts == [account_id]


async def test_a_poke_whose_relay_died_is_free_after_its_lease(database: Database, intake: Intake) -> None:
    [account_id] = await _told(intake, 1)
    dying = asyncio.create_task(Pokes(database).take(Heard(slow_s=60), 1))
    await asyncio.sleep(0.1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    heard = Heard()
    assert await Pokes(database).take(heard, 1) == 0
    await _a_minute_passes(database)
    assert await Pokes(database).take(heard, 1) == 1
    assert heard.accounts == [account_id]


async def test_a_relay_that_slept_over_its_lease_settles_nothing(database: Database, intake: Intake) -> None:
    [account_id] = await _told(intake, 1)

    async def sleep_over(_account_id: str) -> None:
        await _a_minute_passes(database)
        await Pokes(database).take(Heard(down=True), 1)

    await Pokes(database).take(sleep_over, 1)
    assert await Pokes(database).pending(1) == [account_id]


async def test_a_delivery_that_hangs_counts_as_failed(
    database: Database, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pokes_module, "_DELIVERY_S", 0.05)
    [account_id] = await _told(intake, 1)
    assert await Pokes(database).take(Heard(slow_s=60), 1) == 0
    assert await Pokes(database).pending(1) == [account_id]


async def test_the_lag_is_the_age_of_the_oldest_poke(database: Database, intake: Intake) -> None:
    assert await Pokes(database).lag() == timedelta(0)
    await _told(intake, 2)
    async with database.session() as session:
        await session.execute(text("UPDATE pokes SET since = since - interval '90 seconds'"))
    assert timedelta(seconds=90) <= await Pokes(database).lag() < timedelta(seconds=120)


async def test_a_listener_hears_at_once_that_a_poke_was_committed(database: Database, intake: Intake) -> None:
    rings = Pokes(database).listen(patience_s=30)
    await anext(rings)
    next_ring = asyncio.ensure_future(anext(rings))
    await asyncio.sleep(0.1)
    assert not next_ring.done()
    await _told(intake, 1)
    await asyncio.wait_for(next_ring, timeout=2)
    await rings.aclose()


async def test_a_listener_rings_without_news_when_patience_is_over(database: Database) -> None:
    rings = Pokes(database).listen(patience_s=0.05)
    for _ in range(3):
        await asyncio.wait_for(anext(rings), timeout=2)
    await rings.aclose()


async def test_a_listener_without_a_database_still_rings() -> None:
    nowhere = Database.open("postgresql+psycopg://nobody:none@127.0.0.1:1/none")
    rings = Pokes(nowhere).listen(patience_s=0.01)
    for _ in range(2):
        await asyncio.wait_for(anext(rings), timeout=10)
    await rings.aclose()
    await nowhere.close()


async def _a_minute_passes(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("UPDATE pokes SET taken_until = taken_until - interval '60 seconds'"))
