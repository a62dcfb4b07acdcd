"""One account's ledger walked in virtual time, move for move as the workflow walks it."""

from datetime import UTC, datetime

from domain.account import Account, Arrears
from domain.compliance.gate import judge_channels
from domain.compliance.verdict import Allowed, Blocked, Deferred, Verdict
from domain.contact import Channel, ContactFacts, ContactRequest
from domain.feed import AccountFeed
from domain.journey.definition import Journey
from domain.journey.events import (
    AccountSeen,
    BranchTaken,
    ContactBlocked,
    ContactDeferred,
    ContactMade,
    Event,
    StepPassed,
    TaskOpened,
)
from domain.journey.interpreter import apply, next_move, was_delinquent
from domain.journey.move import Act, Action, AskPerson, Choose, Contact, Finish, Pass, WaitUntil
from domain.journey.run import Ended, JourneyRun, Outcome, Sight
from domain.journey.sight import Standing, local_date, sight_of
from domain.simulation.books import given_up, told
from domain.simulation.ledger import LedgerAccount, Moment, moments
from domain.simulation.walked import PureWalk, WalkContact, WalkEnd


def walk_purely(journey: Journey, ledger: LedgerAccount, until: datetime) -> PureWalk:
    """The contacts and ends of one account, its ledger told instant by instant, then run on to `until`.

    What is due at or before an instant is done before the instant's events are told.
    """
    replay = Replay(journey, ledger.account)
    for moment in moments(ledger.events):
        replay.run_to(moment.at)
        replay.tell(moment)
    replay.run_to(until)
    return replay.walked()


class Replay:
    """The books and the journeys of one account; a clock that only its owner moves."""

    def __init__(self, journey: Journey, feed: AccountFeed) -> None:
        self._journey = journey
        self._feed = feed
        self._books = Account(())
        self._now = datetime.min.replace(tzinfo=UTC)
        self._run: JourneyRun | None = None
        self._contacts: list[WalkContact] = []
        self._ends: list[WalkEnd] = []

    @property
    def books(self) -> Account:
        """What is on record."""
        return self._books

    def tell(self, moment: Moment) -> None:
        """Take everything of an instant on record, then look. The clock stands at that instant at least."""
        self._now = max(self._now, moment.at)
        self._books = told(self._books, moment)
        self.look()

    def look(self) -> None:
        """What a poke does: open a journey if there is something to walk for, or see what is owed."""
        if self._run is None:
            self._open()
        else:
            self._hear(self._run, AccountSeen(self._sight()))

    def run_to(self, limit: datetime) -> None:
        """Do everything that is due by `limit`; the clock then stands there."""
        while self._run is not None and self._go_on(self._run, limit):
            pass
        self._now = max(self._now, limit)

    def walked(self) -> PureWalk:
        """What was done so far."""
        return PureWalk(tuple(self._contacts), tuple(self._ends), self._run is not None)

    def _open(self) -> None:
        sight = self._sight()
        if sight.anchor is not None:
            self._run = JourneyRun(self._feed.account_id, len(self._ends) + 1, sight, anchored_at=self._now)

    def _go_on(self, run: JourneyRun, limit: datetime) -> bool:
        """One move; false when the next one is later than `limit`."""
        match next_move(self._journey, run, self._now):
            case Finish(ended=ended):
                self._end(run, ended)
            case WaitUntil(moment=moment):
                if moment is None or moment > limit:
                    return False
                self._now = max(self._now, moment)
            case Act(action=action):
                self._act(run, action)
        return True

    def _end(self, run: JourneyRun, ended: Ended) -> None:
        past_due = was_delinquent(run, ended.at)
        self._ends.append(WalkEnd(run.account_id, run.epoch, ended, past_due))
        if ended.outcome is not Outcome.CURED:
            self._books = given_up(self._books, run.epoch)
        self._run = None
        self._open()

    def _act(self, run: JourneyRun, action: Action) -> None:
        step_id = action.step.step_id
        match action:
            case Contact():
                seen = self._hear(run, self._contact(run, action))
                self._hear(seen, AccountSeen(self._sight()))
            case AskPerson():
                self._hear(run, TaskOpened(step_id))
            case Choose():
                self._choose(self._hear(run, AccountSeen(self._sight())))
            case Pass():
                self._hear(run, StepPassed(step_id))

    def _choose(self, run: JourneyRun) -> None:
        match next_move(self._journey, run, self._now):
            case Act(action=Choose(step=step, to=to)):
                self._hear(run, BranchTaken(step.step_id, to))
            case _:
                return

    def _hear(self, run: JourneyRun, event: Event) -> JourneyRun:
        after = apply(self._journey, run, event, self._now)
        self._run = after
        return after

    def _contact(self, run: JourneyRun, asked: Contact) -> Event:
        step = asked.step
        request, verdict = self._judged(run, asked)
        match verdict:
            case Allowed():
                made = (run.account_id, run.epoch, step.step_id, asked.occurrence, step.stage)
                self._contacts.append(WalkContact(*made, request.channel, self._now))
                return ContactMade(step.step_id, request.channel)
            case Deferred(until=until, because=because):
                return ContactDeferred(step.step_id, until, because.rule)
            case Blocked(because=because):
                return ContactBlocked(step.step_id, because.rule)

    def _judged(self, run: JourneyRun, asked: Contact) -> tuple[ContactRequest, Verdict]:
        step, send = asked.step, asked.send
        requests = [
            ContactRequest(run.account_id, run.epoch, step.step_id, asked.occurrence, send.purpose, channel)
            for channel in send.channels
        ]
        facts = {channel: self._facts(channel) for channel in send.channels}
        return judge_channels(requests, facts, self._now)

    def _facts(self, channel: Channel) -> ContactFacts:
        arrears = self._arrears()
        customer = self._feed.customer
        points = [point for point in customer.contact_points if point.channel is channel]
        return ContactFacts(
            owes=arrears.unpaid_minor > 0,
            overdue=arrears.overdue_minor > 0,
            journey_open=True,
            held_until=None,
            has_address=bool(points),
            consented=any(point.consented for point in points),
            suppressed=False,
            time_zones=customer.time_zones,
            contacted_at=tuple(contact.at for contact in self._contacts),
        )

    def _arrears(self) -> Arrears:
        return self._books.arrears(local_date(self._feed.time_zone, self._now))

    def _sight(self) -> Sight:
        feed = self._feed
        prior = sum(end.delinquent for end in self._ends)
        standing = Standing(feed.time_zone, feed.country, feed.currency, feed.segment, prior)
        return sight_of(self._books, standing, self._journey, self._now)
