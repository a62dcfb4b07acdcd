"""The tree as the house tests read it: our own Python files, parsed once."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "workflows", "activities", "adapters", "api", "commands")
ROOTS = ("cli.py", "worker.py")


@cache
def sources() -> dict[Path, ast.Module]:
    """Every shipped module by its path from the root."""
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    paths += [ROOT / name for name in ROOTS]
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def sources_of_tests() -> dict[Path, ast.Module]:
    """Every test module by its path from the root."""
    paths = (ROOT / "tests").rglob("*.py")
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: ast.stmt) -> int:
    """Lines from the first to the last, decorators and docstring included."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
