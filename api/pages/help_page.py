"""Where the links in messages lead until there is a portal: a calm page with the number to call.

It shows the same to everybody and looks nothing up, so a link that is guessed or forwarded tells nothing.
"""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from api.pages.rendering import page
from api.services import Doors

router = APIRouter(include_in_schema=False)


@router.get("/p/{reference}")
async def shown(reference: str, doors: Doors) -> HTMLResponse:
    """Who wrote and whom to call; `reference` is not read."""
    del reference
    settings = doors.settings
    return page("help.html", {"company": settings.company, "help_phone": settings.help_phone})
