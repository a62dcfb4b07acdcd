"""The simulator itself: switches, bounds, the inbox, the command."""

import asyncio
import socket
import threading

import fastapi.testclient
import httpx2
import pytest

from adapters.providers.simulator import app as simulator
from adapters.providers.simulator import line
from adapters.providers.simulator.courier import Courier
from adapters.providers.simulator.faults import Dose, Fault, FaultPlan, Faults
from adapters.providers.simulator.line import LineWithoutTransportError
from adapters.providers.simulator.mailbox import Mailbox
from adapters.providers.simulator.settings import SimulatorSettings
from tests.adapters.providers.builders import CANARY_NUMBER, OUR_NUMBER, SETTINGS, Carriers, eventually
from tests.adapters.providers.simulator.test_twilio_api import AUTH, MESSAGES, create


def test_a_share_strikes_the_same_turns_in_every_run() -> None:
    plan = FaultPlan(seed=7, faults={Fault.CALLBACK_LOST: Dose(share=0.5)})
    runs = [
        [faults.strikes(Fault.CALLBACK_LOST) for _ in range(200)] for faults in (Faults(plan), Faults(plan))
    ]
    assert runs[0] == runs[1]
    assert 60 < sum(runs[0]) < 140
    other = Faults(plan.model_copy(update={"seed": 8}))
    assert [other.strikes(Fault.CALLBACK_LOST) for _ in range(200)] != runs[0]


def test_a_count_strikes_first_and_then_no_more() -> None:
    faults = Faults(FaultPlan(faults={Fault.TOO_MANY: Dose(count=2)}))
    assert [faults.strikes(Fault.TOO_MANY) for _ in range(4)] == [True, True, False, False]
    assert faults.struck == {Fault.TOO_MANY: 2}
    assert not faults.strikes(Fault.DRIP)


@pytest.mark.parametrize(
    "plan",
    [
        {"faults": {"unheard_of": {"count": 1}}},
        {"faults": {"drip": {"share": 1.5}}},
        {"faults": {"drip": {"count": -1}}},
        {"latency_ms": -1},
        {"hang_seconds": 10_000},
        {"unheard_of": 1},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(plan: dict[str, object], carriers: Carriers) -> None:
    assert carriers.client.put("/_control/faults", json=plan).status_code == 422


def test_the_switchboard_shows_what_was_switched(carriers: Carriers) -> None:
    carriers.fault("too_many", retry_after_seconds=3)
    answer = create(carriers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert answer.json()["code"] == 20429
    state = carriers.state()
    assert state["struck"] == {"too_many": 1}
    assert state["account_sid"] == SETTINGS.account_sid
    assert SETTINGS.auth_token not in str(state)


def test_the_oldest_messages_are_forgotten_first() -> None:
    small = SimulatorSettings(capacity=3)
    with fastapi.testclient.TestClient(simulator.create_simulator(small)) as client:
        for number in range(5):
            form = {"To": f"+1555000000{number}", "From": OUR_NUMBER, "Body": "hello"}
            assert client.post(f"{MESSAGES}.json", data=form, auth=AUTH).status_code == 201
        kept = [letter["recipient"] for letter in client.get("/_inbox").json()]
    assert kept == ["+15550000004", "+15550000003", "+15550000002"]


def test_opted_out_addresses_are_bounded_too() -> None:
    mailbox = Mailbox(capacity=2)
    for number in "abc":
        mailbox.hear(number, "STOP")
    assert [mailbox.has_opted_out(number) for number in "abc"] == [False, True, True]


async def test_when_too_much_waits_the_newest_work_is_dropped_and_counted() -> None:
    courier = Courier(SimulatorSettings(callbacks_waiting=1))
    for _ in range(3):
        courier.run(asyncio.sleep(60))
    assert (courier.waiting, courier.dropped) == (1, 2)
    await courier.aclose()
    assert courier.waiting == 0


def test_stopping_leaves_no_callback_behind() -> None:
    with fastapi.testclient.TestClient(simulator.create_simulator()) as client:
        client.put("/_control/faults", json={"callback_delay_ms": 600_000})
        form = {
            "To": CANARY_NUMBER,
            "From": OUR_NUMBER,
            "Body": "hello",
            "StatusCallback": "http://127.0.0.1:9/",
        }
        client.post(f"{MESSAGES}.json", data=form, auth=AUTH)
        assert client.get("/_control").json()["callbacks_waiting"] == 1


def test_a_reset_asked_of_a_server_that_cannot_says_so() -> None:
    with fastapi.testclient.TestClient(simulator.create_simulator()) as client:
        client.put("/_control/faults", json={"faults": {"reset_before": {"count": 1}}})
        with pytest.raises(LineWithoutTransportError, match="carrier_server"):
            client.post(f"{MESSAGES}.json", data={"To": CANARY_NUMBER}, auth=AUTH)


def test_the_inbox_page_shows_messages_and_runs_nothing(carriers: Carriers) -> None:
    create(carriers, Body="<script>alert(1)</script> ą")
    create(carriers, To="+15005550004")
    carriers.client.post(
        "/v3/mail/send",
        json={
            "personalizations": [{"to": [{"email": "a@x.example"}]}],
            "from": {"email": "b@x.example"},
            "subject": "A & B",
            "content": [{"type": "text/html", "value": '<p onclick="x">hi</p>"></iframe><script>1</script>'}],
        },
        headers={"Authorization": f"Bearer {SETTINGS.sendgrid_key}"},
    )
    page = carriers.client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "A &amp; B" in page.text
    assert "failed 21610" in page.text
    assert "sandbox" in page.text
    only = carriers.client.get("/", params={"recipient": "a@x.example"})
    assert "alert(1)" not in only.text


def test_an_empty_inbox_says_so(carriers: Carriers) -> None:
    assert "No message yet" in carriers.client.get("/").text


def test_one_command_serves_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    servers = []
    build = line.carrier_server

    def remembered(*arguments: object) -> object:
        servers.append(build(*arguments))  # type: ignore[arg-type]
        return servers[-1]

    monkeypatch.setattr("adapters.providers.simulator.app.carrier_server", remembered)
    thread = threading.Thread(target=simulator.serve, args=(port,), daemon=True)
    thread.start()
    eventually(lambda: bool(servers) and servers[0].started)
    assert httpx2.get(f"http://127.0.0.1:{port}/_control", trust_env=False).status_code == 200
    servers[0].should_exit = True
    thread.join(10)
    assert not thread.is_alive()
