"""Texts that come back to us unaltered or not at all: cursors, sessions, form tokens."""

import base64
import binascii
import hmac
from hashlib import sha256

_SIGNATURE_BYTES = 32


class Seal:
    """HMAC-SHA256 under a key derived for one purpose, so that a seal for one is none for another."""

    def __init__(self, secret: str, purpose: str) -> None:
        if not secret:
            raise ValueError("an empty secret seals nothing; load the settings with load_settings()")
        self._key = hmac.digest(secret.encode(), f"tideover:{purpose}".encode(), sha256)

    def close(self, text: str) -> str:
        """The text with its signature, in URL-safe characters. It can be read by anyone."""
        plain = text.encode()
        return base64.urlsafe_b64encode(self._sign(plain) + plain).decode().rstrip("=")

    def open(self, sealed: str) -> str | None:
        """The text that was sealed; None when it was altered, cut or sealed elsewhere."""
        try:
            raw = base64.b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4), b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return None
        signature, plain = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        return plain.decode() if hmac.compare_digest(signature, self._sign(plain)) else None

    def _sign(self, plain: bytes) -> bytes:
        return hmac.digest(self._key, plain, sha256)
