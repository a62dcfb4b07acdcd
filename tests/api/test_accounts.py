"""Accounts: told, corrected, read; and their test clocks."""

import httpx2
import pytest

from api.services import Services
from tests.api.engine_twin import EngineTwin
from tests.api.story import a_bill, a_payment, an_account, client_for, enrolled, problem_in


async def test_a_new_account_is_created_and_can_be_read(client: httpx2.AsyncClient) -> None:
    told = await client.put("/v1/accounts/A-1", json=an_account())
    assert told.status_code == 201
    assert told.json() == {"account_id": "A-1", "created": True, "changed": True}
    read = await client.get("/v1/accounts/A-1")
    assert read.status_code == 200
    account = read.json()
    assert account["clock"] == "2026-03-09T12:00:00Z"
    assert (account["unpaid_minor"], account["overdue_minor"], account["balance_minor"]) == (5000, 0, 5000)
    assert account["bills"] == [a_bill() | {"left_minor": 5000, "state": "open"}]


async def test_the_same_account_again_changes_nothing(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    told = await client.put("/v1/accounts/A-1", json=an_account())
    assert told.status_code == 200
    assert told.json() == {"account_id": "A-1", "created": False, "changed": False}


async def test_a_corrected_bill_is_a_change(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    told = await client.put("/v1/accounts/A-1", json=an_account(bills=[a_bill(amount_minor=1)]))
    assert told.json()["changed"]
    assert (await client.get("/v1/accounts/A-1")).json()["unpaid_minor"] == 1


async def test_an_account_of_an_unpublished_journey_is_refused(client: httpx2.AsyncClient) -> None:
    told = await client.put("/v1/accounts/A-1", json=an_account(journey="no-such-journey"))
    assert (told.status_code, problem_in(told)) == (422, "journey-unpublished")
    assert (await client.get("/v1/accounts/A-1")).status_code == 404


async def test_an_account_keeps_its_customer_and_its_currency(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    other = an_account()["customer"] | {"customer_id": "C-2"}
    told = await client.put("/v1/accounts/A-1", json=an_account(customer=other))
    assert (told.status_code, problem_in(told)) == (409, "customer-mismatch")
    told = await client.put("/v1/accounts/A-1", json=an_account(currency="EUR"))
    assert (told.status_code, problem_in(told)) == (409, "currency-mismatch")


async def test_nobody_s_account_is_a_problem_everywhere(client: httpx2.AsyncClient) -> None:
    bills = {"bills": [a_bill()]}
    answers = [
        await client.get("/v1/accounts/nobody"),
        await client.post("/v1/accounts/nobody/bills", json=bills),
        await client.delete("/v1/accounts/nobody/bills/B-1"),
        await client.post("/v1/accounts/nobody/clock", json={"to": "2026-04-01T00:00:00Z"}),
        await client.post("/v1/journeys", json={"account_id": "nobody"}),
        await client.post("/v1/payments", json=a_payment(account_id="nobody")),
    ]
    assert {(a.status_code, problem_in(a)) for a in answers} == {(404, "account-unknown")}


async def test_bills_are_added_corrected_and_withdrawn(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    address = "/v1/accounts/A-1/bills"
    added = await client.post(address, json={"bills": [a_bill("B-2", "2026-04-10", 700)]})
    assert (added.status_code, added.json()) == (200, {"changed": True})
    again = await client.post(address, json={"bills": [a_bill("B-2", "2026-04-10", 700)]})
    assert again.json() == {"changed": False}
    assert (await client.delete(f"{address}/B-1")).status_code == 204
    assert (await client.delete(f"{address}/B-1?at=2026-03-09T13:00:00%2B01:00")).status_code == 204
    read = (await client.get("/v1/accounts/A-1")).json()
    assert [(bill["bill_id"], bill["state"]) for bill in read["bills"]] == [
        ("B-1", "withdrawn"),
        ("B-2", "open"),
    ]
    unknown = await client.delete(f"{address}/B-9")
    assert (unknown.status_code, problem_in(unknown)) == (404, "bill-unknown")


async def test_bills_show_how_they_stand(client: httpx2.AsyncClient) -> None:
    await enrolled(client, bills=[a_bill("B-1"), a_bill("B-2", "2026-03-11")])
    await client.post("/v1/payments", json=a_payment())
    await client.post("/v1/journeys/A-1/exit")
    bills = (await client.get("/v1/accounts/A-1")).json()["bills"]
    assert [bill["state"] for bill in bills] == ["paid", "given_up"]


async def test_a_test_clock_runs_and_what_is_due_by_then_is_done(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    moved = await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
    assert moved.status_code == 200
    assert moved.json() == {"account_id": "A-1", "clock": "2026-03-12T12:00:00Z", "open": True}
    messages = (await client.get("/v1/outbox?account_id=A-1")).json()["messages"]
    assert [(message["step_id"], message["at"]) for message in messages] == [
        ("heads-up", "2026-03-09T12:00:00Z")
    ]


async def test_a_clock_may_be_told_the_same_instant_again_but_never_an_earlier_one(
    client: httpx2.AsyncClient,
) -> None:
    await enrolled(client)
    for _ in range(2):
        moved = await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
        assert moved.status_code == 200
    back = await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T11:59:59Z"})
    assert (back.status_code, problem_in(back)) == (409, "clock-goes-forward")


async def test_an_ordinary_account_has_no_clock_to_advance(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account(clock=None))
    moved = await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
    assert (moved.status_code, problem_in(moved)) == (409, "no-test-clock")


async def test_with_the_engine_away_a_clock_stays_where_it_is(
    client: httpx2.AsyncClient, engine: EngineTwin
) -> None:
    await enrolled(client)
    engine.down = True
    moved = await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
    assert (moved.status_code, problem_in(moved)) == (503, "engine-unavailable")
    assert moved.headers["retry-after"] == "5"
    assert (await client.get("/v1/accounts/A-1")).json()["clock"] == "2026-03-09T12:00:00Z"


@pytest.mark.parametrize("name", ["Zoë", "李小龍", "محمد", "می‌خواهم", "O'Brien-Núñez", "Łukasz"])
async def test_people_are_called_as_they_are_called(client: httpx2.AsyncClient, name: str) -> None:
    customer = an_account()["customer"] | {"first_name": name}
    assert (await client.put("/v1/accounts/A-1", json=an_account(customer=customer))).status_code == 201


async def test_what_the_api_shows_holds_no_address(services: Services) -> None:
    async with client_for(services) as client:
        await enrolled(client)
        await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-12T12:00:00Z"})
        for address in ("/v1/accounts/A-1", "/v1/journeys/A-1", "/v1/outbox", "/v1/journeys", "/metrics"):
            told = (await client.get(address)).text
            assert "+12025550143" not in told
            assert "quillon@example.test" not in told
