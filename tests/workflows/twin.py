"""An in-memory twin of the store and the providers, behind the same ports as the real activities."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from temporalio import activity

from domain.account import Account, Credit
from domain.compliance.gate import judge_channels
from domain.compliance.verdict import Allowed, Blocked, Deferred
from domain.contact import Channel, ContactFacts, ContactRequest
from domain.journey.definition import Clock, Journey, Send
from domain.journey.events import ContactBlocked, ContactDeferred, ContactMade
from domain.journey.forecast import Progress, progress
from domain.journey.hold import Hold, frozen_until
from domain.journey.run import Ended, JourneyRun, Outcome, Sight
from domain.journey.sight import Standing, local_date, sight_of
from workflows import ports


@dataclass
class Twin:
    """One account's world."""

    journey: Journey
    account: Account
    standing: Standing
    clock: datetime | None = None
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    epoch: int = 0
    open: ports.Opened | None = None
    ended: list[Ended] = field(default_factory=list)
    contacts: list[tuple[int, str, int, Channel, datetime]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    notes: list[ports.NoteProgress] = field(default_factory=list)
    stands: Progress | None = None
    calls: list[str] = field(default_factory=list)
    provider_gate: asyncio.Event | None = None
    contact_begun: asyncio.Event = field(default_factory=asyncio.Event)
    first_note: asyncio.Event = field(default_factory=asyncio.Event)
    payment_on_look: Credit | None = None
    server_time: Callable[[], Awaitable[datetime]] | None = None

    async def now(self, at: datetime | None) -> datetime:
        if at is None and self.server_time is not None:
            return await self.server_time()
        return at or datetime.now(UTC)

    def activities(self) -> Sequence[Callable[..., Any]]:
        return [
            self.open_journey,
            self.look,
            self.make_contact,
            self.ask_agent,
            self.note_progress,
            self.end_journey,
            self.place_hold,
            self.release_hold,
        ]

    async def _sight(self, at: datetime | None) -> Sight:
        return sight_of(self.account, self.standing, self.journey, await self.now(at))

    @activity.defn
    async def open_journey(self, order: ports.OpenJourney) -> ports.Opened | None:
        self.calls.append("open_journey")
        at = order.at or self.clock
        sight = await self._sight(at)
        if self.open is not None:
            return replace(self.open, found=True)
        if sight.anchor is not None:
            self.epoch += 1
            run = JourneyRun(order.account_id, self.epoch, sight, await self.now(at))
            self.open = ports.Opened(self.journey, run, self.clock)
            self.stands = progress(self.journey, run, run.anchored_at)
        return self.open

    @activity.defn
    async def look(self, order: ports.Look) -> Sight:
        self.calls.append("look")
        if self.payment_on_look is not None and order.at == self.payment_on_look.effective_at:
            self.account = replace(self.account, credits=(self.payment_on_look,))
        return await self._sight(order.at)

    @activity.defn
    async def make_contact(self, order: ports.MakeContact) -> ports.ContactReport:
        self.calls.append("make_contact")
        self.contact_begun.set()
        if self.provider_gate is not None:
            await self.provider_gate.wait()
        now = await self.now(order.at)
        step = self.journey.steps[self.journey.position(order.step_id)]
        assert isinstance(step.do, Send)
        requests = [
            ContactRequest(
                order.account_id, order.epoch, order.step_id, order.occurrence, step.do.purpose, channel
            )
            for channel in step.do.channels
        ]
        request, verdict = judge_channels(requests, self._facts(now), now)
        self.verdicts.append(verdict.kind)
        event: ContactMade | ContactDeferred | ContactBlocked
        match verdict:
            case Allowed():
                made = (order.epoch, order.step_id, order.occurrence, request.channel, now)
                self.contacts.append(made)
                event = ContactMade(order.step_id, request.channel)
            case Deferred(until=until, because=because):
                event = ContactDeferred(order.step_id, until, because.rule)
            case Blocked(because=because):
                event = ContactBlocked(order.step_id, because.rule)
        noted = isinstance(event, ContactMade) and order.then is not None
        self.stands = order.then if noted else self.stands
        return ports.ContactReport(event, await self._sight(order.at), noted)

    def _facts(self, now: datetime) -> dict[Channel, ContactFacts]:
        arrears = self.account.arrears(local_date(self.standing.time_zone, now))
        held = frozen_until(self.holds, Clock.OUTREACH, now)
        return {
            channel: ContactFacts(
                owes=arrears.unpaid_minor > 0,
                overdue=arrears.overdue_minor > 0,
                journey_open=self.open is not None,
                held_until=None if held == now else held or datetime.max.replace(tzinfo=UTC),
                has_address=channel in self.channels,
                consented=True,
                suppressed=False,
                time_zones=(self.standing.time_zone,),
                contacted_at=tuple(at for *_, at in self.contacts),
            )
            for channel in Channel
        }

    @activity.defn
    async def ask_agent(self, order: ports.AskAgent) -> None:
        self.calls.append("ask_agent")
        self.tasks.append(order.step_id)

    @activity.defn
    async def note_progress(self, order: ports.NoteProgress) -> None:
        self.calls.append("note_progress")
        self.stands = order.progress
        self.notes.append(order)
        self.first_note.set()

    @activity.defn
    async def end_journey(self, order: ports.EndJourney) -> bool:
        self.calls.append("end_journey")
        self.ended.append(order.ended)
        self.open = None
        if order.ended.outcome is not Outcome.CURED:
            closed = tuple(replace(bill, closed_in_epoch=order.epoch) for bill in self.account.bills)
            self.account = replace(self.account, bills=closed)
        return (await self._sight(order.at)).anchor is not None

    @activity.defn
    async def place_hold(self, order: ports.PlaceHold) -> None:
        self.calls.append("place_hold")
        self.holds.append(order.hold)

    @activity.defn
    async def release_hold(self, order: ports.ReleaseHold) -> None:
        self.calls.append("release_hold")
        self.holds = [
            replace(hold, until=order.at) if hold.hold_id == order.hold_id else hold for hold in self.holds
        ]
