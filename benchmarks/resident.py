"""A worker process that opens journeys and tells the memory each took: `python -m benchmarks.resident`."""

import asyncio
import gc
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner

from adapters.temporal.client import connect
from benchmarks.bare import BareWait, Idle, Nudge
from benchmarks.portfolio import standard
from benchmarks.stand_ins import StandIns
from benchmarks.starts import soon
from benchmarks.tally import Tally
from benchmarks.workers import worker_like_ours
from workflows.journey import JourneyWorkflow
from workflows.names import workflow_id
from workflows.ticket import Ticket

_WARM_UP, _AT_ONCE = 100, 20
_KIB = 1024


async def opened(address: str, kind: str, box: str, count: int) -> float:
    """Kibibytes that each of `count` cached workflows added to this process's resident memory."""
    client = await connect(address, "default", {})
    tally, queue = Tally(), uuid4().hex
    ours = kind == "journey"
    workflow = JourneyWorkflow if ours else BareWait
    activities = StandIns(standard(), soon(), tally) if ours else Idle(tally)
    runner = None if box == "sandbox" else UnsandboxedWorkflowRunner()
    opens = "open_journey" if ours else "nothing"
    async with worker_like_ours(
        client, [workflow], activities.activity_list(), queue, cached=count + _WARM_UP, runner=runner
    ):
        await _start(client, kind, queue, [uuid4().hex for _ in range(_WARM_UP)])
        await tally.reach(opens, _WARM_UP)
        await tally.quiet()
        before = _resident_bytes()
        await _start(client, kind, queue, [uuid4().hex for _ in range(count)])
        await tally.reach(opens, count + _WARM_UP)
        await tally.quiet()
        return (_resident_bytes() - before) / count / _KIB


async def _start(client: Client, kind: str, queue: str, accounts: Sequence[str]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def start(account_id: str) -> None:
        name = workflow_id(account_id)
        async with places:
            if kind == "journey":
                ticket = Ticket(account_id)
                await client.start_workflow(JourneyWorkflow.run, ticket, id=name, task_queue=queue)
            else:
                await client.start_workflow(BareWait.run, Nudge(account_id, 1), id=name, task_queue=queue)

    await asyncio.gather(*map(start, accounts))


def _resident_bytes() -> int:
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    listing = subprocess.run(  # noqa: S603 - the only argument is a number
        ("/bin/ps", "-o", "rss=", "-p", f"{os.getpid()}"), capture_output=True, text=True, check=True
    )
    return int(listing.stdout) * _KIB


if __name__ == "__main__":
    where, what, boxed, many = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(opened(where, what, boxed, int(many)))))
    sys.stdout.flush()
    os._exit(0)
