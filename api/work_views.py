"""What the API shows of the work that journeys left: messages, with addresses masked, and tasks."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from adapters.store.messages import DevelopmentMessage
from adapters.store.tasks import TaskRow
from api.views import Shown
from domain.contact import Channel


class MessageView(Shown):
    """A message that the development carrier kept; it reached nobody."""

    dispatch_id: str
    account_id: str
    step_id: str
    channel: Channel
    address: Annotated[str, Field(description="Masked.")]
    subject: str | None
    text: str
    at: datetime

    @classmethod
    def of(cls, row: DevelopmentMessage) -> "MessageView":
        """The message with its address masked."""
        seen = {name: getattr(row, name) for name in cls.model_fields}
        return cls(**seen | {"channel": Channel(row.channel), "address": masked(row.address)})


class MessageList(Shown):
    """Messages, the newest first."""

    messages: list[MessageView]


class TaskView(Shown):
    """Work that a journey asked a person to do."""

    account_id: str
    epoch: int
    step_id: str
    task: str
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: TaskRow) -> "TaskView":
        """The task."""
        return cls.model_validate(row)


class TaskList(Shown):
    """Tasks, the oldest first."""

    tasks: list[TaskView]


def masked(address: str) -> str:
    """An address that its owner recognises and nobody else can use: `+12•••••43`, `a•••@example.com`."""
    mailbox, at, domain = address.partition("@")
    if at:
        return f"{mailbox[:1]}•••@{domain}"
    return f"{address[:3]}•••••{address[-2:]}"
