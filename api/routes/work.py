"""What journeys left to be read: messages of the development carrier, and tasks for people."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import problems
from api.problems import ProblemKind, ProblemRaised
from api.services import Doors
from api.shapes import Id
from api.work_views import MessageList, MessageView, TaskList, TaskView

router = APIRouter(tags=["Work"])
Account = Annotated[Id | None, Query(description="Of one account only.")]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get(
    "/v1/outbox",
    operation_id="list_messages",
    summary="Read what the development carrier kept",
    responses=problems(ProblemKind.NOT_FOUND),
)
async def list_messages(doors: Doors, account_id: Account = None, limit: Limit = 50) -> MessageList:
    """The newest first. Not there in production."""
    if doors.settings.environment != "development":
        raise ProblemRaised(ProblemKind.NOT_FOUND, "the outbox exists in development only")
    rows = await doors.messages.list(account_id, limit)
    return MessageList(messages=[MessageView.of(row) for row in rows])


@router.get("/v1/tasks", operation_id="list_tasks", summary="List tasks for people", responses=problems())
async def list_tasks(
    doors: Doors,
    account_id: Account = None,
    limit: Limit = 100,
    open: Annotated[bool, Query(description="false: closed ones, too.")] = True,  # noqa: A002, FBT002
) -> TaskList:
    """The oldest first."""
    rows = await doors.tasks.list(open_only=open, account_id=account_id, limit=limit)
    return TaskList(tasks=[TaskView.of(row) for row in rows])
