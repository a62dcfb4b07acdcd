"""The last moment at which a claimed message may leave the machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Fence:
    """A moment on the monotonic clock after which no byte of a message body may reach a socket.

    A process can be stopped between claiming a dispatch and writing the request; when it wakes, another
    worker may have proved the message unsent and sent it. Start the fence *before* the claim is committed,
    so that the time the claim takes is counted too.
    """

    until: float
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)

    @classmethod
    def start(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Self:
        """A fence that falls `seconds` from now."""
        return cls(until=clock() + seconds, clock=clock)

    @property
    def passed(self) -> bool:
        """Whether it is too late to hand bytes over."""
        return self.clock() > self.until


class FencePassedError(Exception):
    """The moment to send is over; nothing was handed over. Claim the dispatch again."""


@dataclass(slots=True)
class Handover:
    """What happened to one request body: whether its writing has begun, whether a byte may have left."""

    fence: Fence
    begun: bool = False
    handed: bool = False

    def begin(self) -> None:
        """Say that the next write carries the body. A body is written once: a second time is refused."""
        if self.begun:
            raise FencePassedError
        self.begun = True

    def pass_fence(self) -> None:
        """Called by the socket as the last thing before a write.

        Raises:
            FencePassedError: when the body is about to be written too late.
        """
        if not self.begun or self.handed:
            return
        if self.fence.passed:
            raise FencePassedError
        self.handed = True
