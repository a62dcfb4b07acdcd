"""Every request is counted, timed and logged once; what breaks becomes a plain 500."""

import traceback
from time import perf_counter
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.rendering import problem_at
from api.problems import Problem, ProblemKind

UNMATCHED = "unmatched"
_log = structlog.get_logger(__name__)


class RequestFigures:
    """What is counted of requests, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tideover_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "tideover_http_request_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ["method", "route"],
            registry=self.registry,
        )


class Observed:
    """Counts, times and logs by the route's template, never by the address as it was typed."""

    def __init__(self, app: ASGIApp, *, figures: RequestFigures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 when it breaks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began, status = uuid4().hex, perf_counter(), 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as trouble:  # noqa: BLE001 - whatever broke, the caller gets a plain 500
            _log.exception("request_failed", exc_info=False, request_id=request_id, **_where(trouble))
            if status:
                raise RuntimeError("an answer broke off after it had begun") from None
            await _apology(scope, request_id)(scope, receive, send_noted)
        finally:
            self._note(scope, request_id, status, perf_counter() - began)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", UNMATCHED)
        self._figures.requests.labels(method, route, str(status)).inc()
        self._figures.seconds.labels(method, route).observe(seconds)
        milliseconds = round(seconds * 1000, 1)
        told = {"route": route, "status": status, "milliseconds": milliseconds, "request_id": request_id}
        _log.info("request_answered", method=method, **told)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _apology(scope: Scope, request_id: str) -> ASGIApp:
    detail = f"ask those who run this server about request {request_id}"
    return problem_at(scope["path"], Problem(ProblemKind.FAILED, detail))


def _where(trouble: Exception) -> dict[str, object]:
    """The error's kind and the frames it came through: its message may hold what the log must not."""
    frames = traceback.extract_tb(trouble.__traceback__)[-6:]
    return {
        "error": type(trouble).__name__,
        "frames": [f"{frame.name}:{frame.lineno}" for frame in frames],
    }
