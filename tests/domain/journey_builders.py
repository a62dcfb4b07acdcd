"""Small journeys and walks for tests."""

from datetime import UTC, date, datetime, time

from domain.account import Account, Bill, Credit, CreditKind
from domain.contact import Channel, Purpose
from domain.journey.definition import Doing, Journey, OpenTask, Send, Stage, Step, WriteOff
from domain.journey.run import JourneyRun
from domain.journey.sight import Standing, sight_of

NINE = time(9)
DUE = date(2026, 3, 10)


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """The instant so many days after DUE, UTC."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) + (DUE - date(2026, 3, 1)) + (DUE.resolution * day)


def a_send(purpose: Purpose = Purpose.COLLECTION, *channels: Channel) -> Send:
    return Send("reminder", channels or (Channel.SMS, Channel.EMAIL), purpose)


def a_step(step_id: str, stage: Stage, day: int, do: Doing | None = None, next_: str | None = None) -> Step:
    purpose = Purpose.PRE_DUE if stage is Stage.PRE_DUE else Purpose.COLLECTION
    return Step(step_id, stage, day, NINE, do or a_send(purpose), next_)


def a_journey(*steps: Step, pace_days: int = 5, horizon_days: int = 400) -> Journey:
    """Nine contacts and a task in ninety days, unless steps are given."""
    return Journey("test", "v1", steps or STANDARD, pace_days, horizon_days)


STANDARD = (
    a_step("heads-up", Stage.PRE_DUE, -5),
    a_step("reminder-1", Stage.REMINDER, 1),
    a_step("reminder-2", Stage.REMINDER, 5),
    a_step("reminder-3", Stage.REMINDER, 10),
    a_step("escalation-1", Stage.ESCALATION, 20),
    a_step("escalation-2", Stage.ESCALATION, 30),
    a_step("offer-1", Stage.HARDSHIP, 40, a_send(Purpose.OFFER)),
    a_step("offer-2", Stage.HARDSHIP, 55, a_send(Purpose.OFFER)),
    a_step("call", Stage.HARDSHIP, 70, OpenTask("call")),
    a_step("last-notice", Stage.HARDSHIP, 80, a_send(Purpose.NOTICE)),
    a_step("write-off", Stage.HARDSHIP, 90, WriteOff()),
)

STANDING = Standing("UTC", "US", "USD", "consumer", 0)


def a_bill(bill_id: str = "b1", due: date = DUE, minor: int = 5000) -> Bill:
    return Bill(bill_id, due, minor)


def a_payment(entry_id: str, minor: int, when: datetime, bill_id: str | None = None) -> Credit:
    return Credit(entry_id, CreditKind.PAYMENT, minor, when, bill_id)


def a_run(journey: Journey, account: Account, now: datetime) -> JourneyRun:
    return JourneyRun("a1", 1, sight_of(account, STANDING, journey, now), now)
