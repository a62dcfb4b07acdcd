"""Messages, fences and servers for the provider tests."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

import fastapi
import httpx2
import starlette.requests

from adapters.providers.fence import Fence
from adapters.providers.provider import LookUp, Message
from adapters.providers.sendgrid_email import SendGridAccount
from adapters.providers.simulator.line import TlsFiles, carrier_server
from adapters.providers.simulator.settings import SimulatorSettings
from adapters.providers.twilio_sms import TwilioAccount
from domain.contact import Channel

CANARY_NUMBER = "+15550009999"
CANARY_EMAIL = "canary.person@customer.example"
CANARY_TEXT = "Dear Canary Person, your bill is due"
REFERENCE = "ABCDEFGHIJ23"
DISPATCH = "0123456789abcdef0123456789abcdef"
OUR_NUMBER = "+15557654321"
SETTINGS = SimulatorSettings()


def a_message(
    channel: Channel = Channel.SMS,
    *,
    address: str | None = None,
    dispatch_id: str = DISPATCH,
    reference: str = REFERENCE,
    html: str | None = None,
    validity_seconds: int = 900,
) -> Message:
    by_mail = channel is Channel.EMAIL
    return Message(
        dispatch_id=dispatch_id,
        reference=reference,
        channel=channel,
        address=address or (CANARY_EMAIL if by_mail else CANARY_NUMBER),
        subject="About Canary Person's bill" if by_mail else None,
        text=f"{CANARY_TEXT} https://pay.example/{reference}",
        html=html,
        validity_seconds=validity_seconds,
    )


def a_look_up(message: Message, since: datetime | None = None) -> LookUp:
    return LookUp(
        dispatch_id=message.dispatch_id,
        reference=message.reference,
        channel=message.channel,
        address=message.address,
        since=since or datetime(2026, 1, 1, tzinfo=UTC),
    )


def an_open_fence() -> Fence:
    return Fence.start(30)


def a_twilio_account(
    api_url: str, sender: str = OUR_NUMBER, callback: str = "http://127.0.0.1:9/cb"
) -> TwilioAccount:
    return TwilioAccount(SETTINGS.account_sid, SETTINGS.auth_token, sender, callback, api_url)


def a_sendgrid_account(api_url: str) -> SendGridAccount:
    return SendGridAccount(SETTINGS.sendgrid_key, "bills@carrier.example", "Your carrier", api_url)


@dataclass(frozen=True, slots=True)
class Callback:
    path: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Listener:
    """A webhook receiver that keeps what it hears and answers what it is told to."""

    url: str = ""
    heard: list[Callback] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def app(self) -> fastapi.FastAPI:
        app = fastapi.FastAPI()

        async def hear(request: starlette.requests.Request) -> fastapi.Response:
            told = Callback(request.url.path, str(request.url), dict(request.headers), await request.body())
            self.heard.append(told)
            return fastapi.Response(status_code=self.answers.pop(0) if self.answers else 200)

        app.add_api_route("/{path:path}", hear, methods=["POST"])
        return app


@dataclass(frozen=True, slots=True)
class Carriers:
    """The simulator on a real socket, the listener beside it, and the switches."""

    url: str
    listener: Listener
    client: httpx2.Client

    def switch(self, **plan: object) -> None:
        self.client.put("/_control/faults", json=plan).raise_for_status()

    def fault(self, name: str, count: int = 1, **plan: object) -> None:
        self.switch(faults={name: {"count": count}}, **plan)

    def inbox(self, recipient: str | None = None) -> list[dict[str, object]]:
        query = {} if recipient is None else {"recipient": recipient}
        letters: list[dict[str, object]] = self.client.get("/_inbox", params=query).json()
        return letters

    def state(self) -> dict[str, object]:
        state: dict[str, object] = self.client.get("/_control").json()
        return state


@contextlib.contextmanager
def served(app: fastapi.FastAPI, tls: TlsFiles | None = None) -> Iterator[int]:
    """The app on a free loopback port, in a thread of its own."""
    # Named TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    server = carrier_server(app, tls=tls)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def eventually(fact: Callable[[], bool], seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.005)


class RawServer:
    """Accepts one connection at a time, notes when which bytes came and how it ended, answers verbatim."""

    def __init__(self, answer: bytes = b"") -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.02)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.received: list[tuple[float, bytes]] = []
        self.ended: list[str] = []
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._listening.close()

    @property
    def text(self) -> bytes:
        return b"".join(chunk for _, chunk in self.received)

    @property
    def body(self) -> bytes:
        return self.text.partition(b"\r\n\r\n")[2]

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            with connection:
                self._listen(connection)

    def _listen(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        try:
            while chunk := connection.recv(65536):
                self.received.append((time.monotonic(), chunk))
                if self._answer and self.body:
                    connection.sendall(self._answer)
            self.ended.append("closed")
        except ConnectionResetError:
            self.ended.append("reset")
        except TimeoutError:
            self.ended.append("silent")
