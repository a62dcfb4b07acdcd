"""Temporal's part, played in one process: the same interpreter and activities, without an engine."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from activities.activities import Activities
from adapters.temporal.gateway import EngineUnavailable, JourneyNotOpen, OrderRefusedByJourney
from domain.journey import forecast
from domain.journey.definition import Journey
from domain.journey.events import (
    AccountSeen,
    BranchTaken,
    Event,
    HoldPlaced,
    HoldReleased,
    JourneyExited,
    StepPassed,
    StepSkipped,
    TaskOpened,
)
from domain.journey.forecast import Expected, Progress
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason
from domain.journey.interpreter import apply, next_move
from domain.journey.move import Act, Action, AskPerson, Choose, Contact, Finish, Pass, WaitUntil
from domain.journey.run import Ended, JourneyRun
from workflows import orders, ports
from workflows.timeline import Timeline


@dataclass
class _Walk:
    journey: Journey
    run: JourneyRun
    now: datetime
    timeline: Timeline = field(default_factory=lambda: Timeline(0))

    def hear(self, event: Event) -> None:
        after = apply(self.journey, self.run, event, self.now)
        self.timeline.tell(event, self.run, after, self.now)
        self.run = after

    @property
    def progress(self) -> Progress:
        return forecast.progress(self.journey, self.run, self.now)

    @property
    def pauses(self) -> list[Hold]:
        return orders.pauses(self.run, self.now)


class EngineTwin:
    """Answers as adapters.temporal.gateway.Gateway does; `down` plays Temporal being away."""

    def __init__(self, activities: Activities) -> None:
        self._activities = activities
        self._walks: dict[str, _Walk] = {}
        self.down = False
        self.idle = False

    async def reachable(self) -> bool:
        return not self.down

    async def poke(self, account_id: str) -> None:
        self._answer()
        if not self.idle:
            await self._opened(account_id)

    async def forecast(self, account_id: str, days: int) -> list[Expected]:
        walk = self._open(account_id)
        return list(forecast.forecast(walk.journey, walk.run, walk.now, days))

    async def pause(self, account_id: str, by: str, until: datetime | None = None) -> Progress | None:
        walk = self._open(account_id)
        hold = Hold(uuid4().hex, HoldReason.OPERATOR_PAUSE, EVERY_CLOCK, walk.now, until)
        _refused(lambda: orders.check_pause(orders.Pause(hold.hold_id, by, until), walk.pauses, walk.now))
        await self._activities.place_hold(ports.PlaceHold(account_id, walk.run.epoch, hold, by))
        walk.hear(HoldPlaced(hold))
        return await self._noted(account_id, walk)

    async def resume(self, account_id: str, by: str) -> Progress | None:
        walk = self._open(account_id)
        _refused(lambda: orders.check_resume(orders.Resume("order", by), walk.pauses))
        for hold in walk.pauses:
            released = ports.ReleaseHold(account_id, walk.run.epoch, hold.hold_id, walk.now, by)
            await self._activities.release_hold(released)
            walk.hear(HoldReleased(hold.hold_id))
        return await self._noted(account_id, walk)

    async def skip(self, account_id: str, by: str, step_id: str) -> Progress | None:
        walk = self._open(account_id)
        _refused(lambda: orders.check_skip(orders.Skip("order", by, step_id), walk.progress))
        walk.hear(StepSkipped(step_id, by))
        return await self._noted(account_id, walk)

    async def leave(self, account_id: str, by: str) -> Progress | None:
        walk = self._open(account_id)
        walk.hear(JourneyExited(by))
        match next_move(walk.journey, walk.run, walk.now):
            case Finish(ended=ended):
                await self._end(account_id, walk, ended)
            case _:
                raise AssertionError(account_id)
        return walk.progress

    async def advance(self, account_id: str, to: datetime) -> orders.Advanced:
        self._answer()
        while walk := await self._opened(account_id):
            order = ports.Look(account_id, walk.run.epoch, walk.journey.version, walk.now)
            walk.hear(AccountSeen(await self._activities.look(order)))
            match next_move(walk.journey, walk.run, walk.now):
                case Finish(ended=ended):
                    await self._end(account_id, walk, ended)
                case WaitUntil(moment=moment) if moment is not None and moment <= to:
                    walk.now = moment
                case WaitUntil():
                    walk.now = max(walk.now, to)
                    await self._noted(account_id, walk)
                    return orders.Advanced(settled=True, open=True)
                case Act(action=action):
                    await self._act(account_id, walk, action)
        return orders.Advanced(settled=True, open=False)

    async def _act(self, account_id: str, walk: _Walk, action: Action) -> None:
        asked = (account_id, walk.run.epoch, walk.journey.version, action.step.step_id)
        match action:
            case Contact(occurrence=occurrence):
                order = ports.MakeContact(*asked, occurrence, walk.now)
                report = await self._activities.make_contact(order)
                walk.hear(report.event)
                walk.hear(AccountSeen(report.sight))
            case AskPerson(occurrence=occurrence):
                await self._activities.ask_agent(ports.AskAgent(*asked, occurrence, walk.now))
                walk.hear(TaskOpened(action.step.step_id))
            case Choose(step=step, to=to):
                walk.hear(BranchTaken(step.step_id, to))
            case Pass(step=step):
                walk.hear(StepPassed(step.step_id))

    async def _opened(self, account_id: str) -> _Walk | None:
        if account_id not in self._walks:
            opened = await self._activities.open_journey(ports.OpenJourney(account_id, None))
            if opened is None:
                return None
            now = opened.clock or datetime.now(UTC)
            self._walks[account_id] = _Walk(opened.journey, opened.run, now)
        return self._walks[account_id]

    async def _noted(self, account_id: str, walk: _Walk) -> Progress:
        happenings = walk.timeline.take()
        note = ports.NoteProgress(account_id, walk.run.epoch, walk.progress, happenings)
        await self._activities.note_progress(note)
        return walk.progress

    async def _end(self, account_id: str, walk: _Walk, ended: Ended) -> None:
        order = ports.EndJourney(
            account_id=account_id,
            epoch=walk.run.epoch,
            ended=ended,
            delinquent=walk.run.delinquent,
            progress=walk.progress,
            happenings=walk.timeline.take(),
            at=walk.now,
        )
        await self._activities.end_journey(order)
        del self._walks[account_id]

    def _open(self, account_id: str) -> _Walk:
        self._answer()
        if account_id not in self._walks:
            raise JourneyNotOpen("no journey is running for this account")
        return self._walks[account_id]

    def _answer(self) -> None:
        if self.down:
            raise EngineUnavailable("the engine is away; try again")


def _refused(check: object) -> None:
    """Turn a workflow's refusal into the gateway's."""
    try:
        check()  # type: ignore[operator]
    except orders.OrderRefused as refusal:
        raise OrderRefusedByJourney(f"{refusal.type}", refusal.message) from None
