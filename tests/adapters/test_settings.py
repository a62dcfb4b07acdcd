"""The settings: what they accept, what they refuse, and in which words."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.environment import SettingsRefused, environment_names
from adapters.settings import Settings, load_settings

KEY = "ab" * 32
PRODUCTION = {
    "TIDEOVER_ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://tideover:made-up@db.internal/tideover",
    "TEMPORAL_ADDRESS": "temporal.internal:7233",
    "TIDEOVER_API_KEYS": "k" * 24,
    "TIDEOVER_PAYLOAD_KEYS": f"2026:{KEY}",
    "TIDEOVER_REFERENCE_SECRET": "r" * 32,
    "TIDEOVER_PUBLIC_BASE_URL": "https://pay.example.com/",
}
TWILIO = {
    "TIDEOVER_PROVIDER": "live",
    "TIDEOVER_TWILIO_ACCOUNT_SID": "AC0",
    "TIDEOVER_TWILIO_AUTH_TOKEN": "made-up",
    "TIDEOVER_TWILIO_MESSAGING_SERVICE_SID": "MG0",
}


class Environment:
    """The only variables there are, until the test ends."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch = patch
        self._folder = folder
        for name in ("DATABASE_URL", "TEMPORAL_ADDRESS"):
            patch.delenv(name, raising=False)

    def __call__(self, variables: Mapping[str, str]) -> Settings:
        for name, value in {"TIDEOVER_DATA_DIR": str(self._folder), **variables}.items():
            self._patch.setenv(name, value)
        return load_settings()

    def refusal(self, variables: Mapping[str, str]) -> str:
        with pytest.raises(SettingsRefused) as refused:
            self(variables)
        return "\n".join(refused.value.sentences)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    return Environment(monkeypatch, tmp_path / "state")


def test_nothing_needs_to_be_set_to_try_it_on_one_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, loaded: Environment
) -> None:
    del loaded
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.data_dir == tmp_path / ".tideover"
    assert settings.database_url is None
    assert settings.temporal_address is None
    assert settings.public_base_url == "http://127.0.0.1:8080"
    assert settings.accepted_api_keys() == ()


def test_a_database_address_is_given_the_driver_that_is_installed(loaded: Environment) -> None:
    url = loaded({"DATABASE_URL": "postgres://a:b@db/c?sslmode=require"}).database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql+psycopg://a:b@db/c?sslmode=require"


def test_the_prefixed_name_wins_over_the_standard_one(loaded: Environment) -> None:
    settings = loaded({"TEMPORAL_ADDRESS": "theirs:7233", "TIDEOVER_TEMPORAL_ADDRESS": "ours:7233"})
    assert settings.temporal_address == "ours:7233"


def test_an_empty_variable_counts_as_not_given(loaded: Environment) -> None:
    assert loaded({"DATABASE_URL": "", "TIDEOVER_API_PORT": ""}).database_url is None


def test_a_secret_can_stand_in_a_file(loaded: Environment, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("one, two\n")
    (tmp_path / "database").write_text("postgresql://a:b@db/c\n")
    settings = loaded(
        {
            "TIDEOVER_API_KEYS_FILE": f"{tmp_path / 'keys'}",
            "DATABASE_URL_FILE": f"{tmp_path / 'database'}",
        }
    )
    assert settings.accepted_api_keys() == ("one", "two")
    assert settings.database_url is not None


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "cannot be read"), (b"", "empty"), (b"\xff", "text")]
)
def test_a_secret_file_that_gives_no_secret_is_refused(
    loaded: Environment, tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "keys").write_bytes(content)
    assert complaint in loaded.refusal({"TIDEOVER_API_KEYS_FILE": f"{tmp_path / 'keys'}"})


def test_a_secret_given_twice_is_refused(loaded: Environment, tmp_path: Path) -> None:
    assert "give one of them" in loaded.refusal(
        {"TIDEOVER_API_KEYS": "one", "TIDEOVER_API_KEYS_FILE": f"{tmp_path / 'keys'}"}
    )


def test_a_misspelt_name_is_refused_with_the_one_that_was_meant(loaded: Environment) -> None:
    assert loaded.refusal({"TIDEOVER_API_PROT": "1"}) == (
        "TIDEOVER_API_PROT is no setting: did you mean TIDEOVER_API_PORT?"
    )
    loaded._patch.delenv("TIDEOVER_API_PROT")
    assert "take it away" in loaded.refusal({"TIDEOVER_QQQQQQQQQQQQQQQQ": "1"})


def test_a_file_in_place_of_a_plain_setting_is_refused_as_unknown(loaded: Environment) -> None:
    assert "TIDEOVER_TASK_QUEUE_FILE is no setting" in loaded.refusal({"TIDEOVER_TASK_QUEUE_FILE": "queue"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIDEOVER_API_PORT", "a-secret"),
        ("TIDEOVER_API_PORT", "70000"),
        ("TIDEOVER_PROVIDER", "a-secret"),
        ("TIDEOVER_PUBLIC_BASE_URL", "ftp://a-secret"),
        ("TIDEOVER_DATABASE_URL", "mysql://a-secret@db/c"),
        ("TIDEOVER_PAYLOAD_KEYS", "1:a-secret"),
        ("TIDEOVER_PAYLOAD_KEYS", f":{KEY}"),
        ("TIDEOVER_PAYLOAD_KEYS", f"1:{KEY},1:{KEY}"),
        ("TIDEOVER_WEBHOOK_SECRETS", "a-secret"),
        ("TIDEOVER_TEMPORAL_TLS_KEY", "a-secret"),
        ("TIDEOVER_TEMPORAL_API_KEY", "a-secret"),
        ("TIDEOVER_API_HOST", "0.0.0.0"),  # noqa: S104 - it is refused
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_its_value_is_not_repeated(
    loaded: Environment, name: str, value: str
) -> None:
    refusal = loaded.refusal({name: value})
    assert name in refusal
    assert "\n" not in refusal
    assert "a-secret" not in refusal
    assert KEY not in refusal


def test_every_mistake_is_told_at_once(loaded: Environment) -> None:
    refusal = loaded.refusal({"TIDEOVER_API_PORT": "many", "TIDEOVER_TEMPORAL_PORT": "-1"})
    assert len(refusal.splitlines()) == 2


def test_an_api_open_to_others_needs_keys(loaded: Environment) -> None:
    settings = loaded({"TIDEOVER_API_HOST": "0.0.0.0", "TIDEOVER_API_KEYS": "one"})  # noqa: S104
    assert settings.public_base_url == "http://127.0.0.1:8080"


def test_live_messages_need_a_whole_carrier(loaded: Environment) -> None:
    assert "needs a carrier" in loaded.refusal({"TIDEOVER_PROVIDER": "live"})
    assert "TIDEOVER_SENDGRID_FROM is missing" in loaded.refusal({**TWILIO, "TIDEOVER_SENDGRID_API_KEY": "x"})
    loaded._patch.delenv("TIDEOVER_SENDGRID_API_KEY")
    assert loaded(TWILIO).provider == "live"


def test_production_starts_when_everything_is_given(loaded: Environment) -> None:
    settings = loaded(PRODUCTION)
    assert settings.public_base_url == "https://pay.example.com"
    assert dict(settings.encryption_keys()) == {"2026": bytes.fromhex(KEY)}
    assert not settings.data_dir.exists()


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "TIDEOVER_ENVIRONMENT"])
def test_production_refuses_to_start_without(loaded: Environment, name: str) -> None:
    given = {other: value for other, value in PRODUCTION.items() if other != name}
    refusal = loaded.refusal(given)
    assert name in refusal
    assert len(refusal.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIDEOVER_API_KEYS", f"{'k' * 24},short"),
        ("TIDEOVER_REFERENCE_SECRET", "short"),
        ("TIDEOVER_PUBLIC_BASE_URL", "http://pay.example.com"),
        ("TIDEOVER_TWILIO_BASE_URL", "http://127.0.0.1:9000"),
    ],
)
def test_production_refuses_what_is_weak(loaded: Environment, name: str, value: str) -> None:
    assert name in loaded.refusal({**PRODUCTION, name: value})


def test_the_first_payload_key_is_the_one_that_encrypts(loaded: Environment) -> None:
    settings = loaded({"TIDEOVER_PAYLOAD_KEYS": f"new:{KEY},old:{'cd' * 32}"})
    assert list(settings.encryption_keys()) == ["new", "old"]


def test_a_sender_may_have_two_secrets_while_they_are_exchanged(loaded: Environment) -> None:
    settings = loaded({"TIDEOVER_WEBHOOK_SECRETS": "psp:one, psp:two, crm:th:ree"})
    assert settings.senders_secrets() == {"psp": ("one", "two"), "crm": ("th:ree",)}


def test_the_development_secret_is_made_once_and_is_ours_alone(loaded: Environment, tmp_path: Path) -> None:
    first = loaded({}).reference_secret.get_secret_value()
    kept = tmp_path / "state" / "reference-secret"
    assert loaded({}).reference_secret.get_secret_value() == first
    assert len(first) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_data_folder_that_cannot_be_made_is_refused_in_a_sentence(
    loaded: Environment, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file stands where the folder should")
    assert "TIDEOVER_DATA_DIR" in loaded.refusal({})


def test_no_secret_is_shown_when_the_settings_are_printed(loaded: Environment) -> None:
    shown = repr(loaded({**PRODUCTION, **TWILIO, "TIDEOVER_WEBHOOK_SECRETS": "psp:hush"}))
    for secret in (KEY, "made-up", "k" * 24, "r" * 32, "hush"):
        assert secret not in shown


def test_every_setting_is_explained_and_has_a_name() -> None:
    for field, declared in Settings.model_fields.items():
        assert declared.description, field
        assert all(name.isupper() for name in environment_names(Settings, field))
    assert environment_names(Settings, "database_url") == ("TIDEOVER_DATABASE_URL", "DATABASE_URL")
