"""The composition speaks to Tideover in settings that exist, and production accepts what it says."""

import sys
from copy import deepcopy
from pathlib import Path

import pytest

from adapters.settings import Settings
from tests.deploy import composition, secrets_folder
from tests.deploy.composition import ROOT, Document
from tests.deploy.programs import Outcome, run

KNOWN = {f"TIDEOVER_{field.upper()}" for field in Settings.model_fields}
SPEAKERS = [
    ROOT / "docker-compose.yml",
    ROOT / "Dockerfile",
    ROOT / "docs" / "operations.md",
    *sorted((ROOT / "deploy").iterdir()),
]
OVERLAYS = ["twilio", "sendgrid"]
READ_SETTINGS = "from adapters.settings import load_settings; print(load_settings().environment)"


def overlay(name: str) -> Document:
    return composition.read(ROOT / "deploy" / f"{name}.yml")


def with_overlays(*names: str) -> Document:
    """The composition with its overlays laid over it, as far as environments and secrets go."""
    document = deepcopy(composition.read())
    for name in names:
        for service, added in overlay(name)["services"].items():
            document["services"][service]["environment"] |= added["environment"]
            document["services"][service]["secrets"] = (
                document["services"][service]["secrets"] + added["secrets"]
            )
        document["secrets"] |= overlay(name)["secrets"]
    return document


def load(environment: dict[str, str]) -> Outcome:
    return run([sys.executable, "-c", READ_SETTINGS], environment, ROOT)


@pytest.mark.parametrize("speaker", SPEAKERS, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(speaker: Path) -> None:
    assert composition.unknown_settings(speaker.read_text(encoding="utf-8"), KNOWN) == []


def test_a_setting_that_does_not_exist_is_noticed() -> None:
    text = "TIDEOVER_API_KEYS_FILE TIDEOVER_API_KEY ${TIDEOVER_LOG_LEVELS:-info}"
    assert composition.unknown_settings(text, KNOWN) == ["TIDEOVER_API_KEY", "TIDEOVER_LOG_LEVELS"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_overlay_is_a_composition_without_secrets_of_its_own(name: str) -> None:
    assert composition.schema_errors(overlay(name)) == []
    assert composition.given_secrets(overlay(name)) == []
    assert composition.unmounted_secrets(with_overlays(name)) == []


@pytest.mark.parametrize("service", ["migrate", "api", "worker"])
@pytest.mark.parametrize("overlays", [[], ["twilio"], ["sendgrid"], OVERLAYS], ids=str)
def test_production_accepts_the_settings_of_every_service(
    service: str, overlays: list[str], tmp_path: Path
) -> None:
    secrets_folder.make(tmp_path)
    for file in ("twilio_auth_token", "sendgrid_api_key"):
        (tmp_path / file).write_text("given-by-the-carrier\n", encoding="utf-8")
    service_row = with_overlays(*overlays)["services"][service]
    assert load(secrets_folder.seen_by(service_row, tmp_path)) == Outcome(0, "production\n")


@pytest.mark.parametrize(
    "taken", ["DATABASE_URL_FILE", "TIDEOVER_API_KEYS_FILE", "TIDEOVER_PAYLOAD_KEYS_FILE"]
)
def test_production_refuses_a_composition_that_withholds_a_secret(taken: str, tmp_path: Path) -> None:
    secrets_folder.make(tmp_path)
    environment = secrets_folder.seen_by(composition.read()["services"]["api"], tmp_path)
    del environment[taken]
    assert load(environment).code != 0


def test_every_declared_secret_is_made_by_the_script_and_none_is_in_the_tree(tmp_path: Path) -> None:
    secrets_folder.make(tmp_path)
    declared = {name: row["file"] for name, row in composition.read()["secrets"].items()}
    assert set(declared) == {path.name for path in tmp_path.iterdir()}
    assert all(file.startswith("${SECRETS_DIR:?") and file.endswith(name) for name, file in declared.items())


def test_secrets_are_random_private_to_their_folder_never_printed_and_kept(tmp_path: Path) -> None:
    folder, other = tmp_path / "one", tmp_path / "other"
    printed = secrets_folder.make(folder) + secrets_folder.make(other)
    made = {path.name: path.read_text(encoding="utf-8").strip() for path in folder.iterdir()}
    assert len(set(made.values())) == len(made)
    assert all(secret not in printed for secret in made.values())
    assert all((other / name).read_text(encoding="utf-8").strip() != secret for name, secret in made.items())
    assert made["tideover_password"] in made["database_url"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    secrets_folder.make(folder)
    assert {path.name: path.read_text(encoding="utf-8").strip() for path in folder.iterdir()} == made
