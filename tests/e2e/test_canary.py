"""People's names, numbers and addresses: in the store and at the carrier, and nowhere else."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.temporal_server import EmbeddedTemporal
from commands import parts
from domain.journey.run import Outcome
from tests.adapters.embedded.processes import becomes
from tests.e2e.canary import (
    BODIES,
    EVERYTHING,
    MAIL,
    NAME,
    NUMBERS,
    PERSONAL,
    hits,
    hits_in,
    tables_with_hits,
    told_to_temporal,
)
from tests.e2e.carrier import Carrier, a_carrier, answers
from tests.e2e.customers import a_customer, a_payment, a_point, an_account, to_be_contacted_now
from tests.e2e.programs import PATIENCE_S, Program, a_program, needs_linux
from tests.e2e.servers import Temporal, a_port_of_its_own, rows

pytestmark = [pytest.mark.slow, needs_linux]
MAY_HOLD_PERSONS = {"customers", "contact_points", "development_messages"}
BY_SMS = a_customer("C-sms", NAME, [a_point("sms", NUMBERS[0])])
BY_MAIL = a_customer("C-mail", NAME, [a_point("email", MAIL)])
ON_A_CLOCK = a_customer("C-clock", NAME, [a_point("sms", NUMBERS[1]), a_point("email", MAIL)])


@dataclass(frozen=True, slots=True)
class Caller:
    """A billing system, and somebody who calls in ways that are refused."""

    client: httpx2.Client

    def lives_through_everything(self) -> None:
        """A whole journey on a clock with orders and a payment, and two contacts in real time."""
        for account_id, body in (
            ("A-clock", an_account(ON_A_CLOCK)),
            ("A-sms", to_be_contacted_now(BY_SMS)),
            ("A-mail", to_be_contacted_now(BY_MAIL)),
        ):
            self._done("PUT", f"/v1/accounts/{account_id}", body)
        self._done("POST", "/v1/accounts/A-clock/clock", {"to": "2026-03-12T00:00:00Z"})
        for order in ("pause", "resume"):
            self._done("POST", f"/v1/journeys/A-clock/{order}", None)
        self._done("POST", "/v1/accounts/A-clock/clock", {"to": "2026-04-12T00:00:00Z"})
        self._done("POST", "/v1/payments", a_payment("A-clock"))

    def is_refused(self) -> None:
        """Requests that carry a person where none belongs; no answer repeats it."""
        for method, path, body in (
            ("PUT", f"/v1/accounts/{MAIL}", an_account(ON_A_CLOCK)),
            ("PUT", "/v1/accounts/A-other", an_account(ON_A_CLOCK | {"nickname": NAME})),
            ("PUT", "/v1/accounts/A-clock", an_account(BY_SMS)),
            ("POST", "/v1/payments", a_payment("A-clock") | {"payer": NAME}),
            ("POST", f"/v1/payments?payer={MAIL}", a_payment(NUMBERS[0])),
            ("POST", "/webhooks/payments", {"type": "payment.received", "data": {"payer": NAME}}),
            ("POST", f"/webhooks/twilio/status?d={MAIL}", {"To": NUMBERS[0]}),
            ("GET", f"/v1/journeys?account={MAIL}", None),
            ("GET", f"/{NAME}/{NUMBERS[0]}", None),
        ):
            answer = self.client.request(method, path, json=body)
            assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
            assert hits(answer.text) == [], (method, path)

    def outcome(self, account_id: str) -> str | None:
        outcome: str | None = self.client.get(f"/v1/journeys/{account_id}").json()["outcome"]
        return outcome

    def _done(self, method: str, path: str, body: object) -> None:
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, (method, path, answer.text)


def _eventually(fact: Callable[[], bool]) -> None:
    assert becomes(fact, PATIENCE_S), "it did not happen in time"


def _accepted(url: str) -> set[tuple[str, str]]:
    """Accounts whose contact the carrier took, and on which channel."""
    return set(rows(url, "SELECT account_id, channel FROM dispatches WHERE state = 'accepted'"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "canary"


def test_in_development_a_person_is_in_three_tables_and_in_no_log_history_or_answer(
    folder: Path,
) -> None:
    environment = {
        "TIDEOVER_DATA_DIR": f"{folder}",
        "TIDEOVER_API_PORT": f"{a_port_of_its_own()}",
        "TIDEOVER_TEMPORAL_PORT": "0",
        "TIDEOVER_TEMPORAL_UI_PORT": "0",
        "TIDEOVER_LOG_LEVEL": "debug",
    }
    with a_program(folder.parent, "cli", "run", environment=environment) as program:
        program.says("Ctrl-C stops everything.")
        home = f"http://127.0.0.1:{environment['TIDEOVER_API_PORT']}"
        with httpx2.Client(base_url=home, timeout=PATIENCE_S, trust_env=False) as client:
            caller = Caller(client)
            caller.lives_through_everything()
            caller.is_refused()
            _eventually(lambda: caller.outcome("A-clock") == Outcome.CURED)
        with EmbeddedPostgres(folder) as postgres, EmbeddedTemporal(folder) as temporal:
            assert postgres.adopted
            assert temporal.adopted
            _eventually(lambda: _accepted(postgres.url) >= {("A-sms", "sms"), ("A-mail", "email")})
            persons = tables_with_hits(postgres.url, EVERYTHING)
            told = told_to_temporal(temporal.address)
        assert program.asked_to_stop() == 0
    assert persons.keys() == MAY_HOLD_PERSONS
    assert {*PERSONAL[:5]} <= {*persons["contact_points"], *persons["customers"]}
    assert {NAME, *BODIES} <= {*persons["development_messages"]}
    assert hits(told, EVERYTHING) == []
    assert "acct:A-sms" in told
    assert "third-reminder" in told, "the control: payloads were decoded"
    logs = [program.log, program.error_log, *folder.glob("*.log"), *folder.glob("*/*.log")]
    assert {path.name for path in logs} >= {"tideover.log", "server.log"}
    databases = [*folder.glob("temporal/temporal.db*")]
    assert hits_in([*logs, *databases], EVERYTHING) == {}
    assert "tideover.log" in hits_in(logs, ["A-sms"]), "the control: what may be logged is found"
    assert "temporal.db" in hits_in(databases, ["acct:A-sms"]), "the control: the file can be searched"


@dataclass(frozen=True, slots=True)
class Live:
    """Worker and API as processes of their own, with the simulator for Twilio and SendGrid."""

    caller: Caller
    carrier: Carrier
    programs: tuple[Program, ...]


@pytest.fixture
def live(database_url: str, temporal: Temporal, folder: Path) -> Iterator[Live]:
    asyncio.run(_published(database_url))
    with ExitStack() as held:
        carrier = held.enter_context(a_carrier(folder))
        environment = {
            "DATABASE_URL": database_url,
            "TEMPORAL_ADDRESS": temporal.address,
            "TIDEOVER_TASK_QUEUE": "journeys-live",
            "TIDEOVER_DATA_DIR": f"{folder}",
            "TIDEOVER_API_PORT": f"{a_port_of_its_own()}",
            "TIDEOVER_LOG_LEVEL": "debug",
            **carrier.settings(),
        }
        programs = [
            held.enter_context(a_program(folder, *command, environment=environment))
            for command in (("worker",), ("cli", "api"))
        ]
        home = f"http://127.0.0.1:{environment['TIDEOVER_API_PORT']}"
        carrier.tells(home)
        client = held.enter_context(httpx2.Client(base_url=home, timeout=PATIENCE_S, trust_env=False))
        _eventually(lambda: answers(client, "/readyz"))
        yield Live(Caller(client), carrier, (carrier.program, *programs))


async def _published(url: str) -> None:
    async with parts.open_database(url) as database:
        await parts.publish_journeys(database)


def _delivered(url: str) -> set[tuple[str, str]]:
    """Accounts and carriers of the contacts that a carrier's own callback says were delivered."""
    return set(
        rows(
            url,
            "SELECT d.account_id, e.provider FROM evidence e JOIN dispatches d USING (dispatch_id)"
            " WHERE e.source = 'callback' AND e.status = 'delivered' AND d.state = 'accepted'",
        )
    )


def test_through_the_carriers_a_person_is_in_two_tables_and_in_no_log_and_delivery_is_known(
    live: Live, database_url: str, temporal: Temporal
) -> None:
    live.caller.lives_through_everything()
    live.caller.is_refused()
    _eventually(lambda: _delivered(database_url) == {("A-sms", "twilio"), ("A-mail", "sendgrid")})
    _eventually(lambda: live.caller.outcome("A-clock") == Outcome.CURED)
    inbox = live.carrier.letters()
    assert {letter["recipient"] for letter in inbox} == {NUMBERS[0], MAIL}
    assert all(hits(letter["text"], [NAME, BODIES[0]]) == [NAME, BODIES[0]] for letter in inbox)
    reached_nobody = rows(
        database_url,
        "SELECT DISTINCT account_id FROM development_messages JOIN dispatches USING (dispatch_id)",
    )
    assert reached_nobody == [("A-clock",)], "a test account's messages go to the development outbox"
    persons = tables_with_hits(database_url, EVERYTHING)
    assert persons.keys() == MAY_HOLD_PERSONS
    timeline = [line["what"] for line in live.caller.client.get("/v1/journeys/A-sms").json()["timeline"]]
    assert timeline[-3:] == ["contact_accepted", "contact_sent", "contact_delivered"]
    told = told_to_temporal(temporal.address)
    assert hits(told, EVERYTHING) == []
    for program in live.programs[1:]:
        assert program.asked_to_stop() == 0
    logs = [path for program in live.programs for path in (program.log, program.error_log)]
    assert hits_in([*logs, *temporal.files], EVERYTHING) == {}
    assert "worker.err" in hits_in(logs, ["A-sms"]), "the control: what may be logged is found"
