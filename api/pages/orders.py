"""Orders as forms: sent from the account's page, carried out, and back to that page."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse

from api.bodies import StepId
from api.clocks import advance_clock
from api.lookups import the_account
from api.pages.desk import own_form, see
from api.problems import ProblemKind, ProblemRaised
from api.services import Caller, Doors
from api.shapes import Day, Id

router = APIRouter(include_in_schema=False, dependencies=[Depends(own_form)])
_NOON = time(12)


@router.post("/console/accounts/{account_id}/pause")
async def pause(account_id: Id, doors: Doors, caller: Caller) -> RedirectResponse:
    """Stand still until resumed."""
    await doors.orders.pause(account_id, caller)
    return _back(account_id, "pause")


@router.post("/console/accounts/{account_id}/resume")
async def resume(account_id: Id, doors: Doors, caller: Caller) -> RedirectResponse:
    """Go on."""
    await doors.orders.resume(account_id, caller)
    return _back(account_id, "resume")


@router.post("/console/accounts/{account_id}/skip")
async def skip(
    account_id: Id, doors: Doors, caller: Caller, step_id: Annotated[StepId, Form()]
) -> RedirectResponse:
    """Leave out the step that the page showed."""
    await doors.orders.skip(account_id, caller, step_id)
    return _back(account_id, "skip")


@router.post("/console/accounts/{account_id}/exit")
async def leave(account_id: Id, doors: Doors, caller: Caller) -> RedirectResponse:
    """Out of the journey."""
    await doors.orders.leave(account_id, caller)
    return _back(account_id, "exit")


@router.post("/console/accounts/{account_id}/clock")
async def clock(
    account_id: Id,
    doors: Doors,
    days: Annotated[Literal["1", "7", "30"] | None, Form()] = None,
    to: Annotated[Day | None, Form()] = None,
) -> RedirectResponse:
    """Some days on, or to noon of a day where the account lives."""
    account = await the_account(doors, account_id)
    now = account.clock or datetime.now(UTC)
    await advance_clock(doors, account_id, _until(now, days, to, account.time_zone))
    return _back(account_id, "clock")


def _until(now: datetime, days: str | None, to: date | None, zone: str) -> datetime:
    if days is not None:
        return now + timedelta(days=int(days))
    if to is None:
        raise ProblemRaised(ProblemKind.INVALID_REQUEST, "choose a number of days or a day")
    return datetime.combine(to, _NOON, ZoneInfo(zone)).astimezone(UTC)


def _back(account_id: str, done: str) -> RedirectResponse:
    return see(f"/console/accounts/{quote(account_id, safe='')}?said={done}")
