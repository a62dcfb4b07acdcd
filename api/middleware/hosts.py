"""Which names the server answers to while it is open: a page elsewhere must not reach it by its own name."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.middleware.asgi import header
from api.problems import Problem, ProblemKind

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class KnownHosts:
    """Refuses a Host that is neither loopback nor the public address (DNS rebinding)."""

    def __init__(self, app: ASGIApp, *, public_base_url: str) -> None:
        self._app = app
        self._known = _LOOPBACK | {urlsplit(public_base_url).hostname}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what came under a known name."""
        if scope["type"] == "http" and _host(scope) not in self._known:
            detail = "without API keys this server answers to loopback names only; use 127.0.0.1"
            await Problem(ProblemKind.HOST_REFUSED, detail).response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _host(scope: Scope) -> str | None:
    try:
        return urlsplit(f"//{header(scope, 'host') or ''}").hostname
    except ValueError:
        return None
