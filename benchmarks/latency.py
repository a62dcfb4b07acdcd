"""From a payment to the end of its journey in the store, against a bare signal and its result."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from temporalio.client import WorkflowHandle

from adapters.store.pokes import Pokes
from adapters.temporal.gateway import Gateway
from adapters.temporal.relay import relay
from adapters.temporal.workers import CACHED_JOURNEYS
from benchmarks.bare import BareWait, Idle, Nudge
from benchmarks.figures import Row, Samples, Scale, Section, Table, number
from benchmarks.portfolio import a_payment, an_account, an_id
from benchmarks.rounds import Stopwatch
from benchmarks.stage import Stage
from benchmarks.starts import soon
from benchmarks.tally import Tally
from benchmarks.watched import Watched
from benchmarks.workers import worker_like_ours
from workflows.journey import JourneyWorkflow
from workflows.names import workflow_id

_PAYMENTS, _WARM_UP, _OPENING_AT_ONCE = 120, 5, 10
_COLD_CACHE = 5
_MS = 1_000


async def measure(stage: Stage, scale: Scale) -> Section:
    """Latencies with the journey in the worker's cache, and with its history to be replayed."""
    warm = await _timed(stage, scale.of(_PAYMENTS), CACHED_JOURNEYS)
    cold = await _timed(stage, scale.of(_PAYMENTS // 2), _COLD_CACHE)
    rows = (*(_row("cached", each) for each in warm), *(_row("evicted", each) for each in cold))
    over_bare = (_over_bare("cached", warm), _over_bare("evicted", cold))
    return Section(
        "From payment to cured",
        "One payment at a time, a bare signal after each. *Committed*: until `Intake` has answered. "
        "*Ended*: from the same beginning until the journey's end is committed: the commit rings the "
        "relay, the relay signals, the journey looks, finds nothing owed and ends. *Bare*: from a signal "
        "until the client has the result of a workflow that runs one empty local activity and completes.",
        (
            Table(("journey", "milliseconds", "p50", "p95", "p99", "payments"), rows),
            Table(("ended : bare", "p50", "p95"), over_bare),
        ),
        "The path to the end is four transactions (payment, take of the poke, its settling, the end) and "
        "one signal, where the bare one has the signal alone. The relay batches: in a burst payments wait "
        "for the batch before. An evicted journey is replayed from a history that is fetched again.",
    )


def _row(kind: str, samples: Samples) -> Row:
    told = (number(samples.percentile(percent)) for percent in (50, 95, 99))
    return (kind, samples.name, *told, str(len(samples.values)))


def _over_bare(kind: str, timed: Sequence[Samples]) -> Row:
    _, ended, bare = timed
    ratios = (ended.percentile(percent) / bare.percentile(percent) for percent in (50, 95))
    return (kind, *(f"{ratio:.2f}" for ratio in ratios))


async def _timed(stage: Stage, payments: int, cached: int) -> list[Samples]:
    tally, bare_tally, queue = Tally(), Tally(), an_id("queue")
    count = payments + _WARM_UP
    # Those opened last are still cached: they are not paid.
    accounts = await stage.enrol([an_account("standard", due=soon()) for _ in range(count + _COLD_CACHE)])
    activities = Watched(stage.activities(), tally).activity_list()
    idle = Idle(bare_tally).activity_list()
    ours = worker_like_ours(stage.client, [JourneyWorkflow], activities, queue, cached=cached)
    bare = worker_like_ours(stage.client, [BareWait], idle, f"{queue}-bare", cached=cached)
    async with ours, bare:
        await _open(stage, accounts, queue)
        await tally.reach("open_journey", len(accounts))
        await tally.quiet()
        handles = [await _bare(stage, f"{queue}-bare") for _ in accounts]
        await bare_tally.reach("nothing", len(handles))
        async with _relaying(stage, queue):
            for account_id, handle in zip(accounts[:_WARM_UP], handles, strict=False):
                await _pay(stage, tally, account_id)
                await _signal(handle)
            pairs = zip(accounts[_WARM_UP:count], handles[_WARM_UP:count], strict=True)
            times = [(*await _pay(stage, tally, each), await _signal(handle)) for each, handle in pairs]
    names = ("committed", "ended", "bare signal to result")
    return [
        Samples(name, tuple(column)) for name, column in zip(names, zip(*times, strict=True), strict=True)
    ]


async def _open(stage: Stage, accounts: list[str], queue: str) -> None:
    places, gateway = asyncio.Semaphore(_OPENING_AT_ONCE), Gateway(stage.client, queue)

    async def poke(account_id: str) -> None:
        async with places:
            await gateway.poke(account_id)

    await asyncio.gather(*map(poke, accounts))


async def _bare(stage: Stage, queue: str) -> WorkflowHandle[BareWait, str]:
    nudge = Nudge(an_id("bench"), 1)
    return await stage.client.start_workflow(
        BareWait.run, nudge, id=workflow_id(nudge.account_id), task_queue=queue
    )


async def _pay(stage: Stage, tally: Tally, account_id: str) -> tuple[float, float]:
    watch = Stopwatch()
    await stage.intake.tell_credit(a_payment(account_id))
    committed = watch.seconds
    await tally.reach(f"end_journey {account_id}", 1)
    return committed * _MS, watch.seconds * _MS


async def _signal(handle: WorkflowHandle[BareWait, str]) -> float:
    watch = Stopwatch()
    await handle.signal(BareWait.poke)
    await handle.result()
    return watch.seconds * _MS


@asynccontextmanager
async def _relaying(stage: Stage, queue: str) -> AsyncIterator[None]:
    carrying = asyncio.create_task(relay(Pokes(stage.database), Gateway(stage.client, queue).poke))
    try:
        yield
    finally:
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
