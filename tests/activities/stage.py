"""A worker's activities over a real store, with carriers that answer as they are told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import ActivityEnvironment

from activities.activities import Activities
from activities.contact import Carriers, Contacting
from activities.letterhead import Letterhead
from adapters.providers.fence import Fence
from adapters.providers.outbox import Outbox
from adapters.providers.provider import Accepted, CannotTell, Finding, LookUp, Message, Receipt
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.intake import Intake
from adapters.store.messages import DevelopmentOutbox
from domain.contact import Channel
from domain.feed import AccountFeed
from domain.journey.definition import Journey
from tests.builders import ADDRESS_KEY, a_journey
from workflows import ports


@dataclass(frozen=True, slots=True)
class PlainText:
    """A message that says everything it was given."""

    subject: str | None
    text: str
    html: str | None = None


class EveryValue:
    """Templates that write down all values; `broken` is a template that cannot be rendered."""

    def render(self, template: str, channel: Channel, locale: str, values: Mapping[str, str]) -> PlainText:
        if template == "broken":
            raise ValueError(values["first_name"])
        subject = f"{values['company']}" if channel is Channel.EMAIL else None
        return PlainText(subject, f"{template} {locale} " + " | ".join(values.values()))


@dataclass
class ScriptedCarrier:
    """Answers each message with the next receipt, and with acceptance when there is none left."""

    name: str = "scripted"
    receipts: list[Receipt | Exception] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    before: Callable[[], Any] | None = None

    async def send(self, message: Message, deadline: Fence) -> Receipt:
        assert not deadline.passed
        if self.before is not None:
            await self.before()
        self.sent.append(message)
        receipt = self.receipts.pop(0) if self.receipts else Accepted(f"SM{len(self.sent)}")
        if isinstance(receipt, Exception):
            raise receipt
        return receipt

    async def find(self, message: LookUp) -> Finding:
        return CannotTell(message.dispatch_id)


@dataclass(slots=True)
class Stage:
    """The parts, and short words for what tests do with them."""

    database: Database
    intake: Intake
    definitions: Definitions
    carrier: ScriptedCarrier
    activities: Activities
    environment: ActivityEnvironment = field(default_factory=ActivityEnvironment)

    async def run(self, port: Callable[..., Any], order: object) -> Any:  # noqa: ANN401 - each port has its own
        """Run the activity behind a port as a worker would, its answer through Temporal's converter."""
        method = getattr(self.activities, port.__name__)
        answer = await self.environment.run(method, order)
        kind = method.__annotations__["return"]
        [payload] = await pydantic_data_converter.encode([answer])
        [decoded] = await pydantic_data_converter.decode([payload], [kind] if kind is not None else None)
        assert decoded == answer
        return decoded

    async def open(self, feed: AccountFeed, journey: Journey | None = None) -> ports.Opened:
        """Tell the account and open its journey."""
        await self.definitions.publish(journey or a_journey())
        await self.intake.tell_account(feed)
        opened: ports.Opened = await self.run(ports.open_journey, ports.OpenJourney(feed.account_id, None))
        return opened


def a_stage(database: Database, served: Iterator[Channel] | None = None, *, live: bool = False) -> Stage:
    """`live` lets even test accounts' messages go to the scripted carrier, as if it were the outbox."""
    carrier = ScriptedCarrier()
    development = carrier if live else Outbox(DevelopmentOutbox(database))
    channels = (Channel.SMS, Channel.EMAIL) if served is None else served
    carriers = Carriers(dict.fromkeys(channels, carrier), development)
    letterhead = Letterhead("Lumen Telecom", "+12025550100", "https://pay.example.test", b"reference key")
    definitions = Definitions(database)
    contacting = Contacting(Contacts(database), carriers, letterhead, EveryValue())
    return Stage(
        database,
        Intake(database, ADDRESS_KEY),
        definitions,
        carrier,
        Activities(database, definitions, contacting),
    )


def a_contact(
    feed: AccountFeed,
    step_id: str = "reminder-1",
    *,
    epoch: int = 1,
    at: datetime | None = None,
    version: str = "v1",
) -> ports.MakeContact:
    """The order to make a step's contact, at the account's own clock."""
    return ports.MakeContact(feed.account_id, epoch, version, step_id, 0, at or feed.clock)
