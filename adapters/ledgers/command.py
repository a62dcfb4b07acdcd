"""The walk as a command: read, walk, report, compare; what a person sees meanwhile."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from adapters.files.mistake import FileRefused
from adapters.ledgers.comparison import compare
from adapters.ledgers.doors import Doors
from adapters.ledgers.mapping import Mapping
from adapters.ledgers.mapping_file import find_mapping, load_mappings
from adapters.ledgers.patience import WalkInterrupted
from adapters.ledgers.reading import Ledger, Wishes, read_ledger
from adapters.ledgers.report import report, table
from adapters.ledgers.sight import in_sight
from adapters.ledgers.verdict import LedgerRefused, Verdict, told, write_verdicts
from adapters.ledgers.walk import RealWalk, walk
from domain.journey.definition import Journey

AS_IT_IS = Wishes()


@dataclass(frozen=True, slots=True)
class WalkOrder:
    """What was asked for on the command line. Without `mapping`, the only one that fits is taken."""

    path: Path
    mapping: str | None = None
    wishes: Wishes = AS_IT_IS
    json_path: Path | None = None
    verdicts_path: Path | None = None
    compare: bool = False
    concurrency: int = 32


def ledger_of(order: WalkOrder, journeys: dict[str, Journey], console: Console) -> Ledger | None:
    """The ledger to walk; None when it was refused, which is then on the console and in the verdict file.

    It needs neither store nor engine: ask before they are started. `journeys` are those that ship, by name.
    """
    try:
        _check_folders(order)
        ledger = read_ledger(order.path, _mappings(order.mapping), journeys, order.wishes)
    except LedgerRefused as refused:
        _print(console, "refused, nothing was imported:", told(refused.verdicts))
        _write_verdicts(order, refused.verdicts)
        return None
    except FileRefused as refused:
        _print(console, "the mapping cannot be used:", [str(mistake) for mistake in refused.mistakes])
        return None
    _write_verdicts(order, ledger.refused)
    if ledger.refused:
        _print(console, f"{len(ledger.refused)} rows were left out:", told(ledger.refused))
    return ledger


async def walk_command(order: WalkOrder, ledger: Ledger, doors: Doors, console: Console) -> int:
    """Walk the ledger and print what came of it; the answer is the exit code.

    1 when the walk was interrupted, a contact was made after payment, or the pure walk is another; else 0.
    The ledger's journey must be published under its name.
    """
    started = time.monotonic()
    try:
        walked = await _walked(order, ledger, doors, console)
    except WalkInterrupted as interrupted:
        _print(console, "interrupted:", [str(interrupted)])
        return 1
    came = report(ledger, walked, time.monotonic() - started)
    console.print(table(came))
    if order.json_path is not None:
        order.json_path.write_text(json.dumps(came.figures(), indent=2) + "\n", encoding="utf-8")
    same = not order.compare or _same(ledger, walked, console)
    return 0 if same and not came.after_payment else 1


async def _walked(order: WalkOrder, ledger: Ledger, doors: Doors, console: Console) -> RealWalk:
    with in_sight(len(ledger.accounts), console) as watcher:
        return await walk(ledger, doors, watcher, order.concurrency)


def _same(ledger: Ledger, walked: RealWalk, console: Console) -> bool:
    found = compare(ledger, walked)
    if found.equal:
        console.print("the pure walk made the same contacts and ended alike", highlight=False)
    else:
        _print(console, "the pure walk is another:", found.told())
    return found.equal


def _mappings(asked: str | None) -> dict[str, Mapping]:
    known = load_mappings()
    if asked is None:
        return known
    mapping = find_mapping(asked, known)
    return {mapping.mapping: mapping}


def _check_folders(order: WalkOrder) -> None:
    for path in (order.json_path, order.verdicts_path):
        if path is not None and not path.absolute().parent.is_dir():
            problem = f"there is no folder to write {path} in"
            raise LedgerRefused([Verdict(1, None, problem, "make it, or write elsewhere")])


def _write_verdicts(order: WalkOrder, verdicts: tuple[Verdict, ...]) -> None:
    path = order.verdicts_path
    if path is not None and path.absolute().parent.is_dir():
        write_verdicts(path, verdicts)


def _print(console: Console, title: str, lines: list[str]) -> None:
    console.print(title, style="bold", highlight=False)
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
