"""Standard Webhooks: a signature covers the id, the time and every byte."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from api.webhooks.standard import sender_of, sign

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = {"stripe": ("old-secret", "new-secret"), "bank": ("whsec_" + base64.b64encode(b"k" * 32).decode(),)}
NEW = "new-secret"
BODY = b'{"type":"payment.received"}'


def signed(
    secret: str = NEW, body: bytes = BODY, at: datetime = NOW, event_id: str = "evt_1"
) -> dict[str, str]:
    sent = f"{int(at.timestamp())}"
    signature = sign(secret, f"{event_id}.{sent}.".encode() + body)
    return {"webhook-id": event_id, "webhook-timestamp": sent, "webhook-signature": f"v1,{signature}"}


def sender(headers: Mapping[str, str], body: bytes = BODY) -> str | None:
    return sender_of(headers, body, SECRETS, NOW)


def test_the_published_example_of_the_specification_verifies() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secrets = {"x": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}
    at = datetime.fromtimestamp(1614265330, UTC)
    assert sender_of(headers, b'{"test": 2432232314}', secrets, at) == "x"


def test_old_and_new_secret_both_name_the_sender() -> None:
    assert sender(signed("old-secret")) == sender(signed("new-secret")) == "stripe"


def test_a_base64_secret_names_its_sender() -> None:
    assert sender(signed(SECRETS["bank"][0])) == "bank"


def test_one_good_signature_among_others_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1a,xxx v1,AAAA {headers['webhook-signature']} v2,yyy"
    assert sender(headers) == "stripe"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_tolerated(seconds: int) -> None:
    assert sender(signed(at=NOW + timedelta(seconds=seconds))) == "stripe"


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_beyond_five_minutes_nobody_signed_it(seconds: int) -> None:
    assert sender(signed(at=NOW + timedelta(seconds=seconds))) is None


def test_another_secret_signs_for_nobody() -> None:
    assert sender(signed("guess")) is None
    assert sender_of(signed(), BODY, {}, NOW) is None


def test_one_changed_byte_breaks_the_signature() -> None:
    assert sender(signed(), BODY + b" ") is None
    assert sender(signed() | {"webhook-id": "evt_2"}) is None
    later = f"{int(NOW.timestamp()) + 1}"
    assert sender(signed() | {"webhook-timestamp": later}) is None


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-id": "a b"},
        {"webhook-id": "x" * 129},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "١٢"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "1772366400.0"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,é"},
    ],
)
def test_headers_out_of_shape_sign_for_nobody(change: dict[str, str]) -> None:
    assert sender(signed() | change) is None


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_signs_for_nobody(name: str) -> None:
    headers = signed()
    del headers[name]
    assert sender(headers) is None


def test_only_version_one_signatures_count() -> None:
    headers = signed()
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v0,")
    assert sender(headers) is None


def test_a_secret_that_only_looks_like_base64_is_taken_as_it_stands() -> None:
    secrets = {"x": ["whsec_not base64!"]}
    assert sender_of(signed("whsec_not base64!"), BODY, secrets, NOW) == "x"
