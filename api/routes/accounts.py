"""Billing accounts: told by billing, read by everyone."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.answers import WITH_A_BODY, problems
from api.bodies import AccountBody, BillsBody, ClockBody
from api.clocks import advance_clock
from api.lookups import the_account
from api.problems import ProblemKind
from api.services import Doors
from api.shapes import Id, Instant
from api.views import AccountTold, AccountView, BillsTold, ClockShown

router = APIRouter(tags=["Accounts"])


@router.put(
    "/v1/accounts/{account_id}",
    operation_id="tell_account",
    summary="Tell an account with its customer and bills",
    responses={
        201: {"description": "The account is new", "model": AccountTold},
        **problems(
            ProblemKind.CUSTOMER_MISMATCH,
            ProblemKind.CURRENCY_MISMATCH,
            ProblemKind.JOURNEY_UNPUBLISHED,
            *WITH_A_BODY,
        ),
    },
)
async def tell_account(account_id: Id, body: AccountBody, doors: Doors, response: Response) -> AccountTold:
    """Told again, it corrects what is other. Bills that are left out stay; a known account keeps its clock.

    Unpaid bills start a journey by themselves.
    """
    await doors.definitions.latest(body.journey)
    told = await doors.intake.tell_account(body.feed(account_id))
    if told.created:
        response.status_code = HTTPStatus.CREATED
    return AccountTold(account_id=account_id, created=told.created, changed=told.changed)


@router.get(
    "/v1/accounts/{account_id}",
    operation_id="get_account",
    summary="Read an account",
    responses=problems(ProblemKind.ACCOUNT_UNKNOWN),
)
async def get_account(account_id: Id, doors: Doors) -> AccountView:
    """What is owed, by bill, and what holds stand."""
    return AccountView.of(await the_account(doors, account_id))


@router.post(
    "/v1/accounts/{account_id}/bills",
    operation_id="tell_bills",
    summary="Add or correct bills",
    responses=problems(ProblemKind.ACCOUNT_UNKNOWN, *WITH_A_BODY),
)
async def tell_bills(account_id: Id, body: BillsBody, doors: Doors) -> BillsTold:
    """All of them or none."""
    changed = await doors.intake.tell_bills(account_id, [bill.feed() for bill in body.bills])
    return BillsTold(changed=changed)


@router.delete(
    "/v1/accounts/{account_id}/bills/{bill_id}",
    operation_id="withdraw_bill",
    summary="Withdraw a bill",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(ProblemKind.ACCOUNT_UNKNOWN, ProblemKind.BILL_UNKNOWN),
)
async def withdraw_bill(
    account_id: Id,
    bill_id: Id,
    doors: Doors,
    at: Annotated[Instant | None, Query(description="Since when it is withdrawn; now by default.")] = None,
) -> None:
    """It is kept and counts for nothing. Withdrawing it again changes nothing."""
    await doors.intake.withdraw_bill(account_id, bill_id, at)


@router.post(
    "/v1/accounts/{account_id}/clock",
    operation_id="advance_clock",
    summary="Advance a test clock",
    responses=problems(
        ProblemKind.ACCOUNT_UNKNOWN,
        ProblemKind.NO_TEST_CLOCK,
        ProblemKind.ENGINE_UNAVAILABLE,
        *WITH_A_BODY,
    ),
)
async def post_clock(account_id: Id, body: ClockBody, doors: Doors) -> ClockShown:
    """Answers when everything that is due by then has been done. Only for accounts told with a `clock`."""
    return await advance_clock(doors, account_id, body.to)
