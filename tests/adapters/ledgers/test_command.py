import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from adapters.ledgers import patience
from adapters.ledgers.command import WalkOrder, ledger_of, walk_command
from adapters.ledgers.reading import Ledger, Wishes
from adapters.ledgers.sight import in_sight
from adapters.ledgers.verdict import Verdict, write_verdicts
from adapters.store.errors import StoreUnavailable
from tests.adapters.ledgers.ledger_twin import JOURNEYS, Dispatch, Twin, a_file
from tests.domain.journey_builders import a_journey

GOOD = "A1,B1,2026-01-01,2026-01-31,2026-02-03,55.94,USD"
BAD = "A2,B1,2026-01-01,2026-01-31,,0,USD"


def a_console() -> tuple[Console, StringIO]:
    text = StringIO()
    return Console(file=text, width=120), text


def opened(order: WalkOrder) -> tuple[Ledger | None, str]:
    console, text = a_console()
    ledger = ledger_of(order, JOURNEYS, console)
    return ledger, text.getvalue()


async def walked(order: WalkOrder, twin: Twin) -> tuple[int, str]:
    console, text = a_console()
    ledger = ledger_of(order, JOURNEYS, console)
    assert ledger is not None
    return await walk_command(order, ledger, twin.doors(), console), text.getvalue()


async def test_a_walk_prints_its_table_and_writes_the_same_figures(tmp_path: Path) -> None:
    order = WalkOrder(a_file(tmp_path, GOOD), json_path=tmp_path / "out.json", compare=True)
    code, text = await walked(order, Twin(a_journey()))
    assert code == 0
    assert "contacts made after payment" in text
    assert "the pure walk made the same contacts and ended alike" in text
    figures = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(figures) == [
        "accounts", "episodes", "contacts", "contacts_after_payment", "outcomes", "open", "wall_s", "rows",
        "rows_left_out",
    ]  # fmt: skip
    assert figures["contacts"]["total"] == 2


def test_a_refused_ledger_is_told_row_by_row_and_written_down(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.csv"
    ledger, text = opened(WalkOrder(a_file(tmp_path, GOOD, BAD), verdicts_path=verdicts))
    assert ledger is None
    assert "nothing was imported" in text
    assert "line 3, column amount: is zero; write what is owed, or leave the row out" in text
    with verdicts.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["column"]) for row in rows] == [("3", "amount")]


async def test_bad_rows_are_left_out_and_counted_when_asked(tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.csv"
    order = WalkOrder(
        a_file(tmp_path, GOOD, BAD),
        wishes=Wishes(skip_bad_rows=True),
        verdicts_path=verdicts,
        json_path=tmp_path / "j",
    )
    code, text = await walked(order, Twin(a_journey()))
    assert code == 0
    assert "1 rows were left out" in text
    assert json.loads((tmp_path / "j").read_text(encoding="utf-8"))["rows_left_out"] == 1
    assert "is zero" in verdicts.read_text(encoding="utf-8")


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    ledger, text = opened(WalkOrder(a_file(tmp_path, GOOD), mapping="sap"))
    assert ledger is None
    assert "there is no mapping `sap`" in text


def test_a_mapping_may_be_named(tmp_path: Path) -> None:
    ledger, _ = opened(WalkOrder(a_file(tmp_path, GOOD), mapping="plain"))
    assert ledger is not None
    assert ledger.mapping.mapping == "plain"


def test_a_place_to_write_that_is_not_there_is_told_before_anything_is_walked(tmp_path: Path) -> None:
    for order in (
        WalkOrder(a_file(tmp_path, GOOD), json_path=tmp_path / "no" / "out.json"),
        WalkOrder(a_file(tmp_path, GOOD), verdicts_path=tmp_path / "no" / "verdicts.csv"),
    ):
        ledger, text = opened(order)
        assert ledger is None
        assert "there is no folder to write" in text


async def test_a_contact_after_payment_or_a_difference_makes_the_exit_code_one(tmp_path: Path) -> None:
    class Late(Twin):
        async def made(self, account_id: str) -> list[Dispatch]:
            made = await super().made(account_id)
            made[-1].at = self.known[account_id].clock
            return made

    order = WalkOrder(a_file(tmp_path, GOOD))
    assert (await walked(order, Late(a_journey())))[0] == 1

    class Losing(Twin):
        async def made(self, account_id: str) -> list[Dispatch]:
            return (await super().made(account_id))[1:]

    assert (await walked(order, Losing(a_journey())))[0] == 0
    code, text = await walked(WalkOrder(order.path, compare=True), Losing(a_journey()))
    assert code == 1
    assert "the pure walk is another" in text


async def test_an_interrupted_walk_says_so_and_goes_on_when_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_FIRST_S", 0.0)
    monkeypatch.setattr(patience, "_LONGEST_S", 0.0)
    monkeypatch.setattr(patience.Patience.__init__, "__defaults__", (0.0,))
    twin, order = Twin(a_journey()), WalkOrder(a_file(tmp_path, GOOD), compare=True)

    def fault(call: str) -> None:
        if call == "tell_credit":
            raise StoreUnavailable("57P01")

    twin.fault = fault
    code, text = await walked(order, twin)
    assert code == 1
    assert "interrupted" in text
    twin.fault = lambda _call: None
    assert (await walked(order, twin))[0] == 0


def test_on_a_terminal_a_bar_shows_accounts_and_what_is_waited_for() -> None:
    text = StringIO()
    console = Console(file=text, width=120, force_terminal=True)
    with in_sight(2, console) as watcher:
        watcher.waiting("PostgreSQL did not answer [57P01]; ask again")
        watcher.account_done()
    assert "1/2" in text.getvalue()
    assert "walking" in text.getvalue()


def test_elsewhere_lines_tell_every_tenth_and_what_is_waited_for() -> None:
    console, text = a_console()
    with in_sight(40, console) as watcher:
        watcher.waiting("the engine is away [x]")
        for _ in range(40):
            watcher.account_done()
    lines = text.getvalue().splitlines()
    assert lines[0] == "the engine is away [x]"
    assert lines[1:] == [f"walked {done} of 40 accounts" for done in range(4, 41, 4)]


def test_no_cell_of_a_verdict_file_can_be_taken_for_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    write_verdicts(path, [Verdict(2, "=cmd()", "@problem", " +1"), Verdict(1, None, "a", "b")])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["2", "'=cmd()", "'@problem", "' +1"]
    assert rows[2] == ["1", "", "a", "b"]
