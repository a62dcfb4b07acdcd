"""The shapes of ASGI that the middleware here shares."""

from collections.abc import Iterable, MutableMapping

from starlette.datastructures import Headers
from starlette.types import Message, Scope

FORM_PATHS = ("/console",)
WEBHOOK_PATHS = ("/webhooks/",)
# SendGrid gathers events until they fill 768 kB.
BATCH_PATHS = ("/webhooks/sendgrid/",)
STRICT_PATHS = ("/v1/", "/webhooks/payments")


def header(scope: Scope, name: str) -> str | None:
    """One header of a request, or None."""
    return Headers(scope=scope).get(name)


def under(scope: Scope, prefixes: Iterable[str]) -> bool:
    """Whether the request's path begins with one of the prefixes."""
    path: str = scope["path"]
    return path.startswith(tuple(prefixes))


def add_headers(message: Message, extra: MutableMapping[str, str]) -> None:
    """Put headers into the start of an answer; those that a route has set stay as they are."""
    raw: list[tuple[bytes, bytes]] = message.setdefault("headers", [])
    given = {name.lower() for name, _ in raw}
    raw.extend((n.encode(), v.encode()) for n, v in extra.items() if n.encode() not in given)
