"""The operators' pages: the list of journeys, and one account."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import HTMLResponse

from adapters.store.accounts import AccountRow
from adapters.store.journeys import JourneyRow
from adapters.temporal.gateway import EngineUnavailable, JourneyNotOpen
from api.cursors import cursor_to
from api.journey_filter import JourneyFilter
from api.journey_views import JourneyView
from api.lookups import the_account
from api.pages.desk import show
from api.pages.words import told
from api.services import Doors, Services
from api.shapes import Id
from api.views import AccountView
from api.work_views import MessageView
from domain.journey.definition import Clock, Stage
from domain.journey.forecast import Expected
from domain.journey.move import Waiting
from domain.journey.run import Outcome
from domain.journey.sight import local_date

router = APIRouter(include_in_schema=False)
PAGE_ROWS = 25
_MESSAGES = 50
SAID: Mapping[str, str] = {
    "pause": "The journey is paused. Every clock stands still.",
    "resume": "The journey goes on.",
    "skip": "The step is left out.",
    "exit": "The account is out of its journey.",
    "clock": "The clock has moved, and everything due by then is done.",
}
_AWAY = "Temporal cannot be reached: orders and the days ahead are not there for now. Payments are safe."


@dataclass(frozen=True, slots=True)
class Line:
    """One journey of the list; `days_past_due` counts on the account's own calendar."""

    journey: JourneyView
    days_past_due: int | None
    time_zone: str
    test_clock: bool


@router.get("/console")
async def journeys(request: Request, doors: Doors) -> HTMLResponse:
    """The list, filtered, page by page."""
    chosen = _filter({name: value for name, value in request.query_params.items() if value})
    secret = doors.settings.reference_secret.get_secret_value()
    query = chosen.query(secret)
    page, counts = await asyncio.gather(doors.journeys.page(query), doors.journeys.counts())
    kept = {name: value for name, value in request.query_params.items() if value and name != "cursor"}
    onward = cursor_to(page.next, query, secret)
    return show(
        request,
        "journeys.html",
        here="journeys",
        lines=await _lines(doors, page.rows),
        chosen=chosen,
        options={"stages": list(Stage), "waitings": list(Waiting), "outcomes": list(Outcome)},
        counted={"open": sum(counts.open.values()), "ended": sum(counts.ended.values())},
        filtered=bool(kept),
        first=_address(kept),
        onward=_address(kept | {"cursor": onward}) if onward else None,
        paged=chosen.cursor is not None,
    )


@router.get("/console/accounts/{account_id}")
async def account(
    request: Request,
    account_id: Id,
    doors: Doors,
    epoch: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    said: str = "",
) -> HTMLResponse:
    """Who, what is owed, where the journey is, what is next and why, what happened."""
    row = await the_account(doors, account_id)
    journey, lines, messages, tasks = await asyncio.gather(
        doors.journeys.get(account_id, epoch),
        doors.journeys.timeline(account_id, epoch),
        _messages(doors, account_id),
        doors.tasks.list(open_only=False, account_id=account_id),
    )
    expected, unreachable = await _expected(doors, journey)
    held = tuple(hold for hold in row.holds if hold.until is None or hold.until > _now(row))
    return show(
        request,
        "account.html",
        account=AccountView.of(replace(row, holds=held)),
        days_past_due=None if journey is None else _days_past_due(row, journey),
        journey=None if journey is None else JourneyView.model_validate(journey),
        paused=any(hold.active(Clock.OUTREACH, _now(row)) for hold in held),
        epochs=row.epoch,
        chosen_epoch=epoch,
        expected=expected,
        timeline=told(lines),
        messages=messages,
        tasks=tasks,
        said=SAID.get(said, ""),
        unreachable=unreachable,
    )


def _filter(given: Mapping[str, str]) -> JourneyFilter:
    try:
        return JourneyFilter.model_validate({**given, "limit": PAGE_ROWS})
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from None


def _address(parameters: Mapping[str, str]) -> str:
    return "/console?" + urlencode(parameters) if parameters else "/console"


async def _lines(doors: Services, rows: Iterable[JourneyRow]) -> list[Line]:
    listed = tuple(rows)
    accounts = await asyncio.gather(*(doors.accounts.get(row.account_id) for row in listed))
    return [
        Line(
            journey=JourneyView.model_validate(row),
            days_past_due=None if known is None else _days_past_due(known, row),
            time_zone="UTC" if known is None else known.time_zone,
            test_clock=known is not None and known.clock is not None,
        )
        for row, known in zip(listed, accounts, strict=True)
    ]


def _days_past_due(account: AccountRow, journey: JourneyRow) -> int | None:
    if journey.anchor is None or journey.outcome is not None:
        return None
    today: date = local_date(account.time_zone, _now(account))
    return (today - journey.anchor).days


def _now(account: AccountRow) -> datetime:
    return account.clock or datetime.now(UTC)


async def _messages(doors: Services, account_id: str) -> list[MessageView] | None:
    """None where there is no outbox."""
    if doors.settings.environment != "development":
        return None
    return [MessageView.of(row) for row in await doors.messages.list(account_id, _MESSAGES)]


async def _expected(doors: Services, journey: JourneyRow | None) -> tuple[list[Expected], str]:
    """The next 30 days, and what to say when the journey cannot be asked."""
    if journey is None or journey.outcome is not None:
        return [], ""
    try:
        return await doors.orders.forecast(journey.account_id, 30), ""
    except JourneyNotOpen:
        return [], ""
    except EngineUnavailable:
        return [], _AWAY
