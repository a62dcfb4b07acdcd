"""The way to PostgreSQL: a pool, transactions, and the database's own clock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Self

from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from adapters.store.errors import StoreRefused, StoreUnavailable
from adapters.store.migration import at_head, newest, upgrade

# No overflow: its connections are thrown away at each return, and a new one costs PostgreSQL a process.
_POOLED, _OVERFLOW, _WAIT_S, _CONNECT_S = 30, 0, 10, 5
# A lock held for ten seconds is a fault somewhere: give up, be asked again, and keep no one else waiting.
_SESSION = (
    "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
)
_NO_LONGER_THERE = exc.OperationalError | exc.InterfaceError
_CLOCK = text("SELECT clock_timestamp()")
_MIGRATING = text("SELECT pg_advisory_xact_lock(7254823101)")


class Database:
    """A pool of connections to one database. Everything it raises carries codes and ids only."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")

    @classmethod
    def open(cls, url: str) -> Self:
        """A pool for `url` (`postgresql+psycopg://…`); nothing is connected before it is needed."""
        return cls(
            create_async_engine(
                url,
                pool_size=_POOLED,
                max_overflow=_OVERFLOW,
                pool_timeout=_WAIT_S,
                hide_parameters=True,
                connect_args={"connect_timeout": _CONNECT_S, "options": _SESSION},
            )
        )

    @property
    def plain_url(self) -> str:
        """The address with its password, in the form that libpq reads. Not for logs."""
        plain = self._engine.url.set(drivername="postgresql")
        return plain.render_as_string(hide_password=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end, rolled back on any error.

        Raises:
            StoreUnavailable: the database cannot be reached or a lock was not had in time.
            StoreRefused: a statement was refused.
        """
        with named_failures():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def single(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement is its own transaction: no round trips to begin and commit."""
        with named_failures():
            async with self._single.connect() as connection:
                yield connection

    async def now(self, session: AsyncConnection) -> datetime:
        """The database's clock at this instant, aware UTC."""
        moment: datetime = (await session.execute(_CLOCK)).scalar_one()
        return moment

    async def migrate(self) -> None:
        """Bring the schema to the newest version; processes that start together take turns."""
        # Migrations get a connection of their own, so that their settings never reach the pool.
        engine = create_async_engine(self._engine.url, poolclass=NullPool, hide_parameters=True)
        try:
            with named_failures():
                async with engine.begin() as connection:
                    await connection.execute(_MIGRATING)
                    await connection.run_sync(upgrade)
        finally:
            await engine.dispose()

    async def ready(self) -> bool:
        """Whether the database answers and has the newest schema."""
        try:
            async with self.single() as connection:
                return await connection.run_sync(at_head, newest())
        except (StoreUnavailable, StoreRefused):
            return False


@contextmanager
def named_failures() -> Iterator[None]:
    """Turns the driver's errors, whose texts may quote rows, into ours, which carry a code."""
    try:
        yield
    except exc.TimeoutError:
        raise StoreUnavailable("no connection free") from None
    except exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or type(error.orig).__name__
        if error.connection_invalidated or isinstance(error, _NO_LONGER_THERE):
            raise StoreUnavailable(state) from None
        raise StoreRefused(state) from None
