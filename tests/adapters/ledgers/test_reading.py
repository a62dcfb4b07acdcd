import resource
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.ledgers import csv_rows
from adapters.ledgers.mapping import DerivedDay
from adapters.ledgers.mapping_file import parse_mapping
from adapters.ledgers.reading import Wishes, read_ledger
from adapters.ledgers.verdict import LedgerRefused
from domain.contact import Channel
from domain.simulation.ledger import BillAmended, BillTold, CreditGiven
from tests.adapters.ledgers.ledger_twin import HEADER, JOURNEYS, a_file, known, read

A_ROW = "A1,B1,2026-01-01,2026-01-31,2026-02-03,55.94,USD"
CASE = "case_id,activity,timestamp,amount,expense,paymentamount\n"


def test_a_bill_is_told_at_half_past_midnight_and_paid_after_noon_where_the_account_lives(
    tmp_path: Path,
) -> None:
    (account,) = read(a_file(tmp_path, A_ROW)).accounts
    told, paid = account.events
    assert isinstance(told, BillTold)
    assert isinstance(paid, CreditGiven)
    assert told.at == account.account.clock == datetime(2026, 1, 1, 5, 30, tzinfo=UTC)
    assert paid.at == paid.credit.effective_at == datetime(2026, 2, 3, 17, 0, 1, tzinfo=UTC)
    assert (paid.credit.amount_minor, paid.credit.bill_id, paid.credit.currency) == (5594, "B1", "USD")


def test_a_case_is_told_as_one_bill_that_is_enlarged_replaced_and_paid(tmp_path: Path) -> None:
    rows = (
        "C1,Create Fine,2006-08-02,35.0,,",
        "C1,Send Fine,2006-12-12,,11.0,",
        "C1,Insert Fine Notification,2007-01-15,,,",
        "C1,Add penalty,2007-03-16,71.5,,",
        "C1,Payment,2008-09-09,,,82.5",
    )
    (account,) = read(a_file(tmp_path, *rows, header=CASE)).accounts
    amounts = [
        event.credit.amount_minor if isinstance(event, CreditGiven) else event.bill.amount_minor
        for event in account.events
    ]
    assert amounts == [3500, 4600, 8250, 8250]
    assert [type(event) for event in account.events] == [BillTold, BillAmended, BillAmended, CreditGiven]
    bill = account.events[0]
    assert isinstance(bill, BillTold)
    assert (bill.bill.due_on - bill.bill.issued_on).days == 60
    assert account.account.journey == "long-haul"


def test_no_two_payments_of_an_account_share_an_instant_or_fall_on_a_full_minute(tmp_path: Path) -> None:
    rows = [f"A1,B{n},2026-01-01,2026-01-31,2026-02-03,1.00,USD" for n in range(200)]
    (account,) = read(a_file(tmp_path, *rows)).accounts
    instants = [event.at for event in account.events if isinstance(event, CreditGiven)]
    assert len(set(instants)) == 200
    assert all(instant.second for instant in instants)


def test_of_a_days_payments_the_one_for_the_oldest_bill_is_told_last(tmp_path: Path) -> None:
    rows = [f"A1,B{n},2026-01-01,2026-01-{n + 10},2026-02-03,1.00,USD" for n in range(3)]
    (account,) = read(a_file(tmp_path, *rows)).accounts
    paid = [event.credit.bill_id for event in account.events if isinstance(event, CreditGiven)]
    assert paid == ["B2", "B1", "B0"]


def test_contact_points_of_a_walk_reach_nobody_and_are_not_shared(tmp_path: Path) -> None:
    ledger = read(a_file(tmp_path, A_ROW, A_ROW.replace("A1", "A2")))
    points = [point for each in ledger.accounts for point in each.account.customer.contact_points]
    assert len({point.address for point in points}) == 4
    for point in points:
        match point.channel:
            case Channel.SMS:
                assert point.address.startswith("+999")
                assert len(point.address) == 16
            case _:
                assert point.address.endswith(".invalid")


def test_the_mapping_says_by_which_channels_people_may_be_contacted(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "ledgers" / "plain.yaml").read_text(encoding="utf-8")
    mapping = parse_mapping(text + "channels: [voice, letter]\n", "plain.yaml")
    ledger = read_ledger(a_file(tmp_path, A_ROW), {"plain": mapping}, JOURNEYS)
    points = ledger.accounts[0].account.customer.contact_points
    assert [point.channel for point in points] == [Channel.VOICE, Channel.LETTER]
    assert len({point.address for point in points}) == 2


def test_the_same_file_is_the_same_walk_and_any_change_is_another(tmp_path: Path) -> None:
    path = a_file(tmp_path, A_ROW)
    first = read(path)
    assert read(path) == first
    assert read(a_file(tmp_path, A_ROW, name="copy.csv")).walk_id == first.walk_id
    assert read(a_file(tmp_path, A_ROW.replace("55.94", "55.95"))).walk_id != first.walk_id


def test_another_version_of_the_journey_is_another_walk(tmp_path: Path) -> None:
    path = a_file(tmp_path, A_ROW)
    other = {name: type(each)(each.name, "v2", each.steps) for name, each in JOURNEYS.items()}
    assert read(path, journeys=other).walk_id != read(path).walk_id


def test_a_fresh_walk_has_ids_that_were_never_used(tmp_path: Path) -> None:
    path = a_file(tmp_path, A_ROW)
    ids = {read(path, Wishes(fresh=True)).walk_id for _ in range(5)} | {read(path).walk_id}
    assert len(ids) == 6


def test_a_derived_day_needs_no_other_day_to_hold_it_back(tmp_path: Path) -> None:
    derived = DerivedDay(column="due", minus_days=30)
    mapping = known()["plain"].model_copy(update={"issued": derived})
    (account,) = read_ledger(a_file(tmp_path, A_ROW), {"plain": mapping}, JOURNEYS).accounts
    told = account.events[0]
    assert isinstance(told, BillTold)
    assert told.bill.issued_on == date(2026, 1, 1)


def test_first_takes_accounts_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = a_file(tmp_path, *(A_ROW.replace("A1", each) for each in ("A9", "A1", "A5")))
    ledger = read(path, Wishes(first=2))
    assert [each.account.account_id.partition("-")[2] for each in ledger.accounts] == ["A9", "A1"]
    assert ledger.walk_id == read(path).walk_id


def test_a_bad_row_beyond_the_first_accounts_refuses_the_file_all_the_same(tmp_path: Path) -> None:
    path = a_file(tmp_path, A_ROW, A_ROW.replace("A1", "A2").replace("55.94", "0"))
    with pytest.raises(LedgerRefused):
        read(path, Wishes(first=1))


def test_a_file_that_fits_two_mappings_asks_which(tmp_path: Path) -> None:
    twin = known()["plain"].model_copy(update={"mapping": "mine"})
    with pytest.raises(LedgerRefused, match="fit several mappings: mine, plain; name the one you mean"):
        read_ledger(a_file(tmp_path, A_ROW), {**known(), "mine": twin}, JOURNEYS)


def test_a_file_that_fits_no_mapping_is_told_the_columns_of_all(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused) as refused:
        read(a_file(tmp_path, "1,2", header="konto,betrag\n"))
    (verdict,) = refused.value.verdicts
    assert "`konto`, `betrag`" in verdict.problem
    for name in known():
        assert name in verdict.remedy


def test_a_column_that_is_nearly_right_is_named(tmp_path: Path) -> None:
    header = HEADER.replace("settled", "setled")
    plain = {"plain": known()["plain"]}
    with pytest.raises(LedgerRefused, match="write settled for `setled` in the header"):
        read_ledger(a_file(tmp_path, A_ROW, header=header), plain, JOURNEYS)


def test_a_delimiter_other_than_the_declared_one_is_named(tmp_path: Path) -> None:
    declared = known()["plain"].model_copy(update={"delimiter": "tab"})
    with pytest.raises(LedgerRefused, match="separated by comma, and the mapping declares tab"):
        read_ledger(a_file(tmp_path, A_ROW), {"plain": declared}, JOURNEYS)


def test_a_mapping_whose_journey_is_not_known_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused, match="the journey standard, which is not known; write one of other"):
        read_ledger(a_file(tmp_path, A_ROW), known(), {"other": JOURNEYS["standard"]})


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused, match="there is no file"):
        read(tmp_path / "none.csv")


def test_a_file_above_the_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "LARGEST_BYTES", 10)
    with pytest.raises(LedgerRefused, match="larger than"):
        read(a_file(tmp_path, A_ROW))


def test_a_cell_that_the_csv_module_refuses_is_a_bad_row(tmp_path: Path) -> None:
    long = "x" * 60_000
    note = f'"{long}\n{long}\n{long}"'
    path = a_file(tmp_path, f"{A_ROW},{note}", header=HEADER.replace("\n", ",note\n"))
    with pytest.raises(LedgerRefused, match="the row is no CSV"):
        read(path)


def test_a_header_with_an_unclosed_quote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused, match="line 1: a quote is opened and never closed"):
        read(a_file(tmp_path, header='account_id,"bill_id\n'))


def test_when_every_row_is_bad_there_is_nothing_to_walk_even_without_them(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused):
        read(a_file(tmp_path, A_ROW.replace("55.94", "0")), Wishes(skip_bad_rows=True))


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_in_bounded_time_and_memory(tmp_path: Path) -> None:
    rows = (
        f"A{n % 5000},B{n},2026-01-{n % 28 + 1:02},2026-03-01,2026-03-{n % 28 + 1:02},{n % 900 + 1}.50,USD"
        for n in range(100_000)
    )
    path = a_file(tmp_path, *rows)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    ledger = read(path)
    assert time.process_time() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250 * 1024
    assert (len(ledger.accounts), ledger.rows) == (5000, 100_000)


@pytest.mark.slow
def test_a_hundred_thousand_bad_rows_get_a_verdict_each(tmp_path: Path) -> None:
    path = a_file(tmp_path, *(f"A{n},B1,2026-01-01,2026-01-31,,0,USD" for n in range(100_000)))
    with pytest.raises(LedgerRefused) as refused:
        read(path)
    assert len(refused.value.verdicts) == 100_000
    assert len(str(refused.value)) < 10_000
