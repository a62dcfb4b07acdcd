"""A walk in which nobody pays, worked out beforehand: the orders that a journey will give its activities."""

from datetime import datetime

from benchmarks.bare import StoreSteps
from benchmarks.portfolio import BEFORE, DUE, MINOR, STANDING, nine_contacts
from domain.account import Account, Bill
from domain.journey.definition import Journey
from domain.journey.forecast import assumed, progress
from domain.journey.interpreter import apply, next_move
from domain.journey.move import Act, Contact, Finish, WaitUntil
from domain.journey.run import JourneyRun
from domain.journey.sight import sight_of
from workflows import policies, ports

# Where a journey of contacts goes on as a new run, so that bare ones can do the same.
_OPENING_EVENTS, _STEP_EVENTS = 6, 11
TURN = -(-(policies.RUN_EVENTS - _OPENING_EVENTS) // _STEP_EVENTS)


def a_run(journey: Journey, account_id: str) -> JourneyRun:
    """The account's walk at its beginning, twenty days before the due date."""
    sight = sight_of(Account((Bill("bill", DUE, MINOR),)), STANDING, journey, BEFORE)
    return JourneyRun(account_id, 1, sight, BEFORE)


def store_steps(account_id: str) -> StoreSteps:
    """The nine contacts, each with the note of where it leads, and the end."""
    journey = nine_contacts()
    run, now = a_run(journey, account_id), BEFORE
    contacts: list[ports.MakeContact] = []
    while True:
        match next_move(journey, run, now):
            case WaitUntil(moment=datetime() as moment):
                now = moment
            case Act(action=Contact(step=step) as action):
                run = apply(journey, run, assumed(action), now)
                then = progress(journey, run, now)
                contacts.append(ports.MakeContact(account_id, 1, journey.version, step.step_id, 0, now, then))
            case Finish(ended=ended):
                told = progress(journey, run, now)
                end = ports.EndJourney(account_id, 1, ended, told, (), now, delinquent=True)
                return StoreSteps(tuple(contacts), end, TURN)
            case move:
                raise AssertionError(move)
