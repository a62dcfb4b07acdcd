"""The containers' health check, run as the containers run it."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.deploy.composition import ROOT
from tests.deploy.programs import run

PROBE = [sys.executable, str(ROOT / "deploy" / "probe.py")]
REFUSING_PROXY = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        del words


@contextmanager
def a_server() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_process_that_answers_200_is_healthy_whatever_proxy_is_set() -> None:
    with a_server() as port:
        assert run([*PROBE, f"{port}", "/readyz"], REFUSING_PROXY).code == 0


def test_a_process_that_answers_anything_else_or_nothing_is_not_healthy() -> None:
    with a_server() as port:
        assert run([*PROBE, f"{port}", "/other"], {}).code == 1
    assert run([*PROBE, f"{port}", "/readyz"], {}).code == 1


def test_a_probe_without_a_question_says_how_to_ask() -> None:
    outcome = run(PROBE, {})
    assert outcome.code == 1
    assert "probe.py 8080 /readyz" in outcome.text


@pytest.mark.skipif(sys.platform != "linux", reason="the table of connections is Linux's")
def test_a_worker_is_healthy_while_it_is_connected_to_temporal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as temporal:
        port = temporal.getsockname()[1]
        environment = {"TEMPORAL_ADDRESS": f"temporal:{port}"}
        assert run([*PROBE, "temporal"], environment).code == 1
        with socket.create_connection(("127.0.0.1", port)):
            assert run([*PROBE, "temporal"], environment).code == 0
