"""Security headers on every answer, whoever gives it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.asgi import add_headers, under

_PAGES = ("/console", "/docs", "/p/")
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
# Under no-referrer a browser sends `Origin: null` with our own forms and the check of their origin would
# have nothing to hold on to; same-origin tells others just as little.
_API = _EVERYWHERE | {"content-security-policy": _NOTHING, "referrer-policy": "no-referrer"}
_CONSOLE = _EVERYWHERE | {"content-security-policy": _PAGE, "referrer-policy": "same-origin"}
_HTTPS_ONLY = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


class SecurityHeaders:
    """Puts the headers on; `https` says that the public address is served over TLS."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._always = _HTTPS_ONLY if https else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and dress its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        extra = (_CONSOLE if under(scope, _PAGES) else _API) | self._always

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(message, extra)
            await send(message)

        await self._app(scope, receive, send_dressed)
