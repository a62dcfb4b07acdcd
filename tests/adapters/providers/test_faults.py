"""Every fault the simulator can show, with the receipt each provider must make of it."""

import pytest

from adapters.providers.provider import NotSent, Provider, Receipt, Unknown
from adapters.providers.sendgrid_email import SendGridEmail
from adapters.providers.twilio_sms import TwilioSms
from adapters.providers.wire import Wire
from domain.contact import Channel
from tests.adapters.providers.builders import (
    Carriers,
    a_message,
    a_sendgrid_account,
    a_twilio_account,
    an_open_fence,
    eventually,
)

NOBODY = "http://127.0.0.1:9"
FAULTS: list[tuple[str, Receipt, int]] = [
    ("too_many", NotSent(7.0, "rate_limited"), 0),
    ("error_before", Unknown("http_500"), 0),
    ("error_after", Unknown("http_500"), 1),
    ("reset_before", Unknown("ReadError"), 0),
    ("reset_after", Unknown("ReadError"), 1),
    ("hang_before", Unknown("TimeoutError"), 0),
    ("hang_after", Unknown("TimeoutError"), 1),
    ("drip", Unknown("TimeoutError"), 1),
    ("answer_without_id", Unknown("answer_without_id"), 1),
]


def _provider(channel: Channel, url: str, wire: Wire) -> Provider:
    if channel is Channel.SMS:
        return TwilioSms(a_twilio_account(url), wire)
    return SendGridEmail(a_sendgrid_account(url), wire)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case[0])
async def test_a_fault_ends_as_the_receipt_that_fits_it_and_is_tried_once(
    channel: Channel, case: tuple[str, Receipt, int], carriers: Carriers, wire: Wire, hasty_wire: Wire
) -> None:
    fault, expected, taken = case
    carriers.fault(fault, retry_after_seconds=7, drip_interval_ms=50)
    line = hasty_wire if expected == Unknown("TimeoutError") else wire
    receipt = await _provider(channel, carriers.url, line).send(a_message(channel), an_open_fence())
    assert receipt == expected
    assert len(carriers.inbox()) == taken
    assert carriers.state()["struck"] == {fault: 1}


@pytest.mark.parametrize(
    ("channel", "why"), [(Channel.SMS, "answer_unreadable"), (Channel.EMAIL, "answer_without_id")]
)
async def test_a_captive_portal_page_is_no_acceptance(
    channel: Channel, why: str, carriers: Carriers, wire: Wire
) -> None:
    carriers.fault("answer_html")
    assert await _provider(channel, carriers.url, wire).send(a_message(channel), an_open_fence()) == Unknown(
        why
    )


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
async def test_a_slow_carrier_is_waited_for_within_the_bounds(
    channel: Channel, carriers: Carriers, hasty_wire: Wire
) -> None:
    carriers.switch(latency_ms=100)
    provider = _provider(channel, carriers.url, hasty_wire)
    assert not isinstance(await provider.send(a_message(channel), an_open_fence()), Unknown)
    carriers.switch(latency_ms=700)
    assert await provider.send(a_message(channel), an_open_fence()) == Unknown("TimeoutError")
    eventually(lambda: len(carriers.inbox()) == 2)  # which is why it is unknown


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
async def test_nobody_listening_means_nothing_was_sent(channel: Channel, wire: Wire) -> None:
    receipt = await _provider(channel, NOBODY, wire).send(a_message(channel), an_open_fence())
    assert receipt == NotSent(None, "ConnectError")


async def test_a_caller_that_hung_up_is_let_go(carriers: Carriers, hasty_wire: Wire) -> None:
    carriers.fault("hang_before")
    await _provider(Channel.SMS, carriers.url, hasty_wire).send(a_message(), an_open_fence())
    eventually(lambda: carriers.state()["messages"] == 0)
    carriers.fault("hang_after", hang_seconds=0.05)
    receipt = await _provider(Channel.SMS, carriers.url, hasty_wire).send(a_message(), an_open_fence())
    assert receipt == Unknown("ReadError")
