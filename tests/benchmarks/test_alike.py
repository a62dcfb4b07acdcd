"""What is compared is alike: the workers' settings, the round trips, and the work."""

import asyncio
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from adapters.temporal import workers as product
from benchmarks import interpreter, walked, workers
from benchmarks.portfolio import BEFORE, CONTACTS, nine_contacts, standard
from benchmarks.rounds import interleaved
from benchmarks.tally import Tally
from domain.journey.definition import Send
from domain.journey.move import Contact
from workflows.journey import JourneyWorkflow


def settings(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, make: Callable[[], object]
) -> dict[str, Any]:
    """What a module tells the SDK's worker."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(module, "Worker", lambda _, **keywords: told.update(keywords))
    make()
    interceptors = [type(each) for each in told["interceptors"]]
    return {**told, "workflow_runner": told["workflow_runner"].restrictions, "interceptors": interceptors}


def test_bare_workflows_run_on_a_worker_set_up_as_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = object()
    ours = settings(monkeypatch, product, lambda: product.journey_worker(client, [], "queue"))
    theirs = settings(
        monkeypatch, workers, lambda: workers.worker_like_ours(client, [JourneyWorkflow], [], "queue")
    )
    assert theirs == ours


def test_the_benchmarks_journey_is_the_shipped_ones_contacts() -> None:
    sends = [step for step in nine_contacts().steps if isinstance(step.do, Send)]
    assert len(sends) == CONTACTS
    assert {step.step_id for step in sends} <= {step.step_id for step in standard().steps}


def test_orders_made_beforehand_are_those_the_journey_gives() -> None:
    order = walked.store_steps("account")
    run = walked.a_run(nine_contacts(), "account")
    taken = interpreter.states(nine_contacts(), run)
    assert [(made.step_id, made.at) for made in order.contacts] == [
        (move.action.step.step_id, now) for _, now, move in taken if isinstance(move.action, Contact)
    ]
    assert all(made.then is not None for made in order.contacts)
    assert order.end.ended.at > BEFORE


def test_a_forecast_is_told_the_steps_that_a_walk_takes() -> None:
    run = walked.a_run(standard(), "account")
    assert interpreter.walk(standard(), run) >= CONTACTS


async def test_repeats_alternate_the_order_of_the_variants() -> None:
    order: list[str] = []

    def variant(name: str) -> Callable[[], Any]:
        async def measured() -> float:
            order.append(name)
            return float(len(order))

        return measured

    taken = await interleaved({"a": variant("a"), "b": variant("b")}, 2)
    assert order == ["a", "b", "b", "a"]
    assert taken == {"a": [1.0, 4.0], "b": [2.0, 3.0]}


async def test_a_count_wakes_whoever_waits_for_it() -> None:
    tally = Tally()
    waiting = asyncio.create_task(tally.reach("contact", 2))
    for _ in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        tally.tell("contact")
    await waiting
    await tally.reach("contact", 1)
    assert await tally.quiet() > 0
