import asyncio
from collections.abc import Callable

import httpx2
import pytest

from adapters.embedded.errors import PortTaken
from adapters.settings import Settings
from adapters.temporal.gateway import Gateway
from api.app import create_app
from commands import demo, parts, running
from commands.exits import CommandFailed
from commands.serving import serving
from commands.walking import carrying_pokes, walking
from domain.journey.run import Outcome


async def test_api_and_worker_together_answer_and_walk_the_demo(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused, charged_back, cured = demo.PERSONAS[7], demo.PERSONAS[11], demo.PERSONAS[5]
    monkeypatch.setattr(demo, "PERSONAS", (paused, charged_back, cured))
    said: list[str] = []
    url = settings.database_url
    assert url is not None
    async with parts.open_database(url.get_secret_value()) as database:
        await parts.publish_journeys(database)
        client = await parts.temporal_client(settings, settings.temporal_address or "")
        gateway = Gateway(client, settings.task_queue)
        doors = parts.doors(settings, database, gateway, None)
        async with (
            walking(settings, client, database),
            carrying_pokes(settings, client, database),
            serving(settings, create_app(doors)) as home,
        ):
            await demo.enrol_demo(doors, gateway, said.append)
            assert said[-1] == "Enrolling the demo portfolio: 3 of 3"
            await demo.enrol_demo(doors, gateway, said.append)
            assert said[-1] == "The demo portfolio is where it was."
            async with httpx2.AsyncClient(base_url=home, trust_env=False) as browser:
                assert (await browser.get("/readyz")).json()["ready"] is True
            assert (await doors.journeys.counts()).ended[Outcome.CURED] == 2
            held = await doors.accounts.get("demo-001")
            assert held is not None
            assert [hold.until for hold in held.holds] == [None]


async def test_a_port_that_is_taken_is_said_with_its_setting(settings: Settings) -> None:
    url = settings.database_url
    assert url is not None
    async with parts.open_database(url.get_secret_value()) as database:
        client = await parts.temporal_client(settings, "127.0.0.1:9", lazy=True)
        app = create_app(parts.doors(settings, database, Gateway(client), None))
        async with serving(settings, app) as home:
            taken = settings.model_copy(update={"api_port": int(home.rsplit(":", 1)[1])})
            with pytest.raises(PortTaken, match="TIDEOVER_API_PORT"):
                async with serving(taken, app):
                    pytest.fail("served on a taken port")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("command", [running.api, running.worker, running.migrate], ids=lambda c: c.__name__)
def test_each_process_runs_until_it_is_told_to_stop(
    command: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def soon() -> asyncio.Event:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.3, stop.set)
        return stop

    monkeypatch.setattr(running, "stop_signals", soon)
    monkeypatch.setattr(running, "configure_logging", lambda *_: None)
    assert command() == 0


@pytest.mark.parametrize("command", [running.api, running.worker, running.migrate], ids=lambda c: c.__name__)
def test_a_process_without_its_services_says_what_to_give(
    command: Callable[[], int], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("TIDEOVER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    monkeypatch.setattr(running, "configure_logging", lambda *_: None)
    with pytest.raises(CommandFailed, match="DATABASE_URL"):
        command()
