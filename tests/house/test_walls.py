"""Size walls, names, and the few rules of the house that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

from tests.house.tree import ROOT, functions, length, sources, sources_of_tests

FILE_WALL, FUNCTION_WALL = 300, 40
BANNED = {"utils", "helpers", "common", "manager", "handler", "processor", "data", "info", "misc", "base"}


def test_no_module_is_longer_than_the_wall() -> None:
    modules = {**sources(), **sources_of_tests()}
    longest = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in modules
        if path.parts[:2] != ("tests", "corpus")
    }
    shipped = {path: lines for path, lines in longest.items() if not path.startswith("tests/")}
    assert {path: lines for path, lines in shipped.items() if lines > FILE_WALL} == {}


def test_no_function_is_longer_than_the_wall() -> None:
    long = {
        f"{path}:{node.name}": length(node)
        for path, tree in sources().items()
        for node in functions(tree)
        if length(node) > FUNCTION_WALL
    }
    assert long == {}


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_name_says_nothing() -> None:
    named = [(path, path.stem) for path in sources()] + [
        (path, node.name)
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    assert [f"{path}: {name}" for path, name in named if words(name) & BANNED] == []


def test_the_walls_can_be_hit() -> None:
    """The control: the measures above do measure."""
    assert words("PaymentHandler") & BANNED
    assert words("rowData") & BANNED
    tall = ast.parse("def tall():\n" + "    pass\n" * 41)
    assert [length(node) for node in functions(tall)] == [42]


def test_nothing_imports_the_composition_roots() -> None:
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not imported & {"cli", "worker"}


def test_only_the_contact_activity_hands_messages_to_providers() -> None:
    """The single door: `.send(message, fence)` is called in one module, and providers call nobody else."""
    senders = {
        str(path)
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "send"
        and len(node.args) == 2
        and path.parts[:2] != ("adapters", "providers")
        and path.parts[0] != "api"
    }
    assert {Path(sender).parts[0] for sender in senders} == {"activities"}
    assert len(senders) == 1


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


MACHINE = re.compile(
    r"(^|[\s\"'(=])/(work|root|home|farm)/|pythonhosted|registry\.npmjs|deb\.debian", re.MULTILINE
)


def test_no_file_names_a_machine_or_a_package_host() -> None:
    named = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and MACHINE.search(text):
            named.append(str(path.relative_to(ROOT)))
    assert named == []


def test_locks_are_hashed_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9][^\s]*==", text, re.MULTILINE)
        assert len(pins) > 30
        assert text.count("--hash=sha256:") >= len(pins)
