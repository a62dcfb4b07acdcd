"""Many workers, one person, one cap: the lock is what holds it, as the control shows."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from adapters.store import claiming, locks
from adapters.store.database import Database
from domain.compliance import gate
from domain.compliance.caps import CAP
from domain.feed import AccountFeed
from tests.activities.stage import a_contact, a_stage
from tests.adapters.store.snapshot import rows
from tests.builders import a_customer, an_account_feed
from workflows import ports

WORKERS = 8


async def test_eight_workers_at_once_do_not_exceed_the_cap(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _think_slowly(monkeypatch)
    assert await _made_at_once(database, database_url) == CAP


async def test_without_the_lock_the_same_workers_exceed_it(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _think_slowly(monkeypatch)
    unlocked = str(locks._PERSON_AND_ACCOUNT).replace("FOR UPDATE", "").replace("FOR NO KEY UPDATE OF a", "")
    monkeypatch.setattr(locks, "_PERSON_AND_ACCOUNT", text(unlocked))
    assert await _made_at_once(database, database_url) > CAP


def _think_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time between reading and writing, so that the workers meet."""
    judge = gate.judge_channels

    def slowly(*arguments: object) -> object:
        time.sleep(0.05)
        return judge(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(claiming, "judge_channels", slowly)


async def _made_at_once(database: Database, url: str) -> int:
    customer = a_customer("many")
    feeds = [an_account_feed(customer=customer) for _ in range(WORKERS)]
    stage = a_stage(database)
    for feed in feeds:
        await stage.open(feed)
    with ThreadPoolExecutor(WORKERS) as threads:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(threads, partial(_work, url, feed)) for feed in feeds))
    return len([row for row in await rows(database, "dispatches") if row["state"] == "accepted"])


def _work(url: str, feed: AccountFeed) -> None:
    """One worker process's part, in a thread with a loop and a pool of its own."""
    asyncio.run(_contact(url, feed))


async def _contact(url: str, feed: AccountFeed) -> None:
    database = Database.open(url)
    try:
        await a_stage(database).run(ports.make_contact, a_contact(feed))
    finally:
        await database.close()
