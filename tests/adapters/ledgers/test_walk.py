import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from adapters.ledgers import patience
from adapters.ledgers.comparison import compare
from adapters.ledgers.patience import Patience, WalkInterrupted
from adapters.ledgers.reading import Ledger
from adapters.ledgers.report import report
from adapters.ledgers.walk import RealWalk, walk
from adapters.store.errors import StoreUnavailable
from adapters.temporal.gateway import EngineUnavailable, JourneyNotOpen
from domain.contact import DispatchState
from domain.journey.run import Outcome
from domain.simulation.ledger import last_instant
from tests.adapters.ledgers.ledger_twin import Dispatch, Looking, Twin, a_file, read
from tests.domain.journey_builders import a_journey

ROWS = (
    "A1,B1,2026-01-01,2026-01-31,2026-02-03,55.94,USD",
    "A1,B2,2026-01-15,2026-02-14,2026-02-03,20.00,USD",
    "A1,B3,2026-03-01,2026-03-31,,20.00,USD",
    "A2,B1,2026-01-01,2026-01-31,2026-01-20,10.00,USD",
    "A3,B1,2026-01-01,2026-01-31,2026-03-20,10.00,USD",
    "A3,B2,2026-02-01,2026-03-03,2026-03-28,10.00,USD",
)


class Killed(BaseException):
    """The process is gone: nothing in it can answer."""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return read(a_file(tmp_path, *ROWS))


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_S", 0.0)
    monkeypatch.setattr(patience, "_LONGEST_S", 0.0)


async def walked(ledger: Ledger, twin: Twin, looking: Looking | None = None) -> RealWalk:
    return await walk(ledger, twin.doors(), looking or Looking())


async def test_every_account_is_walked_to_its_end_as_the_pure_walk_walks_it(ledger: Ledger) -> None:
    twin, looking = Twin(a_journey()), Looking()
    real = await walked(ledger, twin, looking)
    assert compare(ledger, real).equal
    assert looking.done == 3
    assert [(row.account_id[-2:], row.outcome) for row in real.journeys] == [
        ("A1", Outcome.CURED),
        ("A1", Outcome.WRITTEN_OFF),
        ("A2", Outcome.CURED),
        ("A3", Outcome.CURED),
    ]
    clocks = {account_id: known.clock for account_id, known in twin.known.items()}
    assert clocks == {each.account.account_id: last_instant(each) for each in ledger.accounts}


async def test_bills_of_one_instant_are_told_in_one_call(tmp_path: Path) -> None:
    twin = Twin(a_journey())
    await walked(read(a_file(tmp_path, ROWS[0], ROWS[0].replace("B1", "B2"))), twin)
    assert twin.calls.count("tell_bills") == 1
    assert twin.calls.count("tell_credit") == 2


async def test_a_finished_walk_is_passed_over_with_one_look_an_account(ledger: Ledger) -> None:
    twin = Twin(a_journey())
    first = await walked(ledger, twin)
    twin.calls.clear()
    assert await walked(ledger, twin) == first
    assert sorted(twin.calls) == ["get"] * 3 + ["made"] * 3 + ["page"]


async def test_an_account_whose_clock_an_operator_moved_on_is_not_told_what_it_missed_twice(
    ledger: Ledger,
) -> None:
    twin = Twin(a_journey())
    first = await walked(ledger, twin)
    account = ledger.accounts[1]
    known = twin.known[account.account.account_id]
    known.clock = account.events[-1].at + timedelta(days=1)
    twin.calls.clear()
    assert await walked(ledger, twin) == first
    assert "tell_credit" not in twin.calls
    assert twin.calls.count("advance") == 1


def _killing(at: int) -> Callable[[str], None]:
    left = iter(range(at))

    def fault(_call: str) -> None:
        if next(left, None) is None:
            raise Killed

    return fault


@pytest.mark.parametrize("at", range(0, 70, 3))
async def test_a_walk_killed_anywhere_and_run_again_ends_with_the_same_answer(
    ledger: Ledger, at: int
) -> None:
    undisturbed = await walked(ledger, Twin(a_journey()))
    twin = Twin(a_journey())
    twin.fault = _killing(at)
    try:
        await asyncio.create_task(_until_killed(ledger, twin))
    finally:
        twin.fault = lambda _call: None
    assert await walked(ledger, twin) == undisturbed


async def _until_killed(ledger: Ledger, twin: Twin) -> None:
    """Account after account, as the process would have got on with them until it died."""
    try:
        for account in ledger.accounts:
            alone = replace(ledger, accounts=(account,))
            await walk(alone, twin.doors(), Looking(), concurrency=1)
    except (Killed, BaseExceptionGroup):
        return


@pytest.mark.parametrize("seed", range(8))
async def test_errors_that_pass_are_waited_out_whether_the_call_had_its_effect_or_not(
    ledger: Ledger, seed: int
) -> None:
    random, twin, looking = Random(seed), Twin(a_journey()), Looking()  # noqa: S311 - faults, not secrets
    passing = [StoreUnavailable("57P01"), EngineUnavailable("away"), JourneyNotOpen("closing")]

    def fault(_call: str) -> None:
        if random.random() < 0.2:
            raise random.choice(passing)

    twin.fault = fault
    real = await walked(ledger, twin, looking)
    assert compare(ledger, real).equal
    assert looking.waits


async def test_a_store_that_stays_away_interrupts_the_walk_with_a_sentence(ledger: Ledger) -> None:
    twin = Twin(a_journey())

    def fault(call: str) -> None:
        if call == "advance":
            raise EngineUnavailable("the engine answered unavailable; try again")

    twin.fault = fault
    with pytest.raises(WalkInterrupted, match="walk again"):
        await walk(ledger, twin.doors(), Looking(), patience=Patience(lambda _sentence: None, seconds=0.0))


async def test_an_error_that_does_not_pass_is_raised_as_it_is(ledger: Ledger) -> None:
    twin = Twin(a_journey())

    def fault(call: str) -> None:
        if call == "tell_bills":
            raise KeyError(call)

    twin.fault = fault
    with pytest.raises(KeyError):
        await walked(ledger, twin)


async def test_journeys_are_read_page_by_page_and_only_the_ledgers_own(
    ledger: Ledger,
) -> None:
    twin = Twin(a_journey(), page_size=1)
    await walked(ledger, twin)
    first = replace(ledger, accounts=ledger.accounts[:2])
    real = await walked(first, twin)
    assert {row.account_id for row in real.journeys} == {each.account.account_id for each in first.accounts}


async def test_contacts_that_never_went_out_are_not_counted(ledger: Ledger) -> None:
    class Refusing(Twin):
        async def made(self, account_id: str) -> list[Dispatch]:
            return [replace(each, state=DispatchState.REFUSED) for each in await super().made(account_id)]

    real = await walked(ledger, Refusing(a_journey()))
    assert not any(real.contacts.values())


async def test_a_walk_that_made_other_contacts_is_told_apart_from_the_pure_one(ledger: Ledger) -> None:
    real = await walked(ledger, Twin(a_journey()))
    account_id = ledger.accounts[0].account.account_id
    made = real.contacts[account_id]
    less = replace(real, contacts={**real.contacts, account_id: made[1:]}, journeys=real.journeys[1:])
    found = compare(ledger, less)
    assert not found.equal
    assert list(found.contacts.only_there) == [made[0]]
    assert "the pure walk alone" in found.told()[0]
    assert "epoch 1 cured at 2026-02-03" in found.told()[1]
    more = replace(real, contacts={**real.contacts, account_id: made * 4})
    assert compare(ledger, more).told()[-1].startswith("and ")


async def test_an_open_journey_is_a_difference(ledger: Ledger) -> None:
    real = await walked(ledger, Twin(a_journey()))
    still = replace(real.journeys[0], outcome=None, ended_at=None)
    found = compare(ledger, replace(real, journeys=(still, *real.journeys[1:])))
    assert "epoch 1 open" in found.told()[0]


async def test_a_journey_without_an_end_is_open_in_both_walks(tmp_path: Path) -> None:
    forever = a_journey(*a_journey().steps[:2], horizon_days=5000)
    ledger = read(a_file(tmp_path, ROWS[2]), journeys={"standard": forever, "long-haul": forever})
    real = await walked(ledger, Twin(forever))
    assert compare(ledger, real).equal
    assert report(ledger, real, 1.0).open == 1


async def test_the_figures_count_accounts_episodes_contacts_and_outcomes(ledger: Ledger) -> None:
    came = report(ledger, await walked(ledger, Twin(a_journey())), 1.26)
    figures = came.figures()
    assert figures["accounts"] == 3
    assert figures["episodes"] == 3
    assert figures["outcomes"] == {"cured": 3, "written_off": 1, "handed_off": 0, "withdrawn": 0}
    assert figures["open"] == figures["contacts_after_payment"] == figures["rows_left_out"] == 0
    assert figures["rows"] == 6
    assert figures["wall_s"] == 1.3
    assert figures["contacts"] == {
        "total": len(came.contacts),
        "by_stage": {
            stage: sum(each.stage == stage for each in came.contacts)
            for stage in ("pre_due", "reminder", "escalation", "hardship")
        },
        "by_channel": {"sms": len(came.contacts)},
    }


async def test_a_contact_after_payment_is_found_from_the_ledger_alone(ledger: Ledger) -> None:
    real = await walked(ledger, Twin(a_journey()))
    account = ledger.accounts[1]
    late = replace(real.contacts[ledger.accounts[0].account.account_id][0], at=last_instant(account))
    with_late = replace(real, contacts={**real.contacts, account.account.account_id: (late,)})
    assert report(ledger, with_late, 0.0).after_payment == (late,)
