"""kill -9 of every part in the middle of its work: the same table at the end, nothing twice, nothing lost."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import instant
from tests.e2e.ledger_file import a_ledger_file
from tests.e2e.payers import INSTALMENTS, MINOR, ORDINARY, PAID_AT, number_of
from tests.e2e.programs import needs_linux
from tests.e2e.servers import rows
from tests.e2e.storm import (
    Site,
    Storm,
    Walked,
    a_calm_walk,
    a_contact_taken_away,
    a_site,
    a_storm,
    contacts_of,
    ends_of,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), needs_linux]
ACCOUNTS = 24


def test_a_walk_and_payments_through_kills_of_every_part_end_as_if_nothing_had_happened(
    tmp_path: Path,
) -> None:
    """One test, because one storm serves all checks; each check says in its name what holds."""
    ledger = a_ledger_file(tmp_path / "ledger.csv")
    with a_site(tmp_path) as site:
        calm = a_calm_walk(tmp_path, ledger, site.postgres.database("calm"))
        storm = a_storm(site, ledger, calm.figures["contacts"]["total"], ACCOUNTS)
        every_part_died_while_it_was_at_work(storm)
        the_walk_ends_with_the_table_of_an_undisturbed_one(calm, storm)
        no_contact_is_made_after_payment_and_every_payer_is_cured_at_the_instant(storm)
        no_contact_is_dispatched_twice(site, storm)
        every_acknowledged_payment_is_in_the_ledger_exactly_once(storm)
        a_contact_that_is_taken_away_is_noticed(site, storm, ledger)


def every_part_died_while_it_was_at_work(storm: Storm) -> None:
    assert Counter(storm.blows) == {
        "worker": 3,
        "workers": 1,
        "temporal": 2,
        "postgres": 1,
        "walk": 1,
        "api": 4,
    }
    assert storm.payers.unanswered > 0, "the control: callers felt it"
    [(cut_off,)] = rows(storm.rough.url, "SELECT count(*) FROM audit WHERE why = 'CLAIM-EXPIRED'")
    assert cut_off > 0, "the control: workers died between a claim and its outcome"


def the_walk_ends_with_the_table_of_an_undisturbed_one(calm: Walked, storm: Storm) -> None:
    rough = storm.rough
    assert (calm.code, rough.code) == (0, 0), rough.words
    assert "the pure walk made the same contacts and ended alike" in rough.words
    assert rough.figures == calm.figures
    assert contacts_of(rough.url) == contacts_of(calm.url)
    assert ends_of(rough.url) == ends_of(calm.url)
    assert rough.figures["contacts"]["total"] > 200
    assert rough.figures["outcomes"]["written_off"] > 5
    assert rough.figures["outcomes"]["cured"] > 20


def no_contact_is_made_after_payment_and_every_payer_is_cured_at_the_instant(storm: Storm) -> None:
    assert storm.rough.figures["contacts_after_payment"] == 0
    assert storm.rough.figures["open"] == 0
    url = storm.rough.url
    ends = rows(url, "SELECT account_id, outcome, ended_at FROM journeys WHERE starts_with(account_id, 'P-')")
    assert sorted(ends) == sorted((f"P-{n}", "cured", instant(PAID_AT)) for n in range(ACCOUNTS))
    made = rows(url, "SELECT account_id, step_id FROM dispatches WHERE starts_with(account_id, 'P-')")
    steps = ("bill-due-soon", "first-reminder")
    assert sorted(made) == sorted((f"P-{n}", step) for n in range(ACCOUNTS) for step in steps)


def _more_than_once(made: Iterable[Any]) -> list[Any]:
    return [each for each, times in Counter(made).items() if times > 1]


def no_contact_is_dispatched_twice(site: Site, storm: Storm) -> None:
    url = storm.rough.url
    steps = rows(
        url,
        "SELECT account_id, epoch, step_id, occurrence FROM dispatches"
        " WHERE state NOT IN ('refused', 'cancelled')",
    )
    assert _more_than_once(steps) == []
    claims = Counter(
        row[0] for row in rows(url, "SELECT dispatch_id FROM audit WHERE what = 'contact_allowed'")
    )
    claims -= Counter(
        row[0] for row in rows(url, "SELECT dispatch_id FROM audit WHERE what = 'contact_not_sent'")
    )
    assert len(claims) == len(steps)
    assert set(claims.values()) == {1}
    sent = Counter(letter["recipient"] for letter in site.carrier.letters())
    states: dict[str, str] = dict(
        rows(url, "SELECT account_id, state FROM dispatches WHERE starts_with(account_id, 'R-')")
    )
    assert len(states) == ACCOUNTS * ORDINARY
    for account_id, state in states.items():
        assert sent[number_of(account_id)] == 1 or (state == "unknown" and sent[number_of(account_id)] == 0)
    assert sum(sent.values()) <= len(states)
    assert _more_than_once([*steps, steps[0]]) == [steps[0]], "the control: a second one would be noticed"


def every_acknowledged_payment_is_in_the_ledger_exactly_once(storm: Storm) -> None:
    url, acknowledged = storm.rough.url, storm.payers.acknowledged
    assert len(acknowledged) == ACCOUNTS * INSTALMENTS
    kept = rows(url, "SELECT source_event_id, amount_minor FROM ledger WHERE source = 'bank'")
    assert sorted(kept) == sorted((event_id, MINOR) for event_id in acknowledged)
    assert sorted(kept[1:]) != sorted((event_id, MINOR) for event_id in acknowledged), "the control"


def a_contact_that_is_taken_away_is_noticed(site: Site, storm: Storm, ledger: Path) -> None:
    """The control of the comparison, on the very database that the storm went over."""
    with a_contact_taken_away(storm.rough.url) as (account_id, step_id):
        code, words = site.walk_again(ledger, "walk-without")
    assert code == 1
    assert f"the pure walk alone: {account_id} {step_id}" in words
