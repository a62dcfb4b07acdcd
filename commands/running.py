"""What each process of Tideover does: everything at once, the API alone, the worker alone, migrations."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from adapters.embedded.folders import private_folder
from adapters.embedded.services import services
from adapters.logging import configure_logging
from adapters.settings import Settings, load_settings
from adapters.temporal.gateway import Gateway
from api.app import create_app
from commands import parts
from commands.demo import enrol_demo
from commands.exits import CommandFailed, run, say, stop_signals
from commands.serving import at_a_port, serving
from commands.walking import carrying_pokes, walking


def everything() -> int:
    """Embedded servers, migrations, worker, API and the demo portfolio, until Ctrl-C."""
    settings = at_a_port(load_settings())
    log = _log_file(settings)
    with services(settings, say) as found:
        return run(
            _everything(settings, found.database_url, found.temporal_address, found.temporal_ui_url, log)
        )


def api() -> int:
    """The API alone, on services that the settings name."""
    settings = at_a_port(load_settings())
    configure_logging(settings.log_level, settings.log_format)
    url, address = _named(settings)
    return run(_api(settings, url, address))


def worker() -> int:
    """The worker alone, on services that the settings name."""
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    url, address = _named(settings)
    return run(_worker(settings, url, address))


def migrate() -> int:
    """Bring the database to the newest schema and publish the shipped journeys; safe to run at any time."""
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    if settings.database_url is None:
        raise CommandFailed("Which database? Give DATABASE_URL; `make run` brings its own.")
    return run(_migrate(settings.database_url.get_secret_value()))


async def _everything(settings: Settings, url: str, address: str, ui: str | None, log: Path) -> int:
    stop = stop_signals()
    async with AsyncExitStack() as held:
        database = await held.enter_async_context(parts.open_database(url))
        say("Migrating the database ...")
        await database.migrate()
        say(f"Published {await parts.publish_journeys(database)} journeys.")
        client = await parts.temporal_client(settings, address)
        gateway = Gateway(client, settings.task_queue)
        doors = parts.doors(settings, database, gateway, ui)
        await held.enter_async_context(walking(settings, client, database))
        await held.enter_async_context(carrying_pokes(settings, client, database))
        home = await held.enter_async_context(serving(settings, create_app(doors)))
        await _unless(stop, enrol_demo(doors, gateway, say))
        _print_where(home, ui, log)
        await stop.wait()
        say("Stopping ...")
    say("Stopped. Everything is kept in " + str(settings.data_dir) + "; `make run` goes on from here.")
    return 0


async def _unless(stop: asyncio.Event, work: object) -> None:
    """Do the work, but not longer than until a stop is asked for."""
    task, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())  # type: ignore[call-overload]
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
    task.cancel()


def _print_where(home: str, ui: str | None, log: Path) -> None:
    say("")
    say(f"  Operators' page   {home}/console")
    say(f"  API and its docs  {home}/docs")
    if ui is not None:
        say(f"  Temporal          {ui}")
    say(f"  Log               {log}")
    say("")
    say("Ctrl-C stops everything.")


async def _api(settings: Settings, url: str, address: str) -> int:
    stop = stop_signals()
    async with parts.open_database(url) as database:
        # Payments are taken with Temporal away: the API does not wait for it.
        client = await parts.temporal_client(settings, address, lazy=True)
        doors = parts.doors(settings, database, Gateway(client, settings.task_queue), None)
        async with serving(settings, create_app(doors)):
            await stop.wait()
    return 0


async def _worker(settings: Settings, url: str, address: str) -> int:
    stop = stop_signals()
    async with parts.open_database(url) as database:
        client = await parts.temporal_client(settings, address)
        async with walking(settings, client, database), carrying_pokes(settings, client, database):
            await stop.wait()
    return 0


async def _migrate(url: str) -> int:
    async with parts.open_database(url) as database:
        await database.migrate()
        published = await parts.publish_journeys(database)
        say(f"The database is at the newest schema; {published} journeys published.")
    return 0


def _named(settings: Settings) -> tuple[str, str]:
    if settings.database_url is None or settings.temporal_address is None:
        raise CommandFailed("Give DATABASE_URL and TEMPORAL_ADDRESS; `make run` brings its own of both.")
    return settings.database_url.get_secret_value(), settings.temporal_address


def _log_file(settings: Settings) -> Path:
    """Log lines go to a file, so that progress can be read."""
    path = private_folder(settings.data_dir) / "tideover.log"
    configure_logging(settings.log_level, settings.log_format, path.open("a", encoding="utf-8"))
    return path
