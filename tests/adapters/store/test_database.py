"""The way to PostgreSQL when it does not answer, or answers no."""

import asyncio

import pytest
from sqlalchemy import text

from adapters.store import database as database_module
from adapters.store.database import Database
from adapters.store.errors import StoreRefused, StoreUnavailable
from adapters.store.intake import Intake
from tests.builders import NAME, a_credit_feed, an_account_feed


async def test_a_database_that_is_not_there_is_unavailable_and_not_ready() -> None:
    nowhere = Database.open("postgresql+psycopg://nobody:none@127.0.0.1:1/none")
    assert not await nowhere.ready()
    with pytest.raises(StoreUnavailable) as missing:
        async with nowhere.session():
            pass
    assert missing.value.code == "store_unavailable"
    await nowhere.close()


async def test_a_connection_that_broke_is_unavailable_and_the_next_one_works(database: Database) -> None:
    with pytest.raises(StoreUnavailable):
        await _run(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert await database.ready()


async def test_a_lock_that_is_not_had_in_time_is_unavailable(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    async with database.session() as held:
        await held.execute(text("SELECT * FROM accounts FOR UPDATE"))
        with pytest.raises(StoreUnavailable):
            await _run(database, "SET LOCAL lock_timeout = '50ms'", "SELECT * FROM accounts FOR UPDATE")


async def test_a_full_pool_is_unavailable(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in (("_POOLED", 1), ("_OVERFLOW", 0), ("_WAIT_S", 0.05)):
        monkeypatch.setattr(database_module, setting, value)
    small = Database.open(database_url)
    async with small.session():
        with pytest.raises(StoreUnavailable):
            async with small.session():
                pass
    await small.close()


async def test_a_refused_statement_names_its_code_and_quotes_no_row(database: Database) -> None:
    with pytest.raises(StoreRefused) as refused:
        await _run(database, f"INSERT INTO customers (customer_id, first_name) VALUES ('c', '{NAME}')")  # noqa: S608
    assert "23502" in str(refused.value)
    assert NAME not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_an_error_in_a_transaction_takes_everything_in_it_back(database: Database) -> None:
    with pytest.raises(StoreRefused):
        await _run(database, "INSERT INTO suppressions (subject, reason) VALUES ('x', 'y')", "no SQL at all")
    async with database.single() as session:
        assert (await session.execute(text("SELECT count(*) FROM suppressions"))).scalar_one() == 0


async def test_an_amount_beyond_what_the_ledger_holds_is_refused(intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    for amount in (0, 2**63):
        with pytest.raises(StoreRefused):
            await intake.tell_credit(a_credit_feed(feed.account_id, amount))


async def test_processes_that_migrate_together_take_turns(database_url: str) -> None:
    together = [Database.open(database_url) for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in together))
    assert all([await database.ready() for database in together])
    for database in together:
        await database.close()


async def _run(database: Database, *statements: str) -> None:
    """All of them in one transaction."""
    async with database.session() as session:
        for statement in statements:
            await session.execute(text(statement))
