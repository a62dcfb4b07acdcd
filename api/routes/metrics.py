"""Figures for Prometheus: of this process, and of the store as it is when they are asked for."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from adapters.store.errors import StoreUnavailable
from api.middleware.observed import RequestFigures
from api.services import Doors, Services

router = APIRouter(tags=["Health"])


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"description": "The figures", "content": {"text/plain": {}}}},
)
async def metrics(request: Request, doors: Doors) -> Response:
    """Counts and times only: no account, no person."""
    figures: RequestFigures = request.app.state.figures
    told = generate_latest(figures.registry) + generate_latest(await _of_the_store(doors))
    return Response(told, media_type=CONTENT_TYPE_LATEST)


async def _of_the_store(doors: Services) -> CollectorRegistry:
    registry = CollectorRegistry()
    up = Gauge("tideover_store_up", "1 while the database answers.", registry=registry)
    try:
        await _gauge(doors, registry)
    except StoreUnavailable:
        up.set(0)
    else:
        up.set(1)
    return registry


async def _gauge(doors: Services, registry: CollectorRegistry) -> None:
    lag = await doors.pokes.lag()
    counts = await doors.journeys.counts()
    contacts_made = await doors.contacts.counts()
    Gauge("tideover_poke_lag_seconds", "Age of the oldest undelivered poke.", registry=registry).set(
        lag.total_seconds()
    )
    journeys = Gauge("tideover_journeys", "Open journeys.", ["stage"], registry=registry)
    for stage, number in counts.open.items():
        journeys.labels(stage).set(number)
    ended = Gauge("tideover_journeys_ended", "Ended journeys.", ["outcome"], registry=registry)
    for outcome, number in counts.ended.items():
        ended.labels(outcome).set(number)
    contacts = Gauge(
        "tideover_contacts", "Contacts by what became of them.", ["channel", "state"], registry=registry
    )
    for (channel, state), number in contacts_made.items():
        contacts.labels(channel, state).set(number)
