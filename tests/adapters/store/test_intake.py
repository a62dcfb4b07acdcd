"""Facts that come in, once and for all."""

import asyncio
from dataclasses import replace

import pytest

from adapters.store.accounts import Accounts
from adapters.store.database import Database
from adapters.store.errors import AccountUnknown, BillUnknown, CurrencyMismatch, CustomerMismatch
from adapters.store.intake import AccountTold, CreditTold, Intake
from adapters.store.journeys import Journeys
from adapters.store.pokes import Pokes
from domain.contact import Channel
from tests.adapters.store.snapshot import rows, snapshot
from tests.builders import (
    DUE,
    a_bill_feed,
    a_credit_feed,
    a_customer,
    a_point,
    a_reversal_feed,
    an_account_feed,
    at,
)


async def test_an_account_told_is_known_with_its_bills_and_poked(database: Database, intake: Intake) -> None:
    feed = an_account_feed(None, a_bill_feed("b1"), a_bill_feed("b2", at(30).date(), 700))
    assert await intake.tell_account(feed) == AccountTold(created=True, changed=True)
    account = await Accounts(database).get(feed.account_id)
    assert account is not None
    assert [(bill.bill_id, bill.left_minor) for bill in account.bills] == [("b1", 5_000), ("b2", 700)]
    assert (account.balance_minor, account.unpaid_minor, account.overdue_minor) == (5_700, 5_700, 5_000)
    assert (account.clock, account.epoch, account.currency) == (at(1), 0, "USD")
    assert await Pokes(database).pending(10) == [feed.account_id]


async def test_an_account_told_twice_changes_nothing(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    before = await snapshot(database)
    assert await intake.tell_account(feed) == AccountTold(created=False, changed=False)
    assert await snapshot(database) == before


async def test_a_correction_of_anything_told_counts_as_a_change(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    corrections = (
        replace(feed, segment="business"),
        replace(feed, customer=replace(feed.customer, language="es")),
        replace(feed, customer=replace(feed.customer, contact_points=(a_point(consented=False),))),
        replace(feed, bills=(a_bill_feed(amount_minor=1),)),
        replace(feed, bills=(a_bill_feed(due_on=at(9).date()),)),
        replace(feed, bills=(a_bill_feed("another"),)),
    )
    for correction in corrections:
        assert await intake.tell_account(correction) == AccountTold(created=False, changed=True)
    bills = (await Accounts(database).get(feed.account_id)).bills  # type: ignore[union-attr]
    assert {bill.bill_id for bill in bills} == {"bill-1", "another"}


async def test_a_known_account_keeps_its_clock(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    await intake.tell_account(replace(feed, clock=None))
    assert await Accounts(database).clocks() == {feed.account_id: at(1)}


async def test_an_account_keeps_its_customer_and_its_currency(intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    with pytest.raises(CustomerMismatch):
        await intake.tell_account(replace(feed, customer=a_customer()))
    with pytest.raises(CurrencyMismatch):
        await intake.tell_account(replace(feed, currency="JPY"))


async def test_addresses_left_out_of_a_feed_go_and_twins_count_once(
    database: Database, intake: Intake
) -> None:
    twins = (a_point(), a_point(), a_point(Channel.EMAIL, "One@example.test"))
    feed = an_account_feed(customer=a_customer("c", *twins))
    await intake.tell_account(feed)
    assert sorted(row["place"] for row in await rows(database, "contact_points")) == [0, 2]
    await intake.tell_account(replace(feed, customer=a_customer("c", a_point())))
    assert [row["channel"] for row in await rows(database, "contact_points")] == ["sms"]


async def test_bills_can_be_added_and_corrected_but_only_to_a_known_account(intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    assert await intake.tell_bills(feed.account_id, [a_bill_feed("b2")])
    assert not await intake.tell_bills(feed.account_id, [a_bill_feed("b2")])
    assert not await intake.tell_bills(feed.account_id, [])
    with pytest.raises(AccountUnknown):
        await intake.tell_bills("nobody", [a_bill_feed()])


async def test_a_bill_is_withdrawn_once_and_stays_so(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    assert await intake.withdraw_bill(feed.account_id, "bill-1", at(2))
    before = await snapshot(database)
    assert not await intake.withdraw_bill(feed.account_id, "bill-1", at(3))
    await intake.tell_account(feed)
    assert await snapshot(database) == before
    with pytest.raises(BillUnknown):
        await intake.withdraw_bill(feed.account_id, "no such bill", None)
    with pytest.raises(AccountUnknown):
        await intake.withdraw_bill("nobody", "bill-1", None)


async def test_a_payment_told_fifty_times_at_once_is_one_entry(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    credit = a_credit_feed(feed.account_id)
    told = await asyncio.gather(*(intake.tell_credit(credit) for _ in range(50)))
    assert sum(answer.recorded for answer in told) == 1
    assert all(answer.settled for answer in told)
    assert len(await rows(database, "ledger")) == 1
    lines = await Journeys(database).timeline(feed.account_id)
    assert [line.what for line in lines].count("payment_received") == 1


async def test_a_payment_is_committed_with_version_poke_and_audit(database: Database, intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    await Pokes(database).take(_nothing, 10)
    before = (await rows(database, "accounts"))[0]["ver"]
    assert await intake.tell_credit(a_credit_feed(feed.account_id)) == CreditTold(recorded=True, settled=True)
    assert (await rows(database, "accounts"))[0]["ver"] == before + 1
    assert await Pokes(database).pending(10) == [feed.account_id]
    entry = (await rows(database, "audit"))[-1]
    assert (entry["what"], entry["at"], entry["why"]) == ("payment_received", at(1), "bank")


async def test_a_part_payment_does_not_settle_and_a_reversal_unsettles(intake: Intake) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    part = a_credit_feed(feed.account_id, 4_999)
    assert await intake.tell_credit(part) == CreditTold(recorded=True, settled=False)
    rest = a_credit_feed(feed.account_id, 1)
    assert await intake.tell_credit(rest) == CreditTold(recorded=True, settled=True)
    assert await intake.tell_credit(a_reversal_feed(rest)) == CreditTold(recorded=True, settled=False)


async def test_a_reversal_takes_back_from_the_bill_the_payment_named(
    database: Database, intake: Intake
) -> None:
    feed = an_account_feed(None, a_bill_feed("old", DUE, 100), a_bill_feed("new", at(5).date(), 100))
    await intake.tell_account(feed)
    payment = a_credit_feed(feed.account_id, 100, bill_id="new")
    await intake.tell_credit(payment)
    await intake.tell_credit(a_reversal_feed(payment, 40))
    account = await Accounts(database).get(feed.account_id)
    assert account is not None
    assert [(bill.bill_id, bill.left_minor) for bill in account.bills] == [("old", 100), ("new", 40)]


async def test_the_same_event_id_of_another_source_is_another_payment(
    database: Database, intake: Intake
) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    credit = a_credit_feed(feed.account_id, 100)
    await intake.tell_credit(credit)
    assert (await intake.tell_credit(replace(credit, source="card"))).recorded
    assert len(await rows(database, "ledger")) == 2


async def test_a_payment_in_another_currency_or_for_nobody_is_refused(
    database: Database, intake: Intake
) -> None:
    feed = an_account_feed()
    await intake.tell_account(feed)
    with pytest.raises(CurrencyMismatch) as refused:
        await intake.tell_credit(a_credit_feed(feed.account_id, currency="EUR"))
    assert refused.value.code == "currency_mismatch"
    with pytest.raises(AccountUnknown):
        await intake.tell_credit(a_credit_feed("nobody"))
    assert await rows(database, "ledger") == []


async def test_without_an_instant_a_fact_holds_from_the_database_s_now(
    database: Database, intake: Intake
) -> None:
    feed = an_account_feed(clock=None)
    await intake.tell_account(feed)
    async with database.session() as session:
        before = await database.now(session)
    await intake.tell_credit(a_credit_feed(feed.account_id))
    async with database.session() as session:
        after = await database.now(session)
    assert before <= (await rows(database, "ledger"))[0]["effective_at"] <= after


async def test_what_the_person_said_about_consent_beats_the_feed(database: Database, intake: Intake) -> None:
    feed = an_account_feed(customer=a_customer("c", a_point()))
    await intake.tell_account(feed)
    assert await intake.tell_consent(feed.account_id, Channel.SMS, granted=False)
    assert not await intake.tell_consent(feed.account_id, Channel.SMS, granted=False)
    await intake.tell_account(feed)
    consent = (await rows(database, "consents"))[0]
    assert (consent["granted"], consent["source"], consent["ver"]) == (False, "person", 2)
    assert await intake.tell_consent(feed.account_id, Channel.SMS, granted=True)
    assert not await intake.tell_consent(feed.account_id, Channel.VOICE, granted=True)
    with pytest.raises(AccountUnknown):
        await intake.tell_consent("nobody", Channel.SMS, granted=True)


async def _nothing(_account_id: str) -> None:
    return
