"""Signing in to the pages with an API key, where keys are set; and out again."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.keys import SESSION
from api.middleware.access import SIGN_IN
from api.pages.desk import TheDesk, own_form, see, show

router = APIRouter(include_in_schema=False)
OwnForm = Depends(own_form)
_LONGEST_KEY = 500


@router.get(SIGN_IN)
async def sign_in_form(request: Request, desk: TheDesk) -> Response:
    """The form; where no key is asked for there is nothing to sign in to."""
    return see("/console") if desk.ring.empty else show(request, "sign_in.html", refused=False)


@router.post(SIGN_IN, dependencies=[OwnForm])
async def sign_in(
    request: Request, desk: TheDesk, key: Annotated[str, Form(max_length=_LONGEST_KEY)] = ""
) -> Response:
    """A session for whoever has a key."""
    name = desk.ring.name_of(key.strip())
    if name is None:
        refused: HTMLResponse = show(request, "sign_in.html", refused=True)
        refused.status_code = 401
        return refused
    response = see("/console")
    cookie = desk.sessions.start(name, datetime.now(UTC))
    desk.guard.keep(response, desk.sessions.cookie, cookie, int(SESSION.total_seconds()))
    return response


@router.post("/console/sign-out", dependencies=[OwnForm])
async def sign_out(desk: TheDesk) -> RedirectResponse:
    """The browser forgets the session."""
    response = see(SIGN_IN)
    desk.guard.forget(response, desk.sessions.cookie)
    return response
