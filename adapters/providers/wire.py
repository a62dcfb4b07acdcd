"""One bounded HTTP client for all carriers: tries once, tells what left, never waits for ever."""

import asyncio
import math
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpcore2
import httpx2

from adapters.providers.backend import HANDOVER, FencedBackend
from adapters.providers.fence import Fence, FencePassedError, Handover
from adapters.providers.quiet import keep_addresses_out_of_logs

_OPEN_FENCE = Fence(until=math.inf)
_TROUBLE_BEFORE_THE_BODY = (
    FencePassedError,
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    TimeoutError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of the wire: seconds, connections, bytes.

    `total` spans the whole exchange, so an answer that drips is cut off. `unacknowledged` is the longest
    that the kernel may keep trying to deliver bytes; it must stay below the age at which a claim is given up.
    """

    total: float = 15.0
    connect: float = 5.0
    unacknowledged: float = 10.0
    connections: int = 20
    answer: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NothingSentError(Exception):
    """No byte of the body was handed to the kernel. It is safe to try again later."""


class SilenceError(Exception):
    """The body may have arrived and no complete answer came back. Look it up before anything else."""


class AnswerTooLongError(Exception):
    """The answer is longer than any real one; the rest was not read."""


class Wire:
    """Speaks HTTP/1.1 to carriers: no redirect, no proxy or setting from the environment, no retry.

    A connection serves one request. One kept open may have been closed by the carrier in the meantime, and a
    message written to it would end as unknown although it was never read.
    """

    def __init__(self, bounds: Bounds | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._bounds = bounds or Bounds()
        keep_addresses_out_of_logs()
        self._client = httpx2.AsyncClient(
            transport=_CarrierTransport(self._bounds, tls or ssl.create_default_context()),
            timeout=httpx2.Timeout(self._bounds.total, connect=self._bounds.connect),
            follow_redirects=False,
            trust_env=False,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], fence: Fence) -> Reply:
        """Send `body` once, unless `fence` has passed.

        Raises:
            NothingSentError: no byte of the body left this machine.
            SilenceError: bytes may have left and no usable answer came.
        """
        handover = Handover(fence)
        lengthy = {**headers, "Content-Length": str(len(body))}
        request = self._client.build_request("POST", url, content=_once(body, handover), headers=lengthy)
        return await self._exchange(request, handover)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Read a resource; asking twice does no harm.

        Raises:
            NothingSentError: no usable answer came.
        """
        request = self._client.build_request("GET", url, headers=headers)
        return await self._exchange(request, Handover(_OPEN_FENCE))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _exchange(self, request: httpx2.Request, handover: Handover) -> Reply:
        request.headers["Accept-Encoding"] = "identity"
        token = HANDOVER.set(handover)
        try:
            async with asyncio.timeout(self._bounds.total):
                return await self._read(request)
        except Exception as broken:
            # Once a byte may be out, every failure means the same, whatever its class.
            if handover.handed:
                raise SilenceError(type(broken).__name__) from None
            if isinstance(broken, _TROUBLE_BEFORE_THE_BODY):
                raise NothingSentError(type(broken).__name__) from None
            raise
        finally:
            HANDOVER.reset(token)

    async def _read(self, request: httpx2.Request) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._bounds.answer:
                    raise AnswerTooLongError
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, bytes(body))


async def _once(body: bytes, handover: Handover) -> AsyncIterator[bytes]:
    handover.begin()
    yield body


class _CarrierTransport(httpx2.AsyncBaseTransport):
    """httpx2's transport with our own sockets underneath."""

    def __init__(self, bounds: Bounds, tls: ssl.SSLContext) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=bounds.connections,
            max_keepalive_connections=0,
            retries=0,
            network_backend=FencedBackend(),
            socket_options=_socket_options(bounds.unacknowledged),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request over one fresh connection."""
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Answer(answer))

    async def aclose(self) -> None:
        """Close the pool."""
        await self._pool.aclose()


class _Answer(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


def _socket_options(unacknowledged: float) -> list[httpcore2.SOCKET_OPTION]:
    # After we give up, nothing may still arrive: closing resets, and the kernel's own retries are bounded.
    options: list[httpcore2.SOCKET_OPTION] = [
        (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)),
    ]
    user_timeout = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux only
    if user_timeout is not None:
        options.append((socket.IPPROTO_TCP, user_timeout, int(unacknowledged * 1000)))
    return options
