"""The doors to running journeys: poke, ask, order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow import UpdateMethodMultiParam

from domain.journey.forecast import Expected, Progress
from workflows.journey import JourneyWorkflow
from workflows.names import TASK_QUEUE, workflow_id
from workflows.orders import Advance, Advanced, Leave, Pause, Resume, Skip
from workflows.ticket import Ticket

_T = TypeVar("_T")
_ASK = timedelta(seconds=10)
_ADVANCE = timedelta(minutes=5)
_AGAIN_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
# Payments and orders go before bulk starts on the same queue.
URGENT = Priority(priority_key=1)


class JourneyNotOpen(Exception):
    """No journey is running for the account."""


class OrderRefusedByJourney(Exception):
    """The journey is in no state for the order; `code` for machines, the message for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class EngineUnavailable(Exception):
    """Temporal, or every worker, cannot be reached now; what was told to the store is safe."""


class Gateway:
    """Speaks to journeys by account id. Calls end within ten seconds, an advance within five minutes."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._queue = task_queue

    async def reachable(self) -> bool:
        """Whether Temporal answers."""
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except (RPCError, RuntimeError):  # RuntimeError: the SDK's word for a first connection that failed
            return False

    async def poke(self, account_id: str) -> None:
        """Make the account's journey look at the store, starting it when none is running."""
        await _answer(
            lambda: self._client.start_workflow(
                JourneyWorkflow.run,
                Ticket(account_id),
                id=workflow_id(account_id),
                task_queue=self._queue,
                start_signal="poke",
                priority=URGENT,
                rpc_timeout=_ASK,
            )
        )

    async def progress(self, account_id: str) -> Progress | None:
        """Where the walk is; None while it opens or after `nothing_owed`."""
        handle = self._handle(account_id)
        return await _answer(lambda: handle.query(JourneyWorkflow.progress, rpc_timeout=_ASK))

    async def forecast(self, account_id: str, days: int) -> list[Expected]:
        """The next days, if nothing but time passes."""
        handle = self._handle(account_id)
        return await _answer(lambda: handle.query(JourneyWorkflow.forecast, days, rpc_timeout=_ASK))

    async def pause(self, account_id: str, by: str, until: datetime | None = None) -> Progress | None:
        """Freeze every clock until resumed or until `until`."""
        return await self._order(account_id, JourneyWorkflow.pause, Pause(_order_id(), by, until))

    async def resume(self, account_id: str, by: str) -> Progress | None:
        """Let the clocks run again."""
        return await self._order(account_id, JourneyWorkflow.resume, Resume(_order_id(), by))

    async def skip(self, account_id: str, by: str, step_id: str) -> Progress | None:
        """Leave out the step at hand."""
        return await self._order(account_id, JourneyWorkflow.skip, Skip(_order_id(), by, step_id))

    async def leave(self, account_id: str, by: str) -> Progress | None:
        """End the journey as withdrawn."""
        return await self._order(account_id, JourneyWorkflow.leave, Leave(_order_id(), by))

    async def advance(self, account_id: str, to: datetime) -> Advanced:
        """Let the account's test clock run to `to`, starting the journey if something is owed."""
        while True:
            advanced = await _answer(lambda: self._advance(account_id, Advance(to)))
            if advanced.settled or not advanced.open:
                return advanced

    async def _advance(self, account_id: str, order: Advance) -> Advanced:
        start = WithStartWorkflowOperation(
            JourneyWorkflow.run,
            Ticket(account_id),
            id=workflow_id(account_id),
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        try:
            return await self._client.execute_update_with_start_workflow(
                JourneyWorkflow.advance, order, start_workflow_operation=start, rpc_timeout=_ADVANCE
            )
        except RPCError:
            # The operation keeps the same error for whoever asks for its handle; nobody will.
            await asyncio.gather(start.workflow_handle(), return_exceptions=True)
            raise

    async def _order(
        self,
        account_id: str,
        update: UpdateMethodMultiParam[[JourneyWorkflow, _T], Progress | None],
        order: _T,
    ) -> Progress | None:
        handle = self._handle(account_id)
        return await _answer(lambda: handle.execute_update(update, order, rpc_timeout=_ASK))

    def _handle(self, account_id: str) -> WorkflowHandle[JourneyWorkflow, str]:
        return self._client.get_workflow_handle_for(JourneyWorkflow.run, workflow_id(account_id))


def _order_id() -> str:
    return uuid4().hex


async def _answer(ask: Callable[[], Awaitable[_T]]) -> _T:
    """The answer, or one of our three errors. A journey that is just turning a page is asked again."""
    for pause in _AGAIN_SECONDS:
        try:
            return await _translated(ask)
        except _TurningPage:
            await asyncio.sleep(pause)
    raise EngineUnavailable("the journey was busy all the time; try again")


class _TurningPage(Exception):
    """The update met a run that was ending or handing on; it was not carried out."""


async def _translated(ask: Callable[[], Awaitable[_T]]) -> _T:
    try:
        return await ask()
    except WorkflowUpdateFailedError as failed:
        raise _refusal(failed) from None
    except WorkflowQueryFailedError:
        raise JourneyNotOpen("the journey cannot answer") from None
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise EngineUnavailable("no worker answered in time; try again") from None
    except RPCError as broken:
        raise _absence(broken) from None
    except RuntimeError:  # the SDK's word for a first connection that failed
        raise EngineUnavailable("the engine cannot be reached; try again") from None


def _refusal(failed: WorkflowUpdateFailedError) -> Exception:
    match failed.cause:
        case ApplicationError(type=str(code), message=sentence):
            return OrderRefusedByJourney(code, sentence)
        case _:
            return EngineUnavailable("the journey could not carry out the order; try again")


def _absence(broken: RPCError) -> Exception:
    if broken.status in {RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.ABORTED}:
        return _TurningPage()
    if broken.status is RPCStatusCode.NOT_FOUND:
        return JourneyNotOpen("no journey is running for this account")
    return EngineUnavailable(f"the engine answered {broken.status.name.lower()}; try again")
