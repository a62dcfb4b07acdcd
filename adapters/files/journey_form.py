"""The journey language: which keys there are and what each may hold."""

import re
from datetime import time
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from adapters.files.mistake import shown
from adapters.files.yaml_tree import Plain
from domain.contact import Channel, Purpose
from domain.journey.definition import Fact, Stage
from domain.journey.mistake import FIRST_DAY, LAST_DAY
from domain.journey.validation import LONGEST_HORIZON, MOST_STEPS, PACE

KEBAB: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
LONGEST_NAME: Final = 64
LONGEST_DESCRIPTION: Final = 2000
# The hours that domain.journey.mistake allows, as a schema can say it.
_HOUR: Final = r"^((0[89]|1[0-9]):[0-5][0-9]|20:([0-2][0-9]|30))$"
_WORD: Final = r"^[A-Za-z0-9]([A-Za-z0-9 _-]*[A-Za-z0-9])?$"
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
# Words that YAML itself reads as something else, in one of its versions.
_YAML_WORDS: Final = frozenset("true false null yes no on off".split())

# The type of the error for a mapping in which exactly one of some keys must stand.
NOT_ONE: Final = "not_one"
# One key to do with each of the things a step can do, and one to compare with in each case.
DOINGS: Final = ("send", "notice", "offer", "branch", "task", "hand_off", "write_off")
TESTS: Final = ("is", "is_not", "at_least", "below")


def _refusal(problem: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("tideover", "{problem}", {"problem": problem, "remedy": remedy})


def _name(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(KEBAB, value) or len(value) > LONGEST_NAME:
        raise _refusal(
            f"{shown(value)} is no name", f"write small letters, digits and hyphens, up to {LONGEST_NAME}"
        )
    if value in _YAML_WORDS:
        raise _refusal(f"{shown(value)} is a word that YAML reads as a value", "write another name")
    return str(value)


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Plain) and _INTEGER.fullmatch(value):
        return int(value)
    raise _refusal(f"{shown(value)} is no whole number", "write digits only, without quotes, such as 5")


def _hour(value: object) -> time:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _refusal(f"{shown(value)} is no local time", "write hours and minutes, such as 09:00")
    return time(int(found[1]), int(found[2]))


def _answer(value: object) -> int | str:
    """A number when it is written as one; else the word, never a truth value or a fraction."""
    if isinstance(value, int | Plain) and _INTEGER.fullmatch(str(value)):
        return int(value)
    if isinstance(value, str) and re.fullmatch(_WORD, value) and len(value) <= LONGEST_NAME:
        return str(value)
    raise _refusal(f"{shown(value)} is neither a whole number nor a plain word", "write such as 5000 or DE")


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_DESCRIPTION:
        raise _refusal("this is no short text", f"write up to {LONGEST_DESCRIPTION} characters")
    return str(value)


_KEBAB_SCHEMA = {"type": "string", "pattern": KEBAB, "maxLength": LONGEST_NAME}
Name = Annotated[str, BeforeValidator(_name), WithJsonSchema(_KEBAB_SCHEMA)]
Day = Annotated[
    int,
    BeforeValidator(_whole),
    WithJsonSchema({"type": "integer", "minimum": FIRST_DAY, "maximum": LAST_DAY}),
]
Hour = Annotated[time, BeforeValidator(_hour), WithJsonSchema({"type": "string", "pattern": _HOUR})]
Answer = Annotated[
    int | str,
    BeforeValidator(_answer),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _WORD}]}),
]
Pace = Annotated[
    int, BeforeValidator(_whole), WithJsonSchema({"type": "integer", "minimum": PACE[0], "maximum": PACE[-1]})
]
Horizon = Annotated[
    int,
    BeforeValidator(_whole),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LONGEST_HORIZON}),
]
Text = Annotated[
    str, BeforeValidator(_text), WithJsonSchema({"type": "string", "maxLength": LONGEST_DESCRIPTION})
]
Way = Annotated[Channel, WithJsonSchema({"type": "string", "enum": ["sms", "email"]})]
Ways = Annotated[list[Way], Field(json_schema_extra={"minItems": 1, "uniqueItems": True})]


def _one_of(keys: tuple[str, ...]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in keys]})


class Form(BaseModel):
    """A mapping of the language: keys that are not listed are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def only(self, keys: tuple[str, ...]) -> str:
        """The one of `keys` that is written."""
        written = [key for key in keys if key in self.written()]
        if len(written) != 1:
            raise PydanticCustomError(NOT_ONE, "exactly one of these must be written")
        return written[0]

    def written(self) -> frozenset[str]:
        """The keys as they stand in the file."""
        fields = type(self).model_fields
        return frozenset(fields[name].alias or name for name in self.model_fields_set)


class NothingForm(Form):
    """Nothing more to say: write `{}`."""


class MessageForm(Form):
    """A message in the customer's language."""

    template: Name = Field(description="The text, by its name in templates/messages.")
    channels: Ways = Field(description="The ways to send it; the first that may be used is taken.")


class SendForm(MessageForm):
    """A reminder or a demand."""

    purpose: Literal[Purpose.PRE_DUE, Purpose.COLLECTION] | None = Field(
        None, description="What the contact is for; left out, it follows from the stage."
    )


class CaseForm(Form):
    """One question of a branch. Exactly one of is, is_not, at_least and below."""

    model_config = _one_of(TESTS)

    fact: Fact = Field(description="What is known about the account.")
    is_: Answer | None = Field(None, alias="is", description="The fact equals this.")
    is_not: Answer | None = Field(None, description="The fact is known and differs from this.")
    at_least: Answer | None = Field(None, description="The fact is this number or more.")
    below: Answer | None = Field(None, description="The fact is less than this number.")
    then: Name = Field(description="The later step to go on at.")

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        self.only(TESTS)
        return self


class BranchForm(Form):
    """A choice: the first case that holds decides."""

    cases: list[CaseForm] = Field(description="The questions, in order.", json_schema_extra={"minItems": 1})
    otherwise: Name = Field(description="The later step to go on at when no case holds.")


class StepForm(Form):
    """One step. Exactly one of send, notice, offer, branch, task, hand_off and write_off."""

    model_config = _one_of(DOINGS)

    id: Name = Field(description="The step's own name.")
    stage: Stage = Field(description="How far the account has come.")
    day: Day = Field(description="Days after the due date; before it, negative.")
    at: Hour = Field(description="Local hour, from 08:00 to 20:30.")
    send: SendForm | None = Field(None, description="Send a reminder or a demand.")
    notice: MessageForm | None = Field(None, description="Send a formal notice.")
    offer: MessageForm | None = Field(None, description="Offer help.")
    branch: BranchForm | None = Field(None, description="Choose how to go on.")
    task: Name | None = Field(None, description="Ask a person to do this.")
    hand_off: NothingForm | None = Field(None, description="End: people or an agency take over.")
    write_off: NothingForm | None = Field(None, description="End: the debt is given up.")
    next: Name | None = Field(None, description="The later step that follows; left out, the one below.")

    @model_validator(mode="after")
    def _one_doing(self) -> Self:
        self.only(DOINGS)
        return self


class JourneyForm(Form):
    """A Tideover journey."""

    journey: Name = Field(description="The journey's name, which is the file's name, too.")
    description: Text = Field("", description="Whom the journey is for. No part of its version.")
    pace_days: Pace = Field(5, description="The least days between two contacts when catching up.")
    horizon_days: Horizon = Field(400, description="Days after the due date when people take over.")
    steps: list[StepForm] = Field(
        description="The steps in calendar order.", json_schema_extra={"minItems": 1, "maxItems": MOST_STEPS}
    )
