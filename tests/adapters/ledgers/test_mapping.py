from datetime import date, time
from pathlib import Path

import pytest

from adapters.ledgers.day import DatePattern, DateRefused, PatternRefused
from adapters.ledgers.mapping import BillsMapping, DerivedDay, EventsMapping
from adapters.ledgers.mapping_file import (
    SHIPPED,
    MappingRefused,
    find_mapping,
    load_mapping,
    load_mappings,
    parse_mapping,
)

PLAIN = (SHIPPED / "plain.yaml").read_text(encoding="utf-8")
FINES = (SHIPPED / "traffic-fines.yaml").read_text(encoding="utf-8")


def refused(text: str) -> str:
    with pytest.raises(MappingRefused) as told:
        parse_mapping(text, "m.yaml")
    return str(told.value)


def test_every_mapping_that_ships_is_named_after_its_file_and_names_a_journey_that_ships() -> None:
    mappings = load_mappings()
    assert sorted(mappings) == ["b2b", "ibm", "plain", "traffic-fines"]
    journeys = {path.stem for path in (SHIPPED.parent / "journeys").glob("*.yaml")}
    assert {mapping.journey for mapping in mappings.values()} <= journeys


def test_the_columns_of_a_mapping_are_all_that_it_reads() -> None:
    mappings = load_mappings()
    assert mappings["b2b"].columns == {"cust_number", "due_date", "clear_date", "amount"}
    assert mappings["plain"].columns == {
        "account_id", "bill_id", "issued", "due", "settled", "amount", "currency",
    }  # fmt: skip
    assert "paymentamount" in mappings["traffic-fines"].columns


def test_a_mapping_says_when_things_are_told() -> None:
    own = parse_mapping(PLAIN + "told: {bills: 01:00, amendments: 02:00, payments: 13:30}\n", "m.yaml")
    assert (own.told.bills, own.told.payments) == (time(1), time(13, 30))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("jounrey: x", "m.yaml:15:1: there is no key `jounrey` here; write `journey`, if that is meant"),
        ("surprise: x", "there is no key `surprise` here; write the mapping without it"),
        ("told: {payments: 15:00}", "all before 14:00"),
        ("told: {bills: 12:30}", "bills come before amendments"),
        ("channels: []", "`channels` cannot be"),
        ("channels: [fax]", "`channels` cannot be `fax`"),
        ("delimiter: bar", "`delimiter` cannot be `bar`"),
        ("mapping: again", "is written twice"),
        ("delimiter: &a comma", "is an anchor"),
    ],
)
def test_a_mapping_with_a_mistake_is_refused_at_its_line(line: str, says: str) -> None:
    assert says in refused(f"{PLAIN}{line}\n")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("shape: bills", "shape: invoices", "write `shape: bills` or `shape: events`"),
        ("currency: currency", "currency: {always: XXX}", "'XXX' is not an ISO 4217 currency"),
        ("country: US", "country: usa", "`country` cannot be `usa`"),
        ("America/New_York", "Mars/Olympus", "no IANA time zone; write one such as Europe/Rome"),
        ("America/New_York", "../../etc/passwd", "no IANA time zone"),
        ("YYYY-MM-DD", "MM-DD", "does not name year, month and day"),
        ("YYYY-MM-DD", "YYYY-MM-DD MM", "names a part of the date twice"),
        ("issued: issued", "issued: {column: due}", "has either minus_days or plus_days"),
        ("issued: issued", "issued: {column: due, minus_days: 0}", "`minus_days` cannot be `0`"),
        ("bill: bill_id", "bill: {by: hand}", "cannot be"),
        ("account: account_id", "account: [a, b]", "`account` cannot be"),
    ],
)
def test_a_value_that_cannot_stand_is_refused(old: str, new: str, says: str) -> None:
    assert says in refused(PLAIN.replace(old, new))


def test_what_is_missing_is_named() -> None:
    assert "`amount` is missing" in refused(PLAIN.replace("amount: amount\n", ""))
    assert "the shape is missing" in refused("mapping: x\n")
    assert "a mapping is a list of keys" in refused("- a\n")
    assert refused("")
    assert "not UTF-8" in _refused_bytes(b"mapping: \xff\n")


def _refused_bytes(text: bytes) -> str:
    with pytest.raises(MappingRefused) as told:
        parse_mapping(text, "m.yaml")
    return str(told.value)


def test_an_activity_may_be_named_once_only() -> None:
    assert "an activity is named twice" in refused(FINES.replace("- Appeal to Judge", "- Payment"))


def test_what_was_refused_as_yaml_is_told_once() -> None:
    told = refused(PLAIN.replace("country: US", "country: *there"))
    assert told.count("\n") == 0
    assert "is an alias" in told


def test_a_mistake_in_the_form_and_one_in_the_values_are_both_told() -> None:
    told = refused(PLAIN.replace("country: US", "country: &x usa"))
    assert "anchor" in told


def test_a_mapping_is_found_by_name_or_by_file(tmp_path: Path) -> None:
    known = load_mappings()
    assert find_mapping("ibm", known) is known["ibm"]
    own = tmp_path / "mine.yaml"
    own.write_text(PLAIN.replace("mapping: plain", "mapping: mine"), encoding="utf-8")
    assert find_mapping(str(own), known).mapping == "mine"
    with pytest.raises(MappingRefused, match="write one of b2b, ibm, plain, traffic-fines, or the path"):
        find_mapping("sap", known)
    with pytest.raises(MappingRefused, match="there is no such file"):
        find_mapping(str(tmp_path / "none.yaml"), known)


def test_a_file_is_named_after_its_mapping(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(PLAIN, encoding="utf-8")
    with pytest.raises(MappingRefused, match=r"the mapping `plain` is in the file mine\.yaml"):
        load_mapping(own)
    own.write_text("mapping: mine\nshape: what\n", encoding="utf-8")
    with pytest.raises(MappingRefused, match=r"mine\.yaml"):
        load_mapping(own)


def test_shapes_are_told_apart() -> None:
    assert isinstance(parse_mapping(PLAIN, "m.yaml"), BillsMapping)
    assert isinstance(parse_mapping(FINES, "m.yaml"), EventsMapping)


def test_a_derived_day_knows_its_columns() -> None:
    assert DerivedDay(column="due", minus_days=15).columns == ("due",)
    assert DerivedDay(column="due", plus_days=2, no_later_than="paid").columns == ("due", "paid")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("YYYY-MM-DD", "2026-01-02"),
        ("M/D/YYYY", "1/2/2026"),
        ("M/D/YYYY", "01/02/2026"),
        ("DD.MM.YYYY", "02.01.2026"),
        ("YYYYMMDD", "20260102"),
        ("YYYY-MM-DD hh:mm:ss", "2026-01-02 23:59:59"),
        ("YYYY-MM-DDThh:mm:ssZ", "2026-01-02T00:00:00Z"),
    ],
)
def test_dates_are_read_in_the_declared_form(pattern: str, text: str) -> None:
    assert DatePattern.of(pattern).read(text) == date(2026, 1, 2)


@pytest.mark.parametrize(
    "text", ["2026-1-2", "02.01.2026", "2026-13-01", "\uff12\uff10\uff12\uff16-01-02", "2026-01-02\n", ""]
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(DateRefused):
        DatePattern.of("YYYY-MM-DD").read(text)


def test_a_pattern_names_year_month_and_day_once() -> None:
    for pattern in ("YYYY-MM", "YYYY-YYYY-MM-DD", "", "(YYYY"):
        with pytest.raises(PatternRefused):
            DatePattern.of(pattern)
