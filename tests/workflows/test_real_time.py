"""Journeys on real timers: the server skips the waiting, the ninety days are the server's own."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from adapters.temporal.workers import journey_worker
from domain.account import Account
from domain.journey.run import Outcome
from tests.domain.journey_builders import STANDARD, STANDING, a_bill, a_journey, a_payment
from tests.workflows.twin import Twin
from workflows.journey import JourneyWorkflow
from workflows.ticket import Ticket


async def a_walk(env: WorkflowEnvironment) -> WorkflowHandle[JourneyWorkflow, str]:
    return await env.client.start_workflow(
        JourneyWorkflow.run, Ticket(uuid4().hex), id=f"acct:{uuid4().hex}", task_queue="real-time"
    )


async def test_ninety_days_pass_on_durable_timers(skipping: WorkflowEnvironment) -> None:
    start = await skipping.get_current_time()
    due = start.date() + timedelta(days=20)
    twin = Twin(a_journey(), Account((a_bill(due=due),)), STANDING, server_time=skipping.get_current_time)
    async with journey_worker(skipping.client, twin.activities(), "real-time"):
        handle = await a_walk(skipping)
        assert await handle.result() == Outcome.WRITTEN_OFF
    walked = [(step, (moment.date() - due).days) for _, step, _, _, moment in twin.contacts]
    assert walked == [(step.step_id, step.day) for step in STANDARD if step.do.kind == "send"]
    assert all(moment.hour == 9 for *_, moment in twin.contacts)


async def test_a_poke_wakes_the_sleeper_and_a_payment_ends_it(skipping: WorkflowEnvironment) -> None:
    start = await skipping.get_current_time()
    due = start.date() - timedelta(days=2)
    twin = Twin(a_journey(), Account((a_bill(due=due),)), STANDING, server_time=skipping.get_current_time)
    async with journey_worker(skipping.client, twin.activities(), "real-time"):
        handle = await a_walk(skipping)
        await twin.first_note.wait()
        paid_at = datetime.now(UTC)
        twin.account = Account(twin.account.bills, (a_payment("p", 5000, paid_at),))
        await handle.signal(JourneyWorkflow.poke)
        assert await handle.result() == Outcome.CURED
    assert twin.ended[0].at == paid_at
