"""The engine's walk beside the pure one: the same contacts and the same ends, or where they part."""

from dataclasses import dataclass
from datetime import datetime

from adapters.ledgers.reading import Ledger
from adapters.ledgers.walk import RealWalk
from domain.simulation.ledger import last_instant
from domain.simulation.replay import walk_purely
from domain.simulation.walked import Differences, WalkContact, differences

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class End:
    """How a journey ended, and from which instant on; `outcome` is None while it is open."""

    account_id: str
    epoch: int
    outcome: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one walk has and the other has not; empty when they are equal."""

    contacts: Differences
    only_real_ends: tuple[End, ...]
    only_pure_ends: tuple[End, ...]

    @property
    def equal(self) -> bool:
        """Whether both walks are the same."""
        return not (self.contacts or self.only_real_ends or self.only_pure_ends)

    def told(self) -> list[str]:
        """The first differences as lines of text; no line when there are none."""
        found = [
            *(_contact("the engine alone", contact) for contact in self.contacts.only_here),
            *(_contact("the pure walk alone", contact) for contact in self.contacts.only_there),
            *(_end("the engine alone", end) for end in self.only_real_ends),
            *(_end("the pure walk alone", end) for end in self.only_pure_ends),
        ]
        more = len(found) - _SHOWN
        return [*found[:_SHOWN], f"and {more} more"] if more > 0 else found


def compare(ledger: Ledger, walked: RealWalk) -> Comparison:
    """Walk the ledger purely and hold both walks against each other."""
    contacts: list[WalkContact] = []
    ends: set[End] = set()
    for account in ledger.accounts:
        pure = walk_purely(ledger.journey, account, last_instant(account))
        contacts += pure.contacts
        ends |= {End(end.account_id, end.epoch, end.ended.outcome, end.ended.at) for end in pure.ends}
        if pure.open:
            ends.add(End(account.account.account_id, len(pure.ends) + 1, None, None))
    made = [contact for each in walked.contacts.values() for contact in each]
    real = {End(row.account_id, row.epoch, row.outcome, row.ended_at) for row in walked.journeys}
    return Comparison(differences(made, contacts), _ordered(real - ends), _ordered(ends - real))


def _ordered(ends: set[End]) -> tuple[End, ...]:
    return tuple(sorted(ends, key=lambda end: (end.account_id, end.epoch)))


def _contact(where: str, contact: WalkContact) -> str:
    made = f"{contact.account_id} {contact.step_id} (round {contact.occurrence}) by {contact.channel}"
    return f"{where}: {made} at {contact.at:%Y-%m-%d %H:%M:%S}"


def _end(where: str, end: End) -> str:
    until = f"{end.outcome} at {end.at:%Y-%m-%d %H:%M:%S}" if end.at else "open"
    return f"{where}: {end.account_id} epoch {end.epoch} {until}"
