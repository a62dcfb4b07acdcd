"""Orders to a journey, which checks each itself: one that does not fit is refused with a reason."""

from fastapi import APIRouter

from api.answers import WITH_A_BODY, problems
from api.bodies import PauseBody, SkipBody
from api.journey_views import OrderTaken
from api.problems import ProblemKind
from api.services import Caller, Doors
from api.shapes import Id

router = APIRouter(tags=["Orders"])
_REFUSALS = problems(
    ProblemKind.JOURNEY_NOT_OPEN, ProblemKind.ORDER_REFUSED, ProblemKind.ENGINE_UNAVAILABLE, *WITH_A_BODY
)


@router.post("/v1/journeys/{account_id}/pause", operation_id="pause", summary="Pause", responses=_REFUSALS)
async def pause(account_id: Id, doors: Doors, caller: Caller, body: PauseBody | None = None) -> OrderTaken:
    """Every clock stands still, until `until` or until resumed. Payments still cure."""
    until = None if body is None else body.until
    return OrderTaken.of(account_id, await doors.orders.pause(account_id, caller, until))


@router.post("/v1/journeys/{account_id}/resume", operation_id="resume", summary="Resume", responses=_REFUSALS)
async def resume(account_id: Id, doors: Doors, caller: Caller) -> OrderTaken:
    """The clocks run again, with the time that was left."""
    return OrderTaken.of(account_id, await doors.orders.resume(account_id, caller))


@router.post(
    "/v1/journeys/{account_id}/skip", operation_id="skip", summary="Skip a step", responses=_REFUSALS
)
async def skip(account_id: Id, body: SkipBody, doors: Doors, caller: Caller) -> OrderTaken:
    """Leaves out the step at hand, which must be named: a repeated order does not skip the next one."""
    return OrderTaken.of(account_id, await doors.orders.skip(account_id, caller, body.step_id))


@router.post(
    "/v1/journeys/{account_id}/exit",
    operation_id="exit",
    summary="Take an account out of its journey",
    responses=_REFUSALS,
)
async def leave(account_id: Id, doors: Doors, caller: Caller) -> OrderTaken:
    """The journey ends as withdrawn. What is unpaid stays owed, but no journey walks for it again."""
    return OrderTaken.of(account_id, await doors.orders.leave(account_id, caller))
