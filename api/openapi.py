"""The OpenAPI 3.1 document: who may ask, the order of chapters, and problems' one shape."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.answers import ProblemView

VERSION = "0.1.0"
DESCRIPTION = (
    "Tideover walks a customer over a missed payment. Tell it accounts, bills and payments; it reminds, "
    "waits and stops by itself. Money is a whole number of minor units with an ISO 4217 currency; instants "
    "are RFC 3339 with an offset. What is told twice changes nothing. Errors are RFC 9457 problems whose "
    "`type` is stable."
)
TAGS = [
    {"name": "Accounts", "description": "Who owes what."},
    {"name": "Journeys", "description": "Where an account is, why, and what is next."},
    {"name": "Orders", "description": "What an operator can tell a journey to do."},
    {"name": "Payments", "description": "Money that came in, or went back."},
    {"name": "Work", "description": "Messages and tasks that journeys left to be read."},
    {"name": "Webhooks", "description": "Signed events from processors and carriers."},
    {"name": "Health", "description": "How the process is. Open, so keep them inside your network."},
]
_OPEN_TAGS = frozenset({"Webhooks", "Health"})


def document_for(app: FastAPI) -> dict[str, Any]:
    """The document; made once, then kept."""
    if app.openapi_schema is None:
        app.openapi_schema = _completed(
            get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.1.0",
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
        )
    return app.openapi_schema


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """Adds the API key, the problem's schema, and takes out answers that are never given."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["ProblemView"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for operations in document["paths"].values():
        for operation in operations.values():
            if not _OPEN_TAGS.intersection(operation["tags"]):
                operation["security"] = [{"key": []}]
    return document
