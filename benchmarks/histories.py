"""History events and bytes: a journey of ninety days on durable timers that the test server skips."""

import shutil
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.testing import WorkflowEnvironment

from adapters.temporal.client import converter
from adapters.temporal.gateway import Gateway
from benchmarks.bare import BareSteps, Idle, Steps
from benchmarks.events import Counted, count
from benchmarks.figures import Goal, Row, Section, Table, number
from benchmarks.portfolio import BEFORE, CONTACTS, DUE, an_id, standard
from benchmarks.stage import Stage
from benchmarks.stand_ins import StandIns
from benchmarks.tally import Tally
from benchmarks.variants import LocalContacts
from benchmarks.workers import worker_like_ours
from workflows.journey import JourneyWorkflow
from workflows.names import workflow_id
from workflows.ticket import Ticket

_BEYOND = BEFORE + timedelta(days=200)
OURS, OURS_LOCAL = "journey", "journey, contact as a local activity"
HEADER = (
    "workflow", "events a contact step", "bytes a contact step", "events in all", "bytes in all", "runs",
    "events in the longest run",
)  # fmt: skip


async def _skipping_server(tries: int = 5) -> WorkflowEnvironment:
    """A time-skipping server; on a busy machine it may miss the five seconds the SDK gives it to answer."""
    try:
        return await WorkflowEnvironment.start_time_skipping(
            data_converter=converter({}), test_server_existing_path=_test_server(), runtime=_quiet()
        )
    except RuntimeError:
        if tries == 1:
            raise
    return await _skipping_server(tries - 1)


async def measure(stage: Stage) -> Section:
    """Every shape's histories, fetched and counted."""
    async with await _skipping_server() as skipping:
        ours = await _ninety_days(skipping, JourneyWorkflow)
        local = await _ninety_days(skipping, LocalContacts)
    rows = (
        _row(OURS, ours),
        _row(OURS_LOCAL, local),
        _row("journey on a test clock, one `advance`", await _on_test_clock(stage.client)),
        _row("bare, one regular activity", await _bare(stage.client, 1, 0)),
        _row("bare, three regular activities", await _bare(stage.client, 3, 0)),
    )
    return Section(
        "Histories",
        f"The shipped standard journey from twenty days before the due date to the write-off: {CONTACTS} "
        "contacts, two branches, a task. Started by a poke, on the server that skips the waiting; every "
        "timer is a durable one. The bare workflows take nine steps and nothing else, in one run. A "
        "contact step goes from one contact's end to the next one's (median); bytes are those of the "
        "events as stored, payloads compressed.",
        (Table(HEADER, rows), _goals(ours)),
        "Counts are exact and the same on every machine; bytes move by a few with the length of ids. Every "
        "poke that finds nothing to do adds five events (a signal, a workflow task of three, a look).",
    )


def _row(name: str, counted: Counted) -> Row:
    figures = (
        counted.step_events, counted.step_size, counted.events, counted.size, counted.runs, counted.longest,
    )  # fmt: skip
    return (name, *map(number, figures))


def _goals(ours: Counted) -> Table:
    goals = (
        ("events a contact step", ours.step_events, Goal(12, at_most=True)),
        ("events a contact step, stretch", ours.step_events, Goal(8, at_most=True)),
        ("events of the journey", ours.events, Goal(130, at_most=True)),
    )
    return Table(
        ("journey", "figure", "goal", ""),
        tuple((name, number(value), str(goal), goal.verdict(value)) for name, value, goal in goals),
    )


async def _ninety_days(skipping: WorkflowEnvironment, kind: type[JourneyWorkflow]) -> Counted:
    due = (await skipping.get_current_time()).date() + timedelta(days=20)
    activities = StandIns(standard(), due, Tally(), now=skipping.get_current_time).activity_list()
    account_id, queue = an_id("bench"), an_id("queue")
    async with worker_like_ours(skipping.client, [kind], activities, queue):
        handle = await skipping.client.start_workflow(
            kind.run, Ticket(account_id), id=workflow_id(account_id), task_queue=queue, start_signal="poke"
        )
        await handle.result()
        return await count(skipping.client, handle.id, "make_contact")


async def _on_test_clock(client: Client) -> Counted:
    activities = StandIns(standard(), DUE, Tally(), BEFORE).activity_list()
    account_id, queue = an_id("bench"), an_id("queue")
    async with worker_like_ours(client, [JourneyWorkflow], activities, queue):
        await Gateway(client, queue).advance(account_id, _BEYOND)
        return await count(client, workflow_id(account_id), "make_contact")


async def _bare(client: Client, regular: int, local: int) -> Counted:
    account_id, queue = an_id("bench"), an_id("queue")
    order = Steps(account_id, CONTACTS, regular, local)
    async with worker_like_ours(client, [BareSteps], Idle(Tally()).activity_list(), queue):
        handle = await client.start_workflow(
            BareSteps.run, order, id=workflow_id(account_id), task_queue=queue
        )
        await handle.result()
        return await count(client, handle.id)


def _quiet() -> Runtime:
    """The SDK warns that this server is old; it is, and it is only here to skip time."""
    levels = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=levels)))


def _test_server() -> str | None:
    beside = Path(sys.executable).with_name("temporal-test-server")
    return str(beside) if beside.exists() else shutil.which("temporal-test-server")
