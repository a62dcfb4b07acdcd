"""The simulated mail/send, used through SendGrid's own SDK."""

import json

import httpx2
import pytest
import python_http_client.exceptions  # type: ignore[import-untyped]
import sendgrid  # type: ignore[import-untyped]
from sendgrid.helpers import mail as sdk  # type: ignore[import-untyped]

from adapters.providers.sendgrid_events import read_sendgrid_events
from adapters.providers.signatures import verify_sendgrid
from adapters.providers.simulator.carrier import utc_now
from adapters.providers.simulator.contract import misfit
from tests.adapters.providers.builders import CANARY_EMAIL, DISPATCH, SETTINGS, Carriers, eventually

BEARER = {"Authorization": f"Bearer {SETTINGS.sendgrid_key}"}
MAIL: dict[str, object] = {
    "personalizations": [{"to": [{"email": CANARY_EMAIL}]}],
    "from": {"email": "bills@carrier.example"},
    "subject": "Your bill",
    "content": [{"type": "text/plain", "value": "due"}],
    "custom_args": {"dispatch_id": DISPATCH},
}


def post(carriers: Carriers, **change: object) -> httpx2.Response:
    mail = {name: value for name, value in {**MAIL, **change}.items() if value is not ...}
    return carriers.client.post("/v3/mail/send", json=mail, headers=BEARER)


def listen(carriers: Carriers) -> None:
    webhooks = {"email_events_url": f"{carriers.listener.url}/events"}
    carriers.client.put("/_control/webhooks", json=webhooks).raise_for_status()


def events(carriers: Carriers) -> list[str]:
    return [event["event"] for callback in carriers.listener.heard for event in json.loads(callback.body)]


def test_the_sdk_sends_a_mail(carriers: Carriers) -> None:
    built = sdk.Mail("bills@carrier.example", CANARY_EMAIL, "Your bill", "due", "<p>due</p>")
    built.add_custom_arg(sdk.CustomArg("dispatch_id", DISPATCH))
    answer = sendgrid.SendGridAPIClient(SETTINGS.sendgrid_key, host=carriers.url).send(built)
    assert answer.status_code == 202
    (letter,) = carriers.inbox()
    assert letter["sid"] == answer.headers["X-Message-Id"]
    assert (letter["text"], letter["html"]) == ("due", "<p>due</p>")
    assert letter["arguments"] == {"dispatch_id": DISPATCH}


def test_a_wrong_key_is_refused_as_sendgrid_does(carriers: Carriers) -> None:
    with pytest.raises(python_http_client.exceptions.UnauthorizedError) as refused:
        sendgrid.SendGridAPIClient("SG.wrong", host=carriers.url).client.mail.send.post(request_body=MAIL)
    assert misfit("sendgrid.errors", refused.value.to_dict) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": ...}, "personalizations"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.0.email"),
        ({"from": ...}, "from"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"custom_args": "text"}, "custom_args"),
        ({"custom_args": {"dispatch_id": 7}}, "custom_args.dispatch_id"),
        ({"idempotency_key": "please"}, None),
    ],
)
def test_a_mail_of_another_shape_is_refused_with_its_field(
    change: dict[str, object], field: str | None, carriers: Carriers
) -> None:
    answer = post(carriers, **change)
    assert answer.status_code == 400
    assert misfit("sendgrid.errors", answer.json()) is None
    assert answer.json()["errors"][0]["field"] == field
    assert carriers.inbox() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b"[" * 100_000, 400), (b"\xff", 400), (b" " * 1_000_001, 413)],
)
def test_a_body_that_is_no_mail_is_refused(body: bytes, status: int, carriers: Carriers) -> None:
    answer = carriers.client.post("/v3/mail/send", content=body, headers=BEARER)
    assert answer.status_code == status
    assert misfit("sendgrid.errors", answer.json()) is None


def test_each_recipient_gets_a_mail_under_one_id(carriers: Carriers) -> None:
    people = [
        {
            "to": [{"email": "a@x.example"}, {"email": "b@x.example"}],
            "custom_args": {"dispatch_id": "d" * 32},
        },
        {"to": [{"email": "c@x.example"}], "subject": "Another subject"},
    ]
    assert post(carriers, personalizations=people).status_code == 202
    letters = carriers.inbox()
    assert len({letter["sid"] for letter in letters}) == 1
    assert {(letter["recipient"], letter["subject"]) for letter in letters} == {
        ("a@x.example", "Your bill"),
        ("b@x.example", "Your bill"),
        ("c@x.example", "Another subject"),
    }


def test_events_are_signed_carry_our_arguments_and_can_be_read_back(carriers: Carriers) -> None:
    listen(carriers)
    message_id = post(carriers).headers["X-Message-Id"]
    eventually(lambda: events(carriers) == ["processed", "delivered"])
    key = str(carriers.state()["email_public_key"])
    for callback in carriers.listener.heard:
        assert misfit("sendgrid.events", json.loads(callback.body)) is None
        signature = callback.headers["x-twilio-email-event-webhook-signature"]
        timestamp = callback.headers["x-twilio-email-event-webhook-timestamp"]
        assert verify_sendgrid([key], callback.body, signature, timestamp, utc_now())
        (report,) = read_sendgrid_events(callback.body).reports
        assert (report.dispatch_id, report.provider_message_id) == (DISPATCH, message_id)


def test_an_event_not_taken_is_sent_again(carriers: Carriers) -> None:
    listen(carriers)
    carriers.listener.answers.append(503)
    post(carriers)
    eventually(lambda: events(carriers) == ["processed", "processed", "delivered"])
    told = [json.loads(callback.body)[0]["sg_event_id"] for callback in carriers.listener.heard]
    assert told[0] == told[1] != told[2]


def test_an_event_never_taken_is_given_up(carriers: Carriers) -> None:
    listen(carriers)
    carriers.listener.answers.extend([500] * 3)
    post(carriers)
    eventually(lambda: events(carriers) == ["processed"] * 3 + ["delivered"])


def test_events_can_be_lost_doubled_and_reversed(carriers: Carriers) -> None:
    listen(carriers)
    carriers.fault("callback_lost")
    post(carriers)
    eventually(lambda: events(carriers) == ["delivered"])
    carriers.fault("callback_twice")
    post(carriers)
    eventually(lambda: events(carriers)[1:] == ["processed", "processed", "delivered"])
    carriers.fault("callback_reversed")
    post(carriers)
    eventually(lambda: events(carriers)[4:] == ["delivered", "processed"])


def test_a_mail_to_nobody_bounces(carriers: Carriers) -> None:
    listen(carriers)
    carriers.switch(undeliverable={CANARY_EMAIL: 550})
    post(carriers)
    eventually(lambda: events(carriers) == ["processed", "bounce"])
    (report,) = read_sendgrid_events(carriers.listener.heard[-1].body).reports
    assert (report.status, report.code) == ("undelivered", "5.1.1")


def test_a_reader_who_complains_is_heard(carriers: Carriers) -> None:
    listen(carriers)
    message_id = post(carriers).headers["X-Message-Id"]
    action = {"message_id": message_id, "event": "spamreport"}
    assert carriers.client.post("/_control/email-event", json=action).status_code == 202
    eventually(lambda: "spamreport" in events(carriers))
    nobody = {"message_id": "nothing", "event": "open"}
    assert carriers.client.post("/_control/email-event", json=nobody).status_code == 404
