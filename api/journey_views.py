"""What the API shows of journeys: where one is, what happened to it, what it will do."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from adapters.store.journeys import JourneyRow, TimelineLine
from api.views import Shown
from domain.journey.definition import Stage
from domain.journey.forecast import Expected, Progress
from domain.journey.move import Waiting
from domain.journey.run import EndReason, Outcome


class JourneyView(Shown):
    """One walk: where it is (`stage`), why it waits (`waiting`), what is next and when; or how it ended."""

    account_id: str
    epoch: Annotated[int, Field(description="Counts the account's journeys.")]
    journey: str
    version: Annotated[str, Field(description="Hash of the definition that it is pinned to.")]
    stage: Stage
    waiting: Waiting | None
    next_step: str | None
    next_at: datetime | None
    anchor: Annotated[date | None, Field(description="Due day that its days are counted from.")]
    opened_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    reason: EndReason | None


class TimelineView(Shown):
    """One thing that happened. `why` is a rule's id or a code, `citation` the text behind the rule."""

    at: datetime
    what: str
    step_id: str | None
    channel: str | None
    why: str | None
    citation: str | None
    until: datetime | None


class JourneyDetail(JourneyView):
    """One walk with what happened to it so far."""

    timeline: list[TimelineView]

    @classmethod
    def told(cls, row: JourneyRow, lines: Sequence[TimelineLine]) -> "JourneyDetail":
        """The journey with its lines."""
        seen = JourneyView.model_validate(row).model_dump()
        return cls(**seen, timeline=[TimelineView.model_validate(line) for line in lines])


class JourneyList(Shown):
    """A part of the list; send `next` back as `cursor` to go on."""

    journeys: list[JourneyView]
    next: str | None


class JourneyStarted(Shown):
    """The account's open journey; null while a worker has yet to open it."""

    account_id: str
    opened: Annotated[bool, Field(description="True when this request opened it.")]
    journey: JourneyView | None


class ExpectedView(Shown):
    """One thing that will happen if nothing but time passes: a step's id, or `end:<outcome>`."""

    at: datetime
    step_id: str
    kind: str


class Forecast(Shown):
    """The days ahead, every contact taken as allowed when it is due."""

    account_id: str
    days: int
    expected: list[ExpectedView]

    @classmethod
    def of(cls, account_id: str, days: int, expected: Sequence[Expected]) -> "Forecast":
        """The forecast of one account."""
        lines = [ExpectedView.model_validate(line) for line in expected]
        return cls(account_id=account_id, days=days, expected=lines)


class ProgressView(Shown):
    """Where the walk stands after an order."""

    stage: Stage
    waiting: Waiting | None
    next_step: str | None
    next_at: datetime | None
    ended: str | None


class OrderTaken(Shown):
    """The order was carried out; `progress` is null when there is no walk to tell of."""

    account_id: str
    progress: ProgressView | None

    @classmethod
    def of(cls, account_id: str, progress: Progress | None) -> "OrderTaken":
        """What an order left behind."""
        seen = None if progress is None else ProgressView.model_validate(progress)
        return cls(account_id=account_id, progress=seen)
