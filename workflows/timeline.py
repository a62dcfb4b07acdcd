"""What happened inside a walk since the store was last told."""

from datetime import datetime

from domain.journey.events import AccountSeen, BranchTaken, Event, JourneyExited, StepPassed, StepSkipped
from domain.journey.run import JourneyRun
from workflows.ports import Happening


class Timeline:
    """Counts happenings within one epoch and keeps those not yet noted."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pending: list[Happening] = []

    def tell(self, event: Event, before: JourneyRun, after: JourneyRun, at: datetime) -> None:
        """Keep the event if the store cannot know of it otherwise."""
        match event:
            case BranchTaken(step_id=step_id, to=to):
                self._add(at, event.kind, step_id, to)
            case StepPassed(step_id=step_id):
                self._add(at, event.kind, step_id)
            case StepSkipped(step_id=step_id, by=by):
                self._add(at, event.kind, step_id, by)
            case AccountSeen() if after.round != before.round or after.anchored_at != before.anchored_at:
                self._add(at, "re_anchored", None, str(after.sight.anchor))
            case JourneyExited(by=by):
                self._add(at, event.kind, None, by)
            case _:
                return

    def take(self) -> tuple[Happening, ...]:
        """Everything pending, once."""
        pending, self._pending = tuple(self._pending), []
        return pending

    @property
    def pending(self) -> bool:
        """Whether there is something to note."""
        return bool(self._pending)

    def _add(self, at: datetime, what: str, step_id: str | None, why: str | None = None) -> None:
        self.count += 1
        self._pending.append(Happening(self.count, at, what, step_id, why))
