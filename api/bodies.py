"""What a caller may send, field by field; anything more is refused."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.shapes import (
    Country,
    Currency,
    Day,
    FirstName,
    Id,
    Instant,
    Language,
    MinorUnits,
    TimeZone,
    Word,
)
from domain.contact import Channel
from domain.feed import AccountFeed, BillFeed, ContactPoint, CustomerFeed

MOST_BILLS = 1_000
_E_164 = re.compile(r"\+[1-9][0-9]{6,14}")
_E_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_NUMBERED = frozenset({"sms", "voice"})
_T = TypeVar("_T")
List = Annotated[tuple[_T, ...], Field(strict=False)]


class Told(BaseModel):
    """Strict, closed and frozen: types are not guessed and unknown fields are not passed over."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known_fields(cls, given: object) -> object:
        if isinstance(given, Mapping) and given.keys() - cls.model_fields.keys():
            known = {"known": ", ".join(cls.model_fields)}
            raise PydanticCustomError("unknown_field", "a field is not known; known are: {known}", known)
        return given


class ContactPointBody(Told):
    """An address: an E.164 number for `sms` and `voice`, an e-mail address for `email`."""

    channel: Literal["sms", "email", "voice"]
    address: Annotated[str, Field(max_length=254, examples=["+12025550143"])]
    consented: bool = Field(description="Whether the customer agreed to be contacted there.")

    @model_validator(mode="after")
    def _fits_the_channel(self) -> Self:
        if self.channel in _NUMBERED and not _E_164.fullmatch(self.address):
            raise PydanticCustomError("address", "write the number as + and digits (E.164): +12025550143")
        if self.channel == "email" and not _E_MAIL.fullmatch(self.address):
            raise PydanticCustomError("address", "write an e-mail address such as ada@example.com")
        return self


class CustomerBody(Told):
    """The person who owes."""

    customer_id: Id = Field(description="One person, however many accounts: contacts are counted per person.")
    first_name: FirstName = Field(description="As messages address them.")
    language: Language = Field(description="BCP 47 tag.", examples=["en", "es-MX"])
    time_zones: Annotated[
        List[TimeZone],
        Field(min_length=1, max_length=8, description="IANA names of every place where they may be."),
    ]
    contact_points: Annotated[List[ContactPointBody], Field(max_length=20)] = ()


class BillBody(Told):
    """One bill as billing has it now; the same `bill_id` again corrects due day and amount."""

    bill_id: Id
    issued_on: Day
    due_on: Day = Field(description="The last day on which it can be paid in time, where the account lives.")
    amount_minor: MinorUnits = Field(description="Minor units (cents, yen, fils) of the account's currency.")

    @model_validator(mode="after")
    def _is_due_after_it_was_issued(self) -> Self:
        if self.due_on < self.issued_on:
            raise PydanticCustomError("due_on", "due_on is before issued_on")
        return self

    def feed(self) -> BillFeed:
        """The fact."""
        return BillFeed(self.bill_id, self.issued_on, self.due_on, self.amount_minor)


Bills = Annotated[List[BillBody], Field(max_length=MOST_BILLS)]


def _each_once(bills: tuple[BillBody, ...]) -> tuple[BillBody, ...]:
    if len({bill.bill_id for bill in bills}) < len(bills):
        raise PydanticCustomError("bill_twice", "a bill_id occurs twice; send each bill once")
    return bills


class AccountBody(Told):
    """A billing account with its customer and, if wanted, its bills."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "customer": {
                    "customer_id": "C-1001",
                    "first_name": "Ada",
                    "language": "en",
                    "time_zones": ["America/New_York"],
                    "contact_points": [
                        {"channel": "sms", "address": "+12025550143", "consented": True},
                        {"channel": "email", "address": "ada@example.com", "consented": True},
                    ],
                },
                "currency": "USD",
                "time_zone": "America/New_York",
                "country": "US",
                "segment": "consumer",
                "journey": "standard",
                "clock": "2026-03-01T15:00:00Z",
                "bills": [
                    {
                        "bill_id": "B-2026-03",
                        "issued_on": "2026-02-15",
                        "due_on": "2026-03-08",
                        "amount_minor": 4999,
                    }
                ],
            }
        }
    )

    customer: CustomerBody
    currency: Currency = Field(description="ISO 4217 code of every amount of the account.")
    time_zone: TimeZone = Field(description="IANA name; days are counted there.")
    country: Country = Field(description="ISO 3166-1 code.")
    segment: Word = Field("consumer", description="A word of yours that journeys may branch on.")
    journey: Word = Field("standard", description="Name of a published journey.")
    clock: Instant | None = Field(
        None, description="Makes it a test account: its time stands at this instant until it is advanced."
    )
    bills: Bills = ()

    _bills_once = field_validator("bills")(_each_once)

    def feed(self, account_id: str) -> AccountFeed:
        """The facts, for the account in the address."""
        customer = self.customer
        points = tuple(
            ContactPoint(Channel(point.channel), point.address, point.consented)
            for point in customer.contact_points
        )
        return AccountFeed(
            account_id=account_id,
            customer=CustomerFeed(
                customer.customer_id, customer.first_name, customer.language, customer.time_zones, points
            ),
            currency=self.currency,
            time_zone=self.time_zone,
            country=self.country,
            segment=self.segment,
            journey=self.journey,
            clock=self.clock,
            bills=tuple(bill.feed() for bill in self.bills),
        )


class BillsBody(Told):
    """Bills to add or to correct."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "bills": [
                    {
                        "bill_id": "B-2026-04",
                        "issued_on": "2026-03-15",
                        "due_on": "2026-04-08",
                        "amount_minor": 5250,
                    }
                ]
            }
        }
    )

    bills: Annotated[List[BillBody], Field(min_length=1, max_length=MOST_BILLS)]

    _bills_once = field_validator("bills")(_each_once)


class StartBody(Told):
    """An account to walk with, and bills to tell first."""

    model_config = ConfigDict(json_schema_extra={"example": {"account_id": "A-1001"}})

    account_id: Id
    bills: Bills = ()

    _bills_once = field_validator("bills")(_each_once)


class PauseBody(Told):
    """How long to stand still; without `until` it lasts until resumed."""

    model_config = ConfigDict(json_schema_extra={"example": {"until": "2026-03-20T09:00:00Z"}})

    until: Instant | None = Field(None, description="When it goes on by itself.")


StepId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


class SkipBody(Told):
    """The step at hand, named so that a repeated order does not skip the next one."""

    model_config = ConfigDict(json_schema_extra={"example": {"step_id": "remind-sms"}})

    step_id: StepId = Field(description="`next_step` of the journey.")


class ClockBody(Told):
    """Where the account's test clock runs to."""

    model_config = ConfigDict(json_schema_extra={"example": {"to": "2026-03-10T15:00:00Z"}})

    to: Instant = Field(description="Not before what it shows now.")
