"""Ledgers with one row an event of a case; a case is an account with one bill."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter

from adapters.files.mistake import shown
from adapters.ledgers.cells import CellRefused, Cells
from adapters.ledgers.drafts import Draft, Entry, draft_of
from adapters.ledgers.mapping import EventsMapping
from adapters.ledgers.verdict import Verdict
from domain.feed import BillFeed
from domain.money import LARGEST_MINOR


@dataclass(frozen=True, slots=True)
class _Event:
    line: int
    day: date
    activity: str
    minor: int


class CaseRows:
    """Keeps a case's events until all are known: a log need not be in the order of its days."""

    def __init__(self, mapping: EventsMapping) -> None:
        self._mapping = mapping
        self._drafts: dict[str, Draft] = {}
        self._events: dict[str, list[_Event]] = {}
        moving = (mapping.issues, *mapping.adds, *mapping.replaces, *mapping.pays)
        self._amounts = {one.activity: one.amount for one in moving}
        self._adds = {one.activity for one in mapping.adds}
        self._pays = {one.activity for one in mapping.pays}

    def take(self, line: int, cells: Cells) -> None:
        """An event that moves money, or one that the mapping ignores."""
        mapping, number = self._mapping, cells.account()
        activity, day = cells.text(mapping.activity), cells.day(mapping.moment)
        if activity in mapping.ignores:
            return
        column = self._amounts.get(activity)
        if column is None:
            raise self._unknown(activity)
        currency = cells.currency()
        minor = cells.amount(column, currency)
        draft_of(self._drafts, number, currency, line, mapping.currency)
        self._events.setdefault(number, []).append(_Event(line, day, activity, minor))

    def finish(self) -> tuple[dict[str, Draft], list[Verdict]]:
        """Each case's events in the order of their days; what a case cannot have is refused."""
        verdicts: list[Verdict] = []
        for number, draft in self._drafts.items():
            draft.entries += self._entries(number, self._events[number], verdicts)
        return {number: draft for number, draft in self._drafts.items() if draft.entries}, verdicts

    def _unknown(self, activity: str) -> CellRefused:
        known = ", ".join(sorted((*self._amounts, *self._mapping.ignores)))
        what = f"{shown(activity)} is no activity of this mapping" if activity else "is empty"
        return CellRefused(
            self._mapping.activity, what, f"write one of {known}, or declare it in the mapping"
        )

    def _entries(self, number: str, events: list[_Event], verdicts: list[Verdict]) -> list[Entry]:
        issuing = self._mapping.issues
        issues = [event for event in events if event.activity == issuing.activity]
        if not issues:
            problem, remedy = "the case has no bill to change or pay", f"write its {issuing.activity} as well"
            verdicts += [Verdict(event.line, self._mapping.activity, problem, remedy) for event in events]
            return []
        first, *again = issues
        problem = f"the case's bill is on line {first.line} already"
        verdicts += [
            Verdict(event.line, self._mapping.activity, problem, "keep one of the two rows")
            for event in again
        ]
        due = first.day + timedelta(days=issuing.due_after_days)
        bill = BillFeed(number, first.day, due, first.minor)
        later = [event for event in events if event.activity != issuing.activity]
        return [Entry(first.line, first.day, "bill", bill), *self._later(bill, later, verdicts)]

    def _later(self, bill: BillFeed, events: list[_Event], verdicts: list[Verdict]) -> list[Entry]:
        """What became of the bill: enlarged, replaced, paid."""
        entries: list[Entry] = []
        principal, added = bill.amount_minor, 0
        for event in sorted(events, key=attrgetter("day")):
            if refusal := self._refusal(event, bill):
                verdicts.append(refusal)
            elif event.activity in self._pays:
                entries.append(Entry(event.line, event.day, "payment", bill, event.minor))
            else:
                principal = principal if event.activity in self._adds else event.minor
                added += event.minor if event.activity in self._adds else 0
                bill = replace(bill, amount_minor=principal + added)
                entries.append(Entry(event.line, event.day, "amendment", bill))
        return entries

    def _refusal(self, event: _Event, bill: BillFeed) -> Verdict | None:
        if event.day < bill.issued_on:
            problem = f"the event comes before its bill was issued on {bill.issued_on}"
            return Verdict(event.line, self._mapping.moment, problem, "write a later date")
        if event.activity in self._adds and bill.amount_minor + event.minor > LARGEST_MINOR:
            problem = "with this the case owes more than any account can"
            return Verdict(event.line, self._amounts[event.activity], problem, "write the amount anew")
        return None
