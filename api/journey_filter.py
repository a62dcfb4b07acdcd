"""Which journeys to list, as the API and the page ask for them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from adapters.store.journeys import JourneyQuery
from api.cursors import place_of
from api.shapes import IdPrefix, Word
from domain.journey.definition import Stage
from domain.journey.move import Waiting
from domain.journey.run import Outcome

MOST_ROWS = 200
_STATES: Mapping[bool | None, Literal["open", "ended"] | None] = {None: None, True: "open", False: "ended"}


class JourneyFilter(BaseModel):
    """Filters, the size of a page, and where it begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: Stage | None = None
    waiting: Waiting | None = None
    outcome: Outcome | None = None
    journey: Annotated[Word | None, Field(description="Name of a definition.")] = None
    open: Annotated[bool | None, Field(description="true: only open ones; false: only ended ones.")] = None
    account: Annotated[IdPrefix | None, Field(description="How the account's id begins.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next` of the answer before.")] = None

    def query(self, secret: str) -> JourneyQuery:
        """The question for the store.

        Raises:
            ProblemRaised: invalid-request, for a cursor that was not given out for these filters.
        """
        query = JourneyQuery(
            stage=self.stage,
            state=_STATES[self.open],
            outcome=self.outcome,
            journey=self.journey,
            waiting=self.waiting,
            account_prefix=self.account,
            limit=self.limit,
        )
        if self.cursor is None:
            return query
        return replace(query, after=place_of(self.cursor, query, secret))
