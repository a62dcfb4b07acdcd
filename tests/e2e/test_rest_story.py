"""One customer's story over REST, on the real engine: reminded, escalated, paid; or never paid."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from api.webhooks.standard import sign
from tests.api.story import problem_in
from tests.e2e.customers import a_bill, a_customer, a_payment, a_point, an_account
from tests.e2e.house import SENDERS, House, a_house, eventually, instant
from tests.e2e.servers import Temporal

_numbers = count(1)
# Due on Friday 27 February 2026 in New York; summer time begins on 8 March.
NEVER_PAID = [
    ("bill-due-soon", "2026-02-22T15:00:00Z"),
    ("first-reminder", "2026-02-28T15:00:00Z"),
    ("second-reminder", "2026-03-04T15:00:00Z"),
    ("third-reminder", "2026-03-09T21:30:00Z"),
    ("overdue-notice", "2026-03-19T14:00:00Z"),
    ("please-talk-to-us", "2026-03-29T21:30:00Z"),
    ("help-offer", "2026-04-08T15:00:00Z"),
    ("help-offer-again", "2026-04-23T21:30:00Z"),
    ("final-notice", "2026-05-18T14:00:00Z"),
]
AN_AGENT_IS_ASKED_AT = "2026-05-08T14:00:00Z"
WRITTEN_OFF_AT = "2026-05-28T14:00:00Z"


def somebody(**changes: object) -> dict[str, Any]:
    """A customer whom no other test knows."""
    number = next(_numbers)
    points = [a_point("sms", f"+1202555{1000 + number}"), a_point("email", f"quillon{number}@example.test")]
    return a_customer(f"C-{number}", "Quillon", points) | changes


@pytest.fixture
def account_id() -> str:
    return f"A-{next(_numbers)}"


async def test_a_journey_is_started_once_however_often_it_is_asked_for(
    database_url: str, temporal: Temporal, account_id: str
) -> None:
    async with a_house(database_url, temporal.address, relay=False) as house:
        await house.told(account_id, an_account(somebody()))
        started = [await house.client.post("/v1/journeys", json={"account_id": account_id}) for _ in "ab"]
        assert [answer.status_code for answer in started] == [201, 200]
        assert [answer.json()["opened"] for answer in started] == [True, False]
        assert {answer.json()["journey"]["epoch"] for answer in started} == {1}
        await house.bring_the_relay()
        assert await _nobody_is_waiting(house)
        listed = await house.client.get("/v1/journeys", params={"account": account_id})
        assert len(listed.json()["journeys"]) == 1


async def _nobody_is_waiting(house: House) -> bool:
    """Whether every poke is delivered, in time."""

    async def quiet() -> bool:
        figures = (await house.client.get("/metrics")).text
        return "tideover_poke_lag_seconds 0.0" in figures

    return await eventually(quiet)


async def _opened(house: House, account_id: str, **changes: object) -> None:
    """Tell an account and wait until the relay has started its journey by itself."""
    await house.told(account_id, an_account(somebody()) | changes)

    async def started() -> bool:
        return (await house.client.get(f"/v1/journeys/{account_id}")).status_code == 200

    assert await eventually(started)


async def _ended(house: House, account_id: str) -> dict[str, Any]:
    """The journey once it has an outcome; its end is a poke away from the payment."""

    async def over() -> bool:
        return (await house.journey(account_id))["outcome"] is not None

    assert await eventually(over)
    return await house.journey(account_id)


async def test_an_unpaid_bill_is_reminded_of_escalated_and_cured_by_a_signed_payment(
    house: House, account_id: str
) -> None:
    await _opened(house, account_id)
    before = await house.journey(account_id)
    assert (before["stage"], before["waiting"]) == ("pre_due", "step_due")
    assert (before["next_step"], before["next_at"]) == ("bill-due-soon", "2026-03-05T10:00:00Z")
    assert before["anchor"] == "2026-03-10"

    assert (await house.advanced(account_id, "2026-03-21T08:00:00Z"))["open"] is True
    reminded = await house.journey(account_id)
    assert reminded["stage"] == "reminder"
    assert (reminded["next_step"], reminded["next_at"]) == ("overdue-notice", "2026-03-30T10:00:00Z")
    await house.advanced(account_id, "2026-03-30T11:00:00Z")
    assert (await house.journey(account_id))["stage"] == "escalation"

    forecast = (await house.client.get(f"/v1/journeys/{account_id}/forecast", params={"days": 30})).json()
    assert [(line["step_id"], line["at"]) for line in forecast["expected"]] == [
        ("please-talk-to-us", "2026-04-09T17:30:00Z"),
        ("help-offer", "2026-04-19T11:00:00Z"),
    ]
    made = await house.messages(account_id)
    assert [step for step, _ in made] == [
        "bill-due-soon",
        "first-reminder",
        "second-reminder",
        "third-reminder",
        "overdue-notice",
    ]

    answer = await _signed_payment(house, account_id)
    assert (answer.status_code, answer.json()) == (200, {"understood": True, "recorded": True})
    cured = await _ended(house, account_id)
    assert (cured["outcome"], cured["reason"]) == ("cured", "arrears_cleared")
    assert cured["ended_at"] == "2026-03-30T11:00:00Z"
    assert (await house.advanced(account_id, "2026-06-30T11:00:00Z"))["open"] is False
    assert await house.messages(account_id) == made


async def _signed_payment(house: House, account_id: str) -> Any:  # noqa: ANN401 - the client's own type
    told = {"account_id": account_id, "amount_minor": 5000, "currency": "USD"}
    now = datetime.now(UTC)
    body = json.dumps({"type": "payment.received", "timestamp": now.isoformat(), "data": told}).encode()
    event_id, sent = f"evt-{account_id}", f"{int(now.timestamp())}"
    signature = sign(SENDERS.partition(":")[2], f"{event_id}.{sent}.".encode() + body)
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json",
    }
    return await house.client.post("/webhooks/payments", content=body, headers=headers)


async def test_a_payment_over_rest_cures_at_its_own_instant_and_ends_all_contact(
    house: House, account_id: str
) -> None:
    await _opened(house, account_id)
    await house.advanced(account_id, "2026-03-16T18:00:00Z")
    made = await house.messages(account_id)
    payment = a_payment(account_id) | {"effective_at": "2026-03-16T07:30:00Z"}
    paid = [await house.client.post("/v1/payments", json=payment) for _ in "ab"]
    assert [answer.status_code for answer in paid] == [201, 200]
    assert [answer.json()["recorded"] for answer in paid] == [True, False]
    cured = await _ended(house, account_id)
    assert (cured["outcome"], cured["ended_at"]) == ("cured", "2026-03-16T07:30:00Z")
    await house.advanced(account_id, "2026-07-01T00:00:00Z")
    assert await house.messages(account_id) == made
    assert (await house.client.get(f"/v1/accounts/{account_id}")).json()["unpaid_minor"] == 0


async def test_a_paused_journey_stands_still_and_goes_on_with_the_time_that_was_left(
    house: House, account_id: str
) -> None:
    await _opened(house, account_id)
    await house.advanced(account_id, "2026-03-12T12:00:00Z")
    made = await house.messages(account_id)
    assert [step for step, _ in made] == ["bill-due-soon", "first-reminder"]
    paused = await house.client.post(f"/v1/journeys/{account_id}/pause")
    assert (paused.status_code, paused.json()["progress"]["waiting"]) == (200, "held")
    again = await house.client.post(f"/v1/journeys/{account_id}/pause")
    assert (again.status_code, again.json()["reason"]) == (409, "already_paused")

    await house.advanced(account_id, "2026-03-22T12:00:00Z")
    assert await house.messages(account_id) == made
    resumed = await house.client.post(f"/v1/journeys/{account_id}/resume")
    # Ten days stood still: the second reminder comes ten days after its fifteenth of March.
    assert resumed.json()["progress"]["next_at"] == "2026-03-25T10:00:00Z"
    await house.advanced(account_id, "2026-03-25T10:00:00Z")
    assert (await house.messages(account_id))[-1] == ("second-reminder", "2026-03-25T10:00:00Z")
    refused = await house.client.post(f"/v1/journeys/{account_id}/resume")
    assert (refused.status_code, refused.json()["reason"]) == (409, "not_paused")


async def test_only_the_step_at_hand_can_be_skipped(house: House, account_id: str) -> None:
    await _opened(house, account_id)
    await house.advanced(account_id, "2026-03-10T00:00:00Z")
    refused = await house.client.post(f"/v1/journeys/{account_id}/skip", json={"step_id": "third-reminder"})
    assert problem_in(refused) == "order-refused"
    assert (refused.status_code, refused.json()["reason"]) == (409, "not_the_next_step")
    skipped = await house.client.post(f"/v1/journeys/{account_id}/skip", json={"step_id": "first-reminder"})
    assert skipped.status_code == 200
    await house.advanced(account_id, "2026-03-16T00:00:00Z")
    assert [step for step, _ in await house.messages(account_id)] == ["bill-due-soon", "second-reminder"]
    told = [(line["what"], line["step_id"]) for line in (await house.journey(account_id))["timeline"]]
    assert ("step_skipped", "first-reminder") in told


async def test_ninety_days_in_one_call_take_every_step_on_its_day_and_end_written_off(
    house: House, account_id: str
) -> None:
    zone = "America/New_York"
    await _opened(
        house,
        account_id,
        customer=somebody(time_zones=[zone]),
        time_zone=zone,
        bills=[a_bill("B-1", "2026-02-27")],
        clock="2026-02-20T15:00:00Z",
    )
    shown = await house.advanced(account_id, "2026-05-29T12:00:00Z")
    assert shown == {"account_id": account_id, "clock": "2026-05-29T12:00:00Z", "open": False}
    assert await house.messages(account_id) == NEVER_PAID
    tasks = (await house.client.get("/v1/tasks", params={"account_id": account_id})).json()["tasks"]
    assert [(task["step_id"], task["opened_at"]) for task in tasks] == [
        ("ask-an-agent", AN_AGENT_IS_ASKED_AT)
    ]
    ended = await house.journey(account_id)
    assert (ended["outcome"], ended["reason"]) == ("written_off", "write_off_step")
    assert ended["ended_at"] == WRITTEN_OFF_AT
    sent = [
        (line["step_id"], instant(line["at"]))
        for line in ended["timeline"]
        if line["what"] == "contact_accepted"
    ]
    assert sent == [(step, instant(at)) for step, at in NEVER_PAID]


async def test_the_operators_page_shows_the_journey_and_why(house: House, account_id: str) -> None:
    await _opened(house, account_id)
    await house.advanced(account_id, "2026-03-31T00:00:00Z")
    listed = (await house.client.get("/console")).text
    assert f"/console/accounts/{account_id}" in listed
    page = (await house.client.get(f"/console/accounts/{account_id}")).text
    for shown in ("Test clock", "please-talk-to-us", "The step&#39;s day has not come.", "first-reminder"):
        assert shown in page, shown
    await house.client.post("/v1/payments", json=a_payment(account_id))
    await _ended(house, account_id)
    page = (await house.client.get(f"/console/accounts/{account_id}")).text
    assert "Ended: cured" in page


async def test_an_ordinary_account_has_no_clock_to_advance(house: House, account_id: str) -> None:
    await _opened(house, account_id, clock=None, bills=[a_bill("B-1", "2099-01-15")])
    refused = await house.client.post(f"/v1/accounts/{account_id}/clock", json={"to": "2099-02-15T00:00:00Z"})
    assert (refused.status_code, problem_in(refused)) == (409, "no-test-clock")
    assert (await house.journey(account_id))["next_step"] == "bill-due-soon"
