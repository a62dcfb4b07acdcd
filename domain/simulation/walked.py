"""What a walk has done: its contacts and its ends, whoever walked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.contact import Channel
from domain.journey.definition import Stage
from domain.journey.run import Ended


@dataclass(frozen=True, slots=True)
class WalkContact:
    """One contact that was made."""

    account_id: str
    epoch: int
    step_id: str
    occurrence: int
    stage: Stage
    channel: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class WalkEnd:
    """How one epoch ended, and whether anything was past due at some time in it."""

    account_id: str
    epoch: int
    ended: Ended
    delinquent: bool


@dataclass(frozen=True, slots=True)
class PureWalk:
    """One account's walk in virtual time; `open` while its last journey has not ended."""

    contacts: tuple[WalkContact, ...]
    ends: tuple[WalkEnd, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Differences:
    """Contacts that one walk made and the other did not."""

    only_here: tuple[WalkContact, ...]
    only_there: tuple[WalkContact, ...]

    def __bool__(self) -> bool:
        return bool(self.only_here or self.only_there)


def differences(here: Sequence[WalkContact], there: Sequence[WalkContact]) -> Differences:
    """Compare two lists of contacts, whatever their order, in every respect."""
    return Differences(_without(here, there), _without(there, here))


def _without(some: Sequence[WalkContact], others: Sequence[WalkContact]) -> tuple[WalkContact, ...]:
    left = Counter(some) - Counter(others)
    return tuple(sorted(left.elements(), key=lambda contact: (contact.account_id, contact.at)))
