"""Every benchmark runs; how fast is nobody's promise here."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.writing import BEGIN, END

ROOT = Path(__file__).parents[2]
TITLES = {
    "starts": "Journey starts a second",
    "steps": "Contact steps a second",
    "latency": "From payment to cured",
    "histories": "Histories",
    "memory": "Memory of a cached journey",
    "store": "The store",
}


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A run in a process of its own: it sets up logging and leaves by `os._exit`."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_the_interpreter_is_measured_without_servers() -> None:
    ran = benchmarks("interpreter", "--quick")
    assert ran.returncode == 0, ran.stderr
    assert "### The interpreter alone" in ran.stdout
    assert "processor" in ran.stdout


def test_an_unknown_name_is_refused() -> None:
    ran = benchmarks("everything")
    assert ran.returncode == 2
    assert "interpreter" in ran.stderr


def test_results_need_a_place_in_the_document(tmp_path: Path) -> None:
    document = tmp_path / "plain.md"
    document.write_text("nothing here", encoding="utf-8")
    ran = benchmarks("interpreter", "--quick", "--write", str(document))
    assert ran.returncode == 1
    assert "add them" in ran.stderr


@pytest.mark.slow
def test_every_benchmark_on_servers_runs_and_is_written(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    ran = benchmarks(*TITLES, "--quick", "--write", str(document))
    assert ran.returncode == 0, ran.stderr
    written = document.read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line.startswith("### ")] == [
        f"### {title}" for title in TITLES.values()
    ]
