"""How an HTTP status of a carrier becomes a receipt."""

import email.utils
import re
from collections.abc import Mapping

from adapters.providers.provider import NotSent, Receipt, Refused, Unknown

LONGEST_WAIT = 3600.0
_SECONDS = re.compile(r"[0-9]{1,9}")
# Our account, key or address of the API is at fault, not the message.
_OUR_FAULT = frozenset({401, 402, 403, 404, 405, 407, 426, 451})


def receipt_for_status(status: int, headers: Mapping[str, str]) -> Receipt:
    """What a status that is not the carrier's word for success says about the message.

    A rate limit is documented as never processed. Time-out, conflict and too-early (408, 409, 425) say
    nothing about the first reading of the request, and neither does anything outside 4xx.
    """
    match status:
        case 429:
            return NotSent(retry_after(headers), "rate_limited")
        case 408 | 409 | 425:
            return Unknown(f"http_{status}")
        case _ if 400 <= status < 500:  # noqa: PLR2004
            return Refused(f"http_{status}", permanent=status not in _OUR_FAULT, opted_out=False)
        case _:
            return Unknown(f"http_{status}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header, at most an hour; None when it is absent or unreadable.

    A date is measured against the answer's own Date, so that no clock of ours matters.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(value)
        seconds = (until - email.utils.parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
