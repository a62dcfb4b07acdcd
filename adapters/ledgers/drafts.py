"""What the rows of a ledger say of each account, before it has instants."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, TypeAlias

from adapters.ledgers.cells import CellRefused, Cells
from adapters.ledgers.verdict import Verdict
from domain.feed import BillFeed

Telling: TypeAlias = Literal["bill", "amendment", "payment"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to tell on a day: a bill, a bill in a new version, or a payment for a bill."""

    line: int
    day: date
    telling: Telling
    bill: BillFeed
    paid_minor: int = 0


@dataclass(slots=True)
class Draft:
    """One account as far as it has been read."""

    number: str
    currency: str
    line: int
    entries: list[Entry] = field(default_factory=list)


class Drafts(Protocol):
    """Takes rows; gives accounts in the order of the file."""

    def take(self, line: int, cells: Cells) -> None:
        """Read one row.

        Raises:
            CellRefused: it cannot be read.
        """

    def finish(self) -> tuple[dict[str, Draft], list[Verdict]]:
        """The accounts, and what is wrong with rows in the light of the others."""


def draft_of(drafts: dict[str, Draft], number: str, currency: str, line: int, declared: object) -> Draft:
    """The account's draft, made when it is new. `declared` is the column of its currency.

    Raises:
        CellRefused: the account is kept in another currency.
    """
    draft = drafts.setdefault(number, Draft(number, currency, line))
    if draft.currency != currency:
        problem = f"the account is kept in {draft.currency} since line {draft.line}"
        raise CellRefused(str(declared), problem, f"write {draft.currency}, or another account number")
    return draft
