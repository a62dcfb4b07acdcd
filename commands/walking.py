"""The worker's side: journeys, their activities, and the relay that carries pokes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from temporalio.client import Client

from adapters.settings import Settings
from adapters.store.database import Database
from adapters.store.pokes import Pokes
from adapters.temporal.gateway import Gateway
from adapters.temporal.relay import relay
from adapters.temporal.workers import journey_worker
from commands import parts

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def walking(settings: Settings, client: Client, database: Database) -> AsyncIterator[None]:
    """A running worker; it ends with the block, after what it has in hand."""
    made = parts.activities(settings, database)
    async with journey_worker(client, made.activity_list(), settings.task_queue):
        _log.info("worker_started", task_queue=settings.task_queue)
        yield
    _log.info("worker_stopped", task_queue=settings.task_queue)


@asynccontextmanager
async def carrying_pokes(settings: Settings, client: Client, database: Database) -> AsyncIterator[None]:
    """A running relay; it ends with the block."""
    gateway = Gateway(client, settings.task_queue)
    carrying = asyncio.create_task(relay(Pokes(database), gateway.poke))
    try:
        yield
    finally:
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
