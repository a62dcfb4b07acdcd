"""The activities: what journeys ask for in workflows.ports, done. Each may be run twice."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contact import Contacting
from adapters.store.database import Database
from adapters.store.definitions import Definitions
from adapters.store.gate_view import Wish
from adapters.store.holds import Holds
from adapters.store.tasks import TaskKey, Tasks
from adapters.store.walks import Ending, Line, Stand, Walks
from domain.journey.definition import Journey, OpenTask, Send, Step
from domain.journey.events import ContactMade
from domain.journey.forecast import Progress
from domain.journey.run import Sight
from workflows import ports


class StepMismatch(ApplicationError):
    """The definition has no such step, or one that does something else."""

    def __init__(self, version: str, step_id: str) -> None:
        sentence = f"step {step_id} of version {version} does not do what was ordered"
        super().__init__(sentence, type="StepMismatch", non_retryable=True)


class Activities:
    """All activities of a worker, over one store and its carriers."""

    def __init__(self, database: Database, definitions: Definitions, contacting: Contacting) -> None:
        self._definitions = definitions
        self._contacting = contacting
        self._walks = Walks(database, definitions)
        self._holds = Holds(database)
        self._tasks = Tasks(database)

    def activity_list(self) -> Sequence[Callable[..., Any]]:
        """Every activity, for the worker; one for each port."""
        return [getattr(self, port.__name__) for port in ports.ALL]

    @activity.defn(name="open_journey")
    async def open_journey(self, order: ports.OpenJourney) -> ports.Opened | None:
        """Open the account's next epoch, or find the open one as it was opened."""
        opened = await self._walks.open(order.account_id, order.at)
        if opened is None:
            return None
        return ports.Opened(opened.journey, opened.run, opened.clock, opened.found)

    @activity.defn(name="look")
    async def look(self, order: ports.Look) -> Sight:
        """Read what is owed now."""
        return await self._walks.look(order.account_id, order.version, order.at)

    @activity.defn(name="make_contact")
    async def make_contact(self, order: ports.MakeContact) -> ports.ContactReport:
        """Gate, then deliver; the dispatch row is the memory."""
        journey = await self._definitions.load(order.version)
        step = _step(journey, order.step_id)
        if not isinstance(step.do, Send):
            raise StepMismatch(order.version, order.step_id)
        answer, books = await self._contacting.make(self._wish(order, step, step.do))
        sight = books.sight(journey, books.now(order.at))
        match answer, order.then:
            case ContactMade(), Progress() as then:
                await self._walks.note(Stand(order.account_id, order.epoch, then, ()))
                return ports.ContactReport(answer, sight, noted=True)
            case _:
                return ports.ContactReport(answer, sight)

    @activity.defn(name="ask_agent")
    async def ask_agent(self, order: ports.AskAgent) -> None:
        """Open the step's task for a person."""
        step = _step(await self._definitions.load(order.version), order.step_id)
        if not isinstance(step.do, OpenTask):
            raise StepMismatch(order.version, order.step_id)
        key = TaskKey(order.account_id, order.epoch, order.step_id, order.occurrence)
        await self._tasks.open(key, step.do.task, order.at)

    @activity.defn(name="note_progress")
    async def note_progress(self, order: ports.NoteProgress) -> None:
        """Write where the walk stands and what happened since."""
        await self._walks.note(_stand(order))

    @activity.defn(name="end_journey")
    async def end_journey(self, order: ports.EndJourney) -> bool:
        """Store the outcome; True when another epoch follows."""
        return await self._walks.close(_stand(order), Ending(order.ended, order.delinquent, order.at))

    @activity.defn(name="place_hold")
    async def place_hold(self, order: ports.PlaceHold) -> None:
        """Freeze clocks, for the gate first."""
        await self._holds.place(order.account_id, order.epoch, order.hold, order.by)

    @activity.defn(name="release_hold")
    async def release_hold(self, order: ports.ReleaseHold) -> None:
        """Let clocks run again."""
        await self._holds.release(order.account_id, order.epoch, order.hold_id, order.at, order.by)

    def _wish(self, order: ports.MakeContact, step: Step, send: Send) -> Wish:
        return Wish(
            account_id=order.account_id,
            epoch=order.epoch,
            step_id=order.step_id,
            occurrence=order.occurrence,
            stage=step.stage,
            purpose=send.purpose,
            channels=send.channels,
            served=self._contacting.served,
            template=send.template,
            version=order.version,
            at=order.at,
        )


def _step(journey: Journey, step_id: str) -> Step:
    try:
        return journey.steps[journey.position(step_id)]
    except KeyError:
        raise StepMismatch(journey.version, step_id) from None


def _stand(order: ports.NoteProgress | ports.EndJourney) -> Stand:
    lines = tuple(
        Line(happening.number, happening.at, happening.what, happening.step_id, happening.why)
        for happening in order.happenings
    )
    return Stand(order.account_id, order.epoch, order.progress, lines)
