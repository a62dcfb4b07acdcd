"""TCP and TLS for the wire, with the fence as the last thing before the socket.

httpcore2's own asyncio backend lets the event loop turn once between being handed the bytes and writing
them. A stalled loop would send late there, so this one writes in the same breath as it checks.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterable
from contextvars import ContextVar

import httpcore2

from adapters.providers.fence import Handover

# Without a value nothing can be written: every exchange brings its own.
HANDOVER: ContextVar[Handover] = ContextVar("handover")


class FencedStream(httpcore2.AsyncNetworkStream):
    """One connection. Closing it aborts: bytes that were not sent yet are dropped, never delivered later."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What arrived, at most `max_bytes`; empty when the peer has closed."""
        async with _named(httpcore2.ReadError, httpcore2.ReadTimeout, timeout):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write, unless the fence has passed.

        Raises:
            FencePassedError: nothing of the body was written.
        """
        if not buffer:
            return
        if self._writer.is_closing():
            raise httpcore2.WriteError("the peer has closed the connection")
        async with _named(httpcore2.WriteError, httpcore2.WriteTimeout, timeout):
            HANDOVER.get().pass_fence()
            self._writer.write(buffer)
            await self._writer.drain()

    async def aclose(self) -> None:
        """Abort the connection."""
        self._writer.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        """Speak TLS from here on."""
        try:
            async with _named(httpcore2.ConnectError, httpcore2.ConnectTimeout, timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            await self.aclose()
            raise
        return self


class FencedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections whose writes pass the fence of the request they belong to."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """An open connection with the socket options set."""
        local = None if local_address is None else (local_address, 0)
        async with _named(httpcore2.ConnectError, httpcore2.ConnectTimeout, timeout):
            reader, writer = await asyncio.open_connection(host, port, local_addr=local)
            for option in socket_options or ():
                writer.get_extra_info("socket").setsockopt(*option)
        return FencedStream(reader, writer)


@contextlib.asynccontextmanager
async def _named(
    broken: type[Exception],
    late: type[Exception],
    seconds: float | None,
) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise late from error
    except OSError as error:
        raise broken from error
