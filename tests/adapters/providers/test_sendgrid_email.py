"""SendGrid: what is asked and what each answer means."""

import json
from collections.abc import Mapping
from typing import cast

import pytest

from adapters.providers.fence import Fence
from adapters.providers.provider import (
    Accepted,
    CannotTell,
    NotSent,
    Receipt,
    Refused,
    Unknown,
    WrongChannelError,
)
from adapters.providers.sendgrid_email import SendGridEmail
from adapters.providers.wire import Reply, Wire
from domain.contact import Channel
from tests.adapters.providers.builders import (
    CANARY_EMAIL,
    DISPATCH,
    SETTINGS,
    Carriers,
    a_look_up,
    a_message,
    a_sendgrid_account,
    an_open_fence,
)


class ScriptedWire:
    """Answers as told and keeps what was asked."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.asked: list[tuple[str, bytes, Mapping[str, str]]] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], fence: Fence) -> Reply:
        assert not fence.passed
        self.asked.append((url, body, headers))
        return self._reply


def scripted(status: int, **headers: str) -> tuple[SendGridEmail, ScriptedWire]:
    wire = ScriptedWire(
        Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")
    )
    return SendGridEmail(a_sendgrid_account("https://simulator.example/"), cast("Wire", wire)), wire


async def test_the_request_is_what_the_sdk_builds_with_our_dispatch_and_no_tracking() -> None:
    mail, wire = scripted(202, x_message_id="abc-DEF_123")
    receipt = await mail.send(a_message(Channel.EMAIL, html="<p>due</p>"), an_open_fence())
    assert receipt == Accepted("abc-DEF_123")
    url, body, headers = wire.asked[0]
    assert url == "https://simulator.example/v3/mail/send"
    assert headers["Authorization"] == f"Bearer {SETTINGS.sendgrid_key}"
    assert json.loads(body) == {
        "from": {"email": "bills@carrier.example", "name": "Your carrier"},
        "personalizations": [{"to": [{"email": CANARY_EMAIL}]}],
        "subject": "About Canary Person's bill",
        "content": [
            {"type": "text/plain", "value": a_message(Channel.EMAIL).text},
            {"type": "text/html", "value": "<p>due</p>"},
        ],
        "custom_args": {"dispatch_id": DISPATCH},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
    }


async def test_an_address_is_not_taken_apart_into_a_name(carriers: Carriers, wire: Wire) -> None:
    mail = SendGridEmail(a_sendgrid_account(carriers.url), wire)
    odd = a_message(Channel.EMAIL, address='"A <b@c.example>"@customer.example')
    assert isinstance(await mail.send(odd, an_open_fence()), Refused)
    assert carriers.inbox() == []


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (202, {"x_message_id": "a.b.c"}, Accepted("a.b.c")),
        (202, {}, Unknown("answer_without_id")),
        (202, {"x_message_id": ""}, Unknown("answer_without_id")),
        (202, {"x_message_id": "a b"}, Unknown("answer_without_id")),
        (202, {"x_message_id": "x" * 201}, Unknown("answer_without_id")),
        (200, {"x_message_id": "abc"}, Unknown("http_200")),
        (400, {}, Refused("http_400", permanent=True, opted_out=False)),
        (413, {}, Refused("http_413", permanent=True, opted_out=False)),
        (401, {}, Refused("http_401", permanent=False, opted_out=False)),
        (403, {}, Refused("http_403", permanent=False, opted_out=False)),
        (429, {"retry_after": "3"}, NotSent(3.0, "rate_limited")),
        (408, {}, Unknown("http_408")),
        (409, {}, Unknown("http_409")),
        (425, {}, Unknown("http_425")),
        (500, {}, Unknown("http_500")),
        (503, {}, Unknown("http_503")),
        (307, {}, Unknown("http_307")),
    ],
)
async def test_an_answer_means_one_receipt(status: int, headers: dict[str, str], expected: Receipt) -> None:
    mail, _ = scripted(status, **headers)
    assert await mail.send(a_message(Channel.EMAIL), an_open_fence()) == expected


async def test_an_sms_is_not_sent_as_mail() -> None:
    mail, wire = scripted(202)
    with pytest.raises(WrongChannelError):
        await mail.send(a_message(), an_open_fence())
    assert wire.asked == []


async def test_sendgrid_cannot_be_asked_what_became_of_a_mail() -> None:
    mail, wire = scripted(202)
    assert await mail.find(a_look_up(a_message(Channel.EMAIL))) == CannotTell("no_list")
    assert wire.asked == []


async def test_wrong_credentials_are_our_fault_and_not_the_messages(carriers: Carriers, wire: Wire) -> None:
    account = a_sendgrid_account(carriers.url)
    wrong = SendGridEmail(type(account)("SG.other", account.sender, account.sender_name, carriers.url), wire)
    receipt = await wrong.send(a_message(Channel.EMAIL), an_open_fence())
    assert receipt == Refused("http_401", permanent=False, opted_out=False)
