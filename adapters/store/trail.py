"""The audit trail: one line for each thing that was told, judged, done or ordered. Ids and codes only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `at` None is the database's clock; `once` makes a repeat within the account impossible.

    `why` is a rule's id or a short code, `citation` its text, `until` the end of a deferral or hold.
    """

    account_id: str
    epoch: int
    what: str
    at: datetime | None = None
    number: int | None = None
    step_id: str | None = None
    channel: str | None = None
    why: str | None = None
    citation: str | None = None
    until: datetime | None = None
    by: str | None = None
    dispatch_id: str | None = None
    once: str | None = None


_TYPES = {"at": "timestamptz", "until": "timestamptz", "epoch": "bigint", "number": "int"}
_COLUMNS = ", ".join(field.name for field in fields(Entry))
_VALUES = _COLUMNS.replace(" at,", " coalesce(at, clock_timestamp()),")
_SHAPE = ", ".join(f"{field.name} {_TYPES.get(field.name, 'text')}" for field in fields(Entry))
# For use inside a larger statement: takes the parameter `entries`, see `as_parameter`.
INSERTION = f"""
INSERT INTO audit ({_COLUMNS})
SELECT {_VALUES} FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS entry({_SHAPE})"""  # noqa: S608 - fixed names
UNLESS_THERE = "ON CONFLICT (account_id, once) DO NOTHING"


def as_parameter(entries: Sequence[Entry]) -> str:
    """The entries as the JSON text that `INSERTION` takes."""
    return json.dumps([_plain(entry) for entry in entries])


def _plain(entry: Entry) -> dict[str, object]:
    values = ((field.name, getattr(entry, field.name)) for field in fields(Entry))
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values
        if value is not None
    }
