"""The simulated Messages resource, used through Twilio's own synchronous SDK."""

import urllib.parse

import httpx2
import pytest
import twilio.base.exceptions  # type: ignore[import-untyped]
import twilio.rest  # type: ignore[import-untyped]

from adapters.providers.signatures import verify_twilio
from adapters.providers.simulator.contract import misfit
from adapters.providers.simulator.twilio_answers import segments
from tests.adapters.providers.builders import (
    CANARY_NUMBER,
    OUR_NUMBER,
    SETTINGS,
    Callback,
    Carriers,
    eventually,
)

MESSAGES = f"/2010-04-01/Accounts/{SETTINGS.account_sid}/Messages"
SERVICE = "MG" + "a" * 32
AUTH = (SETTINGS.account_sid, SETTINGS.auth_token)


def the_sdk(carriers: Carriers, token: str = SETTINGS.auth_token) -> twilio.rest.Client:
    client = twilio.rest.Client(SETTINGS.account_sid, token, environment={"TWILIO_EDGE": ""})
    client.api.base_url = carriers.url
    return client


def create(carriers: Carriers, **change: object) -> httpx2.Response:
    form = {"To": CANARY_NUMBER, "From": OUR_NUMBER, "Body": "hello", **change}
    return carriers.client.post(
        f"{MESSAGES}.json", data={k: v for k, v in form.items() if v is not None}, auth=AUTH
    )


def form_of(callback: Callback) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(callback.body.decode(), strict_parsing=True))


def statuses(carriers: Carriers) -> list[str]:
    return [form_of(callback)["MessageStatus"] for callback in carriers.listener.heard]


def test_the_sdk_creates_fetches_and_lists(carriers: Carriers) -> None:
    sdk = the_sdk(carriers)
    created = sdk.messages.create(to=CANARY_NUMBER, from_=OUR_NUMBER, body="hello", validity_period=60)
    assert (created.status, created.direction, created.num_segments) == ("queued", "outbound-api", "1")
    assert sdk.messages(created.sid).fetch().body == "hello"
    assert [message.sid for message in sdk.messages.list(to=CANARY_NUMBER)] == [created.sid]
    assert sdk.messages.list(to="+15550000000") == []
    assert sdk.messages.list(from_="+15550000000") == []


def test_pages_follow_one_another_without_gap_or_repeat(carriers: Carriers) -> None:
    sids = [create(carriers).json()["sid"] for _ in range(7)]
    listed = [message.sid for message in the_sdk(carriers).messages.list(to=CANARY_NUMBER, page_size=3)]
    assert listed == sids[::-1]


def test_answers_fit_the_contract(carriers: Carriers) -> None:
    created = create(carriers)
    assert created.status_code == 201
    assert misfit("twilio.message", created.json()) is None
    fetched = carriers.client.get(f"{MESSAGES}/{created.json()['sid']}.json", auth=AUTH)
    assert misfit("twilio.message", fetched.json()) is None
    page = carriers.client.get(f"{MESSAGES}.json", params={"To": CANARY_NUMBER, "PageSize": 1}, auth=AUTH)
    assert misfit("twilio.page", page.json()) is None
    assert create(carriers, MessagingServiceSid=SERVICE, From=None).json()["status"] == "accepted"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": None}, 21604),
        ({"To": "5550009999"}, 21211),
        ({"Body": None}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"From": None}, 21603),
        ({"From": "+1"}, 21212),
        ({"From": None, "MessagingServiceSid": "MG1"}, 21701),
        ({"StatusCallback": "ftp://x"}, 21609),
        ({"ValidityPeriod": "0"}, 20001),
        ({"ValidityPeriod": "36001"}, 20001),
        ({"Idempotency": "please"}, 20001),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
    ],
)
def test_a_wrong_request_gets_twilios_code_and_not_its_own_words_back(
    change: dict[str, object], code: int, carriers: Carriers
) -> None:
    answer = create(carriers, **change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert misfit("twilio.error", answer.json()) is None
    assert CANARY_NUMBER not in answer.text


def test_wrong_credentials_are_20003_everywhere(carriers: Carriers) -> None:
    with pytest.raises(twilio.base.exceptions.TwilioRestException) as refused:
        the_sdk(carriers, token="wrong").messages.create(to=CANARY_NUMBER, from_=OUR_NUMBER, body="x")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    for path in (f"{MESSAGES}.json", f"{MESSAGES}/SM{'a' * 32}.json"):
        answer = carriers.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    other = carriers.client.get(f"/2010-04-01/Accounts/AC{'f' * 32}/Messages.json", auth=AUTH)
    assert other.status_code == 401


def test_a_sid_nobody_knows_is_20404(carriers: Carriers) -> None:
    answer = carriers.client.get(f"{MESSAGES}/SM{'a' * 32}.json", auth=AUTH)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    assert misfit("twilio.error", answer.json()) is None


@pytest.mark.parametrize("size", ["0", "1001", "many", "-1", "٣"])
def test_a_page_size_out_of_range_is_refused(size: str, carriers: Carriers) -> None:
    answer = carriers.client.get(f"{MESSAGES}.json", params={"PageSize": size}, auth=AUTH)
    assert answer.status_code == 400


@pytest.mark.parametrize("page", ["x", "-1"])
def test_a_page_number_that_is_none_counts_as_the_first(page: str, carriers: Carriers) -> None:
    answer = carriers.client.get(
        f"{MESSAGES}.json", params={"Page": page, "PageToken": "PASM0", "PageSize": 5}, auth=AUTH
    )
    assert answer.json()["page"] == 0
    assert answer.json()["messages"] == []


@pytest.mark.parametrize("body", [b"\xff", b"To", b"a=1&" * 200, b"x" * 1_000_001])
def test_a_body_that_is_no_form_is_refused(body: bytes, carriers: Carriers) -> None:
    answer = carriers.client.post(f"{MESSAGES}.json", content=body, auth=AUTH)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_repeated_fields_are_taken_as_lists(carriers: Carriers) -> None:
    assert create(carriers, MediaUrl=["https://a.example/1", "https://a.example/2"]).status_code == 201
    assert create(carriers, To=[CANARY_NUMBER, CANARY_NUMBER]).status_code == 400


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ({"From": OUR_NUMBER}, ["sent", "delivered"]),
        ({"From": None, "MessagingServiceSid": SERVICE}, ["queued", "sent", "delivered"]),
    ],
)
def test_status_callbacks_are_signed_and_leave_out_the_first_status(
    sender: dict[str, object], expected: list[str], carriers: Carriers
) -> None:
    url = f"{carriers.listener.url}/status?d=abc"
    create(carriers, StatusCallback=url, **sender)
    eventually(lambda: len(carriers.listener.heard) == len(expected))
    assert statuses(carriers) == expected
    for callback in carriers.listener.heard:
        form = form_of(callback)
        assert misfit("twilio.status_callback", form) is None
        assert callback.url == url
        assert verify_twilio(url, form, callback.headers["x-twilio-signature"], [SETTINGS.auth_token])


def test_callbacks_can_be_lost_doubled_and_reversed(carriers: Carriers) -> None:
    url = f"{carriers.listener.url}/status"
    carriers.switch(faults={"callback_lost": {"count": 1}}, callback_delay_ms=1)
    create(carriers, StatusCallback=url)
    eventually(lambda: statuses(carriers) == ["delivered"])
    carriers.switch(faults={"callback_twice": {"count": 9}}, callback_delay_ms=1)
    create(carriers, StatusCallback=url)
    eventually(lambda: statuses(carriers)[1:] == ["sent", "sent", "delivered", "delivered"])
    carriers.switch(faults={"callback_reversed": {"count": 1}}, callback_delay_ms=1)
    create(carriers, StatusCallback=url)
    eventually(lambda: statuses(carriers)[5:] == ["delivered", "sent"])
    assert carriers.inbox()[0]["status"] == "delivered"


def test_a_callback_nobody_takes_is_counted_and_not_repeated(carriers: Carriers) -> None:
    failed = carriers.state()["callbacks_failed"]
    assert isinstance(failed, int)
    carriers.listener.answers.extend([503, 503])
    create(carriers, StatusCallback=f"{carriers.listener.url}/status")
    eventually(lambda: carriers.state()["callbacks_failed"] == failed + 2)
    assert len(carriers.listener.heard) == 2
    create(carriers, StatusCallback="http://127.0.0.1:9/")
    eventually(lambda: carriers.state()["callbacks_failed"] == failed + 4)


def test_an_undeliverable_number_ends_with_the_carriers_code(carriers: Carriers) -> None:
    carriers.switch(undeliverable={CANARY_NUMBER: 30003})
    create(carriers, StatusCallback=f"{carriers.listener.url}/status")
    eventually(lambda: statuses(carriers) == ["sent", "undelivered"])
    assert form_of(carriers.listener.heard[-1])["ErrorCode"] == "30003"
    assert carriers.inbox()[0]["error_code"] == 30003


def test_a_message_queued_longer_than_its_validity_is_not_sent(carriers: Carriers) -> None:
    carriers.switch(callback_delay_ms=1050)
    sid = create(carriers, ValidityPeriod="1").json()["sid"]
    eventually(lambda: the_sdk(carriers).messages(sid).fetch().status == "failed")
    assert the_sdk(carriers).messages(sid).fetch().error_code == 30036


def test_stop_opts_out_and_start_opts_in_again(carriers: Carriers) -> None:
    carriers.client.put("/_control/webhooks", json={"sms_inbound_url": f"{carriers.listener.url}/inbound"})

    def text(words: str) -> str | None:
        inbound = {"sender": CANARY_NUMBER, "recipient": OUR_NUMBER, "text": words}
        opt_out: str | None = carriers.client.post("/_control/inbound", json=inbound).json()["opt_out"]
        return opt_out

    assert text("please stop") is None
    assert create(carriers).status_code == 201
    assert text(" stop ") == "STOP"
    assert create(carriers).json()["code"] == 21610
    assert text("Start") == "START"
    assert create(carriers).status_code == 201
    eventually(lambda: len(carriers.listener.heard) == 3)
    for callback in carriers.listener.heard:
        assert misfit("twilio.inbound", form_of(callback)) is None
        signature = callback.headers["x-twilio-signature"]
        assert verify_twilio(callback.url, form_of(callback), signature, [SETTINGS.auth_token])
    assert {form_of(callback).get("OptOutType") for callback in carriers.listener.heard} == {
        None,
        "STOP",
        "START",
    }
    replies = [
        m for m in the_sdk(carriers).messages.list(to=CANARY_NUMBER) if m.direction == "outbound-reply"
    ]
    assert len(replies) == 1


def test_an_inbound_message_without_a_webhook_is_only_kept(carriers: Carriers) -> None:
    inbound = {"sender": CANARY_NUMBER, "recipient": OUR_NUMBER, "text": "hello"}
    assert carriers.client.post("/_control/inbound", json=inbound).status_code == 202
    assert [letter["direction"] for letter in carriers.inbox()] == ["inbound"]
    assert carriers.listener.heard == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ą" * 70, 1),
        ("ą" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_networks_do(text: str, parts: int) -> None:
    assert segments(text) == parts
