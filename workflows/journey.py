"""The story of one account: ask what is next, wait or act, feed the outcome back, until it ends."""

from dataclasses import replace

from temporalio import workflow

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
from domain.journey.forecast import Expected, Progress, assumed, forecast, progress
from domain.journey.hold import EVERY_CLOCK, Hold, HoldReason
from domain.journey.interpreter import apply, next_move, was_delinquent
from domain.journey.move import Act, Action, AskPerson, Choose, Contact, Finish, Pass, WaitUntil
from domain.journey.run import Ended, JourneyRun
from workflows import orders, policies, ports
from workflows.clock import Alarm, JourneyTime, RealClock, TestClock
from workflows.names import WORKFLOW
from workflows.ticket import TestTime, Ticket, Walk
from workflows.timeline import Timeline


@workflow.defn(name=WORKFLOW)
class JourneyWorkflow:
    """One account's durable journey. Payments arrive as pokes: the store knows what they were."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        self._account_id = ticket.account_id
        self._walk = ticket.walk
        self._clock: JourneyTime = (
            TestClock(ticket.time.reached, ticket.time.limit) if ticket.time else RealClock()
        )
        self._alarm = Alarm()
        self._timeline = Timeline(ticket.walk.happenings if ticket.walk else 0)
        self._noted = ticket.walk.noted if ticket.walk else None
        self._leaving = self._parting = False
        if ticket.poked:
            self._alarm.ring()

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Walk to the end; the answer is the outcome's name, or `nothing_owed`."""
        if self._walk is None:
            self._walk = await self._open(ticket)
        walk = self._walk
        if walk is None:
            return await self._part("nothing_owed", successor=False)
        while (ended := await self._go_on(walk)) is None:
            walk = self._known
            if self._is_long():
                await self._hand_on()
        successor = await workflow.execute_local_activity(
            ports.end_journey, self._ending(ended), **policies.STORE
        )
        return await self._part(ended.outcome, successor=successor)

    @workflow.signal
    def poke(self) -> None:
        """Something about the account changed in the store."""
        self._alarm.ring()

    @workflow.query
    def progress(self) -> Progress | None:
        """Where the walk is, why, and what is next and when. None before it has opened."""
        walk = self._walk
        return progress(walk.journey, walk.run, self._clock.now()) if walk else None

    @workflow.query
    def forecast(self, days: int) -> list[Expected]:
        """What happens in the next `days` days if nothing but time passes."""
        walk = self._walk
        return list(forecast(walk.journey, walk.run, self._clock.now(), days)) if walk else []

    @workflow.update
    async def pause(self, order: orders.Pause) -> Progress | None:
        """Stand still: every clock, until resumed or until the given instant."""
        hold = Hold(order.order_id, HoldReason.OPERATOR_PAUSE, EVERY_CLOCK, self._clock.now(), order.until)
        placed = ports.PlaceHold(self._account_id, self._known.run.epoch, hold, order.by)
        await workflow.execute_local_activity(ports.place_hold, placed, **policies.STORE)
        return self._obey(HoldPlaced(hold))

    @pause.validator
    def _may_pause(self, order: orders.Pause) -> None:
        orders.check_pause(order, self._pauses(), self._clock.now())

    @workflow.update
    async def resume(self, order: orders.Resume) -> Progress | None:
        """Go on, with the time that was left."""
        for hold in self._pauses():
            released = ports.ReleaseHold(
                self._account_id, self._known.run.epoch, hold.hold_id, self._clock.now(), order.by
            )
            await workflow.execute_local_activity(ports.release_hold, released, **policies.STORE)
            self._obey(HoldReleased(hold.hold_id))
        return self.progress()

    @resume.validator
    def _may_resume(self, order: orders.Resume) -> None:
        orders.check_resume(order, self._pauses())

    @workflow.update
    async def skip(self, order: orders.Skip) -> Progress | None:
        """Leave out the step at hand."""
        return self._obey(StepSkipped(order.step_id, order.by))

    @skip.validator
    def _may_skip(self, order: orders.Skip) -> None:
        walk = self._known
        at_hand = progress(walk.journey, walk.run, self._clock.now()).next_step
        if at_hand != order.step_id:
            raise orders.OrderRefused(
                "not_the_next_step", f"the step at hand is {at_hand}, not {order.step_id}"
            )

    @workflow.update
    async def leave(self, order: orders.Leave) -> Progress | None:
        """Take the account out; what is unpaid stays owed, but no journey walks for it again."""
        return self._obey(JourneyExited(order.by))

    @leave.validator
    def _may_leave(self, order: orders.Leave) -> None:
        orders.check_leave(order, self._known.run)

    @workflow.update
    async def advance(self, order: orders.Advance) -> orders.Advanced:
        """Let a test clock run; answers when everything due by then is done, or when this run hands on.

        A caller that hears `settled` false and `open` true asks again.
        """
        await workflow.wait_condition(lambda: self._walk is not None or self._leaving)
        if self._walk is None:
            return orders.Advanced(settled=True, open=False)
        clock = orders.check_advance(order, self._clock)
        clock.let_run(order.to)
        self._alarm.ring()
        await workflow.wait_condition(lambda: self._leaving or clock.has_settled(order.to))
        return orders.Advanced(settled=clock.has_settled(order.to), open=not self._parting)

    @advance.validator
    def _may_advance(self, order: orders.Advance) -> None:
        if self._walk is not None:
            orders.check_advance(order, self._clock)

    async def _open(self, ticket: Ticket) -> Walk | None:
        self._alarm.hush()  # what rang so far, the opening will see
        order = ports.OpenJourney(self._account_id, ticket.time.reached if ticket.time else None)
        opened = await workflow.execute_local_activity(ports.open_journey, order, **policies.STORE)
        if opened is not None and opened.found:
            self._alarm.ring()
        elif opened is not None:  # the opening has noted where the walk stands
            self._noted = progress(opened.journey, opened.run, opened.run.anchored_at)
        if opened is not None and opened.clock is not None and ticket.time is None:
            self._clock = TestClock(opened.clock, opened.clock)
        return Walk(opened.journey, opened.run, 0, None) if opened else None

    async def _go_on(self, walk: Walk) -> Ended | None:
        """One turn: hear what the store has to say, then do what is next."""
        if self._alarm.hush():
            await self._look()
            walk = self._known
        match next_move(walk.journey, walk.run, self._clock.now()):
            case Finish(ended=ended):
                return ended
            case WaitUntil(moment=moment):
                await self._note()
                await self._clock.sleep_until(moment, self._alarm)
            case Act(action=action):
                await self._act(walk.run, action)
        return None

    async def _act(self, run: JourneyRun, action: Action) -> None:
        asked = (self._account_id, run.epoch, self._known.journey.version, action.step.step_id)
        match action:
            case Contact(occurrence=occurrence):
                then = self._once_made(action)
                order = ports.MakeContact(*asked, occurrence, self._clock.at(), then)
                report = await workflow.execute_activity(ports.make_contact, order, **policies.PROVIDER)
                self._hear(report.event)
                self._hear(AccountSeen(report.sight))
                self._noted = then if report.noted else self._noted
            case AskPerson(occurrence=occurrence):
                task = ports.AskAgent(*asked, occurrence, self._clock.at())
                await workflow.execute_local_activity(ports.ask_agent, task, **policies.STORE)
                self._hear(TaskOpened(action.step.step_id))
            case Choose():
                await self._look()
                self._choose()
            case Pass():
                self._hear(StepPassed(action.step.step_id))

    def _once_made(self, contact: Contact) -> Progress:
        """Where the walk will stand if the contact is made: noted with it, one note less."""
        walk, now = self._known, self._clock.now()
        return progress(walk.journey, apply(walk.journey, walk.run, assumed(contact), now), now)

    def _choose(self) -> None:
        """Decide the branch on what was just seen; a payment may have made it moot."""
        match next_move(self._known.journey, self._known.run, self._clock.now()):
            case Act(action=Choose(step=step, to=to)):
                self._hear(BranchTaken(step.step_id, to))
            case _:
                return

    async def _look(self) -> None:
        walk = self._known
        order = ports.Look(self._account_id, walk.run.epoch, walk.journey.version, self._clock.at())
        self._hear(AccountSeen(await workflow.execute_local_activity(ports.look, order, **policies.STORE)))

    async def _note(self) -> None:
        """Tell the operators' list, when there is something new to tell."""
        now = progress(self._known.journey, self._known.run, self._clock.now())
        if now == self._noted and not self._timeline.pending:
            return
        self._noted = now
        note = ports.NoteProgress(self._account_id, self._known.run.epoch, now, self._timeline.take())
        await workflow.execute_local_activity(ports.note_progress, note, **policies.STORE)

    def _hear(self, event: Event) -> None:
        walk, now = self._known, self._clock.now()
        after = apply(walk.journey, walk.run, event, now)
        self._timeline.tell(event, walk.run, after, now)
        self._walk = replace(walk, run=after)

    def _obey(self, event: Event) -> Progress | None:
        """An order happened: apply it and wake the story."""
        self._hear(event)
        self._alarm.ring()
        return self.progress()

    @property
    def _known(self) -> Walk:
        if self._walk is None:
            raise orders.OrderRefused("not_open", "the journey has not opened; nothing may be owed")
        return self._walk

    def _pauses(self) -> list[Hold]:
        return orders.pauses(self._known.run, self._clock.now())

    def _is_long(self) -> bool:
        seen = workflow.info()
        return seen.is_continue_as_new_suggested() or seen.get_current_history_length() > policies.RUN_EVENTS

    def _ending(self, ended: Ended) -> ports.EndJourney:
        walk = self._known
        delinquent = was_delinquent(walk.run, ended.at)
        over = replace(walk.run, ended=ended)
        self._walk = replace(walk, run=over)
        told = progress(walk.journey, over, self._clock.now())
        return ports.EndJourney(
            self._account_id, over.epoch, ended, told, self._timeline.take(), self._clock.at(), delinquent
        )

    async def _part(self, outcome: str, *, successor: bool) -> str:
        """Leave, unless there is more to walk for: a next epoch, or a poke that came meanwhile."""
        self._parting = not successor
        await self._drain()
        if successor or self._alarm.hush():
            workflow.continue_as_new(Ticket(self._account_id, time=self._time()))
        return outcome

    async def _hand_on(self) -> None:
        """Go on as a fresh run: a long history costs at every wake."""
        await self._drain()
        walk = replace(self._known, happenings=self._timeline.count, noted=self._noted)
        workflow.continue_as_new(Ticket(self._account_id, walk, self._time(), self._alarm.hush()))

    async def _drain(self) -> None:
        self._leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _time(self) -> TestTime | None:
        match self._clock:
            case TestClock(reached=reached, limit=limit):
                return TestTime(reached, limit)
            case _:
                return None
