"""Reading one thing, or saying that there is none."""

from adapters.store.accounts import AccountRow
from adapters.store.errors import AccountUnknown
from adapters.store.journeys import JourneyRow
from api.problems import ProblemKind, ProblemRaised
from api.services import Services


async def the_account(doors: Services, account_id: str) -> AccountRow:
    """The account.

    Raises:
        AccountUnknown: no such account.
    """
    account = await doors.accounts.get(account_id)
    if account is None:
        raise AccountUnknown(account_id)
    return account


async def the_journey(doors: Services, account_id: str, epoch: int | None) -> JourneyRow:
    """The account's journey of that epoch (None: the latest).

    Raises:
        ProblemRaised: journey-unknown.
    """
    journey = await doors.journeys.get(account_id, epoch)
    if journey is None:
        detail = "the account has no such journey; POST /v1/journeys starts one where something is owed"
        raise ProblemRaised(ProblemKind.JOURNEY_UNKNOWN, detail)
    return journey
