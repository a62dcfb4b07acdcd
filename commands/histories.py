"""Histories as a command: export them from a cluster, replay them on this tree."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapters.settings import Settings, load_settings
from adapters.temporal.histories import Replayed, export, histories_in, replay
from commands import parts
from commands.exits import CommandFailed, run


def exported(folder: Path, query: str, limit: int) -> int:
    """Write histories into a folder, from the cluster the settings name or the one running here."""
    settings = load_settings()
    folder.mkdir(parents=True, exist_ok=True)
    return run(_export(settings, folder, query, limit))


def replayed(places: Sequence[Path]) -> int:
    """Replay histories; 1 when any of them would go another way on this code, or there is none."""
    files = histories_in(places)
    if not files:
        raise CommandFailed(f"No history files in {', '.join(map(str, places))}: export some first.")
    return run(_replay(load_settings(), files))


async def _export(settings: Settings, folder: Path, query: str, limit: int) -> int:
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    client = await parts.temporal_client(settings, address)
    console, written = Console(), 0
    async for _ in export(client, folder, query, limit):
        written += 1
    console.print(f"{written} histories in {folder}", highlight=False)
    return 0


async def _replay(settings: Settings, files: Sequence[Path]) -> int:
    verdicts = [verdict async for verdict in replay(files, settings.encryption_keys())]
    failed = [verdict for verdict in verdicts if verdict.problem is not None]
    Console().print(_table(verdicts, failed))
    return int(bool(failed))


def _table(verdicts: Sequence[Replayed], failed: Sequence[Replayed]) -> Table:
    table = Table("history", "events", "what this code does with it", title="Replay")
    for verdict in failed:
        table.add_row(verdict.name, str(verdict.events), verdict.problem)
    passed = len(verdicts) - len(failed)
    events = sum(verdict.events for verdict in verdicts)
    table.add_row(f"{passed} of {len(verdicts)}", str(events), "the same as recorded")
    return table
