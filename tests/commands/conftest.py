"""Real servers for the commands: the session's PostgreSQL and Temporal, named by settings."""

from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.settings import Settings
from tests.workflows.conftest import engine

__all__ = ["engine"]


@pytest.fixture
def settings(database_url: str, engine: WorkflowEnvironment, tmp_path: Path) -> Settings:
    """Development settings that name the servers of this session."""
    return Settings.model_validate(
        {
            "data_dir": tmp_path,
            "database_url": database_url,
            "temporal_address": engine.client.service_client.config.target_host,
            "reference_secret": "r" * 40,
            "payload_keys": "k1:" + (b"k" * 32).hex(),
            "task_queue": f"commands-{tmp_path.name}",
            "api_port": 0,
        }
    )


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same settings as a process would find them."""
    url = settings.database_url
    assert url is not None
    monkeypatch.setenv("DATABASE_URL", url.get_secret_value())
    monkeypatch.setenv("TEMPORAL_ADDRESS", settings.temporal_address or "")
    monkeypatch.setenv("TIDEOVER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("TIDEOVER_API_PORT", "0")
    monkeypatch.setenv("TIDEOVER_TASK_QUEUE", settings.task_queue)
    monkeypatch.setenv("TIDEOVER_PAYLOAD_KEYS", "k1:" + (b"k" * 32).hex())
