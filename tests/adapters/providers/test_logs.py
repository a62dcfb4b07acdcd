"""A person who must not turn up in any log, whatever the carriers do."""

import logging

import pytest

from adapters.providers import quiet
from adapters.providers.sendgrid_email import SendGridEmail
from adapters.providers.twilio_sms import TwilioSms
from adapters.providers.wire import Wire
from domain.contact import Channel
from tests.adapters.providers.builders import (
    CANARY_EMAIL,
    CANARY_NUMBER,
    SETTINGS,
    Carriers,
    a_look_up,
    a_message,
    a_sendgrid_account,
    a_twilio_account,
    an_open_fence,
)

CANARIES = (
    CANARY_NUMBER,
    CANARY_NUMBER.replace("+", "%2B"),
    CANARY_EMAIL,
    "Canary",
    SETTINGS.auth_token,
    SETTINGS.sendgrid_key,
    "Basic ",
)


async def talk(carriers: Carriers, wire: Wire) -> None:
    sms = TwilioSms(a_twilio_account(carriers.url, callback=f"{carriers.listener.url}/sms"), wire)
    mail = SendGridEmail(a_sendgrid_account(carriers.url), wire)
    for fault in ("too_many", "error_after", "reset_before", "answer_html", "answer_without_id"):
        carriers.fault(fault)
        await sms.send(a_message(), an_open_fence())
        carriers.fault(fault)
        await mail.send(a_message(Channel.EMAIL), an_open_fence())
    carriers.switch()
    await sms.send(a_message(address="+15005550001"), an_open_fence())
    await sms.send(a_message(), an_open_fence())
    await mail.send(a_message(Channel.EMAIL), an_open_fence())
    await sms.find(a_look_up(a_message()))
    carriers.fault("list_error")
    await sms.find(a_look_up(a_message()))


async def test_no_address_text_or_secret_is_logged_even_at_debug(
    carriers: Carriers, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for name in quiet.TALKATIVE:
            caplog.set_level(logging.DEBUG, logger=name)
        await talk(carriers, wire)
    assert [canary for canary in CANARIES if canary in caplog.text] == []


async def test_without_the_filter_the_vendors_would_print_the_number(
    carriers: Carriers, wire: Wire, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet._WarningsOnly, "filter", lambda *_: True)
    with caplog.at_level(logging.DEBUG):
        await talk(carriers, wire)
    assert CANARY_NUMBER.replace("+", "%2B") in caplog.text


def test_warnings_of_the_vendors_are_still_heard(caplog: pytest.LogCaptureFixture) -> None:
    quiet.keep_addresses_out_of_logs()
    logging.getLogger("httpx2").warning("something is wrong")
    assert "something is wrong" in caplog.text


def test_printed_accounts_do_not_show_their_secrets() -> None:
    shown = repr(a_twilio_account("http://x")) + repr(a_sendgrid_account("http://x")) + repr(SETTINGS)
    assert SETTINGS.auth_token not in shown
    assert SETTINGS.sendgrid_key not in shown
