"""The simulator's server: uvicorn with a line that can be torn."""

import asyncio
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

import fastapi
import uvicorn
from uvicorn.protocols.http import h11_impl

TRANSPORT = "simulator_transport"
LOOPBACK = "127.0.0.1"


class LineWithoutTransportError(RuntimeError):
    """A reset was asked of a server that cannot tear its line. Run the app with `carrier_server`."""


class CarrierProtocol(h11_impl.H11Protocol):
    """uvicorn's HTTP/1.1, handing each request the transport it came over."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport for the requests of this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


async def reset(request: fastapi.Request) -> None:
    """Tear the connection down with a TCP reset; whatever is answered afterwards reaches nobody.

    Raises:
        LineWithoutTransportError: when the app does not run on `carrier_server`.
    """
    transport = request.scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise LineWithoutTransportError("start the simulator with serve() or carrier_server()")
    wire = transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await let_go(request)


async def let_go(request: fastapi.Request) -> None:
    """Wait until the caller has gone; its body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


def carrier_server(app: fastapi.FastAPI, port: int = 0, tls: TlsFiles | None = None) -> uvicorn.Server:
    """A server for the simulator on the loopback interface; silent, as request lines carry addresses."""
    config = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        http=CarrierProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
        ssl_certfile=None if tls is None else tls.certificate,
        ssl_keyfile=None if tls is None else tls.key,
    )
    return uvicorn.Server(config)
