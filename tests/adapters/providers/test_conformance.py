"""What every provider promises, asked of each."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from adapters.providers.fence import Fence
from adapters.providers.outbox import MemoryOutbox, Outbox
from adapters.providers.provider import (
    Accepted,
    CannotTell,
    Found,
    Message,
    NotFound,
    NotSent,
    Provider,
    Unknown,
)
from adapters.providers.sendgrid_email import SendGridEmail
from adapters.providers.twilio_sms import TwilioSms
from adapters.providers.wire import Wire
from domain.contact import Channel
from tests.adapters.providers.builders import (
    Carriers,
    a_look_up,
    a_message,
    a_sendgrid_account,
    a_twilio_account,
    an_open_fence,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    provider: Provider
    message: Message
    taken: Callable[[], int]
    stop: Callable[[], Awaitable[None]]
    can_be_asked: bool


class BrokenOutbox:
    async def put(self, message: Message) -> str:
        raise ConnectionError(message.address)

    async def seek(self, dispatch_id: str) -> str | None:
        raise ConnectionError(dispatch_id)


async def _nothing() -> None:
    return None


@pytest.fixture(params=["outbox", "twilio", "sendgrid"])
async def candidate(
    request: pytest.FixtureRequest, carriers: Carriers, wire: Wire
) -> AsyncIterator[Candidate]:
    taken = lambda: len(carriers.inbox())  # noqa: E731
    match request.param:
        case "twilio":
            account = a_twilio_account(carriers.url)
            yield Candidate(TwilioSms(account, wire), a_message(), taken, wire.aclose, can_be_asked=True)
        case "sendgrid":
            mail = SendGridEmail(a_sendgrid_account(carriers.url), wire)
            yield Candidate(mail, a_message(Channel.EMAIL), taken, wire.aclose, can_be_asked=False)
        case _:
            store = MemoryOutbox()
            outbox = Outbox(store)
            yield Candidate(outbox, a_message(), lambda: len(store.messages), _nothing, can_be_asked=True)


async def test_a_message_sent_in_time_is_accepted_under_an_id(candidate: Candidate) -> None:
    receipt = await candidate.provider.send(candidate.message, an_open_fence())
    assert isinstance(receipt, Accepted)
    assert receipt.provider_message_id
    assert candidate.taken() == 1


async def test_a_worker_that_slept_past_the_fence_sends_nothing(candidate: Candidate) -> None:
    fence = Fence.start(0.02)
    time.sleep(0.05)  # noqa: ASYNC251 - the whole process stands still
    receipt = await candidate.provider.send(candidate.message, fence)
    assert receipt == NotSent(None, "FencePassedError")
    assert candidate.taken() == 0


async def test_without_the_fence_the_same_late_message_goes_out(candidate: Candidate) -> None:
    Fence.start(0.02)
    time.sleep(0.05)  # noqa: ASYNC251
    await candidate.provider.send(candidate.message, Fence(until=float("inf")))
    assert candidate.taken() == 1


async def test_an_accepted_message_is_found_again_where_the_carrier_can_be_asked(
    candidate: Candidate,
) -> None:
    receipt = await candidate.provider.send(candidate.message, an_open_fence())
    assert isinstance(receipt, Accepted)
    finding = await candidate.provider.find(a_look_up(candidate.message))
    if candidate.can_be_asked:
        assert isinstance(finding, Found)
        assert finding.provider_message_id == receipt.provider_message_id
        assert finding.also == ()
    else:
        assert isinstance(finding, CannotTell)


async def test_a_message_never_sent_is_not_found_where_the_carrier_can_be_asked(candidate: Candidate) -> None:
    finding = await candidate.provider.find(a_look_up(candidate.message))
    assert isinstance(finding, NotFound if candidate.can_be_asked else CannotTell)


async def test_a_provider_has_a_name_for_rows_and_logs(candidate: Candidate) -> None:
    assert candidate.provider.name in {"outbox", "twilio", "sendgrid"}


async def test_the_outbox_keeps_one_message_of_a_dispatch() -> None:
    store = MemoryOutbox()
    receipts = {await Outbox(store).send(a_message(), an_open_fence()) for _ in range(3)}
    assert len(receipts) == len(store.messages) == 1


async def test_an_outbox_whose_store_breaks_knows_nothing_and_repeats_nothing() -> None:
    outbox = Outbox(BrokenOutbox())
    assert await outbox.send(a_message(), an_open_fence()) == Unknown("ConnectionError")
    assert await outbox.find(a_look_up(a_message())) == CannotTell("ConnectionError")
