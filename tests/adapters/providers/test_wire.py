"""The wire against real sockets: what left, when, and what is left of it after giving up."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import math
import socket
import ssl
import time
from pathlib import Path

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.providers import backend
from adapters.providers.fence import Fence
from adapters.providers.provider import Accepted, NotSent
from adapters.providers.simulator.app import create_simulator
from adapters.providers.simulator.line import TlsFiles
from adapters.providers.twilio_sms import TwilioSms
from adapters.providers.wire import Bounds, NothingSentError, SilenceError, Wire
from tests.adapters.providers.builders import (
    Carriers,
    RawServer,
    a_message,
    a_twilio_account,
    an_open_fence,
    eventually,
    served,
)

OPEN = Fence(until=math.inf)
OK = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
TEXT = b"To=someone&Body=something"


def one(wire: Wire, url: str, fence: Fence = OPEN) -> asyncio.Future[object]:
    return asyncio.ensure_future(wire.post(f"{url}/messages", TEXT, {"Content-Type": "text/plain"}, fence))


async def test_a_request_carries_its_length_and_asks_for_plain_bytes(wire: Wire) -> None:
    with RawServer(OK) as server:
        reply = await wire.post(f"{server.url}/x?y=1", TEXT, {"Authorization": "Basic abc"}, OPEN)
        await asyncio.to_thread(eventually, lambda: bool(server.ended))
    assert (reply.status, reply.body) == (201, b"{}")
    head = server.text.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"post /x?y=1 http/1.1")
    assert b"content-length: 25" in head
    assert b"chunked" not in head
    assert b"accept-encoding: identity" in head
    assert server.body == TEXT


async def test_a_fallen_fence_lets_no_byte_of_the_body_out_and_resets(wire: Wire) -> None:
    with RawServer(OK) as server:
        with pytest.raises(NothingSentError, match="FencePassedError"):
            await one(wire, server.url, Fence(until=0.0))
        await asyncio.to_thread(eventually, lambda: bool(server.ended))
    assert server.body == b""
    assert server.ended == ["reset"]


async def test_a_fence_that_falls_while_waiting_for_a_connection_still_holds(carriers: Carriers) -> None:
    carriers.fault("hang_before", hang_seconds=0.8)
    narrow = Wire(Bounds(connections=1))
    sms = TwilioSms(a_twilio_account(carriers.url), narrow)
    hanging = asyncio.create_task(sms.send(a_message(), an_open_fence()))
    await asyncio.to_thread(eventually, lambda: carriers.state()["struck"] == {"hang_before": 1})
    receipt = await sms.send(a_message(), Fence.start(0.1))
    await hanging
    await narrow.aclose()
    assert receipt == NotSent(None, "FencePassedError")
    assert carriers.inbox() == []


def _stalling_fence() -> tuple[Fence, list[float]]:
    checked: list[float] = []

    def clock() -> float:
        checked.append(time.monotonic())
        asyncio.get_running_loop().call_soon(time.sleep, 1.0)
        return 0.0

    return Fence(until=1.0, clock=clock), checked


async def test_nothing_can_stall_between_the_check_of_the_fence_and_the_write(wire: Wire) -> None:
    fence, checked = _stalling_fence()
    with RawServer(OK) as server:
        await one(wire, server.url, fence)
        written = next(at for at, chunk in server.received if chunk.endswith(TEXT))
    assert written - checked[0] < 0.7


async def test_with_one_turn_of_the_loop_in_between_the_write_would_be_late(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write(self: backend.FencedStream, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG001
        backend.HANDOVER.get().pass_fence()
        await asyncio.sleep(0)
        self._writer.write(buffer)

    monkeypatch.setattr(backend.FencedStream, "write", write)
    fence, checked = _stalling_fence()
    with RawServer(OK) as server:
        await one(wire, server.url, fence)
        written = next(at for at, chunk in server.received if chunk.endswith(TEXT))
    assert written - checked[0] >= 1.0


async def test_giving_up_resets_the_connection_so_that_nothing_arrives_later(hasty_wire: Wire) -> None:
    with RawServer() as server:
        before = time.monotonic()
        with pytest.raises(SilenceError, match="TimeoutError"):
            await one(hasty_wire, server.url)
        await asyncio.to_thread(eventually, lambda: bool(server.ended))
    assert time.monotonic() - before < 3.0
    assert server.ended == ["reset"]


async def test_a_cancelled_send_resets_the_connection(wire: Wire) -> None:
    with RawServer() as server:
        sending = one(wire, server.url)
        await asyncio.to_thread(eventually, lambda: bool(server.body))
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await asyncio.to_thread(eventually, lambda: bool(server.ended))
    assert sending.cancelled()
    assert server.ended == ["reset"]


async def test_sockets_linger_not_and_bound_the_kernels_own_retries(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bytes, int]] = []
    connect = backend.FencedBackend.connect_tcp

    async def watched(
        self: backend.FencedBackend, *args: object, **kwargs: object
    ) -> httpcore2.AsyncNetworkStream:
        stream = await connect(self, *args, **kwargs)  # type: ignore[arg-type]
        assert isinstance(stream, backend.FencedStream)
        line = stream._writer.get_extra_info("socket")
        seen.append(
            (
                line.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8),
                line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            )
        )
        return stream

    monkeypatch.setattr(backend.FencedBackend, "connect_tcp", watched)
    with RawServer(OK) as server:
        await one(wire, server.url)
    assert seen == [(b"\x01\x00\x00\x00\x00\x00\x00\x00", 10_000)]


async def test_a_machine_without_tcp_user_timeout_still_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "TCP_USER_TIMEOUT")
    wire = Wire()
    with RawServer(OK) as server:
        await one(wire, server.url)
    await wire.aclose()
    assert server.body == TEXT


async def test_each_message_has_a_connection_of_its_own(wire: Wire) -> None:
    with RawServer(OK) as server:
        for _ in range(3):
            await one(wire, server.url)
    assert len(server.ended) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\nshort",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_an_answer_that_is_broken_off_or_no_answer_is_silence(answer: bytes, hasty_wire: Wire) -> None:
    with RawServer(answer) as server, pytest.raises(SilenceError):
        await one(hasty_wire, server.url)


async def test_an_endless_answer_is_cut_off() -> None:
    wire = Wire(Bounds(answer=1000))
    flood = b"HTTP/1.1 201 Created\r\nContent-Length: 99999\r\n\r\n" + b"x" * 5000
    with RawServer(flood) as server, pytest.raises(SilenceError, match="AnswerTooLongError"):
        await one(wire, server.url)
    await wire.aclose()


async def test_a_redirect_is_not_followed(wire: Wire) -> None:
    answer = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with RawServer(answer) as server:
        reply = await wire.post(server.url, TEXT, {}, OPEN)
        await asyncio.to_thread(eventually, lambda: bool(server.ended))
    assert reply.status == 307


async def test_a_proxy_from_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    fresh = Wire()
    with RawServer(OK) as server:
        await one(fresh, server.url)
    await fresh.aclose()
    assert server.body == TEXT


async def test_a_peer_that_closes_before_the_body_leaves_the_message_unsent(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = backend.FencedStream.write
    writes: list[int] = []

    async def torn(self: backend.FencedStream, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if writes:
            self._writer.transport.abort()
        writes.append(len(buffer))
        await write(self, buffer, timeout)

    monkeypatch.setattr(backend.FencedStream, "write", torn)
    with RawServer(OK) as server, pytest.raises(NothingSentError):
        await one(wire, server.url)
    assert server.body == b""


async def test_a_mistake_of_ours_is_not_taken_for_the_carriers(wire: Wire) -> None:
    with pytest.raises(httpcore2.UnsupportedProtocol):
        await wire.post("gopher://127.0.0.1/", TEXT, {}, OPEN)


async def test_a_read_that_fails_says_that_nothing_usable_came(hasty_wire: Wire) -> None:
    with pytest.raises(NothingSentError):
        await hasty_wire.get("http://127.0.0.1:9/", {})


def _certificate(folder: Path) -> TlsFiles:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simulator")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    files = TlsFiles(folder / "certificate.pem", folder / "key.pem")
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


async def test_over_tls_a_message_goes_out_the_fence_holds_and_a_stranger_is_refused(tmp_path: Path) -> None:
    files = _certificate(tmp_path)
    with served(create_simulator(), files) as port:
        account = a_twilio_account(f"https://127.0.0.1:{port}")
        trusting = Wire(tls=ssl.create_default_context(cafile=str(files.certificate)))
        sms = TwilioSms(account, trusting)
        assert isinstance(await sms.send(a_message(), an_open_fence()), Accepted)
        assert await sms.send(a_message(), Fence(until=0.0)) == NotSent(None, "FencePassedError")
        await trusting.aclose()
        distrusting = Wire()
        assert await TwilioSms(account, distrusting).send(a_message(), an_open_fence()) == NotSent(
            None, "ConnectError"
        )
        await distrusting.aclose()
