"""How a command ends: one clear sentence on trouble, all flushed, no shutdown to trip over."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import NoReturn

from adapters.embedded.errors import EmbeddedServiceFailed
from adapters.environment import SettingsRefused
from adapters.store.errors import StoreRefused, StoreUnavailable
from adapters.temporal.gateway import EngineUnavailable

TROUBLE = 1


class CommandFailed(Exception):
    """A command cannot go on; the text says what to do."""


_SAID = (
    CommandFailed,
    EmbeddedServiceFailed,
    SettingsRefused,
    StoreRefused,
    StoreUnavailable,
    EngineUnavailable,
)


def say(line: str) -> None:
    """One line of progress, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def finish(command: Callable[[], int]) -> NoReturn:
    """Run a command to its exit code and leave.

    Leaves by `os._exit`: the Temporal SDK's threads abort a normal shutdown now and then (sdk-python 300).
    """
    code = _outcome(command)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(work: Coroutine[object, object, int]) -> int:
    """Run asynchronous work to its exit code."""
    return asyncio.run(work)


def stop_signals() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set; the default actions are off from here on."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _outcome(command: Callable[[], int]) -> int:
    try:
        return command()
    except _SAID as trouble:
        sys.stderr.write(f"{trouble}\n")
        return TROUBLE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
