"""Three people whose names, numbers and addresses must be in few places, and the search for them."""

import asyncio
import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload

from adapters.embedded.temporal_health import NAMESPACE
from adapters.store.database import Database
from adapters.temporal.client import connect
from adapters.temporal.codec import AccountCodec
from tests.adapters.store.snapshot import snapshot

NAME = "Zebulonia"
NUMBERS = ("+14155550143", "+14155550144")
MAIL = "zebulonia.canary@customer.example"
# As a person might write the numbers, and as a log line might cut them.
PERSONAL = (NAME, MAIL, "zebulonia.canary", *(number.lstrip("+") for number in NUMBERS), "415-555-014")
# Words of the messages' own templates: a body anywhere else is a leak, too.
BODIES = ("is still open", "You can pay", "Reply STOP")
EVERYTHING = (*PERSONAL, *BODIES)


def hits(text: str, words: Iterable[str] = PERSONAL) -> list[str]:
    """The words that the text holds, in any case."""
    lowered = text.lower()
    return [word for word in words if word.lower() in lowered]


def hits_in(files: Iterable[Path], words: Iterable[str] = PERSONAL) -> dict[str, list[str]]:
    """For each file that holds any of the words, which ones."""
    wanted = list(words)
    found = {path.name: hits(path.read_bytes().decode("latin-1"), wanted) for path in files}
    return {name: words_found for name, words_found in found.items() if words_found}


def tables_with_hits(url: str, words: Iterable[str] = PERSONAL) -> dict[str, list[str]]:
    """For each table of the database that holds any of the words, which ones."""
    wanted = list(words)
    found = {table: hits(repr(content), wanted) for table, content in asyncio.run(_tables(url)).items()}
    return {table: words_found for table, words_found in found.items() if words_found}


async def _tables(url: str) -> dict[str, list[dict[str, Any]]]:
    database = Database.open(url)
    try:
        return await snapshot(database)
    finally:
        await database.close()


def told_to_temporal(address: str) -> str:
    """Everything the server keeps about its workflows, payloads decoded: what an operator could read."""
    return asyncio.run(_told(address))


async def _told(address: str) -> str:
    client = await connect(address, NAMESPACE, {})
    told: list[str] = []
    async for found in client.list_workflows():
        told += [found.id, f"{found.memo}", f"{found.typed_search_attributes}", f"{await found.memo()}"]
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        document = json.loads(history.to_json())
        told.append(json.dumps(document))
        told += [payload.data.decode("latin-1") for payload in await _decoded(document)]
    return "\n".join(told)


async def _decoded(document: object) -> list[Payload]:
    """The payloads of a history, as the activities saw them."""
    sealed = [
        Payload(
            metadata={name: base64.b64decode(value) for name, value in found["metadata"].items()},
            data=base64.b64decode(found["data"]),
        )
        for found in _payloads(document)
    ]
    return await AccountCodec({}).decode(sealed)


def _payloads(document: object) -> Iterator[dict[str, Any]]:
    match document:
        case {"metadata": dict(metadata), "data": str(text)}:
            yield {"metadata": metadata, "data": text}
        case dict():
            for value in document.values():
                yield from _payloads(value)
        case list():
            for value in document:
                yield from _payloads(value)
        case _:
            return
