"""The demo portfolio: a dozen invented customers, each on a test clock, each somewhere else on the way."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from adapters.temporal.gateway import Gateway, OrderRefusedByJourney
from api.services import Services
from domain.account import CreditKind
from domain.contact import Channel
from domain.feed import AccountFeed, BillFeed, ContactPoint, CreditFeed, CustomerFeed

_TERM = timedelta(days=14)
_SIX_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment so many days before today; `bounced` days before today it is taken back."""

    ago: int
    minor: int
    bounced: int | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    """One invented customer. `due` holds, for each bill, how many days before today it fell due."""

    name: str
    language: str
    time_zone: str
    country: str
    due: tuple[int, ...]
    paid: tuple[Paid, ...] = ()
    paused: bool = False
    journey: str = "standard"
    currency: str = "USD"
    minor: int = 6490


PERSONAS = (
    Persona("Ada", "en", "America/New_York", "US", (-4,)),
    Persona("Ben", "en", "America/Chicago", "US", (3,)),
    Persona("Carmen", "es", "Europe/Madrid", "ES", (12,), currency="EUR", minor=4195),
    Persona("Dara", "en", "America/Denver", "US", (24,), minor=18940),
    Persona("Emile", "fr", "Europe/Paris", "FR", (44,), currency="EUR", minor=7320),
    Persona("Freya", "en", "Europe/London", "GB", (15,), (Paid(7, 5200),), currency="GBP", minor=5200),
    Persona("Goro", "en", "Asia/Tokyo", "JP", (35, 8), (Paid(2, 7800),), currency="JPY", minor=7800),
    Persona("Hana", "de", "Europe/Berlin", "DE", (21,), paused=True, currency="EUR", minor=3999),
    Persona("Ivo", "en", "America/Los_Angeles", "US", (13,), journey="first-miss"),
    Persona("Jonas", "de", "Europe/Vienna", "AT", (18,), journey="repeat-late", currency="EUR", minor=8850),
    Persona("Kemi", "en", "America/New_York", "US", (96,), minor=12075),
    Persona(
        "Luz", "es", "America/Mexico_City", "MX", (26,), (Paid(20, 89900, 12),), currency="MXN", minor=89900
    ),
)


async def enrol_demo(doors: Services, gateway: Gateway, say: Callable[[str], None]) -> None:
    """Enrol the portfolio and let each clock run from before its first bill to now; once and for all.

    Told again, it goes on where an interrupted enrolment stopped; a portfolio that is there stays as it is.
    """
    today = datetime.now(UTC).date()
    begun = [(number, one, await _day(doors, number, one) or today) for number, one in enumerate(PERSONAS, 1)]
    waiting = [each for each in begun if not await _is_there(doors, *each)]
    if not waiting:
        say("The demo portfolio is where it was.")
        return
    places = asyncio.Semaphore(_SIX_AT_ONCE)
    walks = [_walked(doors, gateway, each, places) for each in waiting]
    for done, walk in enumerate(asyncio.as_completed(walks), 1):
        await walk
        say(f"Enrolling the demo portfolio: {done} of {len(waiting)}")


async def _day(doors: Services, number: int, persona: Persona) -> date | None:
    """The day on which an earlier run began to enrol the persona."""
    known = await doors.accounts.get(_id(number))
    return min(bill.due_on for bill in known.bills) + timedelta(days=max(persona.due)) if known else None


async def _is_there(doors: Services, number: int, _: Persona, day: date) -> bool:
    known = await doors.accounts.get(_id(number))
    return known is not None and known.clock is not None and known.clock >= _at(day)


def _at(day: date, ago: int = 0) -> datetime:
    """Noon in most of the Americas, evening in Europe, so many days before `day`."""
    return datetime.combine(day - timedelta(days=ago), time(16), UTC)


async def _walked(
    doors: Services, gateway: Gateway, whom: tuple[int, Persona, date], places: asyncio.Semaphore
) -> None:
    number, persona, today = whom
    async with places:
        feed = _account(number, persona, today)
        await doors.intake.tell_account(feed)
        for at, credit in _credits(feed, persona, today):
            await _run_to(doors, gateway, feed.account_id, at)
            await doors.intake.tell_credit(credit)
        if persona.paused:
            await _run_to(doors, gateway, feed.account_id, _at(today, 6))
            await _pause(gateway, feed.account_id)
        await _run_to(doors, gateway, feed.account_id, _at(today))


async def _pause(gateway: Gateway, account_id: str) -> None:
    try:
        await gateway.pause(account_id, "demo")
    except OrderRefusedByJourney:
        return  # an earlier, interrupted enrolment paused it


async def _run_to(doors: Services, gateway: Gateway, account_id: str, to: datetime) -> None:
    await gateway.advance(account_id, to)
    await doors.accounts.set_clock(account_id, to)


def _account(number: int, persona: Persona, today: date) -> AccountFeed:
    dues = sorted(today - timedelta(days=ago) for ago in persona.due)
    start = datetime.combine(dues[0] - _TERM, time(6), UTC)
    name = persona.name.lower()
    points = (
        ContactPoint(Channel.SMS, f"+1202555{100 + number:04}", consented=True),
        ContactPoint(Channel.EMAIL, f"{name}@example.com", consented=True),
    )
    return AccountFeed(
        account_id=_id(number),
        customer=CustomerFeed(f"demo-{name}", persona.name, persona.language, (persona.time_zone,), points),
        currency=persona.currency,
        time_zone=persona.time_zone,
        country=persona.country,
        segment="consumer",
        journey=persona.journey,
        clock=start,
        bills=tuple(BillFeed(f"{_id(number)}-{day:%Y%m}", day - _TERM, day, persona.minor) for day in dues),
    )


def _credits(feed: AccountFeed, persona: Persona, today: date) -> Sequence[tuple[datetime, CreditFeed]]:
    told: list[tuple[datetime, CreditFeed]] = []
    for number, paid in enumerate(persona.paid, 1):
        entry = f"{feed.account_id}-p{number}"
        at = _at(today, paid.ago)
        told.append((at, _credit(feed, entry, CreditKind.PAYMENT, paid.minor, at)))
        if paid.bounced is not None:
            back = _at(today, paid.bounced)
            told.append((back, _credit(feed, f"{entry}-r", CreditKind.REVERSAL, paid.minor, back, entry)))
    return told


def _credit(
    feed: AccountFeed,
    entry: str,
    kind: CreditKind,
    minor: int,
    at: datetime,
    reverses: str | None = None,
) -> CreditFeed:
    return CreditFeed("demo", entry, feed.account_id, kind, minor, feed.currency, at, None, reverses)


def _id(number: int) -> str:
    return f"demo-{number:03}"
