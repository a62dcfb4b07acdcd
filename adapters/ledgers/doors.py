"""What a walk needs of the store and the engine; adapters/store and adapters/temporal have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.store.journeys import JourneyPage, JourneyQuery
from domain.contact import Channel, DispatchState
from domain.feed import AccountFeed, BillFeed, CreditFeed
from domain.journey.definition import Stage


class Clocked(Protocol):
    """An account with its test clock."""

    @property
    def clock(self) -> datetime | None:
        """What the clock shows; None where time is real."""


class Dispatched(Protocol):
    """A contact as the store has it."""

    @property
    def account_id(self) -> str:
        """Whose customer was contacted."""

    @property
    def epoch(self) -> int:
        """In which journey of the account."""

    @property
    def step_id(self) -> str:
        """By which step."""

    @property
    def occurrence(self) -> int:
        """In which round of the journey."""

    @property
    def stage(self) -> Stage:
        """The step's stage."""

    @property
    def channel(self) -> Channel:
        """How it went."""

    @property
    def state(self) -> DispatchState:
        """What became of it."""

    @property
    def at(self) -> datetime:
        """When it counts as made: the test clock's instant."""


class Telling(Protocol):
    """Facts in; told twice, they are told once."""

    async def tell_account(self, feed: AccountFeed) -> object:
        """An account; a known one keeps its clock."""

    async def tell_bills(self, account_id: str, bills: Sequence[BillFeed]) -> object:
        """Bills, new or corrected, at once."""

    async def tell_credit(self, credit: CreditFeed) -> object:
        """A payment or its reversal."""


class Clocks(Protocol):
    """Accounts and their test clocks."""

    async def get(self, account_id: str) -> Clocked | None:
        """The account; None when there is none."""

    async def set_clock(self, account_id: str, to: datetime) -> object:
        """Let the clock show at least `to`."""


class Made(Protocol):
    """Contacts on record."""

    async def made(self, account_id: str) -> Sequence[Dispatched]:
        """The account's contacts, whatever became of them."""


class Ends(Protocol):
    """Journeys on record."""

    async def page(self, query: JourneyQuery) -> JourneyPage:
        """A part of the list of journeys."""


class Open(Protocol):
    """Whether a journey still runs."""

    @property
    def open(self) -> bool:
        """True while there is a walk."""


class Engine(Protocol):
    """Running journeys."""

    async def advance(self, account_id: str, to: datetime) -> Open:
        """Do everything due by `to`, opening a journey when something is owed."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything outside that a walk touches."""

    intake: Telling
    accounts: Clocks
    contacts: Made
    journeys: Ends
    engine: Engine
