"""Journeys: started once, listed page by page, told with their reasons, ordered about."""

import httpx2
import pytest

from api import starts
from tests.api.engine_twin import EngineTwin
from tests.api.story import a_bill, a_payment, an_account, enrolled, problem_in


async def test_a_journey_is_opened_once(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    first = await client.post("/v1/journeys", json={"account_id": "A-1"})
    again = await client.post("/v1/journeys", json={"account_id": "A-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["opened"], again.json()["opened"]) == (True, False)
    assert first.json()["journey"]["stage"] == "pre_due"
    assert again.json()["journey"] == first.json()["journey"]


async def test_bills_that_are_sent_along_are_told_first(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account(bills=[]))
    started = await client.post("/v1/journeys", json={"account_id": "A-1", "bills": [a_bill()]})
    assert started.status_code == 201
    assert started.json()["journey"]["anchor"] == "2026-03-10"


async def test_where_nothing_is_owed_there_is_nothing_to_start(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account(bills=[]))
    started = await client.post("/v1/journeys", json={"account_id": "A-1"})
    assert (started.status_code, problem_in(started)) == (409, "nothing-owed")


async def test_without_a_worker_the_start_is_promised_without_a_journey(
    client: httpx2.AsyncClient, engine: EngineTwin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "_LOOKS", 2)
    engine.idle = True
    await client.put("/v1/accounts/A-1", json=an_account())
    started = await client.post("/v1/journeys", json={"account_id": "A-1"})
    assert (started.status_code, started.json()["journey"]) == (201, None)


async def test_with_the_engine_away_a_start_can_be_tried_again(
    client: httpx2.AsyncClient, engine: EngineTwin
) -> None:
    await client.put("/v1/accounts/A-1", json=an_account())
    engine.down = True
    away = await client.post("/v1/journeys", json={"account_id": "A-1"})
    assert (away.status_code, problem_in(away)) == (503, "engine-unavailable")
    engine.down = False
    assert (await client.post("/v1/journeys", json={"account_id": "A-1"})).status_code == 201


async def test_a_journey_tells_where_it_is_why_and_what_is_next(client: httpx2.AsyncClient) -> None:
    await enrolled(client, clock="2026-03-01T12:00:00Z")
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-06T12:00:00Z"})
    journey = (await client.get("/v1/journeys/A-1")).json()
    assert (journey["stage"], journey["waiting"]) == ("pre_due", "step_due")
    assert (journey["next_step"], journey["next_at"]) == ("reminder-1", "2026-03-11T09:00:00Z")
    assert [line["what"] for line in journey["timeline"]] == [
        "journey_opened",
        "contact_allowed",
        "contact_accepted",
    ]
    assert "version" in journey


async def test_an_account_without_a_journey_has_none_to_show(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account(bills=[]))
    for address in ("/v1/journeys/A-1", "/v1/journeys/nobody", "/v1/journeys/A-1?epoch=7"):
        answer = await client.get(address)
        assert (answer.status_code, problem_in(answer)) == (404, "journey-unknown")
    answer = await client.get("/v1/journeys/A-1/forecast")
    assert (answer.status_code, problem_in(answer)) == (409, "journey-not-open")


async def test_an_earlier_journey_can_be_read(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    await client.post("/v1/payments", json=a_payment())
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-20T12:00:00Z"})
    again = {"account_id": "A-1", "bills": [a_bill("B-2", "2026-04-10")]}
    assert (await client.post("/v1/journeys", json=again)).status_code == 201
    assert (await client.get("/v1/journeys/A-1")).json()["epoch"] == 2
    first = (await client.get("/v1/journeys/A-1?epoch=1")).json()
    assert first["outcome"] == "cured"
    assert "journey_ended" in [line["what"] for line in first["timeline"]]


async def test_a_forecast_names_the_days_ahead(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    told = (await client.get("/v1/journeys/A-1/forecast?days=6")).json()
    assert [line["step_id"] for line in told["expected"]] == ["heads-up", "reminder-1"]
    longer = (await client.get("/v1/journeys/A-1/forecast?days=400")).json()
    assert longer["expected"][-1]["step_id"] == "end:written_off"


async def test_pause_and_resume(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    paused = await client.post("/v1/journeys/A-1/pause")
    assert (paused.status_code, paused.json()["progress"]["waiting"]) == (200, "held")
    twice = await client.post("/v1/journeys/A-1/pause")
    assert (twice.status_code, problem_in(twice), twice.json()["reason"]) == (
        409,
        "order-refused",
        "already_paused",
    )
    holds = (await client.get("/v1/accounts/A-1")).json()["holds"]
    assert [hold["reason"] for hold in holds] == ["operator_pause"]
    assert (await client.post("/v1/journeys/A-1/resume")).json()["progress"]["waiting"] is None
    idle = await client.post("/v1/journeys/A-1/resume")
    assert (idle.status_code, idle.json()["reason"]) == (409, "not_paused")


async def test_a_pause_may_have_an_end_but_not_in_the_past(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    late = await client.post("/v1/journeys/A-1/pause", json={"until": "2026-03-01T00:00:00Z"})
    assert (late.status_code, late.json()["reason"]) == (409, "until_in_the_past")
    paused = await client.post("/v1/journeys/A-1/pause", json={"until": "2026-03-20T00:00:00Z"})
    assert paused.json()["progress"]["next_at"] == "2026-03-20T00:00:00Z"


async def test_only_the_step_at_hand_can_be_skipped(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    skipped = await client.post("/v1/journeys/A-1/skip", json={"step_id": "heads-up"})
    assert skipped.json()["progress"]["next_step"] == "reminder-1"
    again = await client.post("/v1/journeys/A-1/skip", json={"step_id": "heads-up"})
    assert (again.status_code, again.json()["reason"]) == (409, "not_the_next_step")


async def test_an_exit_ends_the_journey_as_withdrawn(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    left = await client.post("/v1/journeys/A-1/exit")
    assert left.json()["progress"]["ended"] == "withdrawn"
    journey = (await client.get("/v1/journeys/A-1")).json()
    assert (journey["outcome"], journey["reason"]) == ("withdrawn", "exited_by_order")
    after = await client.post("/v1/journeys/A-1/exit")
    assert (after.status_code, problem_in(after)) == (409, "journey-not-open")


async def test_orders_wait_for_the_engine(client: httpx2.AsyncClient, engine: EngineTwin) -> None:
    await enrolled(client)
    engine.down = True
    for order, body in (("pause", None), ("resume", None), ("exit", None), ("skip", {"step_id": "heads-up"})):
        answer = await client.post(f"/v1/journeys/A-1/{order}", json=body)
        assert (answer.status_code, problem_in(answer)) == (503, "engine-unavailable")


async def test_the_list_goes_on_where_it_ended(client: httpx2.AsyncClient) -> None:
    for number in range(5):
        customer = an_account()["customer"] | {"customer_id": f"C-{number}"}
        await enrolled(client, f"A-{number}", customer=customer)
    seen: list[str] = []
    address = "/v1/journeys?limit=2"
    while address:
        page = (await client.get(address)).json()
        seen += [journey["account_id"] for journey in page["journeys"]]
        address = f"/v1/journeys?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == ["A-0", "A-1", "A-2", "A-3", "A-4"]


async def test_the_list_is_filtered(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        customer = an_account()["customer"] | {"customer_id": f"C-{number}"}
        await enrolled(client, f"A-{number}", customer=customer)
    await client.post("/v1/journeys/A-0/pause")
    await client.post("/v1/journeys/A-1/exit")

    async def found(filters: str) -> list[str]:
        page = (await client.get(f"/v1/journeys?{filters}")).json()
        return [journey["account_id"] for journey in page["journeys"]]

    assert await found("waiting=held") == ["A-0"]
    assert await found("open=true") == ["A-0", "A-2"]
    assert await found("open=false") == await found("outcome=withdrawn") == ["A-1"]
    assert await found("account=A-2") == ["A-2"]
    assert await found("stage=pre_due&journey=standard") == ["A-0", "A-1", "A-2"]
    assert await found("journey=first-miss") == []


async def test_a_cursor_is_good_for_its_own_filters_only(client: httpx2.AsyncClient) -> None:
    for number in range(2):
        customer = an_account()["customer"] | {"customer_id": f"C-{number}"}
        await enrolled(client, f"A-{number}", customer=customer)
    cursor = (await client.get("/v1/journeys?limit=1")).json()["next"]
    assert (await client.get(f"/v1/journeys?limit=2&cursor={cursor}")).status_code == 200
    for other in (f"open=true&cursor={cursor}", f"cursor={cursor[:-3]}AAA", "cursor=x", f"cursor={cursor}x"):
        answer = await client.get(f"/v1/journeys?limit=1&{other}")
        assert (answer.status_code, problem_in(answer)) == (422, "invalid-request")


async def test_tasks_are_listed(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-05-25T12:00:00Z"})
    tasks = (await client.get("/v1/tasks")).json()["tasks"]
    assert [(task["account_id"], task["task"], task["closed_at"]) for task in tasks] == [
        ("A-1", "call", None)
    ]
    assert (await client.get("/v1/tasks?account_id=A-2&open=false")).json() == {"tasks": []}
