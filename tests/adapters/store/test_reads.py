"""What operators read."""

from datetime import timedelta

import pytest

from adapters.store.accounts import Accounts
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.errors import AccountUnknown, JourneyUnknown
from adapters.store.inbox import Inbox
from adapters.store.intake import Intake
from adapters.store.journeys import JourneyCounts, JourneyQuery, Journeys, Place
from adapters.store.messages import DevelopmentOutbox
from adapters.store.walks import Ending, Stand, Walks
from domain.contact import Channel
from domain.journey.definition import Stage
from domain.journey.forecast import Progress
from domain.journey.move import Waiting
from domain.journey.run import Ended, EndReason, Outcome
from tests.activities.stage import a_contact, a_stage
from tests.adapters.store.snapshot import rows
from tests.builders import NUMBER, a_journey, an_account_feed, at
from workflows import ports

WAITS = Progress(Stage.ESCALATION, 0, Waiting.HELD, "escalation-1", None, None)
ENDED = Progress(Stage.HARDSHIP, 0, None, None, None, "written_off")


@pytest.fixture
async def journeys(database: Database, intake: Intake) -> Journeys:
    """Seven accounts a-0 … a-6 and b-0 with a journey each; a-1 is held in escalation, a-2 is written off."""
    definitions = Definitions(database)
    await definitions.publish(a_journey())
    await definitions.publish(a_journey(name="other", version="o1"))
    walks = Walks(database, definitions)
    for account_id in (*(f"a-{number}" for number in range(7)), "b-0"):
        journey = "other" if account_id == "b-0" else "test"
        await intake.tell_account(an_account_feed(account_id, journey=journey))
        await walks.open(account_id, None)
    await walks.note(Stand("a-1", 1, WAITS, ()))
    ended = Ended(Outcome.WRITTEN_OFF, EndReason.WRITE_OFF_STEP, at(90))
    await walks.close(Stand("a-2", 1, ENDED, ()), Ending(ended, delinquent=True, at=at(90)))
    return Journeys(database)


async def test_pages_hold_every_journey_once_in_order(journeys: Journeys) -> None:
    seen, after = [], None
    while True:
        page = await journeys.page(JourneyQuery(limit=3, after=after))
        seen += [row.account_id for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert seen == [*(f"a-{number}" for number in range(7)), "b-0"]
    assert after == Place("a-5", 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (JourneyQuery(stage=Stage.ESCALATION), ["a-1"]),
        (JourneyQuery(waiting=Waiting.HELD), ["a-1"]),
        (JourneyQuery(state="ended"), ["a-2"]),
        (JourneyQuery(outcome=Outcome.WRITTEN_OFF), ["a-2"]),
        (JourneyQuery(journey="other"), ["b-0"]),
        (JourneyQuery(account_prefix="b-"), ["b-0"]),
        (JourneyQuery(account_prefix="%"), []),
        (JourneyQuery(state="open", account_prefix="a-", limit=2), ["a-0", "a-1"]),
        (JourneyQuery(limit=0), ["a-0"]),
    ],
)
async def test_the_list_can_be_narrowed(journeys: Journeys, query: JourneyQuery, found: list[str]) -> None:
    assert [row.account_id for row in (await journeys.page(query)).rows] == found


async def test_journeys_are_counted_by_stage_and_outcome(journeys: Journeys) -> None:
    counts = await journeys.counts()
    assert counts == JourneyCounts({Stage.PRE_DUE: 6, Stage.ESCALATION: 1}, {Outcome.WRITTEN_OFF: 1})


async def test_one_journey_is_found_by_its_epoch_or_as_the_latest(journeys: Journeys) -> None:
    latest = await journeys.get("a-2", None)
    assert latest is not None
    assert (latest.outcome, latest.reason, latest.delinquent) == (
        Outcome.WRITTEN_OFF,
        EndReason.WRITE_OFF_STEP,
        True,
    )
    assert await journeys.get("a-2", 1) == latest
    assert await journeys.get("a-2", 2) is None
    assert await journeys.timeline("a-2", 2) == []


async def test_clocks_only_go_forward_and_only_for_test_accounts(database: Database, intake: Intake) -> None:
    accounts = Accounts(database)
    await intake.tell_account(an_account_feed("test"))
    await intake.tell_account(an_account_feed("real", clock=None))
    assert await accounts.set_clock("test", at(5)) == at(5)
    assert await accounts.set_clock("test", at(4)) == at(5)
    assert await accounts.set_clock("real", at(5)) is None
    assert await accounts.clocks() == {"test": at(5)}
    with pytest.raises(AccountUnknown):
        await accounts.set_clock("nobody", at(5))
    assert await accounts.exists("real")
    assert not await accounts.exists("nobody")
    assert await accounts.get("nobody") is None


async def test_a_definition_is_published_once_and_can_be_brought_back(database: Database) -> None:
    first, second = a_journey(version="v1"), a_journey(version="v2")
    definitions = Definitions(database)
    for journey in (first, second, second, first):
        await definitions.publish(journey)
    assert await definitions.latest("test") == first
    assert len(await rows(database, "definitions")) == 2
    afresh = Definitions(database)
    assert await afresh.load("v2") == second
    assert await afresh.load("v2") is await afresh.load("v2")
    with pytest.raises(JourneyUnknown):
        await afresh.load("v3")
    with pytest.raises(JourneyUnknown):
        await afresh.latest("nothing")


async def test_a_webhook_event_is_first_only_once(database: Database) -> None:
    inbox = Inbox(database)
    assert await inbox.first("bank", "e1", "hash")
    assert not await inbox.first("bank", "e1", "another hash")
    assert await inbox.first("card", "e1", "hash")


async def test_contacts_and_their_messages_can_be_listed(database: Database) -> None:
    stage = a_stage(database)
    feeds = [an_account_feed(clock=at(1) + timedelta(hours=number)) for number in range(2)]
    for feed in feeds:
        await stage.open(feed)
        await stage.run(ports.make_contact, a_contact(feed))
    made = await Contacts(database).made()
    assert [contact.account_id for contact in made] == [feed.account_id for feed in feeds]
    [contact] = await Contacts(database).made(feeds[0].account_id)
    assert (contact.step_id, contact.epoch, contact.occurrence) == ("reminder-1", 1, 0)
    assert (contact.channel, contact.at, contact.stage) == (Channel.SMS, at(1), Stage.REMINDER)
    outbox = DevelopmentOutbox(database)
    messages = await outbox.list(limit=1)
    assert [message.account_id for message in messages] == [feeds[1].account_id]
    assert messages[0].address == NUMBER
    assert NUMBER not in repr(messages)
    assert await outbox.seek(messages[0].dispatch_id) == f"outbox-{messages[0].dispatch_id}"
    assert await outbox.seek("no such dispatch") is None
