"""Every file of tests/corpus/ledgers: refused at the right place with words that help, or read."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.ledgers.reading import Ledger, Wishes, read_ledger
from adapters.ledgers.verdict import LedgerRefused, told
from domain.simulation.ledger import CreditGiven
from tests.adapters.ledgers.ledger_twin import JOURNEYS, known

CORPUS = Path(__file__).parents[2] / "corpus" / "ledgers"


def cases(folder: str) -> list[Any]:
    listed = yaml.safe_load((CORPUS / folder / "expect.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["file"]) for case in listed]


def read(folder: str, case: dict[str, Any], wishes: Wishes | None = None) -> Ledger:
    mapping = known()[case.get("mapping", "plain")]
    mappings = {mapping.mapping: mapping} if folder == "bad" or "mapping" in case else known()
    return read_ledger(CORPUS / folder / case["file"], mappings, JOURNEYS, wishes or Wishes())


@pytest.mark.parametrize("case", cases("bad"))
def test_a_bad_file_is_refused_with_row_column_reason_and_remedy(case: dict[str, Any]) -> None:
    started = time.process_time()
    with pytest.raises(LedgerRefused) as refused:
        read("bad", case)
    assert time.process_time() - started < 1
    first = refused.value.verdicts[0]
    assert (first.row, first.column) == (case["row"], case.get("column"))
    assert case["says"] in f"{first.problem}"
    assert first.remedy
    assert len("\n".join(told(refused.value.verdicts))) < 5000


@pytest.mark.parametrize("case", [case for case in cases("bad") if "left" in case.values[0]])
def test_exactly_the_bad_rows_are_left_out_when_asked(case: dict[str, Any]) -> None:
    with pytest.raises(LedgerRefused) as refused:
        read("bad", case)
    if case["left"] == 0:
        with pytest.raises(LedgerRefused):
            read("bad", case, Wishes(skip_bad_rows=True))
        return
    ledger = read("bad", case, Wishes(skip_bad_rows=True))
    assert ledger.refused == refused.value.verdicts
    assert len(ledger.accounts) == case["left"]


@pytest.mark.parametrize("case", [case for case in cases("bad") if "left" not in case.values[0]])
def test_a_file_that_is_no_table_is_refused_even_when_bad_rows_may_be_left_out(case: dict[str, Any]) -> None:
    with pytest.raises(LedgerRefused):
        read("bad", case, Wishes(skip_bad_rows=True))


@pytest.mark.parametrize("case", cases("good"))
def test_a_good_file_is_read(case: dict[str, Any]) -> None:
    ledger = read("good", case)
    assert [account.account.account_id for account in ledger.accounts] == [
        f"{ledger.walk_id}-{number}" for number in case["accounts"]
    ]
    events = [event for account in ledger.accounts for event in account.events]
    assert len(events) == case["events"]
    assert not ledger.refused
    if "minor" in case:
        bills = [event.bill.amount_minor for event in events if not isinstance(event, CreditGiven)]
        assert bills == case["minor"]


def test_every_file_of_the_corpus_is_expected() -> None:
    for folder in ("bad", "good"):
        files = {path.name for path in (CORPUS / folder).glob("*.csv")}
        assert files == {case.values[0]["file"] for case in cases(folder)}
    assert len(cases("bad")) >= 60
