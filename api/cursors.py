"""Where a list goes on: opaque to callers, sealed, and good for the same filters only."""

import json
from dataclasses import asdict, replace
from hashlib import sha256

from adapters.store.journeys import JourneyQuery, Place
from api.problems import ProblemKind, ProblemRaised
from api.seal import Seal


def cursor_to(place: Place | None, query: JourneyQuery, secret: str) -> str | None:
    """The cursor that goes on at `place`; None at the end of the list."""
    if place is None:
        return None
    return _seal(secret).close(json.dumps([place.account_id, place.epoch, _filters(query)]))


def place_of(cursor: str, query: JourneyQuery, secret: str) -> Place:
    """Where a cursor that was given out for these filters goes on.

    Raises:
        ProblemRaised: invalid-request, for any other text.
    """
    opened = _seal(secret).open(cursor)
    account_id, epoch, filters = json.loads(opened) if opened else ("", 0, "")
    if filters != _filters(query):
        detail = "send `next` of the answer before as `cursor`, with the same filters, or begin without one"
        raise ProblemRaised(ProblemKind.INVALID_REQUEST, detail)
    return Place(account_id, epoch)


def _seal(secret: str) -> Seal:
    return Seal(secret, "cursor")


def _filters(query: JourneyQuery) -> str:
    told = json.dumps(asdict(replace(query, limit=0, after=None)), sort_keys=True)
    return sha256(told.encode()).hexdigest()[:16]
