"""The API's side: uvicorn in this process, on a socket that was bound before anything was promised."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from adapters.embedded.errors import PortTaken
from adapters.embedded.ports import free_port
from adapters.settings import Settings

# Long enough for a request in hand, short enough for Ctrl-C.
_LAST_REQUESTS_S = 5


def at_a_port(settings: Settings) -> Settings:
    """The settings with a port in place of 0, so that links in messages and callbacks name the very one."""
    if settings.api_port:
        return settings
    port, home = free_port(), settings.public_base_url
    if home.endswith(":0"):
        home = f"{home.removesuffix('0')}{port}"
    return settings.model_copy(update={"api_port": port, "public_base_url": home})


class _Server(uvicorn.Server):
    """uvicorn that leaves the signals to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(settings: Settings, app: FastAPI) -> AsyncIterator[str]:
    """The API, listening; the block receives its address.

    Raises:
        PortTaken: something else listens there.
    """
    listening = _bound(settings)
    host, port = listening.getsockname()[:2]
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_LAST_REQUESTS_S,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task


def _bound(settings: Settings) -> socket.socket:
    try:
        return socket.create_server((settings.api_host, settings.api_port), backlog=512)
    except OSError as taken:
        raise PortTaken(settings.api_port, "TIDEOVER_API_PORT", taken.strerror or "refused") from None
