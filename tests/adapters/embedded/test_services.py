"""Which services are started, and which are taken as they are."""

from pathlib import Path

import pytest

from adapters.embedded.databases import accepts
from adapters.embedded.errors import PortTaken
from adapters.embedded.services import services
from adapters.embedded.temporal_health import is_ready
from adapters.settings import Settings
from tests.adapters.embedded.processes import children

NAMED = {
    "database_url": "postgresql://a:b@db.internal/tideover",
    "temporal_address": "temporal.internal:7233",
}


def silent(_line: str) -> None:
    """Nobody listens."""


def test_what_the_settings_name_is_not_started(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path / "state", **NAMED})
    with services(settings, silent) as running:
        assert running.database_url == "postgresql+psycopg://a:b@db.internal/tideover"
        assert (running.temporal_address, running.temporal_ui_url) == ("temporal.internal:7233", None)
    assert not (tmp_path / "state").exists()


def test_the_rest_is_started_told_and_stopped(tmp_path: Path) -> None:
    lines: list[str] = []
    settings = Settings.model_validate({"data_dir": tmp_path, "temporal_port": 0, "temporal_ui_port": 0})
    with services(settings, lines.append) as running:
        assert accepts(running.database_url)
        assert is_ready(running.temporal_address)
        with services(settings, lines.append) as same:
            assert same == running
    assert not accepts(running.database_url)
    assert not is_ready(running.temporal_address)
    assert [line.partition(" after")[0] for line in lines] == [
        f"Starting PostgreSQL in {tmp_path} ...",
        "PostgreSQL is ready",
        "Starting the Temporal server ...",
        "Temporal is ready",
        f"Starting PostgreSQL in {tmp_path} ...",
        "PostgreSQL runs already.",
        "Starting the Temporal server ...",
        "Temporal runs already.",
    ]


def test_what_was_started_is_stopped_when_the_next_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(port: int, setting: str) -> int:
        raise PortTaken(port, setting)

    monkeypatch.setattr("adapters.embedded.temporal_server.claimable", taken)
    settings = Settings.model_validate({"data_dir": tmp_path})
    with pytest.raises(PortTaken), services(settings, silent):
        pass
    server = int((tmp_path / "postgres" / "server.log").read_text().partition("[")[2].partition("]")[0])
    assert server not in children(1)
    assert not (tmp_path / "postgres" / "cluster" / "postmaster.pid").exists()
