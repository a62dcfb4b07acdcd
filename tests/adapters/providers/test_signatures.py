"""Callbacks that were signed, and everything that only looks like it."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
import starlette.datastructures
import twilio.request_validator  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adapters.providers.signatures import verify_sendgrid, verify_twilio

URL = "https://tideover.example/webhooks/twilio/status?d=0123456789abcdef"
TOKEN = "twilio-token-one"
FORM = {"MessageSid": "SM" + "a" * 32, "MessageStatus": "delivered", "To": "+15550009999"}
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BODY = json.dumps([{"event": "delivered", "note": "schön ✓"}], ensure_ascii=False).encode()
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def signed(url: str = URL, form: object = None, token: str = TOKEN) -> str:
    validator = twilio.request_validator.RequestValidator(token)
    return str(validator.compute_signature(url, FORM if form is None else form))


def public(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def sealed(at: datetime = NOW, body: bytes = BODY, key: ec.EllipticCurvePrivateKey = KEY) -> tuple[str, str]:
    timestamp = str(int(at.timestamp()))
    return base64.b64encode(
        key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    ).decode(), timestamp


def test_a_genuine_twilio_signature_is_accepted() -> None:
    assert verify_twilio(URL, FORM, signed(), [TOKEN])


@pytest.mark.parametrize("tokens", [["new-token", TOKEN], [TOKEN, "new-token"]])
def test_while_a_token_is_rotated_both_are_accepted(tokens: list[str]) -> None:
    assert verify_twilio(URL, FORM, signed(), tokens)


def test_a_form_with_a_repeated_field_is_verified_in_full() -> None:
    form = starlette.datastructures.FormData([("A", "1"), ("A", "2"), ("B", "3")])
    signature = signed(form=form)
    assert verify_twilio(URL, form, signature, [TOKEN])  # type: ignore[arg-type]
    shorter = starlette.datastructures.FormData([("A", "1"), ("B", "3")])
    assert not verify_twilio(URL, shorter, signature, [TOKEN])  # type: ignore[arg-type]


def test_the_default_port_may_be_written_out() -> None:
    assert verify_twilio(URL.replace(".example/", ".example:443/"), FORM, signed(), [TOKEN])


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        signed()[:-1],
        signed()[:-2] + "A=",
        signed() + "=",
        "A" + signed()[1:],
        signed().swapcase(),
        " " + signed(),
        signed(token="another account's token"),
        signed(token=""),
        signed(url=URL.replace("https", "http")),
        signed(url=URL.replace("tideover.example", "other.example")),
        signed(url=URL.replace("0123456789abcdef", "fedcba9876543210")),
        signed(url=URL.partition("?")[0]),
        signed(form={**FORM, "MessageStatus": "sent"}),
        signed(form={**FORM, "Extra": "1"}),
        signed(form={}),
        "not base64 ☃",
        "\x00",
        "A" * 100_000,
    ],
    ids=range(20),
)
def test_a_twilio_signature_for_anything_else_is_refused(signature: str | None) -> None:
    assert not verify_twilio(URL, FORM, signature, [TOKEN])


@pytest.mark.parametrize("tokens", [[], [""], ["", ""]])
def test_without_a_token_nobody_can_sign_for_twilio(tokens: list[str]) -> None:
    assert not verify_twilio(URL, FORM, signed(token=""), tokens)


@pytest.mark.parametrize("params", [None, "raw body", {"A": None}, {"A": ["1"]}, 7])
def test_a_form_that_is_none_is_refused_and_not_stumbled_over(params: object) -> None:
    assert not verify_twilio(URL, params, signed(), [TOKEN])  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["", "http://[", "https://tideover.example:port/", "\x00"])
def test_a_url_that_is_none_is_refused_and_not_stumbled_over(url: str) -> None:
    assert not verify_twilio(url, FORM, signed(), [TOKEN])


def test_a_genuine_sendgrid_signature_is_accepted() -> None:
    assert verify_sendgrid([public(KEY)], BODY, *sealed(), NOW)


def test_while_a_key_is_rotated_both_are_accepted() -> None:
    assert verify_sendgrid([public(OTHER_KEY), public(KEY)], BODY, *sealed(), NOW)


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_a_batch_is_accepted_within_five_minutes_of_its_time(seconds: int, accepted: bool) -> None:  # noqa: FBT001
    signature, timestamp = sealed(NOW + timedelta(seconds=seconds))
    assert verify_sendgrid([public(KEY)], BODY, signature, timestamp, NOW) is accepted


@pytest.mark.parametrize("position", [0, len(BODY) // 2, -1])
def test_a_batch_altered_by_one_byte_is_refused(position: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= 1
    assert not verify_sendgrid([public(KEY)], bytes(altered), *sealed(), NOW)


def test_the_time_cannot_be_moved_without_the_key() -> None:
    signature, timestamp = sealed(NOW - timedelta(hours=1))
    assert not verify_sendgrid([public(KEY)], BODY, signature, timestamp, NOW)
    assert not verify_sendgrid([public(KEY)], BODY, signature, str(int(NOW.timestamp())), NOW)


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param(sealed()[0][:-4], id="truncated"),
        pytest.param(sealed()[0][:40], id="half"),
        pytest.param("=" + sealed()[0], id="padded in front"),
        pytest.param("!" + sealed()[0], id="a sign of no alphabet in front"),
        pytest.param("not base64!", id="not base64"),
        pytest.param("☃", id="not ascii"),
        pytest.param("AAAA", id="not der"),
        pytest.param(base64.b64encode(b"\x00" * 70).decode(), id="zeros"),
        pytest.param(sealed(key=OTHER_KEY)[0], id="another key"),
        pytest.param(sealed(body=b"[]")[0], id="another body"),
    ],
)
def test_a_sendgrid_signature_for_anything_else_is_refused(signature: str | None) -> None:
    assert not verify_sendgrid([public(KEY)], BODY, signature, sealed()[1], NOW)


@pytest.mark.parametrize(
    "timestamp", [None, "", "now", "-1", "1e9", " 1795176000", "١٧٩٥١٧٦٠٠٠", "9" * 13, "\x00", "1795176000.5"]
)
def test_a_time_that_is_none_is_refused(timestamp: str | None) -> None:
    assert not verify_sendgrid([public(KEY)], BODY, sealed()[0], timestamp, NOW)


@pytest.mark.parametrize(
    "keys", [[], [""], ["not a key"], ["☃"], [public(rsa.generate_private_key(65537, 2048))]], ids=range(5)
)
def test_a_key_that_is_none_or_of_another_kind_accepts_nothing(keys: list[str]) -> None:
    assert not verify_sendgrid(keys, BODY, *sealed(), NOW)


def test_a_body_that_is_not_utf8_is_refused() -> None:
    body = b"\xff[]"
    assert not verify_sendgrid([public(KEY)], body, *sealed(body=body), NOW)
