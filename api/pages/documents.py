"""The way in, the files that pages link to, and the API's reference."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.openapi import document_for
from api.pages.desk import see, show
from api.pages.reference import chapters
from api.pages.rendering import assets
from api.problems import ProblemKind, ProblemRaised

router = APIRouter(include_in_schema=False)
_KEEP = {"cache-control": "public, max-age=31536000, immutable"}


@router.get("/")
async def way_in() -> RedirectResponse:
    """People go to the console."""
    return see("/console")


@router.get("/console/static/{name}")
async def static_file(name: str) -> Response:
    """One of a few known files; its address changes with its content."""
    asset = assets().get(name)
    if asset is None:
        raise ProblemRaised(ProblemKind.NOT_FOUND, "no such file")
    return Response(asset.body, headers=_KEEP, media_type=asset.media_type)


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The OpenAPI 3.1 document."""
    return JSONResponse(document_for(request.app))


@router.get("/docs")
async def reference(request: Request) -> Response:
    """The same for people, without a script."""
    document = document_for(request.app)
    return show(request, "reference.html", here="docs", document=document, chapters=chapters(document))
