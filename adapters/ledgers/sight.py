"""What a person sees of a walk under way: a bar on a terminal, plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.ledgers.walk import Watcher

_LINES = 10


@contextmanager
def in_sight(accounts: int, console: Console) -> Iterator[Watcher]:
    """A watcher that shows how many of the accounts have been walked, and what the walk waits for."""
    if not console.is_terminal:
        yield _Lines(accounts, console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield _Bar(progress, accounts)


class _Bar:
    def __init__(self, progress: Progress, accounts: int) -> None:
        self._progress = progress
        self._task = progress.add_task("walking", total=accounts)

    def account_done(self) -> None:
        self._progress.update(self._task, advance=1, description="walking")

    def waiting(self, sentence: str) -> None:
        self._progress.update(self._task, description=escape(sentence))


class _Lines:
    def __init__(self, accounts: int, console: Console) -> None:
        self._accounts = accounts
        self._console = console
        self._done = 0

    def account_done(self) -> None:
        before, self._done = self._done, self._done + 1
        if self._done * _LINES // self._accounts > before * _LINES // self._accounts:
            self._console.print(f"walked {self._done} of {self._accounts} accounts", highlight=False)

    def waiting(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)
