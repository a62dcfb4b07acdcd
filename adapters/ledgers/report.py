"""What came of a walk, in figures: for people as a table, for machines as JSON."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table

from adapters.ledgers.reading import Ledger
from adapters.ledgers.walk import RealWalk
from adapters.store.journeys import JourneyRow
from domain.journey.definition import Stage
from domain.journey.run import Outcome
from domain.simulation.after_payment import contacts_after_payment
from domain.simulation.walked import WalkContact


@dataclass(frozen=True, slots=True)
class WalkReport:
    """The figures of one walk.

    `episodes` are journeys in which something was past due; `outcomes` count every journey, those too that
    were paid before anything was due. `after_payment` is found from the ledger and the contacts alone.
    """

    walk_id: str
    accounts: int
    episodes: int
    contacts: tuple[WalkContact, ...]
    after_payment: tuple[WalkContact, ...]
    outcomes: dict[str, int]
    open: int
    wall_s: float
    rows: int
    rows_left_out: int

    def figures(self) -> dict[str, object]:
        """As written by `--json`."""
        return {
            "accounts": self.accounts,
            "episodes": self.episodes,
            "contacts": {
                "total": len(self.contacts),
                "by_stage": _counted((contact.stage for contact in self.contacts), Stage),
                "by_channel": _counted(contact.channel for contact in self.contacts),
            },
            "contacts_after_payment": len(self.after_payment),
            "outcomes": self.outcomes,
            "open": self.open,
            "wall_s": round(self.wall_s, 1),
            "rows": self.rows,
            "rows_left_out": self.rows_left_out,
        }


def report(ledger: Ledger, walked: RealWalk, wall_s: float) -> WalkReport:
    """The figures of a walk that took so many seconds."""
    contacts = [contact for made in walked.contacts.values() for contact in made]
    ended = Counter(str(row.outcome) for row in walked.journeys if row.outcome is not None)
    return WalkReport(
        walk_id=ledger.walk_id,
        accounts=len(ledger.accounts),
        episodes=sum(row.delinquent for row in walked.journeys),
        contacts=tuple(contacts),
        after_payment=tuple(_after_payment(ledger, walked)),
        outcomes={str(outcome): ended[outcome] for outcome in Outcome},
        open=sum(row.outcome is None for row in walked.journeys),
        wall_s=wall_s,
        rows=ledger.rows,
        rows_left_out=len(ledger.refused),
    )


def table(report: WalkReport) -> Table:
    """The figures for people."""
    lines = Table(title=f"walk {report.walk_id}", show_header=False, title_justify="left")
    lines.add_column()
    lines.add_column(justify="right")
    for name, number in _lines(report):
        lines.add_row(name, number)
    return lines


def _lines(report: WalkReport) -> Iterable[tuple[str, str]]:
    stages = _counted((contact.stage for contact in report.contacts), Stage)
    channels = _counted(contact.channel for contact in report.contacts)
    yield "accounts", f"{report.accounts:,}"
    yield "delinquent episodes", f"{report.episodes:,}"
    yield "contacts", f"{len(report.contacts):,}"
    yield from ((f"  in stage {stage}", f"{number:,}") for stage, number in stages.items())
    yield from ((f"  by {channel}", f"{number:,}") for channel, number in channels.items())
    yield "contacts made after payment", f"{len(report.after_payment):,}"
    yield from ((f"journeys {outcome}", f"{number:,}") for outcome, number in report.outcomes.items())
    yield "journeys still open", f"{report.open:,}"
    yield "rows read", f"{report.rows:,}"
    yield "rows left out", f"{report.rows_left_out:,}"
    yield "wall time", f"{report.wall_s:,.1f} s"


def _after_payment(ledger: Ledger, walked: RealWalk) -> Iterable[WalkContact]:
    given_up = _given_up(walked.journeys)
    for account in ledger.accounts:
        account_id = account.account.account_id
        made = walked.contacts[account_id]
        yield from contacts_after_payment(account, made, given_up.get(account_id, ()))


def _given_up(journeys: Iterable[JourneyRow]) -> dict[str, list[datetime]]:
    """The instants at which an account's journeys ended without a cure."""
    instants: dict[str, list[datetime]] = {}
    for row in journeys:
        if row.ended_at is not None and row.outcome is not Outcome.CURED:
            instants.setdefault(row.account_id, []).append(row.ended_at)
    return instants


def _counted(values: Iterable[str], always: Iterable[str] = ()) -> dict[str, int]:
    counts = Counter(str(value) for value in values)
    return {str(name): counts[name] for name in (list(always) or sorted(counts))}
