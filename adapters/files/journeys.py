"""Journeys from YAML files: parsed hard, every mistake told with its line and what to write instead."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from adapters.files.journey_document import journey_of, step_of
from adapters.files.journey_form import DOINGS, TESTS, JourneyForm, StepForm
from adapters.files.journey_words import choice_mistakes, schema_mistakes
from adapters.files.mistake import FileRefused, JourneyRefused, Mistake
from adapters.files.plain_text import plain_text, read_bytes
from adapters.files.yaml_tree import Path as Place
from adapters.files.yaml_tree import Reading, Tree, read_tree
from domain.journey.definition import Journey
from domain.journey.mistake import Problem
from domain.journey.validation import MOST_STEPS, KnownTemplates, order_problems, problems, step_problems


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: its journey (None when it is refused) and all mistakes, warnings with them."""

    journey: Journey | None
    mistakes: tuple[Mistake, ...]

    def or_refused(self) -> Journey:
        """The journey.

        Raises:
            JourneyRefused: there is none, or something is wrong that is more than a warning.
        """
        grave = [mistake for mistake in self.mistakes if not mistake.warning]
        if grave or self.journey is None:
            raise JourneyRefused(grave)
        return self.journey


def parse_journey(
    text: str | bytes, name_for_messages: str, templates: KnownTemplates | None = None
) -> Journey:
    """The journey in `text`; with `templates`, the texts it needs must be among them.

    Raises:
        JourneyRefused: with every mistake, at its line and column.
    """
    return examine(text, name_for_messages, templates).or_refused()


def load_journey(path: Path, templates: KnownTemplates | None = None) -> Journey:
    """The journey in a file that is named after it (`first-miss.yaml` holds `first-miss`).

    Raises:
        JourneyRefused: with every mistake, at its line and column.
    """
    return examine_file(path, str(path), templates).or_refused()


def load_journeys(folder: Path, templates: KnownTemplates | None = None) -> dict[str, Journey]:
    """All journeys of a folder by name.

    Raises:
        JourneyRefused: with every mistake of every file.
    """
    parsed = [examine_file(path, str(path), templates) for path in journey_files(folder)]
    grave = [mistake for one in parsed for mistake in one.mistakes if not mistake.warning]
    if grave or not parsed:
        empty = Mistake(str(folder), 1, 1, "there is no journey here", "write one as `standard.yaml`")
        raise JourneyRefused(grave or [empty])
    return {one.journey.name: one.journey for one in parsed if one.journey is not None}


def journey_files(folder: Path) -> list[Path]:
    """The files of a folder that hold journeys, whichever of the two endings they have."""
    return sorted(path for path in folder.glob("*") if path.suffix in {".yaml", ".yml"})


def examine_file(path: Path, name: str, templates: KnownTemplates | None = None) -> Parsed:
    """A file looked through; `name` is what messages call it."""
    try:
        parsed = examine(read_bytes(path, name), name, templates)
    except FileRefused as refused:
        return Parsed(None, refused.mistakes)
    wrong = []
    if path.suffix != ".yaml":
        wrong.append(Mistake(name, 1, 1, "the file's name ends wrongly", "write `.yaml` at its end"))
    if parsed.journey is not None and parsed.journey.name != path.stem:
        problem = f"the journey `{parsed.journey.name}` is in the file {path.name}"
        wrong.append(Mistake(name, 1, 1, problem, "write the same name in both"))
    return Parsed(parsed.journey, (*wrong, *parsed.mistakes))


def examine(text: str | bytes, name: str, templates: KnownTemplates | None = None) -> Parsed:
    """A text looked through: as much as can be said of it, whatever is wrong."""
    try:
        reading = read_tree(plain_text(text, name))
    except FileRefused as refused:
        return Parsed(None, refused.mistakes)
    if not isinstance(reading.tree, dict):
        if not reading.mistakes:
            problem = "a journey is a mapping of keys"
            reading.mistakes.append(reading.wrong((), problem, "write `journey: first-miss` and so on"))
        return Parsed(None, tuple(sorted(reading.mistakes)))
    return _understood(reading, reading.tree, templates)


def _understood(reading: Reading, tree: dict[str, Tree], templates: KnownTemplates | None) -> Parsed:
    steps = tree.get("steps")
    if isinstance(steps, list) and len(steps) > MOST_STEPS:
        problem = f"the journey has {len(steps)} steps, more than {MOST_STEPS}"
        wrong = reading.wrong(("steps",), problem, "write fewer steps, or two journeys")
        return Parsed(None, tuple(sorted((*reading.mistakes, wrong))))
    reading.mistakes += choice_mistakes(tree, reading)
    try:
        form = JourneyForm.model_validate(tree)
    except ValidationError as error:
        reading.mistakes += schema_mistakes(error, reading)
        reading.mistakes += _sound_steps(reading, steps, error)
        return Parsed(None, tuple(sorted(reading.mistakes)))
    journey = journey_of(form)
    places = dict(enumerate(enumerate(form.steps)))
    reading.mistakes += _placed(reading, problems(journey, templates), places)
    return Parsed(journey, tuple(sorted(reading.mistakes)))


def _sound_steps(reading: Reading, steps: Tree | None, error: ValidationError) -> Iterator[Mistake]:
    """What is wrong with the steps that could be understood although others could not."""
    if not isinstance(steps, list):
        return
    broken = {place[1] for found in error.errors() if len(place := found["loc"]) > 1 and place[0] == "steps"}
    sound = [
        (index, StepForm.model_validate(step)) for index, step in enumerate(steps) if index not in broken
    ]
    understood = [step_of(form) for _, form in sound]
    found = (*step_problems(understood), *order_problems(understood))
    yield from _placed(reading, found, dict(enumerate(sound)))


def _placed(
    reading: Reading, found: tuple[Problem, ...], places: dict[int, tuple[int, StepForm]]
) -> Iterator[Mistake]:
    """The domain's problems at the lines they come from; `places` has each step's index in the file."""
    for problem in found:
        path: Place = problem.part
        if problem.step is not None:
            index, form = places[problem.step]
            path = ("steps", index, *_written(problem.part, form))
        yield _weighed(reading.wrong(path, problem.problem, problem.remedy), problem)


def _written(part: Place, form: StepForm) -> Place:
    """The path of keys, as the file has them, for a path of attributes."""
    match part:
        case ("do", "cases", int(number), "value") if form.branch is not None:
            return ("branch", "cases", number, form.branch.cases[number].only(TESTS))
        case ("do", *rest):
            return (form.only(DOINGS), *rest)
        case ("step_id",):
            return ("id",)
        case _:
            return part


def _weighed(mistake: Mistake, problem: Problem) -> Mistake:
    return Mistake(
        mistake.path, mistake.line, mistake.column, mistake.problem, mistake.remedy, warning=not problem.grave
    )
