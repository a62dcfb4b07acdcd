"""Who may come in, asked before a byte of the body is read."""

from datetime import UTC, datetime

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.keys import KeyRing, Sessions
from api.middleware.asgi import WEBHOOK_PATHS, header, under
from api.problems import Problem, ProblemKind

SIGN_IN = "/console/sign-in"
_OPEN = frozenset({"/", "/healthz", "/readyz", "/metrics", SIGN_IN})
_OPEN_UNDER = ("/console/static/", "/p/", *WEBHOOK_PATHS)
_PAGES = ("/console", "/docs", "/openapi.json")
NOBODY = "operator"


class KeyRequired:
    """Lets a request in with an API key, to the pages also with a session; webhooks carry signatures."""

    def __init__(self, app: ASGIApp, *, ring: KeyRing, sessions: Sessions) -> None:
        self._app = app
        self._ring = ring
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller's name, or answer 401 (a person is led to the sign-in)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = NOBODY if self._ring.empty else self._caller(scope)
        if caller is None and not _is_open(scope):
            await _refuse(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> str | None:
        scheme, _, presented = (header(scope, "authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            return self._ring.name_of(presented.strip())
        if under(scope, _PAGES):
            return self._sessions.holder(
                HTTPConnection(scope).cookies.get(self._sessions.cookie), datetime.now(UTC)
            )
        return None


def _is_open(scope: Scope) -> bool:
    return scope["path"] in _OPEN or under(scope, _OPEN_UNDER)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if under(scope, _PAGES) and scope["method"] in {"GET", "HEAD"} and header(scope, "authorization") is None:
        await RedirectResponse(SIGN_IN, 303)(scope, receive, send)
        return
    detail = "send Authorization: Bearer with one of the keys in TIDEOVER_API_KEYS"
    headers = {"www-authenticate": "Bearer", "connection": "close"}
    await Problem(ProblemKind.KEY_REQUIRED, detail, headers=headers).response()(scope, receive, send)
