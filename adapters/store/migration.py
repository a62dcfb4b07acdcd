"""The schema's versions, driven by Alembic inside our own process."""

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_SCRIPTS = Path(__file__).with_name("migrations")


def settings(connection: Connection | None = None) -> Config:
    """Alembic's settings; it works on `connection`, inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """To the newest version."""
    command.upgrade(settings(connection), "head")


def downgrade(connection: Connection) -> None:
    """Back to an empty schema. Everything in it is lost."""
    command.downgrade(settings(connection), "base")


def check(connection: Connection) -> None:
    """Compare the tables in code with the database.

    Raises:
        alembic.util.CommandError: they differ; a migration is missing.
    """
    command.check(settings(connection))


@lru_cache(maxsize=1)
def newest() -> str | None:
    """The newest version in code."""
    return ScriptDirectory.from_config(settings()).get_current_head()


def at_head(connection: Connection, head: str | None) -> bool:
    """Whether the database has the version `head`."""
    return MigrationContext.configure(connection).get_current_revision() == head
