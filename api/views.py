"""What the API shows of accounts, field by field. Nothing here is a row of the store."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from adapters.store.accounts import AccountRow, BillRow
from domain.journey.hold import HoldReason

Minor = Annotated[int, Field(description="Minor units of the account's currency.")]


class Shown(BaseModel):
    """Read from our own values by their names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class BillView(Shown):
    """A bill and what is left of it."""

    bill_id: str
    issued_on: date
    due_on: date
    amount_minor: Minor
    left_minor: Minor
    state: Literal["open", "paid", "withdrawn", "given_up"]

    @classmethod
    def of(cls, row: BillRow) -> "BillView":
        """The bill as the store has it."""
        return cls(
            bill_id=row.bill_id,
            issued_on=row.issued_on,
            due_on=row.due_on,
            amount_minor=row.amount_minor,
            left_minor=row.left_minor,
            state=_bill_state(row),
        )


class HoldView(Shown):
    """A reason to stand still; without `until` it lasts until it is released."""

    hold_id: str
    reason: HoldReason
    since: datetime
    until: datetime | None


class AccountView(Shown):
    """A billing account now. `clock` is set for a test account: it is that late there."""

    account_id: str
    customer_id: str
    currency: str
    time_zone: str
    country: str
    segment: str
    journey: str
    clock: datetime | None
    balance_minor: Annotated[int, Field(description="All bills less all payments; below zero is a credit.")]
    unpaid_minor: Minor
    overdue_minor: Minor
    bills: list[BillView]
    holds: list[HoldView]

    @classmethod
    def of(cls, row: AccountRow) -> "AccountView":
        """The account as the store has it."""
        return cls(
            account_id=row.account_id,
            customer_id=row.customer_id,
            currency=row.currency,
            time_zone=row.time_zone,
            country=row.country,
            segment=row.segment,
            journey=row.journey,
            clock=row.clock,
            balance_minor=row.balance_minor,
            unpaid_minor=row.unpaid_minor,
            overdue_minor=row.overdue_minor,
            bills=[BillView.of(bill) for bill in row.bills],
            holds=[HoldView.model_validate(hold) for hold in row.holds],
        )


class AccountTold(Shown):
    """Whether the account was new, and whether anything is other than before."""

    account_id: str
    created: bool
    changed: bool


class BillsTold(Shown):
    """Whether anything is other than before."""

    changed: bool


class PaymentTold(Shown):
    """Whether the ledger has a new entry, and whether nothing is past due any more."""

    recorded: bool
    settled: bool


class EventHeard(Shown):
    """What was done with a signed event. `understood` is false for a type that means nothing here."""

    understood: bool
    recorded: bool


class ClockShown(Shown):
    """What the account's test clock shows, and whether a journey still walks."""

    account_id: str
    clock: datetime
    open: bool


def _bill_state(row: BillRow) -> Literal["open", "paid", "withdrawn", "given_up"]:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.closed_in_epoch is not None:
        return "given_up"
    return "open" if row.left_minor else "paid"
