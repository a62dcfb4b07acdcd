import dataclasses

import pytest

from adapters.providers.provider import Message, UnsendableMessageError
from domain.contact import Channel
from tests.adapters.providers.builders import CANARY_NUMBER, CANARY_TEXT, a_look_up, a_message


@pytest.mark.parametrize(
    ("channel", "change"),
    [
        (Channel.SMS, {"validity_seconds": 0}),
        (Channel.SMS, {"validity_seconds": 36_001}),
        (Channel.SMS, {"dispatch_id": "short"}),
        (Channel.SMS, {"dispatch_id": "0123456789&d=other"}),
        (Channel.SMS, {"reference": "ABC"}),
        (Channel.SMS, {"reference": "ABCDEFGHIJ01"}),
        (Channel.SMS, {"address": ""}),
        (Channel.SMS, {"address": "+1555\r\n0009999"}),
        (Channel.SMS, {"text": "no mark in it"}),
        (Channel.SMS, {"text": ""}),
        (Channel.EMAIL, {"text": ""}),
        (Channel.EMAIL, {"subject": None}),
        (Channel.EMAIL, {"subject": "Bill\r\nBcc: other@person.example"}),
    ],
)
def test_a_message_that_breaks_its_shape_is_refused_without_repeating_it(
    channel: Channel, change: dict[str, object]
) -> None:
    with pytest.raises(UnsendableMessageError) as refused:
        dataclasses.replace(a_message(channel), **change)  # type: ignore[arg-type]
    assert CANARY_NUMBER not in str(refused.value)
    assert str(next(iter(change))) in str(refused.value)


@pytest.mark.parametrize("validity", [1, 36_000])
def test_the_ends_of_the_validity_range_are_accepted(validity: int) -> None:
    assert a_message(validity_seconds=validity).validity_seconds == validity


def test_a_mail_needs_no_mark_in_its_text() -> None:
    message = dataclasses.replace(a_message(Channel.EMAIL), text="plain")
    assert isinstance(message, Message)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_a_printed_message_or_look_up_shows_neither_address_nor_text(channel: Channel) -> None:
    message = a_message(channel, html="<p>Canary Person</p>")
    shown = repr(message) + repr(a_look_up(message))
    for secret in (message.address, CANARY_TEXT, "Canary"):
        assert secret not in shown
