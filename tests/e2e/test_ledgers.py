"""The real ledgers on the real engine: no contact after payment, no journey open, the pure walk's equal."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.programs import ROOT, completed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
_FIGURES = {
    "accounts": int,
    "episodes": int,
    "contacts": dict,
    "contacts_after_payment": int,
    "outcomes": dict,
    "open": int,
    "wall_s": float,
    "rows": int,
    "rows_left_out": int,
}


def a_shared_file(name: str) -> Path:
    """A ledger beside the repository, or where TIDEOVER_SHARED_DATA says; without it the test is skipped."""
    folder = Path(os.environ.get("TIDEOVER_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).exists():
        pytest.skip(f"{name} is not there: set TIDEOVER_SHARED_DATA to the folder that holds it")
    return folder / name


def walked(folder: Path, ledger: Path, first: int) -> dict[str, Any]:
    environment = {
        "TIDEOVER_DATA_DIR": f"{folder / 'tideover'}",
        "TIDEOVER_TEMPORAL_PORT": "0",
        "TIDEOVER_TEMPORAL_UI_PORT": "0",
    }
    figures = folder / "figures.json"
    options = ("--first", f"{first}", "--json", f"{figures}", "--compare")
    code, program = completed(
        folder, "cli", "walk", f"{ledger}", *options, environment=environment, name="walk"
    )
    assert code == 0, program.words() + program.errors()
    assert "the pure walk made the same contacts and ended alike" in program.words()
    told: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    return told


def _is_whole(told: dict[str, Any], accounts: int) -> None:
    """The keys as documented, and what must hold for every ledger."""
    assert {name: type(value) for name, value in told.items()} == _FIGURES
    assert told["contacts"].keys() == {"total", "by_stage", "by_channel"}
    assert told["contacts"]["by_stage"].keys() == {"pre_due", "reminder", "escalation", "hardship"}
    assert told["outcomes"].keys() == {"cured", "written_off", "handed_off", "withdrawn"}
    for counted in ("by_stage", "by_channel"):
        assert sum(told["contacts"][counted].values()) == told["contacts"]["total"]
    assert told["accounts"] == accounts
    assert told["contacts_after_payment"] == 0
    assert told["open"] == 0


def test_the_first_customers_of_the_ibm_ledger_are_all_cured(tmp_path: Path) -> None:
    told = walked(tmp_path, a_shared_file("ibm_accounts_receivable.csv"), 12)
    _is_whole(told, 12)
    assert told["rows"] == 2_466
    assert {outcome for outcome, number in told["outcomes"].items() if number} == {"cured"}
    assert told["contacts"]["total"] > 0


def test_the_first_cases_of_the_traffic_fines_are_cured_or_written_off(tmp_path: Path) -> None:
    told = walked(tmp_path, a_shared_file("road_traffic_fines_10k_eventlog.csv"), 40)
    _is_whole(told, 40)
    assert {outcome for outcome, number in told["outcomes"].items() if number} == {"cured", "written_off"}
    assert told["contacts"]["by_stage"]["hardship"] > 0
