"""How a worker is set up, so that the product, the tests and the benchmarks run the same one."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from adapters.temporal.log_context import LogContext
from workflows.journey import JourneyWorkflow
from workflows.names import TASK_QUEUE

# A journey sleeps for days: keep those that were busy lately, replay the rest (58 kB each when cached).
CACHED_JOURNEYS = 1_000
CONTACTS_AT_ONCE = 50
# On SIGTERM contacts in hand go on to their outcome: longer than a carrier may take to answer.
IN_HAND = timedelta(seconds=30)


def journey_worker(
    client: Client,
    activities: Sequence[Callable[..., Any]],
    task_queue: str = TASK_QUEUE,
    cached: int = CACHED_JOURNEYS,
) -> Worker:
    """A worker for journeys and their activities, in the sandbox, with pollers that scale themselves."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[JourneyWorkflow],
        activities=activities,
        workflow_runner=sandbox(),
        interceptors=[LogContext()],
        graceful_shutdown_timeout=IN_HAND,
        max_cached_workflows=cached,
        max_concurrent_activities=CONTACTS_AT_ONCE,
        max_concurrent_workflow_tasks=100,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


def sandbox() -> SandboxedWorkflowRunner:
    """The sandbox with our modules passed through: their purity is proved by lint and by one strict test."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_all_modules())
