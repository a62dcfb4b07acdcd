"""Dockerfile and .dockerignore as text: what holds, and for each check a text that it must refuse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy import composition, dockerfile
from tests.deploy.dockerfile import Instruction

Check = Callable[[list[Instruction]], list[str]]

GOOD = (composition.ROOT / "Dockerfile").read_text(encoding="utf-8")
PYTHON = "FROM python:3.12.14-slim-bookworm"


def careless_copies(instructions: list[Instruction]) -> list[str]:
    return dockerfile.careless_copies(instructions, dockerfile.ignore_patterns())


CONTROLS: list[tuple[Check, str, str]] = [
    (dockerfile.unpinned_stages, PYTHON, "FROM python:3.12-slim-bookworm"),
    (dockerfile.unpinned_stages, PYTHON, "FROM python:latest"),
    (dockerfile.unpinned_stages, f"{PYTHON} AS builder", "FROM python AS builder"),
    (dockerfile.root_commands, "USER 10001:10001\n", ""),
    (dockerfile.root_commands, "USER 10001:10001", "USER 0:0"),
    (dockerfile.root_commands, "USER 10001:10001", "USER tideover"),
    (dockerfile.root_commands, "EXPOSE 8080", "USER root"),
    (careless_copies, "COPY domain/ domain/", "COPY . ."),
    (careless_copies, "COPY domain/ domain/", "COPY .git/ .git/"),
    (careless_copies, "COPY domain/ domain/", "COPY .tideover .tideover"),
    (careless_copies, "COPY domain/ domain/", "ADD domain/ domain/"),
    (dockerfile.baked_secrets, "ARG REVISION=unknown", "ARG API_KEY=x"),
    (dockerfile.baked_secrets, "EXPOSE 8080", "ENV POSTGRES_PASSWORD=x"),
    (dockerfile.unhashed_installs, "uv pip sync --require-hashes", "uv pip sync"),
    (dockerfile.unhashed_installs, "--require-hashes --requirement uv.lock.txt", "uv"),
    (dockerfile.missing_labels, "org.opencontainers.image.version", "version"),
    (dockerfile.missing_labels, "LABEL ", "ENV "),
]
CHECKS = list(dict.fromkeys(check for check, _, _ in CONTROLS))


def named(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_the_dockerfile_passes_each_check(check: Check) -> None:
    assert check(dockerfile.read()) == []


@pytest.mark.parametrize(("check", "good", "bad"), CONTROLS, ids=named)
def test_each_check_refuses_a_dockerfile_changed_for_the_worse(check: Check, good: str, bad: str) -> None:
    assert good in GOOD
    assert check(dockerfile.read(GOOD.replace(good, bad))) != []


@pytest.mark.parametrize("private", dockerfile.PRIVATE)
def test_a_build_context_that_holds_private_files_is_refused(private: str) -> None:
    patterns = [*dockerfile.ignore_patterns(), f"!{private}/"]
    assert dockerfile.careless_copies(dockerfile.read(), patterns) == [f"context holds {private}"]


def test_the_build_context_holds_what_is_copied_and_no_compiled_files() -> None:
    patterns = dockerfile.ignore_patterns()
    for one in dockerfile.read():
        if one.keyword == "COPY" and "--from=" not in one.text:
            assert all(dockerfile.admitted(f"{word.rstrip('/')}", patterns) for word in one.words[:-1])
    assert dockerfile.admitted("domain/money.py", patterns)
    assert not dockerfile.admitted("domain/__pycache__/money.pyc", patterns)
    assert not dockerfile.admitted("deploy/make-secrets.sh", patterns)


def test_the_lock_that_the_image_installs_is_hashed_and_names_no_registry() -> None:
    for name in ("requirements.lock", "deploy/uv.lock.txt"):
        text = (composition.ROOT / name).read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if "==" in line]
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text


def test_the_label_and_the_composition_name_one_version() -> None:
    image = composition.read()["services"]["api"]["image"]
    assert f'image.version="{image.partition(":")[2]}"' in GOOD


def test_the_image_starts_the_api_and_asks_the_port_that_the_composition_publishes() -> None:
    api = composition.read()["services"]["api"]
    assert dockerfile.last_command(dockerfile.read()) == api["command"]
    (port,) = [one.text for one in dockerfile.read() if one.keyword == "EXPOSE"]
    assert api["environment"]["TIDEOVER_API_PORT"] == port
    assert api["ports"][0].endswith(f":{port}")
    (check,) = [one.text for one in dockerfile.read() if one.keyword == "HEALTHCHECK"]
    assert f'"{port}", "/healthz"' in check


@pytest.mark.parametrize("service", ["migrate", "api", "worker"])
def test_every_command_names_a_module_that_the_image_holds(service: str, tmp_path: Path) -> None:
    dockerfile.lay_out(tmp_path, dockerfile.read(), dockerfile.ignore_patterns())
    command = composition.read()["services"][service]["command"]
    assert dockerfile.missing_modules(command, tmp_path) == []


def test_a_module_or_a_source_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    assert dockerfile.missing_modules(["python", "-m", "worker"], tmp_path) == ["worker"]
    assert dockerfile.missing_modules(["bash"], tmp_path) == ["bash"]
    with pytest.raises(FileNotFoundError):
        dockerfile.lay_out(tmp_path, dockerfile.read("FROM scratch\nCOPY nothing/ nothing/"), [])
