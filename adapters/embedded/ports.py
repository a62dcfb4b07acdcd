"""Ports on the loopback address."""

import socket

from adapters.embedded.errors import PortTaken

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A loopback port that nobody listens on at this instant."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def claimable(port: int, setting: str) -> int:
    """The port itself, or a free one for 0; `PortTaken`, naming the setting, when it cannot be had."""
    if not port:
        return free_port()
    with socket.socket() as probe:
        # Without this a port that was closed a moment ago would count as taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as refusal:
            raise PortTaken(port, setting, (refusal.strerror or "refused").lower()) from refusal
    return port
