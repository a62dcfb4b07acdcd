"""docker-compose.yml as text: what holds, and for each check a changed document that it must refuse."""

import re
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from adapters.store import database
from api.openapi import VERSION
from tests.deploy import composition
from tests.deploy.composition import Document
from tests.deploy.programs import run

RESERVED_FOR_SUPERUSERS = 3
Change = Callable[[Document], object]
Check = Callable[[Document], list[str]]


def services(document: Document) -> Any:  # noqa: ANN401 - a test edits whatever YAML holds
    return document["services"]


CONTROLS: list[tuple[Check, Change]] = [
    (composition.schema_errors, lambda one: one.update(service={})),
    (composition.schema_errors, lambda one: services(one)["api"].update(restart=3)),
    (composition.schema_errors, lambda one: services(one)["api"]["healthcheck"].update(intervall="1s")),
    (composition.unpinned_images, lambda one: services(one)["temporal"].update(image="temporalio/server")),
    (composition.unpinned_images, lambda one: services(one)["temporal"].update(image="temporalio/ui:latest")),
    (composition.unpinned_images, lambda one: services(one)["postgresql"].update(image="postgres:18")),
    (composition.unpinned_images, lambda one: services(one)["migrate"].pop("image")),
    (composition.given_secrets, lambda one: services(one)["api"]["environment"].update(API_KEY="x")),
    (
        composition.given_secrets,
        lambda one: services(one)["api"]["environment"].update(A_PASSWORD="${A_PASSWORD:-tideover}"),
    ),
    (
        composition.given_secrets,
        lambda one: services(one)["api"]["environment"].update(NAME="${A_PASSWORD-tideover}"),
    ),
    (
        composition.given_secrets,
        lambda one: services(one)["api"]["environment"].update(NAME="postgresql://me:it@postgresql/x"),
    ),
    (
        composition.given_secrets,
        lambda one: services(one)["temporal"].update(environment=["POSTGRES_PWD=temporal"]),
    ),
    (composition.given_secrets, lambda one: one["secrets"].update(a={"file": "${A_SECRET:-x}"})),
    (composition.unmounted_secrets, lambda one: services(one)["temporal"].pop("secrets")),
    (composition.unmounted_secrets, lambda one: one["secrets"].pop("api_keys")),
    (composition.missing_health_checks, lambda one: services(one)["worker"].pop("healthcheck")),
    (composition.missing_health_checks, lambda one: services(one)["temporal-ui"]["healthcheck"].clear()),
    (
        composition.wrong_dependencies,
        lambda one: services(one)["api"]["depends_on"]["migrate"].update(condition="service_started"),
    ),
    (
        composition.wrong_dependencies,
        lambda one: services(one)["api"]["depends_on"].update(redis={"condition": "service_healthy"}),
    ),
    (composition.wrong_dependencies, lambda one: services(one)["postgresql"].update(networks=["outside"])),
    (
        composition.cycles,
        lambda one: services(one)["postgresql"].update(
            depends_on={"worker": {"condition": "service_healthy"}}
        ),
    ),
    (composition.open_ports, lambda one: services(one)["api"].update(ports=["8080:8080"])),
    (composition.open_ports, lambda one: services(one)["postgresql"].update(ports=["127.0.0.1:5432:5432"])),
    (composition.soft_spots, lambda one: services(one)["worker"].update(read_only=False)),
    (composition.soft_spots, lambda one: services(one)["worker"].pop("cap_drop")),
    (composition.soft_spots, lambda one: services(one)["worker"].update(user="root")),
    (composition.soft_spots, lambda one: services(one)["migrate"].pop("tmpfs")),
    (composition.soft_spots, lambda one: services(one)["postgresql"].pop("security_opt")),
    (composition.soft_spots, lambda one: services(one)["temporal"].pop("deploy")),
    (composition.soft_spots, lambda one: services(one)["temporal"].pop("logging")),
    (composition.soft_spots, lambda one: services(one)["temporal"].pop("restart")),
    (composition.soft_spots, lambda one: services(one)["worker"].pop("stop_grace_period")),
]
CHECKS = list(dict.fromkeys(check for check, _ in CONTROLS))


def named(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_the_composition_passes_each_check(check: Check) -> None:
    assert check(composition.read()) == []


@pytest.mark.parametrize(("check", "change"), CONTROLS, ids=named)
def test_each_check_refuses_a_composition_changed_for_the_worse(check: Check, change: Change) -> None:
    document = deepcopy(composition.read())
    change(document)
    assert check(document) != []


def test_the_services_are_those_of_the_design() -> None:
    document = composition.read()
    once = {name for name, service in services(document).items() if composition.is_one_shot(service)}
    assert once == {"temporal-schema", "temporal-namespace", "migrate"}
    assert set(services(document)) - once == {"postgresql", "temporal", "temporal-ui", "api", "worker"}


def test_our_image_carries_the_version_of_the_project() -> None:
    ours = {services(composition.read())[name]["image"] for name in ("migrate", "api", "worker")}
    assert ours == {f"tideover:{VERSION}"}


def embedded_versions() -> tuple[str, str]:
    """Server and UI that the pinned development server holds, as it says itself."""
    program = str(Path(sys.executable).parent / "temporal")
    said = re.search(r"Server ([\d.]+), UI ([\d.]+)", run([program, "--version"], {}).text)
    assert said is not None
    return said[1], said[2]


def temporal_versions(document: Document) -> dict[str, str]:
    images = [service["image"].partition(":") for service in services(document).values()]
    return {
        name.removeprefix("temporalio/"): tag for name, _, tag in images if name.startswith("temporalio/")
    }


def test_production_runs_the_temporal_that_development_and_the_tests_ran() -> None:
    server, pages = embedded_versions()
    assert temporal_versions(composition.read()) == {"admin-tools": server, "server": server, "ui": pages}


def test_another_temporal_would_be_noticed() -> None:
    document = composition.read()
    services(document)["temporal-schema"]["image"] = "temporalio/admin-tools:1.31.0"
    services(document)["temporal-namespace"]["image"] = "temporalio/admin-tools:1.31.0"
    assert temporal_versions(document)["admin-tools"] != embedded_versions()[0]


def test_all_services_of_one_image_run_one_version() -> None:
    images = {service["image"] for service in services(composition.read()).values()}
    assert len({image.partition(":")[0] for image in images}) == len(images)


def test_every_file_that_is_mounted_exists() -> None:
    mounts = [
        mount.split(":")[0]
        for service in services(composition.read()).values()
        for mount in service.get("volumes", [])
    ]
    missing = [
        mount for mount in mounts if mount.startswith("./") and not (composition.ROOT / mount).is_file()
    ]
    assert missing == []


def test_the_database_has_a_connection_for_everyone_and_four_workers() -> None:
    rows = services(composition.read())
    temporal = composition.environment_of(rows["temporal"])
    of_temporal = 4 * (int(temporal["SQL_MAX_CONNS"]) + int(temporal["SQL_VIS_MAX_CONNS"]))
    of_ours = (1 + 4) * (database._POOLED + database._OVERFLOW)
    (allowed,) = [word.partition("=")[2] for word in rows["postgresql"]["command"] if "max_conn" in word]
    assert of_temporal + of_ours + RESERVED_FOR_SUPERUSERS <= int(allowed)


def test_only_services_that_talk_to_the_world_can_reach_it() -> None:
    document = composition.read()
    assert document["networks"]["inside"]["internal"] is True
    outside = {name for name, service in services(document).items() if "outside" in service["networks"]}
    assert outside == {"api", "worker", "temporal-ui"}


def test_a_required_variable_without_a_value_is_an_error_and_a_default_is_not() -> None:
    assert composition.resolve("a${B:-c}${D}", {"D": "e"}) == "ace"
    with pytest.raises(KeyError):
        composition.resolve("${SECRETS_DIR:?directory}", {})
