"""The pure interpreter on one core: steps a second on the shipped standard journey."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from benchmarks.figures import Goal, Ratio, Samples, Scale, Section, ratio_table, sampled_table
from benchmarks.portfolio import BEFORE, standard
from benchmarks.rounds import as_samples, interleaved
from benchmarks.walked import a_run
from domain.journey.definition import Journey
from domain.journey.forecast import assumed, forecast
from domain.journey.interpreter import apply, next_move
from domain.journey.move import Act, Finish, WaitUntil
from domain.journey.run import JourneyRun

_SECONDS = 0.5
_DAYS = 120
WALK, FORECAST, FLOOR = "walk", "forecast", "one `replace` of the run"
PAIR = "`next_move` + `apply`"
GOAL = Samples("the goal of 50,000 steps/s", (50_000.0,))


async def measure(scale: Scale) -> Section:
    """Steps a second of processor time."""
    journey = standard()
    run = a_run(journey, "bench")
    works = {
        PAIR: _pairs(journey, run),
        WALK: lambda: walk(journey, run),
        FORECAST: lambda: _forecast(journey, run),
        FLOOR: lambda: _replaced(run),
    }
    variants = {name: _rate(work, scale.share * _SECONDS) for name, work in works.items()}
    taken = as_samples(await interleaved(variants, scale.repeats))
    goal = Samples(GOAL.name, GOAL.values * scale.repeats)
    return Section(
        "The interpreter alone",
        f"Processor time, one core. *{PAIR}*: at each of the standard journey's steps, `next_move` when it "
        "is due and `apply` of its outcome. *Walk*: the same from the opening to the write-off with "
        "everything in between (the waits' `next_move`, too), counted in steps applied. *Forecast*: the "
        f"same inside `forecast` of {_DAYS} days, which also tells what it saw. *{FLOOR}* is what Python "
        "takes for the smallest change of a run.",
        (
            sampled_table("steps/s", list(taken.values())),
            ratio_table(
                Ratio(taken[PAIR], goal, Goal(1.0)),
                Ratio(taken[WALK], goal),
                Ratio(taken[FORECAST], goal),
                Ratio(taken[PAIR], taken[FLOOR]),
            ),
        ),
        "No holds are in force and nobody pays: a hold adds its intervals to each `next_move`.",
    )


def _rate(work: Callable[[], int], seconds: float) -> Callable[[], Awaitable[float]]:
    async def measured() -> float:
        work()
        steps, began = 0, time.process_time()
        while (spent := time.process_time() - began) < seconds:
            steps += work()
        return steps / spent

    return measured


def walk(journey: Journey, run: JourneyRun) -> int:
    """Walk to the end; how many steps were applied."""
    return len(states(journey, run))


def states(journey: Journey, run: JourneyRun) -> list[tuple[JourneyRun, datetime, Act]]:
    """The walk's state, instant and move at every step that is taken."""
    now, seen = BEFORE, list[tuple[JourneyRun, datetime, Act]]()
    while True:
        match next_move(journey, run, now):
            case Act() as move:
                seen.append((run, now, move))
                run = apply(journey, run, assumed(move.action), now)
            case WaitUntil(moment=datetime() as moment):
                now = moment
            case Finish():
                return seen
            case WaitUntil():
                raise AssertionError(now)


def _pairs(journey: Journey, run: JourneyRun) -> Callable[[], int]:
    taken = [(state, now, assumed(move.action)) for state, now, move in states(journey, run)]

    def work() -> int:
        for state, now, event in taken:
            next_move(journey, state, now)
            apply(journey, state, event, now)
        return len(taken)

    return work


def _forecast(journey: Journey, run: JourneyRun) -> int:
    """The end, which a forecast tells too, is no step; branches, which it does not tell, are few."""
    return len(forecast(journey, run, BEFORE, _DAYS)) - 1


def _replaced(run: JourneyRun) -> int:
    replace(run, cursor=1)
    return 1
