"""Worker, relay and API in this process, on a real PostgreSQL and a real Temporal server."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx2

from adapters.settings import Settings
from adapters.store.database import Database
from adapters.temporal.gateway import Gateway
from api.app import create_app
from commands import parts
from commands.serving import serving
from commands.walking import carrying_pokes, walking

SECRET = "a secret that is only for tests, 32+"
SENDERS = "bank:the-bank's-own-secret"
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class House:
    """Where to call, and whoever else must be let in later."""

    client: httpx2.AsyncClient
    database: Database
    bring_the_relay: Callable[[], Awaitable[None]]

    async def journey(self, account_id: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/journeys/{account_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def told(self, account_id: str, body: dict[str, Any]) -> None:
        answer = await self.client.put(f"/v1/accounts/{account_id}", json=body)
        assert answer.status_code == 201, answer.text

    async def advanced(self, account_id: str, to: str) -> dict[str, Any]:
        answer = await self.client.post(f"/v1/accounts/{account_id}/clock", json={"to": to})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def messages(self, account_id: str) -> list[tuple[str, str]]:
        """The contacts made, as (step, instant), the oldest first."""
        answer = await self.client.get("/v1/outbox", params={"account_id": account_id})
        return [(one["step_id"], one["at"]) for one in reversed(answer.json()["messages"])]


@asynccontextmanager
async def a_house(database_url: str, temporal_address: str, *, relay: bool = True) -> AsyncIterator[House]:
    """The doors of one installation, on a task queue of its own."""
    settings = Settings(
        reference_secret=SECRET, webhook_secrets=SENDERS, api_port=0, task_queue=f"journeys-{uuid4().hex[:8]}"
    )
    async with AsyncExitStack() as held:
        database = await held.enter_async_context(parts.open_database(database_url))
        await parts.publish_journeys(database)
        client = await parts.temporal_client(settings, temporal_address)
        doors = parts.doors(settings, database, Gateway(client, settings.task_queue), None)
        await held.enter_async_context(walking(settings, client, database))

        async def bring_the_relay() -> None:
            await held.enter_async_context(carrying_pokes(settings, client, database))

        if relay:
            await bring_the_relay()
        home = await held.enter_async_context(serving(settings, create_app(doors)))
        caller = httpx2.AsyncClient(base_url=home, timeout=_PATIENCE_S, trust_env=False)
        yield House(await held.enter_async_context(caller), database, bring_the_relay)


async def eventually(fact: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it becomes true in time."""
    patience = time.monotonic() + _PATIENCE_S
    while not await fact():
        if time.monotonic() > patience:
            return False
        await asyncio.sleep(0.05)
    return True


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
