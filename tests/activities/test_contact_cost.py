"""What a contact costs: trips to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from adapters.store.database import Database
from tests.activities.stage import a_contact, a_stage
from tests.builders import an_account_feed
from workflows import ports

MOST_TRIPS = 6


async def test_a_contact_takes_at_most_six_trips_to_the_database(database: Database) -> None:
    stage = a_stage(database, live=True)
    feed = an_account_feed()
    await stage.open(feed)
    with _trips(database) as trips:
        await stage.run(ports.make_contact, a_contact(feed))
    assert len(trips) <= MOST_TRIPS, trips


@contextmanager
def _trips(database: Database) -> Iterator[list[str]]:
    """Statements sent, the beginnings and ends of transactions with them."""
    trips: list[str] = []
    engine = database._engine.sync_engine

    def statement(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        trips.append(sql.split(maxsplit=1)[0])

    def begun(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            trips.append("BEGIN")

    def committed(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            trips.append("COMMIT")

    hooks = (("before_cursor_execute", statement), ("begin", begun), ("commit", committed))
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield trips
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)
