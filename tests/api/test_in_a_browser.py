"""An operator at a real browser: from the list to an account, pause, resume, a week on, and out again."""

import shutil
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from adapters.settings import Settings
from tests.api.stage import a_server
from tests.api.story import KEY, SECRET, an_account

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: install chromium to run this test"),
]


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


def a_page(browser: Browser, **how: object) -> tuple[Page, list[str]]:
    """A fresh page, and everything that it complains about."""
    page, complaints = browser.new_context(**how).new_page(), list[str]()  # type: ignore[arg-type]

    def note(message: ConsoleMessage) -> None:
        complaints.append(f"{message.type}: {message.text}")

    def refused(request: Request) -> None:
        # Going to the next page gives up what the last one was still fetching.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"{request.failure}: {request.url}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{error}"))
    page.on("requestfailed", refused)
    return page, complaints


def enrol(address: str, **headers: str) -> None:
    """An account with a journey."""
    with httpx2.Client(base_url=address, headers=headers) as client:
        assert client.put("/v1/accounts/A-1", json=an_account()).status_code == 201
        assert client.post("/v1/journeys", json={"account_id": "A-1"}).status_code == 201


@pytest.mark.parametrize("script", [True, False])
def test_an_operator_finds_pauses_and_resumes_an_account(
    database_url: str, browser: Browser, *, script: bool
) -> None:
    with a_server(database_url, Settings(reference_secret=SECRET)) as address:
        enrol(address)
        page, complaints = a_page(browser, java_script_enabled=script)
        page.goto(address)
        page.get_by_role("link", name="A-1").click()
        page.get_by_role("button", name="Pause").click()
        assert page.get_by_role("status").inner_text().startswith("The journey is paused")
        page.reload()
        page.get_by_role("button", name="Resume").click()
        assert page.get_by_role("status").inner_text() == "The journey goes on."
        page.get_by_role("button", name="7 days on").click()
        assert "first-reminder" in page.locator("#messages >> xpath=..").inner_text()
        page.get_by_role("link", name="API", exact=True).click()
        assert page.get_by_role("heading", name="API").is_visible()
        assert complaints == []


def test_an_operator_signs_in_where_keys_are_set(database_url: str, browser: Browser) -> None:
    with a_server(database_url, Settings(reference_secret=SECRET, api_keys=KEY)) as address:
        enrol(address, authorization=f"Bearer {KEY}")
        page, complaints = a_page(browser)
        page.goto(f"{address}/console/accounts/A-1")
        page.get_by_label("API key").fill(KEY)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="A-1").click()
        page.get_by_role("button", name="Pause").click()
        assert page.get_by_role("status").is_visible()
        page.get_by_role("button", name="Sign out").click()
        assert page.get_by_label("API key").is_visible()
        page.goto(f"{address}/console")
        assert page.get_by_label("API key").is_visible()
        assert complaints == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_its_screen(database_url: str, browser: Browser, width: int) -> None:
    with a_server(database_url, Settings(reference_secret=SECRET)) as address:
        enrol(address)
        page, complaints = a_page(browser, viewport={"width": width, "height": 800})
        for path in ("/console", "/console/accounts/A-1", "/docs"):
            page.goto(f"{address}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []
