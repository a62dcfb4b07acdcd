"""Carriers' callbacks: signed for the public address, merged whatever order they come in."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from adapters.providers.delivery import DeliveryStatus
from adapters.settings import Settings
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from api.services import Services
from tests.adapters.store.snapshot import rows
from tests.api.story import BASE, SECRET, KeptReports, client_for, enrolled, problem_in

TOKEN = "twilio-token"
STATUS = f"/webhooks/twilio/status?d={'ab' * 16}"
FORM = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "delivered", "To": "+12025550143"}


@pytest.fixture
def reports(services: Services) -> KeptReports:
    assert isinstance(services.reports, KeptReports)
    return services.reports


@pytest.fixture
def events_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def settings(events_key: ec.EllipticCurvePrivateKey) -> Settings:
    public = events_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Settings(
        reference_secret=SECRET,
        webhook_secrets="bank:old-secret,bank:new-secret",
        twilio_auth_token=TOKEN,
        sendgrid_webhook_public_key=base64.b64encode(public).decode(),
        public_base_url="https://tideover.example",
    )


def twilio_signature(address: str = STATUS, form: dict[str, str] | None = None) -> str:
    signature: str = RequestValidator(TOKEN).compute_signature(
        f"https://tideover.example{address}", form or FORM
    )
    return signature


async def test_twilio_s_status_is_merged(client: httpx2.AsyncClient, reports: KeptReports) -> None:
    headers = {"x-twilio-signature": twilio_signature()}
    answer = await client.post(STATUS, data=FORM, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    (report,) = reports.reports
    assert (report.dispatch_id, report.status) == ("ab" * 16, DeliveryStatus.DELIVERED)


async def test_a_status_of_an_unknown_kind_is_acknowledged(
    client: httpx2.AsyncClient, reports: KeptReports
) -> None:
    form = FORM | {"MessageStatus": "teleported"}
    headers = {"x-twilio-signature": twilio_signature(form=form)}
    assert (await client.post(STATUS, data=form, headers=headers)).status_code == 204
    assert reports.reports == []


@pytest.mark.parametrize(
    ("address", "form", "signature"),
    [
        (STATUS, FORM, None),
        (STATUS, FORM, ""),
        (STATUS, FORM, "AAAA"),
        (STATUS, FORM | {"MessageStatus": "failed"}, twilio_signature()),
        (STATUS.replace("ab", "cd"), FORM, twilio_signature()),
        (STATUS.partition("?")[0], FORM, twilio_signature()),
    ],
)
async def test_a_callback_that_twilio_did_not_sign_is_refused(
    client: httpx2.AsyncClient,
    reports: KeptReports,
    address: str,
    form: dict[str, str],
    signature: str | None,
) -> None:
    headers = {} if signature is None else {"x-twilio-signature": signature}
    answer = await client.post(address, data=form, headers=headers)
    assert (answer.status_code, problem_in(answer)) == (401, "signature-refused")
    assert reports.reports == []


async def test_the_signature_is_checked_for_the_public_address_not_for_the_host_header(
    client: httpx2.AsyncClient,
) -> None:
    local = RequestValidator(TOKEN).compute_signature(f"{BASE}{STATUS}", FORM)
    answer = await client.post(STATUS, data=FORM, headers={"x-twilio-signature": local})
    assert answer.status_code == 401


async def test_a_signed_callback_that_is_not_ours_is_malformed(client: httpx2.AsyncClient) -> None:
    address = "/webhooks/twilio/status?d=x"
    headers = {"x-twilio-signature": twilio_signature(address)}
    answer = await client.post(address, data=FORM, headers=headers)
    assert (answer.status_code, problem_in(answer)) == (400, "malformed-body")


def sendgrid_headers(key: ec.EllipticCurvePrivateKey, body: bytes, age: int = 0) -> dict[str, str]:
    sent = f"{int((datetime.now(UTC) - timedelta(seconds=age)).timestamp())}"
    signature = key.sign(sent.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "content-type": "application/json",
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": sent,
    }


def a_batch(*statuses: str) -> bytes:
    events = [
        {
            "event": status,
            "sg_event_id": f"e{number}",
            "sg_message_id": "m.filter1",
            "timestamp": 1772000000,
            "email": "quillon@example.test",
            "dispatch_id": "ab" * 16,
        }
        for number, status in enumerate(statuses)
    ]
    return json.dumps([*events, {"event": "open", "sg_event_id": "foreign"}]).encode()


async def test_sendgrid_s_batch_is_merged(
    client: httpx2.AsyncClient, reports: KeptReports, events_key: ec.EllipticCurvePrivateKey
) -> None:
    body = a_batch("processed", "delivered")
    headers = sendgrid_headers(events_key, body)
    answer = await client.post("/webhooks/sendgrid/events", content=body, headers=headers)
    assert answer.status_code == 204
    assert [report.status for report in reports.reports] == ["accepted", "delivered"]


async def test_a_batch_may_be_larger_than_other_webhooks(
    client: httpx2.AsyncClient, reports: KeptReports, events_key: ec.EllipticCurvePrivateKey
) -> None:
    body = a_batch(*["processed"] * 4_000)
    assert len(body) > 700_000
    headers = sendgrid_headers(events_key, body)
    answer = await client.post("/webhooks/sendgrid/events", content=body, headers=headers)
    assert answer.status_code == 204
    assert len(reports.reports) == 4_000


async def test_a_batch_that_sendgrid_did_not_sign_is_refused(
    client: httpx2.AsyncClient, reports: KeptReports, events_key: ec.EllipticCurvePrivateKey
) -> None:
    body = a_batch("delivered")
    others: tuple[dict[str, str], ...] = (
        {},
        sendgrid_headers(ec.generate_private_key(ec.SECP256R1()), body),
        sendgrid_headers(events_key, body, age=301),
        sendgrid_headers(events_key, body + b" "),
        {"x-twilio-email-event-webhook-signature": "!", "x-twilio-email-event-webhook-timestamp": "1"},
    )
    for headers in others:
        answer = await client.post("/webhooks/sendgrid/events", content=body, headers=headers)
        assert (answer.status_code, problem_in(answer)) == (401, "signature-refused")
    assert reports.reports == []


async def test_a_signed_batch_that_is_no_list_is_malformed(
    client: httpx2.AsyncClient, events_key: ec.EllipticCurvePrivateKey
) -> None:
    headers = sendgrid_headers(events_key, b"{}")
    answer = await client.post("/webhooks/sendgrid/events", content=b"{}", headers=headers)
    assert (answer.status_code, problem_in(answer)) == (400, "malformed-body")


async def test_a_long_form_is_refused(client: httpx2.AsyncClient) -> None:
    assert problem_in(await client.post(STATUS, data={"Body": "x" * 70_000})) == "body-too-large"


async def test_without_secrets_every_callback_is_refused(services: Services) -> None:
    bare = replace(services, settings=Settings(reference_secret=SECRET))
    async with client_for(bare) as client:
        local = RequestValidator("").compute_signature(f"{BASE}{STATUS}", FORM)
        twilio = await client.post(STATUS, data=FORM, headers={"x-twilio-signature": local})
        sendgrid = await client.post("/webhooks/sendgrid/events", content=b"[]")
    assert {problem_in(answer) for answer in (twilio, sendgrid)} == {"signature-refused"}


async def test_a_status_reaches_the_real_contact_once(services: Services, database: Database) -> None:
    real = replace(services, reports=Contacts(database))
    async with client_for(real) as client:
        await enrolled(client)
        await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-10T12:00:00Z"})
        (message,) = (await client.get("/v1/outbox")).json()["messages"]
        address = f"/webhooks/twilio/status?d={message['dispatch_id']}"
        headers = {"x-twilio-signature": twilio_signature(address)}
        for _ in range(2):
            assert (await client.post(address, data=FORM, headers=headers)).status_code == 204
    told = [row["status"] for row in await rows(database, "evidence") if row["provider"] == "twilio"]
    assert told == ["delivered"]
