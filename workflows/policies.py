"""How long the journey lets each activity try, and how it asks again."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class Local(TypedDict):
    """Options of a local activity."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class Remote(TypedDict):
    """Options of an activity with its own place in the history."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


# The store is ours and must answer; when it is down, keep asking: nothing is sent meanwhile.
STORE = Local(
    start_to_close_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30)
    ),
)
# A provider call ends within its own deadline of 20 s; the rest is two transactions.
PROVIDER = Remote(
    start_to_close_timeout=timedelta(seconds=45),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
)
# Replay costs per event: a run this long goes on as a fresh one at the next wait.
RUN_EVENTS = 75
