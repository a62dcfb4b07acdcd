"""A real Temporal server for the session, and a worker over an in-memory twin."""

import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment

from adapters.temporal.client import converter
from adapters.temporal.gateway import Gateway
from adapters.temporal.workers import journey_worker
from tests.workflows.twin import Twin

Stage = Callable[[Twin], AbstractAsyncContextManager[Gateway]]


def binary(name: str) -> str | None:
    """A server binary beside our Python or on PATH; None lets the SDK fetch its own."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


@pytest.fixture(scope="session")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_local(
        data_converter=converter({"k1": b"k" * 32}),
        dev_server_existing_path=binary("temporal"),
        dev_server_log_level="error",
    ) as environment:
        yield environment


@pytest.fixture
def stage(engine: WorkflowEnvironment) -> Stage:
    @asynccontextmanager
    async def on_stage(twin: Twin) -> AsyncIterator[Gateway]:
        queue = f"journeys-{uuid4().hex[:8]}"
        async with journey_worker(engine.client, twin.activities(), queue):
            yield Gateway(engine.client, queue)

    return on_stage


async def skipping_server(payloads: DataConverter, tries: int = 5) -> WorkflowEnvironment:
    """A time-skipping server; on a busy machine it may miss the five seconds the SDK gives it to answer."""
    try:
        return await WorkflowEnvironment.start_time_skipping(
            data_converter=payloads, test_server_existing_path=binary("temporal-test-server")
        )
    except RuntimeError:
        if tries == 1:
            raise
    return await skipping_server(payloads, tries - 1)


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server whose clock jumps to the next timer whenever a workflow's result is awaited."""
    async with await skipping_server(converter({"k1": b"k" * 32})) as environment:
        yield environment
