"""Sound journeys of every shape, for properties."""

from datetime import time

from hypothesis import strategies as st

from domain.contact import Channel, Purpose
from domain.journey.definition import (
    Branch,
    Case,
    Comparison,
    Doing,
    Fact,
    HandOff,
    Journey,
    OpenTask,
    Send,
    Stage,
    Step,
    WriteOff,
)

LATER_STAGES = (Stage.REMINDER, Stage.ESCALATION, Stage.HARDSHIP)
# Words that some YAML, somewhere, reads as something else.
TRAPS = ("NO", "007", "true", "null", "1e3", "0x10", "5", "1_000", "off", "two words")

hours = st.integers(8 * 60, 20 * 60 + 30).map(lambda minutes: time(minutes // 60, minutes % 60))
channels = st.permutations([Channel.SMS, Channel.EMAIL]).flatmap(
    lambda order: st.integers(1, 2).map(lambda count: tuple(order[:count]))
)
purposes = st.sampled_from([Purpose.COLLECTION, Purpose.NOTICE, Purpose.OFFER])
numbers = st.integers(0, 10**15 - 1)


def cases(targets: list[str]) -> st.SearchStrategy[Case]:
    """Questions that can be asked, of words and of numbers."""
    target = st.sampled_from(targets)
    number = st.builds(
        Case,
        st.sampled_from([Fact.BALANCE_MINOR, Fact.PRIOR_EPISODES]),
        st.sampled_from(Comparison),
        numbers,
        target,
    )
    equal = st.sampled_from([Comparison.IS, Comparison.IS_NOT])
    word = st.builds(Case, st.just(Fact.SEGMENT), equal, st.sampled_from(TRAPS), target)
    country = st.builds(Case, st.just(Fact.COUNTRY), equal, st.sampled_from(["NO", "DE"]), target)
    return st.one_of(number, word, country)


@st.composite
def doings(draw: st.DrawFn, later: list[str]) -> Doing:
    """What a step can do that does not end the journey."""
    kind = draw(st.sampled_from(["send", "task", "branch"]))
    if kind == "send":
        return Send("reminder", draw(channels), draw(purposes))
    if kind == "task":
        return OpenTask("call-customer")
    asked = draw(
        st.lists(
            cases(later), min_size=1, max_size=4, unique_by=lambda case: (case.fact, case.test, case.value)
        )
    )
    return Branch(tuple(asked), later[0])


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Journeys that validation lets pass; the version is still empty."""
    days = sorted(draw(st.sets(st.integers(-60, 700), min_size=1, max_size=12)))
    stages = iter(sorted(draw(st.lists(st.sampled_from(range(3)), min_size=len(days), max_size=len(days)))))
    ids = [f"step-{index}" for index in range(len(days))] + ["end"]
    steps = []
    for index, day in enumerate(days):
        later = ids[index + 1 :]
        stage = Stage.PRE_DUE if day < 1 else LATER_STAGES[next(stages)]
        do: Doing = Send("reminder", draw(channels), Purpose.PRE_DUE)
        if stage is not Stage.PRE_DUE:
            do = draw(doings(later))
        follows = None if isinstance(do, Branch) else draw(st.sampled_from([None, later[0]]))
        steps.append(Step(ids[index], stage, day, draw(hours), do, follows))
    endings: list[Doing] = [HandOff(), WriteOff()]
    end = draw(st.sampled_from(endings))
    last = Step("end", Stage.HARDSHIP, max(30, days[-1] + 1), draw(hours), end)
    return Journey("some-journey", "", (*steps, last), draw(st.integers(1, 30)), draw(st.integers(702, 800)))
