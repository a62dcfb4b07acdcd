"""An in-memory twin of store and engine behind the walk's doors, with faults on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from adapters.ledgers.doors import Doors
from adapters.ledgers.mapping import Mapping
from adapters.ledgers.mapping_file import load_mappings
from adapters.ledgers.reading import Ledger, Wishes, read_ledger
from adapters.store.journeys import JourneyPage, JourneyQuery, JourneyRow, Place
from domain.contact import Channel, DispatchState
from domain.feed import AccountFeed, BillFeed, CreditFeed
from domain.journey.definition import Journey, Stage
from domain.simulation.ledger import Moment
from domain.simulation.replay import Replay
from tests.domain.journey_builders import a_journey

HEADER = "account_id,bill_id,issued,due,settled,amount,currency\n"
JOURNEYS = {"standard": a_journey(), "long-haul": a_journey()}


def a_file(folder: Path, *rows: str, header: str = HEADER, name: str = "ledger.csv") -> Path:
    path = folder / name
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@cache
def known() -> dict[str, Mapping]:
    return load_mappings()


def read(path: Path, wishes: Wishes | None = None, journeys: dict[str, Journey] | None = None) -> Ledger:
    return read_ledger(path, known(), journeys or JOURNEYS, wishes or Wishes())


@dataclass
class Dispatch:
    account_id: str
    epoch: int
    step_id: str
    occurrence: int
    stage: Stage
    channel: Channel
    state: DispatchState
    at: datetime


@dataclass
class Known:
    replay: Replay
    clock: datetime


@dataclass
class Advanced:
    open: bool


@dataclass
class Twin:
    """The doors' other side. `fault` is called before and after each call's effect and may raise."""

    journey: Journey
    known: dict[str, Known] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    fault: Callable[[str], None] = lambda _call: None
    page_size: int = 500

    def doors(self) -> Doors:
        return Doors(self, self, self, self, self)

    async def tell_account(self, feed: AccountFeed) -> None:
        assert feed.clock is not None
        self._called("tell_account")
        if feed.account_id not in self.known:
            self.known[feed.account_id] = Known(Replay(self.journey, feed), feed.clock)
        self.fault("told_account")

    async def tell_bills(self, account_id: str, bills: Sequence[BillFeed]) -> None:
        self._called("tell_bills")
        known = self.known[account_id]
        known.replay.tell(Moment(known.clock, tuple(bills), ()))
        self.fault("told_bills")

    async def tell_credit(self, credit: CreditFeed) -> None:
        self._called("tell_credit")
        known = self.known[credit.account_id]
        known.replay.tell(Moment(known.clock, (), (credit,)))
        self.fault("told_credit")

    async def get(self, account_id: str) -> Known | None:
        self._called("get")
        return self.known.get(account_id)

    async def set_clock(self, account_id: str, to: datetime) -> None:
        self._called("set_clock")
        known = self.known[account_id]
        known.clock = max(known.clock, to)
        self.fault("clock_set")

    async def advance(self, account_id: str, to: datetime) -> Advanced:
        self._called("advance")
        replay = self.known[account_id].replay
        replay.look()
        replay.run_to(to)
        self.fault("advanced")
        return Advanced(replay.walked().open)

    async def made(self, account_id: str) -> list[Dispatch]:
        self._called("made")
        walked = self.known[account_id].replay.walked()
        return [
            Dispatch(
                each.account_id, each.epoch, each.step_id, each.occurrence, each.stage, each.channel,
                DispatchState.ACCEPTED, each.at,
            )
            for each in walked.contacts
        ]  # fmt: skip

    async def page(self, query: JourneyQuery) -> JourneyPage:
        self._called("page")
        rows = [row for account_id in sorted(self.known) for row in self._rows(account_id)]
        after = query.after or Place("", 0)
        rows = [row for row in rows if (row.account_id, row.epoch) > (after.account_id, after.epoch)]
        rows = [row for row in rows if row.account_id.startswith(query.account_prefix or "")]
        more = len(rows) > self.page_size
        last = rows[self.page_size - 1] if more else None
        return JourneyPage(
            tuple(rows[: self.page_size]), Place(last.account_id, last.epoch) if last else None
        )

    def _rows(self, account_id: str) -> list[JourneyRow]:
        known = self.known[account_id]
        walked = known.replay.walked()
        ends = [(end.ended.at, end.ended.outcome, end.ended.reason, end.delinquent) for end in walked.ends]
        if walked.open:
            ends.append((None, None, None, False))  # type: ignore[arg-type]
        stands = ("test", "v1", Stage.REMINDER, None, None, None, 0, None, known.clock, known.clock)
        return [JourneyRow(account_id, epoch, *stands, *end) for epoch, end in enumerate(ends, start=1)]

    def _called(self, call: str) -> None:
        self.calls.append(call)
        self.fault(call)


@dataclass
class Looking:
    """A watcher that keeps what it saw."""

    done: int = 0
    waits: list[str] = field(default_factory=list)

    def account_done(self) -> None:
        self.done += 1

    def waiting(self, sentence: str) -> None:
        self.waits.append(sentence)
