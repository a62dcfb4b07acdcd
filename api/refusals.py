"""How errors become problems; on the operators' pages, a page that says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.store.errors import StoreError
from adapters.temporal.gateway import EngineUnavailable, JourneyNotOpen, OrderRefusedByJourney
from api.pages.rendering import problem_at
from api.problems import Fault, Problem, ProblemKind, ProblemRaised

_MOST_FAULTS = 20
_SHORTLY = {"retry-after": "5"}
# By the store's own codes, which are stable.
_TOLD_BY_THE_STORE: Mapping[str, Problem] = {
    "account_unknown": Problem(
        ProblemKind.ACCOUNT_UNKNOWN, "tell the account first: PUT /v1/accounts/{account_id}"
    ),
    "bill_unknown": Problem(ProblemKind.BILL_UNKNOWN, "the account has no such bill; tell it first"),
    "currency_mismatch": Problem(ProblemKind.CURRENCY_MISMATCH, "send amounts in the account's own currency"),
    "customer_mismatch": Problem(
        ProblemKind.CUSTOMER_MISMATCH, "an account keeps its customer; send that one's customer_id"
    ),
    "journey_unknown": Problem(ProblemKind.JOURNEY_UNPUBLISHED, "name a published journey, such as standard"),
    "payment_changed": Problem(
        ProblemKind.PAYMENT_CHANGED, "the ledger keeps what it was told first; send a reversal to correct it"
    ),
    "store_unavailable": Problem(
        ProblemKind.STORE_UNAVAILABLE, "nothing was changed; try again in a moment", headers=_SHORTLY
    ),
}
_NOT_OPEN = Problem(ProblemKind.JOURNEY_NOT_OPEN, "start one: POST /v1/journeys")
_AWAY = Problem(
    ProblemKind.ENGINE_UNAVAILABLE, "what was told before is kept; try again in a moment", headers=_SHORTLY
)
_ANSWERED = (
    RequestValidationError,
    HTTPException,
    ProblemRaised,
    StoreError,
    OrderRefusedByJourney,
    JourneyNotOpen,
    EngineUnavailable,
)


def register_refusals(app: FastAPI) -> None:
    """Give every error that can be answered its answer; the rest is caught further out as a 500."""
    for error in _ANSWERED:
        app.add_exception_handler(error, _refuse)


async def _refuse(request: Request, error: Exception) -> Response:
    return problem_at(request.url.path, _problem(error))


def _problem(error: Exception) -> Problem:
    match error:
        case ProblemRaised(problem=problem):
            return problem
        case OrderRefusedByJourney(code=code):
            return Problem(ProblemKind.ORDER_REFUSED, f"{error}", reason=code)
        case RequestValidationError():
            faults = tuple(_faults(error.errors()))[:_MOST_FAULTS]
            return Problem(ProblemKind.INVALID_REQUEST, "correct what `errors` names", faults=faults)
        case HTTPException(status_code=status, headers=headers):
            return _framework_problem(status, headers or {})
        case StoreError(code=code) if code in _TOLD_BY_THE_STORE:
            return _TOLD_BY_THE_STORE[code]
        case JourneyNotOpen():
            return _NOT_OPEN
        case EngineUnavailable():
            return _AWAY
        case _:
            raise error


def _framework_problem(status: int, headers: Mapping[str, str]) -> Problem:
    match status:
        case 404:
            detail = "read /docs for the addresses there are"
            return Problem(ProblemKind.NOT_FOUND, detail)
        case 405:
            detail = "see the Allow header for what is done here"
            return Problem(ProblemKind.METHOD_NOT_ALLOWED, detail, headers=headers)
        case _:
            return Problem(ProblemKind.MALFORMED_BODY, "the request cannot be read; see /docs for its form")


def _faults(errors: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Where and what, without the input and without names that the caller made up."""
    for error in errors:
        where = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
        yield Fault("/".join(f"{part}" for part in where), _sentence(error))


def _sentence(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "a name is not known here"
        case "missing":
            return "is required"
        case _:
            return f"{error['msg']}"
