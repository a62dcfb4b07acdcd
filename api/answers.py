"""How problems stand in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from api.problems import MEDIA_TYPE, ProblemKind


class FaultView(BaseModel):
    """One thing wrong with a request."""

    at: str
    problem: str


class ProblemView(BaseModel):
    """A problem as RFC 9457 tells it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:tideover:problem:invalid-request",
                "title": "The request is not valid",
                "status": 422,
                "detail": "correct what `errors` names",
                "errors": [{"at": "body/amount_minor", "problem": "Input should be a valid integer"}],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    reason: str | None = None
    errors: list[FaultView] | None = None


def problems(*kinds: ProblemKind) -> dict[int | str, dict[str, Any]]:
    """Answers of an operation: these kinds, and those that every operation has."""
    told: dict[int | str, list[str]] = {}
    for kind in (*kinds, ProblemKind.INVALID_REQUEST, *_ALWAYS):
        codes = told.setdefault(int(kind.status), [])
        if kind.code not in codes:
            codes.append(kind.code)
    schema = {"schema": {"$ref": "#/components/schemas/ProblemView"}}
    return {
        status: {"description": " or ".join(codes), "content": {MEDIA_TYPE: schema}}
        for status, codes in sorted(told.items())
    }


_ALWAYS = (ProblemKind.KEY_REQUIRED, ProblemKind.FAILED, ProblemKind.STORE_UNAVAILABLE)
WITH_A_BODY = (ProblemKind.MALFORMED_BODY, ProblemKind.BODY_TOO_LARGE, ProblemKind.NOT_JSON)
