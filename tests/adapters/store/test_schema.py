"""The schema: made by migrations, equal to the code, and its own protections."""

from collections.abc import Iterator

import pytest
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from adapters.embedded.databases import create_database
from adapters.store import migration
from adapters.store.database import Database
from adapters.store.errors import StoreRefused
from adapters.store.intake import Intake
from adapters.store.rows.frame import Stored
from tests.adapters.store.snapshot import rows
from tests.builders import an_account_feed, an_id

_SHAPE = """
SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass AND contype <> 'n'
ORDER BY 1, 2"""


@pytest.fixture
def empty(postgres_url: str) -> Iterator[Connection]:
    url = create_database(postgres_url, an_id("empty").replace("-", "_"))
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_migrations_make_the_tables_of_the_code_and_take_them_away(empty: Connection) -> None:
    migration.upgrade(empty)
    migration.check(empty)
    assert migration.at_head(empty, migration.newest())
    migration.downgrade(empty)
    left = empty.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    assert left == ["alembic_version"]
    functions = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    assert empty.execute(text(functions)).scalar_one() == 0


def test_migrations_make_every_check_and_index_of_the_code(empty: Connection) -> None:
    migration.upgrade(empty)
    migrated = empty.execute(text(_SHAPE)).all()
    migration.downgrade(empty)
    Stored.metadata.create_all(empty)
    assert empty.execute(text(_SHAPE)).all() == migrated


def test_a_missing_migration_is_found(empty: Connection) -> None:
    migration.upgrade(empty)
    empty.execute(text("ALTER TABLE bills DROP COLUMN issued_on"))
    with pytest.raises(CommandError):
        migration.check(empty)


async def test_migrating_again_changes_nothing_and_readiness_is_told(postgres_url: str) -> None:
    database = Database.open(create_database(postgres_url, an_id("fresh").replace("-", "_")))
    assert not await database.ready()
    await database.migrate()
    await database.migrate()
    assert await database.ready()
    await database.close()


@pytest.mark.parametrize("change", ["UPDATE audit SET why = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_audit_trail_refuses_every_change(database: Database, intake: Intake, change: str) -> None:
    await intake.tell_account(an_account_feed())
    before = await rows(database, "audit")
    with pytest.raises(StoreRefused):
        async with database.session() as session:
            await session.execute(text(change))
    assert await rows(database, "audit") == before


async def test_without_the_trigger_the_audit_trail_could_be_changed(
    database: Database, intake: Intake
) -> None:
    await intake.tell_account(an_account_feed())
    async with database.session() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("DELETE FROM audit"))
    assert await rows(database, "audit") == []
