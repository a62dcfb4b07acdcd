"""Whether a callback was signed by the carrier. Anything that cannot be checked was not."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import twilio.request_validator  # type: ignore[import-untyped]
from sendgrid.helpers import eventwebhook  # type: ignore[import-untyped]

TOLERANCE_SECONDS = 300
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")


def verify_twilio(
    url: str,
    params: Mapping[str, str],
    signature: str | None,
    auth_tokens: Sequence[str],
) -> bool:
    """Whether one of our tokens signed this form for this URL.

    `url` is the public address with its query, from our settings and never from the request's own headers.
    `params` is the parsed form; a multi-dict with `getlist` is read in full. Twilio signs no time, so a
    replay passes: callers drop what they have seen, by `DeliveryReport.event_id`.
    """
    return any(_signed_by_token(url, params, signature, token) for token in auth_tokens)


def verify_sendgrid(
    public_keys: Sequence[str],
    body: bytes,
    signature: str | None,
    timestamp: str | None,
    now: datetime,
) -> bool:
    """Whether one of our keys signed this very body at a time within five minutes of `now`.

    Keys are as SendGrid shows them: base64 of a P-256 public key. The SDK checks no age, so this does.
    """
    if not signature or not timestamp or not _UNIX_SECONDS.fullmatch(timestamp):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    return any(_signed_by_key(key, body, signature, timestamp) for key in public_keys)


def _signed_by_token(url: str, params: Mapping[str, str], signature: str | None, token: str) -> bool:
    if not token or not signature:
        return False  # an empty token would let anybody sign
    try:
        return bool(twilio.request_validator.RequestValidator(token).validate(url, params, signature))
    except Exception:  # noqa: BLE001 - the SDK raises many things on hostile input; none of them is a yes
        return False


def _signed_by_key(key: str, body: bytes, signature: str, timestamp: str) -> bool:
    if not key:
        return False
    try:
        base64.b64decode(signature, validate=True)  # the SDK would pass over signs that do not belong
        return bool(eventwebhook.EventWebhook(key).verify_signature(body.decode(), signature, timestamp))
    except Exception:  # noqa: BLE001 - bad base64, a key of another kind, a body that is not UTF-8
        return False
