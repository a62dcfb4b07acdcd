"""The operators' pages: what they show, and that a form from elsewhere does nothing."""

import httpx2
import pytest

from adapters.store.database import Database
from api.services import Services
from tests.adapters.store.snapshot import snapshot
from tests.api.engine_twin import EngineTwin
from tests.api.story import BASE, a_payment, an_account, client_for, enrolled
from tests.api.test_access import a_token

PAGE = "/console/accounts/A-1"
FORMS = {
    "pause": {},
    "resume": {},
    "skip": {"step_id": "heads-up"},
    "exit": {},
    "clock": {"days": "1"},
}


@pytest.fixture
async def operator(client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Somebody at a browser, in front of a server that knows an account with a journey."""
    await enrolled(client)
    client.headers["sec-fetch-site"] = "same-origin"
    return client


async def sent(operator: httpx2.AsyncClient, order: str, **fields: str) -> httpx2.Response:
    """The answer to a form of the account's page."""
    token = a_token(await operator.get(PAGE))
    return await operator.post(f"{PAGE}/{order}", data={"token": token, **fields})


async def test_the_way_in_leads_to_the_list(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


async def test_an_empty_list_says_what_to_do(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/console")).text
    assert "No journeys yet" in page
    assert "No journey fits" in (await client.get("/console?stage=reminder")).text


async def test_the_list_shows_stage_wait_next_step_and_days(operator: httpx2.AsyncClient) -> None:
    await operator.post("/v1/accounts/A-1/clock", json={"to": "2026-03-13T12:00:00Z"})
    page = (await operator.get("/console")).text
    for text in ("A-1", "Reminder", "reminder-1", "Keeping a distance", "Sat 14 Mar 2026", "1 open"):
        assert text in page
    assert '<td data-name="Days past due" class="number">3</td>' in page


async def test_the_list_goes_on_page_by_page(client: httpx2.AsyncClient, services: Services) -> None:
    for number in range(27):
        customer = an_account()["customer"] | {"customer_id": f"C-{number}"}
        await client.put(f"/v1/accounts/A-{number:02}", json=an_account(customer=customer))
        await services.orders.poke(f"A-{number:02}")
    first = (await client.get("/console?stage=pre_due")).text
    assert ("A-24" in first, "A-25" in first) == (True, False)
    onward = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = (await client.get(onward)).text
    assert ("A-24" in second, "A-25" in second, "A-26" in second) == (False, True, True)
    assert 'href="/console?stage=pre_due">First page' in second


@pytest.mark.parametrize("query", ["stage=none", "cursor=x", "account=%00", "account=<b>", "limit=x", "x=1"])
async def test_a_filter_that_makes_no_sense_is_a_page_with_a_reason(
    operator: httpx2.AsyncClient, query: str
) -> None:
    page = await operator.get(f"/console?{query}")
    if query == "limit=x":
        assert page.status_code == 200
        return
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")


async def test_an_account_s_page_shows_what_an_operator_needs(operator: httpx2.AsyncClient) -> None:
    await operator.post("/v1/accounts/A-1/clock", json={"to": "2026-03-15T12:00:00Z"})
    page = (await operator.get(PAGE)).text
    for text in (
        "Account A-1",
        "50.00 USD",
        "for 5 days",
        "B-1",
        "Two contacts keep some days between them",
        "Sent by SMS: heads-up",
        "Every rule allowed it",
        "Contact: reminder-2",
        "+12•••••43",
        "Sun 15 Mar 2026, 12:00 UTC",
        'href="http://127.0.0.1:8233"',
    ):
        assert text in page, text
    assert "+12025550143" not in page


async def test_the_page_of_nobody_s_account_is_not_found(client: httpx2.AsyncClient) -> None:
    page = await client.get("/console/accounts/nobody")
    assert page.status_code == 404
    assert "No such account" in page.text


async def test_an_account_without_a_journey_has_a_page(client: httpx2.AsyncClient) -> None:
    await client.put("/v1/accounts/A-1", json=an_account(bills=[], clock=None))
    page = (await client.get(PAGE)).text
    assert "No journey." in page
    assert "Test clock" not in page


async def test_an_ended_journey_shows_its_outcome_and_reason(operator: httpx2.AsyncClient) -> None:
    await operator.post("/v1/payments", json=a_payment())
    await operator.post("/v1/accounts/A-1/clock", json={"to": "2026-03-15T12:00:00Z"})
    page = (await operator.get(PAGE)).text
    assert "Ended: cured" in page
    assert "Paid before due" in page
    assert "Payment received from bank" in page
    assert "Pause" not in page


async def test_pause_and_resume_from_the_page(operator: httpx2.AsyncClient) -> None:
    answer = await sent(operator, "pause")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=pause")
    page = (await operator.get(answer.headers["location"])).text
    assert "The journey is paused" in page
    assert "Paused by an operator since" in page
    assert f'action="{PAGE}/resume"' in page
    assert f'action="{PAGE}/pause"' not in page
    assert (await sent(operator, "resume")).headers["location"] == f"{PAGE}?said=resume"
    assert f'action="{PAGE}/pause"' in (await operator.get(PAGE)).text


async def test_skip_and_exit_from_the_page(operator: httpx2.AsyncClient) -> None:
    assert (await sent(operator, "skip", step_id="heads-up")).status_code == 303
    assert "Skipped by operator: heads-up" in (await operator.get(f"{PAGE}?said=skip")).text
    assert (await sent(operator, "exit")).status_code == 303
    page = (await operator.get(f"{PAGE}?said=exit")).text
    assert "Taken out by order" in page


@pytest.mark.parametrize(
    ("fields", "clock"),
    [
        ({"days": "1"}, "2026-03-10T12:00:00Z"),
        ({"days": "7"}, "2026-03-16T12:00:00Z"),
        ({"days": "30"}, "2026-04-08T12:00:00Z"),
        ({"to": "2026-03-20"}, "2026-03-20T16:00:00Z"),
    ],
)
async def test_the_clock_runs_from_the_page(
    client: httpx2.AsyncClient, fields: dict[str, str], clock: str
) -> None:
    await enrolled(client, time_zone="America/New_York")
    client.headers["sec-fetch-site"] = "same-origin"
    assert (await sent(client, "clock", **fields)).headers["location"] == f"{PAGE}?said=clock"
    assert (await client.get("/v1/accounts/A-1")).json()["clock"] == clock


@pytest.mark.parametrize(
    ("order", "fields", "status"),
    [
        ("resume", {}, 409),
        ("skip", {"step_id": "reminder-1"}, 409),
        ("skip", {"step_id": "<script>"}, 422),
        ("skip", {}, 422),
        ("clock", {}, 422),
        ("clock", {"days": "2"}, 422),
        ("clock", {"days": "-1"}, 422),
        ("clock", {"to": "yesterday"}, 422),
        ("clock", {"to": "2026-02-29"}, 422),
        ("clock", {"to": "2026-03-01"}, 409),
        ("none", {}, 404),
    ],
)
async def test_an_order_that_does_not_fit_is_refused_with_a_reason_and_the_way_back(
    operator: httpx2.AsyncClient, order: str, fields: dict[str, str], status: int
) -> None:
    answer = await sent(operator, order, **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<a href="{PAGE}">Back</a>' in answer.text
    assert "<script>" not in answer.text


async def test_what_a_link_says_is_never_shown(operator: httpx2.AsyncClient) -> None:
    page = (await operator.get(f"{PAGE}?said=<b>You+won</b>")).text
    assert "You won" not in page
    assert 'role="status"' not in page


async def test_with_the_engine_away_the_page_says_so(
    operator: httpx2.AsyncClient, engine: EngineTwin
) -> None:
    token = a_token(await operator.get(PAGE))
    engine.down = True
    page = await operator.get(PAGE)
    assert page.status_code == 200
    assert "Temporal cannot be reached" in page.text
    answer = await operator.post(f"{PAGE}/pause", data={"token": token})
    assert answer.status_code == 503


@pytest.mark.parametrize("order", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {},
    ],
)
async def test_a_form_from_elsewhere_changes_nothing(
    client: httpx2.AsyncClient, database: Database, order: str, headers: dict[str, str]
) -> None:
    await enrolled(client)
    token = a_token(await client.get(PAGE))
    before = await snapshot(database)
    answer = await client.post(f"{PAGE}/{order}", data={"token": token, **FORMS[order]}, headers=headers)
    assert answer.status_code == 403
    assert await snapshot(database) == before


async def test_a_browser_that_tells_its_origin_only_is_believed(client: httpx2.AsyncClient) -> None:
    await enrolled(client)
    token = a_token(await client.get(PAGE))
    answer = await client.post(f"{PAGE}/pause", data={"token": token}, headers={"origin": BASE})
    assert answer.status_code == 303


async def test_a_form_needs_the_token_of_its_own_cookie(
    operator: httpx2.AsyncClient, services: Services
) -> None:
    async with client_for(services, **{"sec-fetch-site": "same-origin"}) as other:
        foreign = a_token(await other.get(PAGE))
    await operator.get(PAGE)
    for token in (foreign, "", "x", "é"):
        answer = await operator.post(f"{PAGE}/pause", data={"token": token})
        assert answer.status_code == 403
    assert (await operator.post(f"{PAGE}/pause")).status_code == 403
    files = {"token": ("t", b"x")}
    assert (await operator.post(f"{PAGE}/pause", files=files)).status_code == 403


async def test_a_form_without_the_cookie_changes_nothing(
    operator: httpx2.AsyncClient, services: Services
) -> None:
    token = a_token(await operator.get(PAGE))
    async with client_for(services, **{"sec-fetch-site": "same-origin"}) as bare:
        assert (await bare.post(f"{PAGE}/pause", data={"token": token})).status_code == 403


async def test_nothing_is_changed_by_following_a_link(operator: httpx2.AsyncClient) -> None:
    for order in FORMS:
        assert (await operator.get(f"{PAGE}/{order}")).status_code == 405


async def test_names_in_pages_are_text_not_markup(client: httpx2.AsyncClient) -> None:
    customer = an_account()["customer"] | {"first_name": "<b>Q</b>", "customer_id": "C-9"}
    await enrolled(client, customer=customer)
    await client.post("/v1/accounts/A-1/clock", json={"to": "2026-03-15T12:00:00Z"})
    page = (await client.get(PAGE)).text
    assert "<b>Q</b>" not in page
    assert "&lt;b&gt;Q&lt;/b&gt;" in page


async def test_a_broken_page_is_a_page_without_the_reason(
    operator: httpx2.AsyncClient, services: Services
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("Quillon")

    services.accounts.get = broken  # type: ignore[method-assign, assignment]
    page = await operator.get(PAGE)
    assert page.status_code == 500
    assert "Something broke here" in page.text
    assert "Quillon" not in page.text


async def test_in_production_there_are_no_messages_to_read(services: Services) -> None:
    values = {name: getattr(services, name) for name in Services.__slots__}
    real = services.settings.model_copy(update={"environment": "production"})
    async with client_for(Services(**values | {"settings": real})) as client:
        await enrolled(client)
        assert "development carrier" not in (await client.get(PAGE)).text
        assert (await client.get("/v1/outbox")).status_code == 404


async def test_the_link_in_a_message_leads_to_a_page_that_tells_nothing_about_anybody(
    client: httpx2.AsyncClient,
) -> None:
    pages = [await client.get(f"/p/{reference}") for reference in ("ABCDEFGH2345", "anything-else")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text == pages[1].text
    assert "call" in pages[0].text
    assert "script" not in pages[0].headers["content-security-policy"]
