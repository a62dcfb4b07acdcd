"""The pure walk on ledgers that no one here wrote; skipped where they are not."""

import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.files.journeys import load_journeys
from adapters.ledgers.mapping_file import SHIPPED, load_mappings
from adapters.ledgers.reading import Ledger, Wishes, read_ledger
from domain.journey.run import Outcome
from domain.simulation.after_payment import contacts_after_payment
from domain.simulation.ledger import CreditGiven, LedgerAccount, last_instant
from domain.simulation.replay import walk_purely
from domain.simulation.walked import PureWalk, WalkContact

ROOT = SHIPPED.parent
SHARED = Path(os.environ.get("TIDEOVER_SHARED_DATA") or ROOT.parent / "shared" / "data")


def the_ledger(name: str, first: int | None = None) -> Ledger:
    if not (SHARED / name).is_file():
        pytest.skip(f"{name} is not here; set TIDEOVER_SHARED_DATA to the folder that holds it")
    return read_ledger(SHARED / name, load_mappings(), load_journeys(ROOT / "journeys"), Wishes(first=first))


def the_walks(ledger: Ledger) -> list[tuple[LedgerAccount, PureWalk]]:
    return [(each, walk_purely(ledger.journey, each, last_instant(each))) for each in ledger.accounts]


def after_payment(account: LedgerAccount, walk: PureWalk) -> tuple[WalkContact, ...]:
    given_up = [end.ended.at for end in walk.ends if end.ended.outcome is not Outcome.CURED]
    return contacts_after_payment(account, walk.contacts, given_up)


def test_every_customer_of_the_ibm_ledger_is_cured_and_nobody_is_contacted_after_paying() -> None:
    ledger = the_ledger("ibm_accounts_receivable.csv")
    assert (len(ledger.accounts), ledger.rows) == (100, 2466)
    for account, walk in the_walks(ledger):
        assert not walk.open
        assert {end.ended.outcome for end in walk.ends} == {Outcome.CURED}
        assert after_payment(account, walk) == ()
        paid = {event.at for event in account.events if isinstance(event, CreditGiven)}
        assert {end.ended.at for end in walk.ends} <= paid


def test_a_traffic_fine_is_cured_when_it_is_paid_in_full_and_written_off_when_it_never_is() -> None:
    ledger = the_ledger("road_traffic_fines_10k_eventlog.csv", first=500)
    never_paid = 0
    for account, walk in the_walks(ledger):
        assert not walk.open
        assert after_payment(account, walk) == ()
        assert walk.ends[-1].ended.at < last_instant(account)
        settled = _settled_at(account)
        if settled is None:
            assert walk.ends[-1].ended.outcome is Outcome.WRITTEN_OFF
            never_paid += not any(isinstance(event, CreditGiven) for event in account.events)
        else:
            assert walk.ends[-1].ended.outcome is Outcome.CURED
            assert walk.ends[-1].ended.at == settled
    assert never_paid == 299


def test_the_first_fine_is_told_as_the_log_has_it() -> None:
    fine = the_ledger("road_traffic_fines_10k_eventlog.csv", first=1).accounts[0]
    rome = ZoneInfo("Europe/Rome")
    assert [event.at.astimezone(rome).date() for event in fine.events] == [
        date(2006, 7, 24),
        date(2006, 12, 5),
    ]
    assert fine.events[0].at == datetime.combine(date(2006, 7, 24), time(0, 30), rome).astimezone(UTC)


def test_every_row_of_the_business_ledger_is_read() -> None:
    ledger = the_ledger("b2b_invoices_40k.csv")
    assert (len(ledger.accounts), ledger.rows, len(ledger.refused)) == (1056, 40_000, 0)


def _settled_at(account: LedgerAccount) -> datetime | None:
    """When the last amount told was paid; None when it never was. A case has one bill."""
    owed, paid, settled = 0, 0, None
    for event in account.events:
        match event:
            case CreditGiven(credit=credit):
                paid += credit.amount_minor
            case _:
                owed = event.bill.amount_minor
        settled = None if paid < owed else settled or event.at
    return settled
