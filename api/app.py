"""The application: what every request passes, the routes, and how errors are answered."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from api.keys import KeyRing, Sessions
from api.middleware.access import KeyRequired
from api.middleware.bodies import CheckedBodies
from api.middleware.headers import SecurityHeaders
from api.middleware.hosts import KnownHosts
from api.middleware.observed import Observed, RequestFigures
from api.openapi import DESCRIPTION, TAGS, VERSION
from api.pages import console, documents, help_page, sign_in
from api.pages import orders as forms_of_orders
from api.pages.desk import Desk
from api.pages.forms import FormGuard
from api.refusals import register_refusals
from api.routes import accounts, health, journeys, metrics, orders, payments, work
from api.services import Services
from api.webhooks import carriers
from api.webhooks import payments as signed_payments

_ROUTERS = (
    accounts.router,
    journeys.router,
    orders.router,
    payments.router,
    work.router,
    signed_payments.router,
    carriers.router,
    health.router,
    metrics.router,
    documents.router,
    sign_in.router,
    help_page.router,
    console.router,
    forms_of_orders.router,
)


def create_app(services: Services) -> FastAPI:
    """The API and the operators' pages, behind the doors in `services`. Starts and opens nothing itself."""
    desk, figures = _desk(services), RequestFigures()
    app = FastAPI(
        title="Tideover",
        version=VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=_passages(services, desk, figures),
    )
    app.state.services, app.state.desk, app.state.figures = services, desk, figures
    register_refusals(app)
    for router in _ROUTERS:
        app.include_router(router)
    return app


def _desk(services: Services) -> Desk:
    settings = services.settings
    secret = settings.reference_secret.get_secret_value()
    ring = KeyRing(settings.accepted_api_keys())
    guard = FormGuard(secret, settings.public_base_url)
    return Desk(ring, Sessions(secret, ring, guard.cookie_name("tideover_session")), guard)


def _passages(services: Services, desk: Desk, figures: RequestFigures) -> list[Middleware]:
    """In this order: every answer is dressed and counted; then the name, the key, and last the body."""
    public = services.settings.public_base_url
    return [
        Middleware(SecurityHeaders, https=public.startswith("https:")),
        Middleware(Observed, figures=figures),
        *([Middleware(KnownHosts, public_base_url=public)] if desk.ring.empty else []),
        Middleware(KeyRequired, ring=desk.ring, sessions=desk.sessions),
        Middleware(CheckedBodies),
    ]
