"""What Alembic runs for every command: our tables against the connection we were given."""

from alembic import context

import adapters.store.rows.books
import adapters.store.rows.contacts
import adapters.store.rows.records
import adapters.store.rows.walks  # noqa: F401 - importing the modules registers their tables
from adapters.store.rows.frame import Stored

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Stored.metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
