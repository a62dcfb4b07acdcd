"""Ledgers with one row a bill."""

from datetime import date

from adapters.files.mistake import shown
from adapters.ledgers.cells import CellRefused, Cells
from adapters.ledgers.drafts import Draft, Entry, draft_of
from adapters.ledgers.mapping import BillsMapping, ByRow
from adapters.ledgers.verdict import Verdict
from domain.feed import BillFeed


class BillRows:
    """One row a bill."""

    def __init__(self, mapping: BillsMapping) -> None:
        self._mapping = mapping
        self._drafts: dict[str, Draft] = {}
        self._lines: dict[tuple[str, str], int] = {}

    def take(self, line: int, cells: Cells) -> None:
        """A bill told when it was issued and paid when it was settled."""
        mapping, number, currency = self._mapping, cells.account(), cells.currency()
        by_row = isinstance(mapping.bill, ByRow)
        bill_id = f"row-{line}" if isinstance(mapping.bill, ByRow) else cells.bill(mapping.bill)
        issued, due = cells.derived(mapping.issued), cells.derived(mapping.due)
        settled = cells.day_or_none(mapping.settled)
        bill = BillFeed(bill_id, issued, due, cells.amount(mapping.amount, currency))
        _in_time(mapping, bill, settled)
        if not by_row and (number, bill_id) in self._lines:
            first = self._lines[number, bill_id]
            problem = f"the bill {shown(bill_id)} is on line {first} already"
            raise CellRefused(str(mapping.bill), problem, "keep one of the two rows")
        draft = draft_of(self._drafts, number, currency, line, mapping.currency)
        self._lines[number, bill_id] = line
        draft.entries.append(Entry(line, issued, "bill", bill))
        if settled is not None:
            draft.entries.append(Entry(line, settled, "payment", bill, bill.amount_minor))

    def finish(self) -> tuple[dict[str, Draft], list[Verdict]]:
        """The accounts; a bill's row stands for itself."""
        return self._drafts, []


def _in_time(mapping: BillsMapping, bill: BillFeed, settled: date | None) -> None:
    if bill.due_on < bill.issued_on:
        column = mapping.due if isinstance(mapping.due, str) else mapping.due.column
        problem = f"the bill is due on {bill.due_on}, before it was issued on {bill.issued_on}"
        raise CellRefused(column, problem, "write a due date on or after the day of issue")
    if settled is not None and settled < bill.issued_on:
        problem = f"the bill was settled on {settled}, before it was issued on {bill.issued_on}"
        raise CellRefused(mapping.settled, problem, "write a later day, or leave it empty while unpaid")
