"""The services a run needs: those the settings name, and embedded ones for the rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.temporal_server import EmbeddedTemporal
from adapters.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Services:
    """Where the services are.

    Attributes:
        database_url: the database, credentials included, in SQLAlchemy's form for psycopg.
        temporal_address: host and port of Temporal.
        temporal_ui_url: the pages of the embedded Temporal; None when the settings name a cluster.
    """

    database_url: str
    temporal_address: str
    temporal_ui_url: str | None


@contextmanager
def services(settings: Settings, say: Say, *, time_skipping: bool = False) -> Iterator[Services]:
    """Brings up what the settings do not name, and takes it down at the end, the last one first.

    Args:
        settings: name the services that are there already; nothing is started for those.
        say: receives a line for each slow step.
        time_skipping: whether workflows on the embedded Temporal may skip time.

    Raises:
        EmbeddedServiceFailed: with what to do.
    """
    with ExitStack() as started:
        database_url = _database(settings, say, started)
        address, ui_url = _temporal(settings, say, started, time_skipping=time_skipping)
        yield Services(database_url, address, ui_url)


def _database(settings: Settings, say: Say, started: ExitStack) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    began = time.monotonic()
    say(f"Starting PostgreSQL in {settings.data_dir} ...")
    postgres = started.enter_context(EmbeddedPostgres(settings.data_dir))
    say(f"PostgreSQL {_state(began, adopted=postgres.adopted)}.")
    return postgres.url


def _temporal(
    settings: Settings, say: Say, started: ExitStack, *, time_skipping: bool
) -> tuple[str, str | None]:
    if settings.temporal_address is not None:
        return settings.temporal_address, None
    began = time.monotonic()
    say("Starting the Temporal server ...")
    temporal = started.enter_context(
        EmbeddedTemporal(
            settings.data_dir, settings.temporal_port, settings.temporal_ui_port, time_skipping=time_skipping
        )
    )
    say(f"Temporal {_state(began, adopted=temporal.adopted)}.")
    return temporal.address, temporal.ui_url


def _state(began: float, *, adopted: bool) -> str:
    return "runs already" if adopted else f"is ready after {time.monotonic() - began:.1f} s"
