"""Starting a journey, once however often it is asked for."""

import asyncio

from adapters.store.journeys import JourneyRow
from api.bodies import StartBody
from api.lookups import the_account
from api.problems import ProblemKind, ProblemRaised
from api.services import Services

# A worker opens a journey within milliseconds; when none runs, the caller need not wait for one.
_LOOKS, _BETWEEN_S = 30, 0.1


async def start(doors: Services, body: StartBody) -> tuple[JourneyRow | None, bool]:
    """The open journey and whether it was opened by this; None while no worker has come to it.

    Raises:
        AccountUnknown: no such account.
        ProblemRaised: nothing-owed.
        EngineUnavailable: Temporal is away; bills that were sent along are kept, and start it later.
    """
    if body.bills:
        await doors.intake.tell_bills(body.account_id, [bill.feed() for bill in body.bills])
    account = await the_account(doors, body.account_id)
    if journey := await _open(doors, body.account_id):
        return journey, False
    if not account.unpaid_minor:
        raise ProblemRaised(ProblemKind.NOTHING_OWED, "tell a bill first, or send bills along")
    await doors.orders.poke(body.account_id)
    for _ in range(_LOOKS):
        if journey := await _open(doors, body.account_id):
            return journey, True
        await asyncio.sleep(_BETWEEN_S)
    return None, True


async def _open(doors: Services, account_id: str) -> JourneyRow | None:
    journey = await doors.journeys.get(account_id)
    return journey if journey is not None and journey.outcome is None else None
