"""The installation as processes of their own: they walk a ledger and take payments while parts of it die."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from tests.adapters.embedded.processes import becomes
from tests.conftest import plain
from tests.e2e.carrier import Carrier, a_carrier
from tests.e2e.payers import Payers, failure_in, in_threads
from tests.e2e.programs import Program, a_program, completed
from tests.e2e.servers import Postgres, Temporal, a_port_of_its_own, a_postgres, a_temporal, count, rows

STORM_S = 600.0
_MADE = "SELECT count(*) FROM dispatches WHERE starts_with(account_id, 'w')"
# Ordinary accounts whose contact has no outcome, and journeys that have yet to be told of something.
_UNSETTLED = (
    "SELECT (SELECT count(*) FROM pokes) + count(*) FROM accounts a WHERE a.clock IS NULL"
    " AND NOT EXISTS (SELECT FROM dispatches d"
    " WHERE d.account_id = a.account_id AND d.state IN ('accepted', 'unknown'))"
)


@dataclass(slots=True)
class Standing:
    """A command that is begun again as often as it dies."""

    begin: Callable[[str], AbstractContextManager[Program]]
    held: ExitStack
    lives: list[Program] = field(default_factory=list)

    def start(self) -> "Standing":
        self.lives.append(self.held.enter_context(self.begin(f"life-{len(self.lives) + 1}")))
        return self

    def dies_and_begins_again(self) -> None:
        self.now.killed()
        self.start()

    def is_seen_to(self) -> None:
        """What a supervisor does: one that could not begin, because a server was away, begins again."""
        if not self.now.running():
            self.start()

    @property
    def now(self) -> Program:
        return self.lives[-1]


@dataclass(frozen=True, slots=True)
class Walked:
    """One walk of the ledger: exit code, figures without the time they took, and the database it is in."""

    code: int
    words: str
    figures: Mapping[str, Any]
    url: str


@dataclass(frozen=True, slots=True)
class Site:
    """Servers, a carrier and the addresses of all; `environment` is what every process is given."""

    folder: Path
    postgres: Postgres
    temporal: Temporal
    carrier: Carrier
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return self.environment["DATABASE_URL"]

    def program(self, *command: str, name: str) -> AbstractContextManager[Program]:
        return a_program(self.folder, *command, environment=self.environment, name=name)

    def standing(self, held: ExitStack, label: str, *command: str) -> Standing:
        return Standing(lambda life: self.program(*command, name=f"{label}-{life}"), held).start()

    def walk_again(self, ledger: Path, name: str) -> tuple[int, str]:
        """The walk's command once more, over what is there."""
        code, program = completed(
            self.folder,
            *("cli", "walk", f"{ledger}", "--no-worker", "--compare"),
            environment=self.environment,
            name=name,
        )
        return code, program.words()


@contextmanager
def a_site(folder: Path) -> Iterator[Site]:
    """A durable PostgreSQL, a Temporal server, and slow carriers that keep what they are given."""
    with ExitStack() as held:
        postgres = held.enter_context(a_postgres(folder / "postgres"))
        temporal = held.enter_context(a_temporal(folder / "temporal"))
        carrier = held.enter_context(a_carrier(folder))
        carrier.is_slow(1_500)
        environment = {
            "DATABASE_URL": postgres.database("rough"),
            "TEMPORAL_ADDRESS": temporal.address,
            "TIDEOVER_DATA_DIR": f"{folder}",
            "TIDEOVER_API_PORT": f"{a_port_of_its_own()}",
        }
        yield Site(folder, postgres, temporal, carrier, {**environment, **carrier.settings()})


def a_calm_walk(folder: Path, ledger: Path, url: str) -> Walked:
    """The ledger walked by one undisturbed command on a Temporal server of its own."""
    environment = {
        "DATABASE_URL": url,
        "TIDEOVER_DATA_DIR": f"{folder / 'calm'}",
        "TIDEOVER_TEMPORAL_PORT": "0",
        "TIDEOVER_TEMPORAL_UI_PORT": "0",
    }
    figures = folder / "calm.json"
    command = ("cli", "walk", f"{ledger}", "--json", f"{figures}", "--compare")
    code, program = completed(folder, *command, environment=environment, name="calm-walk")
    return _walked(code, program.words(), figures, url)


@dataclass(frozen=True, slots=True)
class Blow:
    """Something that breaks once so much is done."""

    what: str
    due: Callable[[], bool]
    falls: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Storm:
    """What was walked and paid, and which blows fell on it."""

    rough: Walked
    payers: Payers
    blows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """The processes that a storm falls on."""

    workers: tuple[Standing, Standing]
    api: Standing
    driver: Standing
    figures: Path

    def both_workers_die(self) -> None:
        for worker in self.workers:
            worker.dies_and_begins_again()

    def are_seen_to(self) -> None:
        """As a supervisor would; a walk that has told its figures is done, whatever it found."""
        for standing in (*self.workers, self.api):
            standing.is_seen_to()
        if not self.figures.exists():
            self.driver.is_seen_to()

    def walk_is_done(self) -> bool:
        return not self.driver.now.running() and self.figures.exists()


def a_storm(site: Site, ledger: Path, contacts: int, accounts: int) -> Storm:
    """Walk a ledger of so many contacts and let so many accounts pay, while every part dies at least once."""
    code, migrated = completed(site.folder, "cli", "migrate", environment=site.environment)
    assert code == 0, migrated.errors()
    payers = Payers(f"http://127.0.0.1:{site.environment['TIDEOVER_API_PORT']}", accounts)
    with ExitStack() as held:
        staff = _staff(site, held, ledger)
        pool = held.enter_context(in_threads())
        held.callback(payers.give_up)
        work = payers.begin(pool)
        fallen = _weathered(staff, _blows(site, staff, contacts, payers), work)
        assert becomes(lambda: rows(site.url, _UNSETTLED) == [(0,)], 180), "something was never settled"
        words = "".join(life.words() for life in staff.driver.lives)
        return Storm(_walked(staff.driver.now.ends(), words, staff.figures, site.url), payers, fallen)


def _staff(site: Site, held: ExitStack, ledger: Path) -> Staff:
    figures = site.folder / "rough.json"
    walk = ("cli", "walk", f"{ledger}", "--no-worker", "--json", f"{figures}", "--compare")
    return Staff(
        (site.standing(held, "worker-1", "worker"), site.standing(held, "worker-2", "worker")),
        site.standing(held, "api", "cli", "api"),
        site.standing(held, "walk", *walk),
        figures,
    )


def _blows(site: Site, staff: Staff, contacts: int, payers: Payers) -> list[Blow]:
    """By how much of the walk is done, and the API's by how much is paid."""
    first, second = staff.workers
    by_walk = (
        (0.04, "worker", first.dies_and_begins_again),
        (0.12, "worker", second.dies_and_begins_again),
        (0.2, "temporal", site.temporal.killed_and_started),
        (0.3, "workers", staff.both_workers_die),
        (0.4, "postgres", site.postgres.stopped_hard_and_started),
        (0.5, "walk", staff.driver.dies_and_begins_again),
        (0.6, "temporal", site.temporal.killed_and_started),
        (0.7, "worker", first.dies_and_begins_again),
    )
    return [
        *(
            Blow(what, partial(_reached, lambda: count(site.url, _MADE) / contacts, share), falls)
            for share, what, falls in by_walk
        ),
        *(
            Blow("api", partial(_reached, lambda: payers.share, share), staff.api.dies_and_begins_again)
            for share in (0.1, 0.3, 0.5, 0.7)
        ),
    ]


def _reached(progress: Callable[[], float], share: float) -> bool:
    return progress() >= share


def _weathered(staff: Staff, blows: list[Blow], work: list[Future[None]]) -> tuple[str, ...]:
    """Let each blow fall when it is due, until the walk and the payments are done; what fell."""
    fallen: list[str] = []
    patience = time.monotonic() + STORM_S
    while not (staff.walk_is_done() and all(each.done() for each in work)):
        if error := failure_in(work):
            raise error
        assert time.monotonic() < patience, f"the storm is not over; fallen so far: {fallen}"
        for blow in [blow for blow in blows if blow.due()]:
            blow.falls()
            blows.remove(blow)
            fallen.append(blow.what)
        staff.are_seen_to()
        time.sleep(0.05)
    return tuple(fallen)


def _walked(code: int, words: str, figures: Path, url: str) -> Walked:
    assert figures.exists(), words
    told = json.loads(figures.read_text(encoding="utf-8"))
    del told["wall_s"]
    return Walked(code, words, told, url)


@contextmanager
def a_contact_taken_away(url: str) -> Iterator[tuple[str, str]]:
    """One contact of the walk is gone for the block; its account and step."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        # As a replica, so that what refers to the row does not stand in the way.
        connection.execute("SET session_replication_role = replica")
        [(row, dispatch_id, account_id, step_id)] = connection.execute(
            "SELECT to_jsonb(d)::text, dispatch_id, account_id, step_id FROM dispatches d"
            " WHERE starts_with(account_id, 'w') ORDER BY dispatch_id LIMIT 1"
        )
        connection.execute("DELETE FROM dispatches WHERE dispatch_id = %s", (dispatch_id,))
        try:
            yield account_id, step_id
        finally:
            connection.execute(
                "INSERT INTO dispatches SELECT * FROM jsonb_populate_record(NULL::dispatches, %s::jsonb)",
                (row,),
            )


def contacts_of(url: str) -> list[tuple[Any, ...]]:
    """The contacts of the walk that went out or may have, with what makes one the same as another."""
    return rows(
        url,
        "SELECT account_id, epoch, step_id, occurrence, channel, contacted_at FROM dispatches"
        " WHERE starts_with(account_id, 'w') AND state NOT IN ('refused', 'cancelled')"
        " ORDER BY account_id, contacted_at, dispatch_id",
    )


def ends_of(url: str) -> list[tuple[Any, ...]]:
    """The walk's journeys and how they ended."""
    return rows(
        url,
        "SELECT account_id, epoch, outcome, reason, ended_at, delinquent FROM journeys"
        " WHERE starts_with(account_id, 'w') ORDER BY account_id, epoch",
    )
