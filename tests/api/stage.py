"""The application's services over a real store, with an engine that is played; and a server for browsers."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from activities.activities import Activities
from activities.contact import Carriers, Contacting
from activities.letterhead import Letterhead
from adapters.files.journeys import load_journeys
from adapters.files.templates import MessageTemplates
from adapters.providers.outbox import Outbox
from adapters.settings import Settings
from adapters.store.accounts import Accounts
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.intake import Intake
from adapters.store.journeys import Journeys
from adapters.store.messages import DevelopmentOutbox
from adapters.store.pokes import Pokes
from adapters.store.tasks import Tasks
from api.app import create_app
from api.services import Services
from domain.contact import Channel
from tests.activities.stage import EveryValue
from tests.api.engine_twin import EngineTwin
from tests.api.story import BASE, KeptReports
from tests.builders import ADDRESS_KEY, a_journey

ROOT = Path(__file__).parents[2]


def an_engine(database: Database, *, plain: bool = True) -> EngineTwin:
    """Journeys without Temporal; `plain` messages say every value they were given."""
    outbox = Outbox(DevelopmentOutbox(database))
    carriers = Carriers({Channel.SMS: outbox, Channel.EMAIL: outbox}, outbox)
    letterhead = Letterhead("Acme Mobile", "+1 202 555 0100", BASE, ADDRESS_KEY)
    templates = EveryValue() if plain else MessageTemplates(ROOT / "templates" / "messages")
    contacting = Contacting(Contacts(database), carriers, letterhead, templates)
    return EngineTwin(Activities(database, Definitions(database), contacting))


def the_services(database: Database, engine: EngineTwin, settings: Settings) -> Services:
    """Every door."""
    return Services(
        settings=settings,
        database=database,
        intake=Intake(database, ADDRESS_KEY),
        accounts=Accounts(database),
        journeys=Journeys(database),
        contacts=Contacts(database),
        reports=KeptReports(),
        definitions=Definitions(database),
        messages=DevelopmentOutbox(database),
        pokes=Pokes(database),
        tasks=Tasks(database),
        orders=engine,
        temporal_ui="http://127.0.0.1:8233",
    )


async def publish_plain_journeys(database: Database) -> None:
    """Two short journeys under names that the product uses."""
    for name in ("standard", "first-miss"):
        await Definitions(database).publish(a_journey(name=name, version=f"{name}-v1"))


async def publish_shipped_journeys(database: Database) -> None:
    """The journeys that the product comes with."""
    for journey in load_journeys(ROOT / "journeys").values():
        await Definitions(database).publish(journey)


@contextmanager
def a_server(database_url: str, settings: Settings) -> Iterator[str]:
    """The application on a free port, in a thread with a loop of its own; the block receives its address."""
    addresses: list[str] = []
    ready, stop = threading.Event(), threading.Event()
    serving = _serve(database_url, settings, addresses, ready, stop)
    thread = threading.Thread(target=asyncio.run, args=[serving])
    thread.start()
    try:
        assert ready.wait(30)
        yield addresses[0]
    finally:
        stop.set()
        thread.join()


async def _serve(
    url: str, settings: Settings, addresses: list[str], ready: threading.Event, stop: threading.Event
) -> None:
    database = Database.open(url)
    await publish_shipped_journeys(database)
    engine = an_engine(database, plain=False)
    app = create_app(the_services(database, engine, settings))
    config = uvicorn.Config(app, port=0, ws="none", log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    addresses.append(f"http://{host}:{port}")
    ready.set()
    await asyncio.to_thread(stop.wait)
    server.should_exit = True
    await serving
    await database.close()
