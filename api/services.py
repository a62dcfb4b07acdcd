"""The doors that the API may knock at, put in by whoever starts it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from adapters.providers.delivery import DeliveryReport
from adapters.settings import Settings
from adapters.store.accounts import Accounts
from adapters.store.contacts import Contacts
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.intake import Intake
from adapters.store.journeys import Journeys
from adapters.store.messages import DevelopmentOutbox
from adapters.store.pokes import Pokes
from adapters.store.tasks import Tasks
from domain.journey.forecast import Expected, Progress
from workflows.orders import Advanced


class Orders(Protocol):
    """What the API asks of running journeys; adapters.temporal.gateway.Gateway answers."""

    async def reachable(self) -> bool:
        """Whether the engine answers."""

    async def poke(self, account_id: str) -> None:
        """Make the account's journey look at the store, starting it when none is running."""

    async def forecast(self, account_id: str, days: int) -> list[Expected]:
        """The next days, if nothing but time passes."""

    async def pause(self, account_id: str, by: str, until: datetime | None = None) -> Progress | None:
        """Stand still."""

    async def resume(self, account_id: str, by: str) -> Progress | None:
        """Go on."""

    async def skip(self, account_id: str, by: str, step_id: str) -> Progress | None:
        """Leave out the step at hand."""

    async def leave(self, account_id: str, by: str) -> Progress | None:
        """End the journey as withdrawn."""

    async def advance(self, account_id: str, to: datetime) -> Advanced:
        """Let the account's test clock run to `to`."""


class Reports(Protocol):
    """Where carriers' reports go."""

    async def merge_report(self, report: DeliveryReport) -> bool:
        """Keep what a carrier said, once, and let it move the contact on. True when it was news."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the API needs; it makes nothing itself. `temporal_ui` is an address for operators."""

    settings: Settings
    database: Database
    intake: Intake
    accounts: Accounts
    journeys: Journeys
    contacts: Contacts
    reports: Reports
    definitions: Definitions
    messages: DevelopmentOutbox
    pokes: Pokes
    tasks: Tasks
    orders: Orders
    temporal_ui: str | None = None


def services_of(request: Request) -> Services:
    """The services that the application was made with."""
    return cast("Services", request.app.state.services)


def caller_of(request: Request) -> str:
    """The name of who asks, for orders and the audit trail."""
    return cast("str", request.state.caller)


Doors = Annotated[Services, Depends(services_of)]
Caller = Annotated[str, Depends(caller_of)]
