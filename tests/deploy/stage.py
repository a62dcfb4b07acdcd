"""The composition without containers: its commands, environments and files, as plain processes."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded.temporal_server import EmbeddedTemporal
from tests.deploy import composition, dockerfile, secrets_folder
from tests.deploy.composition import ROOT, Document
from tests.deploy.database import APPLICATION, Server, a_server_with_roles
from tests.deploy.programs import Outcome, run, search_path

PROGRAMS = Path(sys.executable).parent
NAMESPACE = "tideover"
START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Process:
    """A command of the composition that runs, and where its words go."""

    child: subprocess.Popen[bytes]
    log: Path
    grace_seconds: int

    def words(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """What an engine does: SIGTERM, then the grace period; subprocess.TimeoutExpired after it."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(self.grace_seconds)


@dataclass(frozen=True, slots=True)
class Stage:
    """The services of others, running, and a folder with what the image would hold."""

    folder: Path
    database: Server
    temporal_address: str
    api_port: int

    @property
    def tree(self) -> Path:
        """The image's working directory."""
        return self.folder / "app"

    def environment(self, service: Document) -> dict[str, str]:
        """The service's environment with this machine's addresses, and nothing of the developer's own."""
        return secrets_folder.seen_by(service, self.database.secrets) | {
            "PATH": search_path(PROGRAMS),
            "HOME": "/nonexistent",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "TEMPORAL_ADDRESS": self.temporal_address,
            "TIDEOVER_API_HOST": "127.0.0.1",
            "TIDEOVER_API_PORT": f"{self.api_port}",
        }

    def run_once(self, name: str) -> Outcome:
        """Run one of our one-shot services to its end."""
        service = composition.read()["services"][name]
        return run(here(service["command"]), self.environment(service), self.tree)

    def declare_namespace(self) -> Outcome:
        """Run the container script that makes the namespace, with the real `temporal` program."""
        service = composition.read()["services"]["temporal-namespace"]
        environment = {
            key: composition.resolve(value, {}) for key, value in composition.environment_of(service).items()
        }
        changes = {"PATH": search_path(PROGRAMS), "TEMPORAL_ADDRESS": self.temporal_address}
        script = str(ROOT / service["entrypoint"][1].lstrip("/"))
        return run([service["entrypoint"][0], script], environment | changes)

    def probe(self, name: str, path: str = "/readyz") -> Outcome:
        """Ask the service's own health check, or the same of another path."""
        service = composition.read()["services"][name]
        command = [word.replace("/app/", f"{self.tree}/") for word in service["healthcheck"]["test"][1:]]
        port = composition.environment_of(service)["TIDEOVER_API_PORT"]
        changes = {port: f"{self.api_port}", "/readyz": path}
        asked = [changes.get(word, word) for word in command]
        return run(here(asked), self.environment(service), self.tree)

    @contextmanager
    def running(self, name: str) -> Iterator[Process]:
        """Run one of our long-running services until the end of the block."""
        service = composition.read()["services"][name]
        log = self.folder / f"{name}.log"
        with ExitStack() as stack:
            child = stack.enter_context(
                subprocess.Popen(  # noqa: S603 - the composition's own command
                    here(service["command"]),
                    env=self.environment(service),
                    cwd=self.tree,
                    stdout=stack.enter_context(log.open("wb")),
                    stderr=subprocess.STDOUT,
                )
            )
            stack.callback(child.kill)
            yield Process(child, log, int(service["stop_grace_period"].removesuffix("s")))

    def becomes_healthy(self, name: str, process: Process, path: str = "/readyz") -> bool:
        """Whether the health check says so before the time is over or the process has ended."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and process.child.poll() is None:
            if self.probe(name, path).code == 0:
                return True
            time.sleep(0.25)
        return False

    def files(self) -> set[str]:
        """Every file of the image's working directory."""
        return {str(path.relative_to(self.tree)) for path in self.tree.rglob("*") if path.is_file()}


def here(command: list[str]) -> list[str]:
    """The command with this machine's Python."""
    return [sys.executable if word == "python" else word for word in command]


@contextmanager
def a_stage(folder: Path, api_port: int) -> Iterator[Stage]:
    """Start PostgreSQL with its roles and a Temporal server; both stop at the end of the block."""
    (folder / "app").mkdir()
    with ExitStack() as stack:
        database = stack.enter_context(a_server_with_roles(folder))
        temporal = stack.enter_context(EmbeddedTemporal(folder / "services", port=0, headless=True))
        yield Stage(folder, point_at(database, APPLICATION, APPLICATION), temporal.address, api_port)


def point_at(server: Server, role: str, database: str) -> Server:
    """Write the address of a database into the secret file that our services read it from."""
    file = server.secrets / "database_url"
    file.unlink()
    file.write_text(server.url(role, database), encoding="utf-8")
    return server


def lay_out_the_image(stage: Stage) -> None:
    """Fill the tree with what the Dockerfile copies; FileNotFoundError while a source does not exist."""
    dockerfile.lay_out(stage.tree, dockerfile.read(), dockerfile.ignore_patterns())
