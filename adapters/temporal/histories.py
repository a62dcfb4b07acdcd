"""Recorded histories: fetch them from a cluster, and replay them on the code that would ship."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from adapters.temporal.client import converter
from adapters.temporal.workers import sandbox
from workflows.journey import JourneyWorkflow
from workflows.names import WORKFLOW

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One history's verdict; `problem` is None when the code does what was recorded."""

    name: str
    events: int
    problem: str | None


async def export(client: Client, folder: Path, query: str, limit: int) -> AsyncIterator[Path]:
    """Write up to `limit` journeys' histories into `folder`, which exists, payloads as they travelled.

    A file is named `<workflow id>.<run id>.json`, the id quoted as in a URL: it belongs to the payloads' key.

    `query` is a visibility filter in Temporal's list syntax, added to the workflow type.
    """
    wanted = f"WorkflowType = '{WORKFLOW}'" + (f" AND ({query})" if query else "")
    async for found in client.list_workflows(wanted, limit=limit):
        handle = client.get_workflow_handle(found.id, run_id=found.run_id)
        history = await handle.fetch_history()
        path = folder / f"{quote(found.id, safe='')}.{found.run_id}{_SUFFIX}"
        path.write_text(history.to_json(), encoding="utf-8")
        yield path


async def replay(files: Iterable[Path], keys: Mapping[str, bytes]) -> AsyncIterator[Replayed]:
    """Replay each file on this tree's workflow code, in the sandbox the worker uses."""
    replayer = Replayer(
        workflows=[JourneyWorkflow], data_converter=converter(keys), workflow_runner=sandbox()
    )
    for path in files:
        history = WorkflowHistory.from_json(_workflow_of(path), path.read_text(encoding="utf-8"))
        outcome = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        yield Replayed(path.name, len(history.events), _told(outcome.replay_failure))


def histories_in(places: Iterable[Path]) -> list[Path]:
    """The history files named, and those in the folders named, in order."""
    files = [file for place in places for file in (place.glob(f"*{_SUFFIX}") if place.is_dir() else [place])]
    return sorted(files)


def _told(failure: Exception | None) -> str | None:
    match failure:
        case None:
            return None
        case NondeterminismError():
            return f"the code does something else than was recorded: {failure}"
        case _:
            return f"{type(failure).__name__}: {failure}"


def _workflow_of(path: Path) -> str:
    return unquote(path.stem.rsplit(".", 1)[0])
