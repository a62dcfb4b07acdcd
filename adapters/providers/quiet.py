"""Keeps the vendors' own loggers from printing addresses."""

import logging

# httpx2 prints whole URLs (a list call carries `To=`), Twilio's client prints numbers and headers at INFO,
# httpcore2 prints response headers at DEBUG.
TALKATIVE = (
    "httpx2",
    "httpcore2.connection",
    "httpcore2.http11",
    "twilio.http_client",
    "twilio.async_http_client",
)


class _WarningsOnly(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_WARNINGS_ONLY = _WarningsOnly()


def keep_addresses_out_of_logs() -> None:
    """Let only warnings and errors out of these loggers, whatever level they are set to. Safe to repeat."""
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(_WARNINGS_ONLY)
