"""The shell scripts of the one-shot containers, run for real against stand-ins that fail first."""

import shutil
from pathlib import Path

import pytest

from tests.deploy.composition import ROOT
from tests.deploy.programs import Outcome, an_executable, run, search_path

SCRIPTS = sorted((ROOT / "deploy").glob("*.sh"))
SHELLS = [shell for shell in ("sh", "bash", "busybox") if shutil.which(shell)]
NAMESPACE = ROOT / "deploy" / "temporal-namespace.sh"

FAILS_TWICE = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in *"$STUBBORN"*)
    seen=$(grep -c -- "$STUBBORN" "$LOG")
    [ "$seen" -gt "${FAILURES:-2}" ] || exit 1 ;;
esac
"""


def shell_of(name: str) -> list[str]:
    program = shutil.which(name)
    assert program is not None
    return [program, "sh"] if name == "busybox" else [program]


def declare(script: Path, folder: Path, shell: str = "sh", **changes: str) -> Outcome:
    an_executable(folder / "bin" / "temporal", FAILS_TWICE)
    environment = {
        "PATH": search_path(folder / "bin"),
        "LOG": str(folder / "calls"),
        "STUBBORN": "cluster health",
        "TEMPORAL_ADDRESS": "temporal:7233",
        "TEMPORAL_NAMESPACE": "tideover",
        "TEMPORAL_RETENTION": "90d",
        "RETRY_SECONDS": "0",
    }
    return run([*shell_of(shell), str(script)], environment | changes)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_parses_in_every_shell_here(script: Path, shell: str) -> None:
    assert run([*shell_of(shell), "-n", str(script)], {}) == Outcome(0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_stops_at_the_first_error_and_can_be_executed(script: Path) -> None:
    assert "\nset -eu\n" in script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "stubborn",
    ["cluster health", "namespace update", "--retention 90d"],
)
def test_the_namespace_is_made_although_a_step_fails_twice(tmp_path: Path, shell: str, stubborn: str) -> None:
    outcome = declare(NAMESPACE, tmp_path, shell, STUBBORN=stubborn)
    assert outcome.code == 0, outcome.text
    assert any("--namespace tideover --retention 90d" in call for call in calls(tmp_path))


def test_a_missing_namespace_is_created_with_its_retention(tmp_path: Path) -> None:
    outcome = declare(NAMESPACE, tmp_path, STUBBORN="namespace update", FAILURES="9")
    assert outcome.code == 0, outcome.text
    made = "operator namespace create --namespace tideover --retention 90d --address temporal:7233"
    assert made in calls(tmp_path)


def test_an_existing_namespace_is_given_its_retention_and_not_made_again(tmp_path: Path) -> None:
    assert declare(NAMESPACE, tmp_path).code == 0
    assert not [call for call in calls(tmp_path) if "namespace create" in call]


def test_the_namespace_script_gives_up_in_a_sentence(tmp_path: Path) -> None:
    outcome = declare(NAMESPACE, tmp_path, RETRY_ATTEMPTS="2")
    assert outcome.code == 1
    assert "after 2 tries; is the Temporal server at temporal:7233 healthy?" in outcome.text


def test_a_mistyped_variable_on_the_retry_path_would_be_caught(tmp_path: Path) -> None:
    text = NAMESPACE.read_text(encoding="utf-8")
    mistyped = text.replace('-ge "$attempts"', '-ge "$atempts"')
    assert mistyped != text
    script = an_executable(tmp_path / "mistyped.sh", mistyped)
    assert declare(script, tmp_path, STUBBORN="nothing").code == 0
    assert declare(script, tmp_path).code != 0


def test_both_databases_are_made_and_updated_and_no_command_line_holds_the_password(tmp_path: Path) -> None:
    an_executable(
        tmp_path / "bin" / "temporal-sql-tool",
        '#!/bin/sh\necho "$*" >> "$LOG"\n[ "$SQL_PASSWORD" = hushed ]\n',
    )
    (tmp_path / "password").write_text("hushed\n", encoding="utf-8")
    environment = {
        "PATH": search_path(tmp_path / "bin"),
        "LOG": str(tmp_path / "calls"),
        "SQL_HOST": "postgresql",
        "SQL_USER": "temporal",
        "SQL_PASSWORD_FILE": str(tmp_path / "password"),
    }
    outcome = run([*shell_of("sh"), str(ROOT / "deploy" / "temporal-schema.sh")], environment)
    assert outcome == Outcome(0, "")
    opening = "--plugin postgres12 --ep postgresql -p 5432 -u temporal --db"
    folder = "/etc/temporal/schema/postgresql/v12"
    assert calls(tmp_path) == [
        f"{opening} {database} {step}"
        for database, part in (("temporal", "temporal"), ("temporal_visibility", "visibility"))
        for step in ("create", "setup-schema -v 0.0", f"update-schema -d {folder}/{part}/versioned")
    ]


def test_the_schema_stops_at_a_tool_that_fails(tmp_path: Path) -> None:
    an_executable(tmp_path / "bin" / "temporal-sql-tool", '#!/bin/sh\necho "$*" >> "$LOG"\nexit 1\n')
    (tmp_path / "password").write_text("hushed\n", encoding="utf-8")
    environment = {
        "PATH": search_path(tmp_path / "bin"),
        "LOG": str(tmp_path / "calls"),
        "SQL_HOST": "postgresql",
        "SQL_USER": "temporal",
        "SQL_PASSWORD_FILE": str(tmp_path / "password"),
    }
    outcome = run([*shell_of("sh"), str(ROOT / "deploy" / "temporal-schema.sh")], environment)
    assert outcome.code == 1
    assert len(calls(tmp_path)) == 1


def test_the_server_is_started_with_the_password_of_its_file(tmp_path: Path) -> None:
    entrypoint = an_executable(tmp_path / "entrypoint.sh", '#!/bin/sh\nprintf "%s" "$POSTGRES_PWD"\n')
    (tmp_path / "password").write_text("hushed\n", encoding="utf-8")
    environment = {
        "PATH": search_path(),
        "POSTGRES_USER": "temporal",
        "POSTGRES_PWD_FILE": str(tmp_path / "password"),
        "TEMPORAL_ENTRYPOINT": str(entrypoint),
    }
    script = str(ROOT / "deploy" / "temporal-server.sh")
    assert run([*shell_of("sh"), script], environment) == Outcome(0, "hushed")
    del environment["POSTGRES_PWD_FILE"]
    assert run([*shell_of("sh"), script], environment).code != 0
