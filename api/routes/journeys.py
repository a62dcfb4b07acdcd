"""Journeys: start one, list them, see where one is, why, and what is next."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.answers import WITH_A_BODY, problems
from api.bodies import StartBody
from api.cursors import cursor_to
from api.journey_filter import JourneyFilter
from api.journey_views import Forecast, JourneyDetail, JourneyList, JourneyStarted, JourneyView
from api.lookups import the_journey
from api.problems import ProblemKind
from api.services import Doors
from api.shapes import Id
from api.starts import start

router = APIRouter(tags=["Journeys"])
Epoch = Annotated[int | None, Query(ge=1, le=1_000_000, description="An earlier journey of the account.")]


@router.post(
    "/v1/journeys",
    operation_id="start_journey",
    summary="Start a journey",
    status_code=HTTPStatus.CREATED,
    responses={
        200: {"description": "It was open already", "model": JourneyStarted},
        **problems(
            ProblemKind.ACCOUNT_UNKNOWN,
            ProblemKind.NOTHING_OWED,
            ProblemKind.ENGINE_UNAVAILABLE,
            *WITH_A_BODY,
        ),
    },
)
async def start_journey(body: StartBody, doors: Doors, response: Response) -> JourneyStarted:
    """Asked again, it changes nothing. Bills that are sent along are told first."""
    journey, opened = await start(doors, body)
    if not opened:
        response.status_code = HTTPStatus.OK
    shown = None if journey is None else JourneyView.model_validate(journey)
    return JourneyStarted(account_id=body.account_id, opened=opened, journey=shown)


@router.get("/v1/journeys", operation_id="list_journeys", summary="List journeys", responses=problems())
async def list_journeys(wanted: Annotated[JourneyFilter, Query()], doors: Doors) -> JourneyList:
    """In the order of account and epoch. To go on, send `next` back as `cursor` with the same filters."""
    secret = doors.settings.reference_secret.get_secret_value()
    query = wanted.query(secret)
    page = await doors.journeys.page(query)
    shown = [JourneyView.model_validate(row) for row in page.rows]
    return JourneyList(journeys=shown, next=cursor_to(page.next, query, secret))


@router.get(
    "/v1/journeys/{account_id}",
    operation_id="get_journey",
    summary="Where a journey is, why, and what is next",
    responses=problems(ProblemKind.JOURNEY_UNKNOWN),
)
async def get_journey(account_id: Id, doors: Doors, epoch: Epoch = None) -> JourneyDetail:
    """The account's latest journey, or the one of `epoch`, with its timeline."""
    journey = await the_journey(doors, account_id, epoch)
    lines = await doors.journeys.timeline(account_id, journey.epoch)
    return JourneyDetail.told(journey, lines)


@router.get(
    "/v1/journeys/{account_id}/forecast",
    operation_id="forecast_journey",
    summary="What a journey will do",
    responses=problems(ProblemKind.JOURNEY_NOT_OPEN, ProblemKind.ENGINE_UNAVAILABLE),
)
async def forecast_journey(
    account_id: Id, doors: Doors, days: Annotated[int, Query(ge=1, le=400)] = 30
) -> Forecast:
    """The next days if nothing but time passes and every contact is allowed when it is due."""
    return Forecast.of(account_id, days, await doors.orders.forecast(account_id, days))
