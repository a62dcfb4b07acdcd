"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Coroutine
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.services import Doors

router = APIRouter(tags=["Health"])
_PATIENCE_S = 3.0


class Alive(BaseModel):
    """The process answers."""

    alive: bool


class Ready(BaseModel):
    """Whether requests can be served, and each part that it takes."""

    ready: bool
    database: bool
    temporal: bool


@router.get("/healthz", operation_id="healthz", summary="Is the process alive?")
async def healthz() -> Alive:
    """Asks nothing of others."""
    return Alive(alive=True)


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Can requests be served?",
    responses={503: {"description": "Something is missing; the answer says what", "model": Ready}},
)
async def readyz(doors: Doors, response: Response) -> Ready:
    """`database`: reachable, with the newest schema. `temporal`: reachable.

    Payments are taken without Temporal; orders and forecasts are not.
    """
    database, temporal = await asyncio.gather(
        _within(doors.database.ready()), _within(doors.orders.reachable())
    )
    if not (database and temporal):
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Ready(ready=database and temporal, database=database, temporal=temporal)


async def _within(question: Coroutine[None, None, bool]) -> bool:
    """The answer, or no when it does not come in time."""
    try:
        return await asyncio.wait_for(question, _PATIENCE_S)
    except TimeoutError:
        return False
