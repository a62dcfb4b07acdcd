"""The command line: `python -m cli --help`."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.ledgers.command import WalkOrder
from adapters.ledgers.reading import Wishes
from adapters.providers.simulator.app import serve
from commands import checking, histories, ledger, running
from commands import documents as documents_
from commands.exits import finish

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
recorded = typer.Typer(help="Workflow histories: record them, replay them.", no_args_is_help=True)
app.add_typer(recorded, name="histories")


@app.command()
def run() -> None:
    """Everything on this machine: servers, worker, API, a demo portfolio. Ctrl-C stops it."""
    finish(running.everything)


@app.command()
def api() -> None:
    """The API, on DATABASE_URL and TEMPORAL_ADDRESS."""
    finish(running.api)


@app.command()
def migrate() -> None:
    """Bring DATABASE_URL to the newest schema and publish the shipped journeys."""
    finish(running.migrate)


@app.command()
def check() -> None:
    """Look through journeys, templates and schema; every mistake with file, line and remedy."""
    finish(checking.checked)


@app.command()
def documents() -> None:
    """Write the documents that are made from the code."""
    finish(documents_.written)


@app.command()
def simulator(port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090) -> None:
    """A stand-in for Twilio and SendGrid, with faults that can be switched on."""
    serve(port)


@app.command()
def walk(  # noqa: PLR0913 - each is an option of its own
    path: Annotated[Path, typer.Argument(metavar="LEDGER.csv", help="Bills and payments as they happened.")],
    mapping: Annotated[
        str | None, typer.Option(help="Name or file of the mapping; else found by the header.")
    ] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only so many accounts, in file order.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
    verdicts: Annotated[Path | None, typer.Option(help="Write a verdict for each refused row here.")] = None,
    *,
    compare: Annotated[bool, typer.Option(help="Walk the pure interpreter, too, and compare.")] = False,
    skip_bad_rows: Annotated[bool, typer.Option(help="Leave refused rows out instead of stopping.")] = False,
    fresh: Annotated[bool, typer.Option(help="Begin anew instead of going on with an earlier walk.")] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only tell and advance; workers run elsewhere.")
    ] = False,
) -> None:
    """Walk a historical ledger on the real engine, every event at its instant."""
    wishes = Wishes(first=first, skip_bad_rows=skip_bad_rows, fresh=fresh)
    order = WalkOrder(path, mapping, wishes, json, verdicts, compare)
    finish(lambda: ledger.walked(order, with_worker=not no_worker))


@recorded.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
    query: Annotated[
        str, typer.Option(help="Visibility filter, such as ExecutionStatus = 'Completed'.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
) -> None:
    """Write journeys' histories as JSON files, payloads as they travelled."""
    finish(lambda: histories.exported(folder, query, limit))


@recorded.command()
def replay(places: Annotated[list[Path], typer.Argument(help="History files, or folders of them.")]) -> None:
    """Replay histories on this tree's workflow code."""
    finish(lambda: histories.replayed(places))


if __name__ == "__main__":
    app()
