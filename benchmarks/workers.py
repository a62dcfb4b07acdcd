"""Workers with the product's settings, for any workflow."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkflowRunner

from adapters.temporal.log_context import LogContext
from adapters.temporal.workers import CACHED_JOURNEYS, CONTACTS_AT_ONCE, IN_HAND, sandbox


def worker_like_ours(
    client: Client,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
    task_queue: str,
    *,
    cached: int = CACHED_JOURNEYS,
    runner: WorkflowRunner | None = None,
) -> Worker:
    """A worker set up as `adapters.temporal.workers.journey_worker` sets up ours; a test compares the two."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=activities,
        workflow_runner=runner or sandbox(),
        interceptors=[LogContext()],
        graceful_shutdown_timeout=IN_HAND,
        max_cached_workflows=cached,
        max_concurrent_activities=CONTACTS_AT_ONCE,
        max_concurrent_workflow_tasks=100,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
