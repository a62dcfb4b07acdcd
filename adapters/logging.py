"""Logs: one chain for structlog and the standard library, without personal data."""

import logging
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor
from temporalio import activity, workflow

from adapters.redaction import OWN_PACKAGES, is_ours, masked_field, strangers_text, told_error

# Below a warning these print addresses, headers, statements or whole web addresses.
_TALKATIVE = (
    "httpcore httpcore2 httpx httpx2 multipart psycopg python_http_client python_multipart sqlalchemy"
    " twilio urllib3 uvicorn.access".split()
)
_SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access")
_SAID_TWICE = frozenset({"color_message", "stack_info"})
_SHORT_NAMES = {"workflow_run_id": "run_id", "activity_type": "activity"}


class _Lines(logging.Handler):
    """Writes lines; one that cannot be made is replaced by one that says so, and never printed raw."""

    def __init__(self, to: TextIO | None) -> None:
        super().__init__()
        self._to = to

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line, or nothing when whoever reads is gone."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - the standard library would print the message and its arguments
            line = f'{{"event": "log_line_lost", "module": "{record.module}", "line": {record.lineno}}}'
        with suppress(OSError, ValueError):
            to = self._to or sys.stderr
            to.write(f"{line}\n")
            to.flush()


def configure_logging(level: str, style: Literal["json", "console"], to: TextIO | None = None) -> None:
    """Sends every log line of the process to stderr, or to `to`, through one chain that masks personal data.

    Call it once, first. Our own code logs from `level` up; other libraries never below INFO, where they print
    what they handle. Uncaught exceptions and warnings go the same way. Servers must be told to leave logging
    alone (`uvicorn.Config(log_config=None)`).
    """
    _route_structlog()
    handler = _Lines(to)
    handler.setFormatter(_formatter(style, colors=(to or sys.stderr).isatty()))
    logging.root.handlers = [handler]
    _set_levels(getattr(logging, level.upper()))
    for name in _SERVERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_a_thread
    # The ids travel as fields; written into the message too they would be said twice.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False


def _set_levels(level: int) -> None:
    logging.root.setLevel(max(level, logging.INFO))
    for name in OWN_PACKAGES:
        logging.getLogger(name).setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _route_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(style: Literal["json", "console"], *, colors: bool) -> logging.Formatter:
    plain = structlog.dev.plain_traceback
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
        processors=[
            _distrust_strangers,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _raise_temporal_ids,
            _mask,
            renderer,
        ],
    )


def _distrust_strangers(_logger: object, _method: str, event: EventDict) -> EventDict:
    if not event["_from_structlog"] and not is_ours(event["logger"]):
        event["event"] = strangers_text(event["event"])
    return event


def _raise_temporal_ids(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Lifts the ids that Temporal's loggers carry in a nested field to fields of their own."""
    for nested in ("temporal_activity", "temporal_workflow"):
        ids = event.pop(nested, None)
        if isinstance(ids, Mapping):
            for name, value in ids.items():
                event[_SHORT_NAMES.get(f"{name}", f"{name}")] = value
    return event


def _mask(_logger: object, _method: str, event: EventDict) -> EventDict:
    error = _error_to_tell(event.pop("exc_info", None))
    for key in tuple(event):
        if key.startswith("__") or key in _SAID_TWICE:
            del event[key]
        else:
            event[key] = masked_field(key, event[key])
    if error is not None:
        event["exception"] = told_error(error)
    return event


def _error_to_tell(asked: object) -> BaseException | None:
    match asked:
        case BaseException() as error:
            return error
        case (_, BaseException() as error, _):
            return error
        case _:
            return sys.exception() if asked else None


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("cli").critical("uncaught_exception", exc_info=(kind, error, trace))


def _log_uncaught_in_a_thread(fall: threading.ExceptHookArgs) -> None:
    if fall.exc_value is not None:
        _log_uncaught(fall.exc_type, fall.exc_value, fall.exc_traceback)
