"""The ledger walk as a command: the real engine, started for it unless the settings name one."""

from contextlib import AsyncExitStack

from rich.console import Console

from adapters.embedded.services import Services, services
from adapters.files.journeys import load_journeys
from adapters.ledgers.command import WalkOrder, ledger_of, walk_command
from adapters.ledgers.doors import Doors
from adapters.ledgers.reading import Ledger
from adapters.logging import configure_logging
from adapters.settings import Settings, load_settings
from adapters.store.accounts import Accounts
from adapters.store.contacts import Contacts
from adapters.store.intake import Intake
from adapters.store.journeys import Journeys
from adapters.temporal.gateway import Gateway
from commands import parts
from commands.exits import CommandFailed, run, say
from commands.walking import walking


def walked(order: WalkOrder, *, with_worker: bool = True) -> int:
    """Walk a ledger on the engine; 1 when a contact was made after payment or the ledger was refused.

    Without a worker of its own the walk only drives: workers run elsewhere, on services the settings name.
    """
    settings = load_settings()
    if not with_worker and (settings.database_url is None or settings.temporal_address is None):
        raise CommandFailed("--no-worker needs DATABASE_URL and TEMPORAL_ADDRESS, where the workers are.")
    configure_logging("error", settings.log_format)
    console = Console()
    ledger = ledger_of(order, load_journeys(parts.JOURNEYS), console)
    if ledger is None:
        return 1
    with services(settings, say) as found:
        return run(_walk(settings, found, order, ledger, with_worker=with_worker))


async def _walk(
    settings: Settings, found: Services, order: WalkOrder, ledger: Ledger, *, with_worker: bool
) -> int:
    async with AsyncExitStack() as held:
        database = await held.enter_async_context(parts.open_database(found.database_url))
        await database.migrate()
        await parts.publish_journeys(database)
        client = await parts.temporal_client(settings, found.temporal_address)
        gateway = Gateway(client, settings.task_queue)
        doors = Doors(
            Intake(database, parts.secret(settings)),
            Accounts(database),
            Contacts(database),
            Journeys(database),
            gateway,
        )
        if with_worker:
            await held.enter_async_context(walking(settings, client, database))
        return await walk_command(order, ledger, doors, Console())
