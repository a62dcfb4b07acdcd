"""Twilio: what is asked, what each answer means, and how a message is found again."""

import base64
import dataclasses
import json
import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from adapters.providers.fence import Fence
from adapters.providers.provider import (
    Accepted,
    CannotTell,
    Found,
    NotFound,
    NotSent,
    Receipt,
    Refused,
    Unknown,
    WrongChannelError,
)
from adapters.providers.receipts import retry_after
from adapters.providers.twilio_sms import LONGEST_LIST, TwilioSms
from adapters.providers.wire import Reply, Wire
from domain.contact import Channel
from tests.adapters.providers.builders import (
    CANARY_NUMBER,
    DISPATCH,
    OUR_NUMBER,
    REFERENCE,
    SETTINGS,
    Carriers,
    a_look_up,
    a_message,
    a_twilio_account,
    an_open_fence,
)

SERVICE = "MG" + "a" * 32
SID = "SM" + "b" * 32


class ScriptedWire:
    """Answers as told and keeps what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.asked: list[tuple[str, bytes, Mapping[str, str]]] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], fence: Fence) -> Reply:
        assert not fence.passed
        self.asked.append((url, body, headers))
        return self._replies.pop(0)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        self.asked.append((url, b"", headers))
        return self._replies.pop(0)


def scripted(*replies: Reply, sender: str = OUR_NUMBER) -> tuple[TwilioSms, ScriptedWire]:
    wire = ScriptedWire(*replies)
    account = a_twilio_account("https://simulator.example/twilio/", sender, "https://us.example/hooks/sms")
    return TwilioSms(account, cast("Wire", wire)), wire


def a_reply(status: int, content: object, **headers: str) -> Reply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def an_error(status: int, code: int) -> Reply:
    return a_reply(
        status, {"code": code, "message": f"about {CANARY_NUMBER}", "more_info": "", "status": status}
    )


def a_row(**change: object) -> dict[str, object]:
    created = "Fri, 20 Nov 2026 10:00:00 +0000"
    row = {"sid": SID, "status": "delivered", "body": f"… {REFERENCE} …", "direction": "outbound-api"}
    return {**row, "error_code": None, "date_created": created, **change}


def a_page(*rows: dict[str, object], onward: str | None = None) -> Reply:
    return a_reply(200, {"messages": list(rows), "next_page_uri": onward, "page": 0, "page_size": 200})


async def test_the_request_holds_what_the_contact_protocol_asks_for() -> None:
    sms, wire = scripted(a_reply(201, {"sid": SID}))
    assert await sms.send(a_message(validity_seconds=600), an_open_fence()) == Accepted(SID)
    url, body, headers = wire.asked[0]
    assert url == f"https://simulator.example/twilio/2010-04-01/Accounts/{SETTINGS.account_sid}/Messages.json"
    assert dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True)) == {
        "To": CANARY_NUMBER,
        "From": OUR_NUMBER,
        "Body": a_message().text,
        "ValidityPeriod": "600",
        "StatusCallback": f"https://us.example/hooks/sms?d={DISPATCH}",
    }
    pair = base64.b64encode(f"{SETTINGS.account_sid}:{SETTINGS.auth_token}".encode()).decode()
    assert headers["Authorization"] == f"Basic {pair}"


async def test_a_messaging_service_takes_the_place_of_the_number() -> None:
    sms, wire = scripted(a_reply(201, {"sid": SID}), sender=SERVICE)
    await sms.send(a_message(), an_open_fence())
    form = dict(urllib.parse.parse_qsl(wire.asked[0][1].decode()))
    assert form["MessagingServiceSid"] == SERVICE
    assert "From" not in form


async def test_region_and_edge_of_the_environment_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWILIO_REGION", "TWILIO_EDGE", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.setenv(name, "elsewhere")
    sms, wire = scripted(a_reply(201, {"sid": SID}))
    await sms.send(a_message(), an_open_fence())
    assert wire.asked[0][0].startswith("https://simulator.example/twilio/2010-04-01/")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (an_error(400, 21211), Refused("21211", permanent=True, opted_out=False)),
        (an_error(400, 21614), Refused("21614", permanent=True, opted_out=False)),
        (an_error(400, 21610), Refused("21610", permanent=True, opted_out=True)),
        (an_error(403, 21610), Refused("21610", permanent=True, opted_out=True)),
        (an_error(400, 21408), Refused("21408", permanent=False, opted_out=False)),
        (an_error(400, 21606), Refused("21606", permanent=False, opted_out=False)),
        (an_error(401, 20003), Refused("20003", permanent=False, opted_out=False)),
        (an_error(404, 20404), Refused("20404", permanent=False, opted_out=False)),
        (a_reply(400, b"<html>"), Refused("http_400", permanent=True, opted_out=False)),
        (a_reply(403, b""), Refused("http_403", permanent=False, opted_out=False)),
        (a_reply(400, {"code": "21610"}), Refused("http_400", permanent=True, opted_out=False)),
        (
            a_reply(400, {"type": "t", "title": "t", "status": 400, "code": 21614}),
            Refused("21614", permanent=True, opted_out=False),
        ),
        (an_error(429, 20429), NotSent(None, "rate_limited")),
        (a_reply(429, b"slow down", retry_after="12"), NotSent(12.0, "rate_limited")),
        (an_error(408, 20408), Unknown("http_408")),
        (an_error(409, 20409), Unknown("http_409")),
        (an_error(425, 20425), Unknown("http_425")),
        (an_error(500, 20500), Unknown("http_500")),
        (an_error(503, 20503), Unknown("http_503")),
        (a_reply(302, b"", location="https://elsewhere.example"), Unknown("http_302")),
        (a_reply(200, {"sid": SID}), Unknown("answer_unexpected")),
        (a_reply(202, {"sid": SID}), Unknown("answer_unexpected")),
        (a_reply(204, b""), Unknown("answer_unexpected")),
        (a_reply(201, b"<html>Welcome</html>"), Unknown("answer_unreadable")),
        (a_reply(201, b"\xff\xfe"), Unknown("answer_unreadable")),
        (a_reply(201, []), Unknown("answer_unreadable")),
        (a_reply(201, None), Unknown("answer_unreadable")),
        (a_reply(201, {}), Unknown("answer_without_id")),
        (a_reply(201, {"sid": 7}), Unknown("answer_without_id")),
        (a_reply(201, {"sid": "SM123"}), Unknown("answer_without_id")),
        (a_reply(201, {"sid": SID + "\n"}), Unknown("answer_without_id")),
        (a_reply(201, {"sid": SID, "date_created": 5}), Unknown("answer_unreadable")),
    ],
)
async def test_an_answer_means_one_receipt(reply: Reply, expected: Receipt) -> None:
    sms, _ = scripted(reply)
    assert await sms.send(a_message(), an_open_fence()) == expected


async def test_a_mail_is_not_sent_as_sms() -> None:
    sms, wire = scripted()
    with pytest.raises(WrongChannelError):
        await sms.send(a_message(Channel.EMAIL), an_open_fence())
    assert wire.asked == []


async def test_a_mistake_of_ours_before_anything_left_is_raised() -> None:
    sms, wire = scripted()
    with pytest.raises(IndexError):
        await sms.send(a_message(), an_open_fence())
    assert len(wire.asked) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "99999999"}, 3600.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 09:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 -0000"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_beside_the_answers_own(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


async def test_a_message_is_found_by_the_mark_in_its_text(carriers: Carriers, wire: Wire) -> None:
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    other = await sms.send(a_message(reference="ZZZZZZZZZZ22"), an_open_fence())
    assert isinstance(other, Accepted)
    assert await sms.find(a_look_up(a_message())) == NotFound()
    receipt = await sms.send(a_message(), an_open_fence())
    assert isinstance(receipt, Accepted)
    finding = await sms.find(a_look_up(a_message()))
    assert isinstance(finding, Found)
    assert finding.provider_message_id == receipt.provider_message_id


async def test_a_second_copy_is_named_as_such(carriers: Carriers, wire: Wire) -> None:
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    first, second = [await sms.send(a_message(), an_open_fence()) for _ in range(2)]
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    finding = await sms.find(a_look_up(a_message()))
    assert isinstance(finding, Found)
    assert (finding.provider_message_id, finding.also) == (
        first.provider_message_id,
        (second.provider_message_id,),
    )


async def test_an_accepted_message_whose_answer_was_lost_is_found(carriers: Carriers, wire: Wire) -> None:
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    carriers.fault("reset_after")
    assert isinstance(await sms.send(a_message(), an_open_fence()), Unknown)
    assert isinstance(await sms.find(a_look_up(a_message())), Found)


async def test_a_refused_create_is_listed_and_is_no_evidence(carriers: Carriers, wire: Wire) -> None:
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    message = a_message(address="+15005550004")
    assert isinstance(await sms.send(message, an_open_fence()), Refused)
    assert [letter["status"] for letter in carriers.inbox()] == ["failed"]
    assert await sms.find(a_look_up(message)) == NotFound()


async def test_a_list_that_fails_or_lags_proves_nothing_yet(carriers: Carriers, wire: Wire) -> None:
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    await sms.send(a_message(), an_open_fence())
    carriers.fault("list_error")
    assert await sms.find(a_look_up(a_message())) == CannotTell("TwilioException")
    carriers.switch(list_lag_ms=60_000)
    assert await sms.find(a_look_up(a_message())) == NotFound()
    carriers.switch()
    assert isinstance(await sms.find(a_look_up(a_message())), Found)


async def test_all_pages_are_read(carriers: Carriers, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.providers.twilio_sms.PAGE_SIZE", 2)
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    await sms.send(a_message(), an_open_fence())
    for _ in range(4):
        await sms.send(a_message(reference="ZZZZZZZZZZ22"), an_open_fence())
    assert isinstance(await sms.find(a_look_up(a_message())), Found)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (a_row(), Found(SID, "delivered")),
        (a_row(status="failed", error_code=30003), Found(SID, "failed")),
        (a_row(status="failed"), Found(SID, "failed")),
        (a_row(status="failed", error_code=21610), NotFound()),
        (a_row(status="failed", error_code="21610"), NotFound()),
        (a_row(body=REFERENCE.lower()), NotFound()),
        (a_row(body=""), CannotTell("text_redacted")),
        (a_row(body=None), CannotTell("text_redacted")),
        (a_row(body="", date_created=None), CannotTell("text_redacted")),
        (a_row(body="", date_created="Thu, 19 Nov 2026 23:59:59 +0000"), NotFound()),
        (a_row(body="", direction="inbound"), NotFound()),
    ],
)
async def test_a_listed_row_is_evidence_only_when_it_proves_acceptance(
    row: dict[str, object], expected: object
) -> None:
    sms, _ = scripted(a_page(row))
    look_up = a_look_up(a_message(), since=datetime(2026, 11, 20, tzinfo=UTC))
    assert await sms.find(look_up) == expected


async def test_a_row_created_in_the_second_of_the_claim_counts() -> None:
    sms, _ = scripted(a_page(a_row(body="")))
    claimed = datetime(2026, 11, 20, 10, tzinfo=UTC) + timedelta(milliseconds=900)
    assert await sms.find(a_look_up(a_message(), since=claimed)) == CannotTell("text_redacted")


async def test_a_list_longer_than_any_real_one_proves_nothing() -> None:
    rows = [a_row(body="another") for _ in range(LONGEST_LIST)]
    sms, _ = scripted(a_page(*rows, onward="/more"))
    assert await sms.find(a_look_up(a_message())) == CannotTell("list_too_long")


async def test_a_page_link_to_another_host_does_not_take_the_secret_there() -> None:
    elsewhere = {"key": "messages", "next_page_url": "https://thief.example/2010-04-01/next?PageToken=PA1"}
    first = a_reply(200, {"messages": [a_row(body="another")], "meta": elsewhere})
    sms, wire = scripted(first, a_page(a_row()))
    assert isinstance(await sms.find(a_look_up(a_message())), Found)
    assert wire.asked[1][0] == "https://simulator.example/twilio/2010-04-01/next?PageToken=PA1"


@pytest.mark.parametrize(
    "answer", [a_reply(200, b"<html>"), a_reply(200, {}), a_reply(200, []), a_reply(404, {})]
)
async def test_a_list_that_is_none_proves_nothing(answer: Reply) -> None:
    sms, _ = scripted(answer)
    assert isinstance(await sms.find(a_look_up(a_message())), CannotTell)


async def test_a_look_up_that_takes_too_long_proves_nothing(
    carriers: Carriers, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.providers.twilio_sms.LONGEST_LOOK_UP", 0.0)
    sms = TwilioSms(a_twilio_account(carriers.url), wire)
    assert await sms.find(a_look_up(a_message())) == CannotTell("TimeoutError")


async def test_missing_credentials_are_our_fault_and_are_not_looked_for_in_the_environment(
    carriers: Carriers, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", SETTINGS.auth_token)
    account = dataclasses.replace(a_twilio_account(carriers.url), auth_token="")
    receipt = await TwilioSms(account, wire).send(a_message(), an_open_fence())
    assert receipt == Refused("20003", permanent=False, opted_out=False)
