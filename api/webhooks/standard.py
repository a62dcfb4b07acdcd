"""Signed events as the Standard Webhooks specification has them (standardwebhooks.com, v1, symmetric)."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_EVENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=/+-]{0,127}")
_SECONDS = re.compile(r"[0-9]{1,12}")


def sender_of(
    headers: Mapping[str, str], body: bytes, secrets: Mapping[str, Iterable[str]], now: datetime
) -> str | None:
    """Whose secret signed this very id, time and body within five minutes of `now`; None: nobody's.

    `secrets` holds each sender's secrets, two while one is being replaced; `whsec_…` is base64, anything
    else is taken as it stands. Every secret and every signature is compared, in constant time.
    """
    event_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _EVENT_ID.fullmatch(event_id) or not _SECONDS.fullmatch(sent):
        return None
    if abs(now.timestamp() - int(sent)) > TOLERANCE_SECONDS:
        return None
    signed = f"{event_id}.{sent}.".encode() + body
    given = [part[3:] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    fits = [
        sender
        for sender, own in secrets.items()
        for secret in own
        for signature in given
        if hmac.compare_digest(sign(secret, signed).encode(), signature.encode())
    ]
    return fits[0] if fits else None


def sign(secret: str, signed: bytes) -> str:
    """The base64 of the HMAC-SHA256 that a sender puts behind `v1,`."""
    return base64.b64encode(hmac.digest(_key(secret), signed, sha256)).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
