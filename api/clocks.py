"""Advancing an account's test clock, for the API and for the page."""

from datetime import datetime

from api.lookups import the_account
from api.problems import ProblemKind, ProblemRaised
from api.services import Services
from api.views import ClockShown


async def advance_clock(doors: Services, account_id: str, to: datetime) -> ClockShown:
    """Let the clock run to `to`; answers when all that is due by then is done.

    Raises:
        AccountUnknown: no such account.
        ProblemRaised: no-test-clock, or clock-goes-forward.
        EngineUnavailable: Temporal or every worker is away; the clock stays where it is.
    """
    account = await the_account(doors, account_id)
    if account.clock is None:
        detail = "only an account that was told with a `clock` has one"
        raise ProblemRaised(ProblemKind.NO_TEST_CLOCK, detail)
    if to < account.clock:
        detail = f"a clock goes forward only, and it shows {account.clock:%Y-%m-%dT%H:%M:%SZ}"
        raise ProblemRaised(ProblemKind.CLOCK_GOES_FORWARD, detail)
    advanced = await doors.orders.advance(account_id, to)
    shows = await doors.accounts.set_clock(account_id, to)
    return ClockShown(account_id=account_id, clock=shows or to, open=advanced.open)
