"""What every page for operators has: its frame, its token, and the check of the forms that come back."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.keys import KeyRing, Sessions
from api.pages.forms import FormGuard
from api.pages.rendering import page
from api.problems import ProblemKind, ProblemRaised
from api.services import services_of

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who may sit down here, and how their forms are told from others'."""

    ring: KeyRing
    sessions: Sessions
    guard: FormGuard


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around every page; `here` is the entry of the menu that is open."""

    token: str
    signed_in: bool
    temporal_ui: str | None
    here: str


def desk_of(request: Request) -> Desk:
    """The desk that the application was made with."""
    return cast("Desk", request.app.state.desk)


async def own_form(request: Request) -> None:
    """Let a form pass that was sent from our own page.

    Raises:
        ProblemRaised: form-refused.
    """
    if not request.headers.get("content-type", "").startswith(_FORM):
        raise ProblemRaised(ProblemKind.FORM_REFUSED, "send the form of the page, without files")
    desk_of(request).guard.check(request, await request.form())


def show(request: Request, template: str, *, here: str = "", **values: object) -> HTMLResponse:
    """A page in its frame."""
    desk = desk_of(request)
    mark = desk.guard.mark_of(request)
    frame = Frame(
        token=desk.guard.token(mark),
        signed_in=not desk.ring.empty,
        temporal_ui=services_of(request).temporal_ui,
        here=here,
    )
    response = page(template, values | {"frame": frame})
    desk.guard.remember(response, mark)
    return response


def see(address: str) -> RedirectResponse:
    """After a form was taken: look there, so that reloading does not send it again."""
    return RedirectResponse(address, 303)


TheDesk = Annotated[Desk, Depends(desk_of)]
