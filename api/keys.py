"""API keys, and the sessions that people at the console hold instead of sending a key each time."""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from api.seal import Seal

SESSION = timedelta(hours=8)
_NAME_DIGITS = 8


class KeyRing:
    """The accepted keys, kept as SHA-256 digests. A ring without keys opens to everyone."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = tuple(sha256(key.encode()).digest() for key in keys)

    @property
    def empty(self) -> bool:
        """Whether no key is asked for."""
        return not self._digests

    def name_of(self, presented: str) -> str | None:
        """A name for logs and orders if the key is accepted. Takes the same time for every key."""
        digest = sha256(presented.encode(errors="surrogateescape")).digest()
        fits = [hmac.compare_digest(digest, known) for known in self._digests]
        return _name(digest) if any(fits) else None

    def knows(self, name: str) -> bool:
        """Whether a key of that name is still accepted."""
        return any(_name(digest) == name for digest in self._digests)


class Sessions:
    """Who signed in with a key, sealed into a cookie for eight hours; a withdrawn key ends them at once.

    `cookie` is the name that the browser keeps it under.
    """

    def __init__(self, secret: str, ring: KeyRing, cookie: str = "tideover_session") -> None:
        self.cookie = cookie
        self._seal = Seal(secret, "session")
        self._ring = ring

    def start(self, name: str, now: datetime) -> str:
        """The cookie's value for a key that was accepted."""
        return self._seal.close(f"{name} {int((now + SESSION).timestamp())}")

    def holder(self, cookie: str | None, now: datetime) -> str | None:
        """The name of the key that the session was started with; None when it is over or not ours."""
        opened = self._seal.open(cookie) if cookie else None
        if opened is None:
            return None
        name, _, ends = opened.partition(" ")
        return name if int(ends) > now.timestamp() and self._ring.knows(name) else None


def _name(digest: bytes) -> str:
    return f"key-{digest.hex()[:_NAME_DIGITS]}"
