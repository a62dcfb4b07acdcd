"""Puts the simulator together and serves it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import fastapi

from adapters.providers.simulator import control, inbox, sendgrid_api, twilio_api
from adapters.providers.simulator.carrier import Carrier, utc_now
from adapters.providers.simulator.courier import Courier
from adapters.providers.simulator.line import carrier_server
from adapters.providers.simulator.mailbox import Mailbox
from adapters.providers.simulator.settings import SimulatorSettings


def create_simulator(
    settings: SimulatorSettings | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> fastapi.FastAPI:
    """The simulator as an app. Resets need the server of `carrier_server`; everything else runs anywhere."""
    chosen = settings or SimulatorSettings()
    carrier = Carrier(chosen, Courier(chosen), Mailbox(chosen.capacity), clock=clock)

    @contextlib.asynccontextmanager
    async def lifespan(_: fastapi.FastAPI) -> AsyncIterator[None]:
        yield
        await carrier.courier.aclose()

    app = fastapi.FastAPI(
        title="Carrier simulator",
        lifespan=lifespan,
        docs_url=None,
        openapi_url="/_openapi.json",
        redoc_url=None,
    )
    app.state.carrier = carrier
    for module in (twilio_api, sendgrid_api, control, inbox):
        app.include_router(module.router)
    return app


def serve(port: int) -> None:
    """Run the simulator on the loopback interface until it is interrupted."""
    carrier_server(create_simulator(), port).run()
