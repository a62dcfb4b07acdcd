"""Bodies: never more than the limit in memory, and under /v1 only JSON that has one meaning."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.asgi import BATCH_PATHS, FORM_PATHS, STRICT_PATHS, WEBHOOK_PATHS, header, under
from api.problems import Problem, ProblemKind
from api.strict_json import JsonRefused, read_json

SMALL_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024
LARGE_BYTES = 10 * 1024 * 1024
_JSON = "application/json"


class CheckedBodies:
    """Reads a request's body before the route does and refuses it, or hands on the same bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, 415 or 400, or let the request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit(scope)
        try:
            body = await _read(scope, receive, limit)
        except _TooLarge:
            await _too_large(limit).response()(scope, receive, send)
            return
        if body is None:
            return
        if refusal := _refusal(scope, body):
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, _Replay(body, receive), send)


class _TooLarge(Exception):
    """More bytes than the limit were announced or came."""


class _Replay:
    """Gives the body that was read, then what the server says next."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        """The body, once; later messages come from the server."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when the caller went away."""
    announced = header(scope, "content-length") or "0"
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _TooLarge
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > limit:
            raise _TooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _limit(scope: Scope) -> int:
    if under(scope, BATCH_PATHS):
        return BATCH_BYTES
    return SMALL_BYTES if under(scope, FORM_PATHS + WEBHOOK_PATHS) else LARGE_BYTES


def _too_large(limit: int) -> Problem:
    detail = f"send at most {limit} bytes"
    return Problem(ProblemKind.BODY_TOO_LARGE, detail, headers={"connection": "close"})


def _refusal(scope: Scope, body: bytes) -> Problem | None:
    if not body or not under(scope, STRICT_PATHS):
        return None
    media_type = (header(scope, "content-type") or "").partition(";")[0].strip().lower()
    if media_type != _JSON or (header(scope, "content-encoding") or "identity") != "identity":
        return Problem(ProblemKind.NOT_JSON, "set Content-Type: application/json; do not compress the body")
    try:
        read_json(body)
    except JsonRefused as refusal:
        return Problem(ProblemKind.MALFORMED_BODY, f"{refusal}")
    return None
