"""A wish to contact somebody, and what the gate must know to answer it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"
    LETTER = "letter"


class Purpose(StrEnum):
    """What a contact is for; rules differ by it."""

    PRE_DUE = "pre_due"
    COLLECTION = "collection"
    NOTICE = "notice"
    OFFER = "offer"


class DispatchState(StrEnum):
    """Where one contact is on its way to the provider (see docs/architecture.md, the contact path)."""

    RESERVED = "reserved"
    DISPATCHING = "dispatching"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"

    @property
    def counts(self) -> bool:
        """Whether it is counted against caps: everything that may have reached the person."""
        return self not in {DispatchState.REFUSED, DispatchState.CANCELLED}

    @property
    def settled(self) -> bool:
        """Whether nothing more will be tried for it."""
        return self not in {DispatchState.RESERVED, DispatchState.DISPATCHING, DispatchState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """One journey step's wish to contact the account's customer, on the first channel that may be used.

    `occurrence` is the round of the journey: the same step for a later anchor is another contact.
    """

    account_id: str
    epoch: int
    step_id: str
    occurrence: int
    purpose: Purpose
    channel: Channel

    @property
    def dispatch_id(self) -> str:
        """The same 32 hex digits in every process, re-run and restored database."""
        key = f"{self.account_id}\x1f{self.epoch}\x1f{self.step_id}\x1f{self.occurrence}\x1f{self.channel}"
        return sha256(key.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything the gate may know about the person and the account, read in one transaction.

    `owes` says whether anything is unpaid, `overdue` whether something is past due; `held_until` is None
    when no hold stops outreach and `datetime.max` (UTC) for a hold without an end; `contacted_at` holds the
    instants of contacts that count, over all accounts of the person, newest last; `time_zones` are IANA
    names of every place the person may be.
    """

    owes: bool
    overdue: bool
    journey_open: bool
    held_until: datetime | None
    has_address: bool
    consented: bool
    suppressed: bool
    time_zones: tuple[str, ...]
    contacted_at: tuple[datetime, ...]
