"""Payments and their reversals, as callers and as signed events tell them."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import Told
from api.shapes import Currency, EventId, Id, Instant, MinorUnits, Word
from domain.account import CreditKind
from domain.feed import CreditFeed


class PaymentBody(Told):
    """A payment, or a reversal (chargeback, bounce, refund) of one that was told before.

    `source` and `source_event_id` together are told at most once. Without `effective_at` it counts from now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "source": "billing",
                "source_event_id": "P-77001",
                "account_id": "A-1001",
                "kind": "payment",
                "amount_minor": 4999,
                "currency": "USD",
            }
        }
    )

    source: Word = Field(description="Who tells it: the billing system, a processor, a bank.")
    source_event_id: EventId = Field(description="The source's own id for it.")
    account_id: Id
    kind: Literal["payment", "reversal"] = "payment"
    amount_minor: MinorUnits = Field(description="Minor units (cents, yen, fils), above zero for both kinds.")
    currency: Currency = Field(description="ISO 4217 code; the account's own.")
    effective_at: Instant | None = Field(None, description="Since when it counts; now by default.")
    bill_id: Id | None = Field(None, description="The bill it is for; without it the oldest come first.")
    reverses: EventId | None = Field(
        None, description="For a reversal: the `source_event_id` of the payment it takes back."
    )

    @model_validator(mode="after")
    def _a_reversal_names_its_payment(self) -> Self:
        if (self.kind == "reversal") != (self.reverses is not None):
            raise PydanticCustomError("reverses", "a reversal, and only a reversal, names what it `reverses`")
        return self

    def feed(self) -> CreditFeed:
        """The fact."""
        return CreditFeed(
            source=self.source,
            source_event_id=self.source_event_id,
            account_id=self.account_id,
            kind=CreditKind(self.kind),
            amount_minor=self.amount_minor,
            currency=self.currency,
            effective_at=self.effective_at,
            bill_id=self.bill_id,
            reverses=self.reverses,
        )


class PaymentFacts(Told):
    """What a payment event is about."""

    account_id: Id
    amount_minor: MinorUnits
    currency: Currency
    effective_at: Instant | None = None
    bill_id: Id | None = None
    reverses: EventId | None = Field(
        None, description="For `payment.reversed`: the `webhook-id` of the payment it takes back."
    )


class PaymentEvent(Told):
    """A payment, or its reversal, as a signed event. Its id is the header `webhook-id`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "payment.received",
                "timestamp": "2026-03-02T10:00:00Z",
                "data": {"account_id": "A-1001", "amount_minor": 4999, "currency": "USD"},
            }
        }
    )

    type: Literal["payment.received", "payment.reversed"]
    timestamp: Instant
    data: PaymentFacts

    @model_validator(mode="after")
    def _a_reversal_names_its_payment(self) -> Self:
        if (self.type == "payment.reversed") != (self.data.reverses is not None):
            raise PydanticCustomError("reverses", "a reversal, and only a reversal, names what it `reverses`")
        return self

    def feed(self, source: str, event_id: str) -> CreditFeed:
        """The fact, as the sender `source` told it."""
        kind = CreditKind.PAYMENT if self.type == "payment.received" else CreditKind.REVERSAL
        return CreditFeed(
            source=source,
            source_event_id=event_id,
            account_id=self.data.account_id,
            kind=kind,
            amount_minor=self.data.amount_minor,
            currency=self.data.currency,
            effective_at=self.data.effective_at,
            bill_id=self.data.bill_id,
            reverses=self.data.reverses,
        )


class OtherEvent(BaseModel):
    """An event of a type that means nothing here; it is acknowledged and left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]


def _event_kind(given: object) -> str:
    name = given.get("type") if isinstance(given, Mapping) else None
    return "payment" if name in {"payment.received", "payment.reversed"} else "other"


SignedEvent = Annotated[
    Annotated[PaymentEvent, Tag("payment")] | Annotated[OtherEvent, Tag("other")],
    Discriminator(_event_kind),
]
