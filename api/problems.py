"""Problems as RFC 9457 tells them: a stable code, what is wrong, what to do; never the input itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import NamedTuple

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:tideover:problem:"


class _Kind(NamedTuple):
    code: str
    status: HTTPStatus
    title: str


class ProblemKind(_Kind, Enum):
    """Every kind of problem that this API tells; `type` is its code behind `urn:tideover:problem:`."""

    MALFORMED_BODY = "malformed-body", HTTPStatus.BAD_REQUEST, "The body cannot be read"
    KEY_REQUIRED = "key-required", HTTPStatus.UNAUTHORIZED, "A valid API key is required"
    SIGNATURE_REFUSED = "signature-refused", HTTPStatus.UNAUTHORIZED, "The signature does not fit"
    FORM_REFUSED = "form-refused", HTTPStatus.FORBIDDEN, "The form did not come from this page"
    NOT_FOUND = "not-found", HTTPStatus.NOT_FOUND, "There is nothing at this address"
    ACCOUNT_UNKNOWN = "account-unknown", HTTPStatus.NOT_FOUND, "No such account"
    BILL_UNKNOWN = "bill-unknown", HTTPStatus.NOT_FOUND, "No such bill"
    JOURNEY_UNKNOWN = "journey-unknown", HTTPStatus.NOT_FOUND, "No such journey"
    METHOD_NOT_ALLOWED = "method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "Not done at this address"
    PAYMENT_CHANGED = "payment-changed", HTTPStatus.CONFLICT, "Told before with other content"
    CURRENCY_MISMATCH = "currency-mismatch", HTTPStatus.CONFLICT, "Another currency than the account's"
    NOTHING_OWED = "nothing-owed", HTTPStatus.CONFLICT, "Nothing is owed, so there is nothing to walk for"
    JOURNEY_NOT_OPEN = "journey-not-open", HTTPStatus.CONFLICT, "No journey is open for the account"
    CUSTOMER_MISMATCH = "customer-mismatch", HTTPStatus.CONFLICT, "The account belongs to another customer"
    ORDER_REFUSED = "order-refused", HTTPStatus.CONFLICT, "The journey is in no state for this order"
    NO_TEST_CLOCK = "no-test-clock", HTTPStatus.CONFLICT, "Time is real for this account"
    CLOCK_GOES_FORWARD = "clock-goes-forward", HTTPStatus.CONFLICT, "A test clock never goes back"
    BODY_TOO_LARGE = "body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"
    NOT_JSON = "not-json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be sent as application/json"
    HOST_REFUSED = "host-refused", HTTPStatus.MISDIRECTED_REQUEST, "Not reached under this name"
    JOURNEY_UNPUBLISHED = (
        "journey-unpublished",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "No such journey was published",
    )
    INVALID_REQUEST = "invalid-request", HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not valid"
    FAILED = "failed", HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke here; nothing was changed by halves"
    STORE_UNAVAILABLE = "store-unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "The database cannot be reached"
    ENGINE_UNAVAILABLE = "engine-unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "Temporal cannot be reached"

    @property
    def type(self) -> str:
        """The type URI."""
        return _PREFIX + self.code


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where (a JSON pointer or a parameter's name) and what."""

    at: str
    problem: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that is a problem. `detail` says what to do and repeats nothing of the request.

    `reason` is a finer code than the kind's, such as the one a journey refused an order with.
    """

    kind: ProblemKind
    detail: str
    faults: tuple[Fault, ...] = ()
    reason: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        """The answer as application/problem+json."""
        told: dict[str, object] = {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": int(self.kind.status),
            "detail": self.detail,
        }
        if self.reason is not None:
            told["reason"] = self.reason
        if self.faults:
            told["errors"] = [{"at": fault.at, "problem": fault.problem} for fault in self.faults]
        return JSONResponse(told, int(self.kind.status), self.headers, media_type=MEDIA_TYPE)


class ProblemRaised(Exception):
    """Raised by a route whose answer is a problem."""

    def __init__(self, kind: ProblemKind, detail: str) -> None:
        super().__init__(kind.code)
        self.problem = Problem(kind, detail)
