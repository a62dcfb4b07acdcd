"""Reading what carriers tell: order, repetition, bad batches."""

import itertools
import json
from datetime import UTC, datetime

import pytest

from adapters.providers.delivery import DeliveryReport, DeliveryStatus, UnreadableCallbackError
from adapters.providers.sendgrid_events import read_sendgrid_events
from adapters.providers.twilio_callback import read_twilio_callback
from tests.adapters.providers.builders import CANARY_EMAIL, CANARY_NUMBER, DISPATCH

SID = "SM" + "c" * 32
HEARD = datetime(2026, 11, 20, 12, tzinfo=UTC)


def told_by_twilio(status: str, **more: str) -> DeliveryReport | None:
    form = {"MessageSid": SID, "MessageStatus": status, "To": CANARY_NUMBER, "AccountSid": "AC", **more}
    return read_twilio_callback(form, DISPATCH, HEARD)


def an_event(event: str = "delivered", **change: object) -> dict[str, object]:
    told: dict[str, object] = {
        "event": event,
        "sg_event_id": f"id-{event}",
        "sg_message_id": "abc-DEF_1.recvd-5f9c-1-0",
        "timestamp": 1_795_176_000,
        "email": CANARY_EMAIL,
        "dispatch_id": DISPATCH,
    }
    return {name: value for name, value in {**told, **change}.items() if value is not ...}


def told_by_sendgrid(*events: object) -> tuple[DeliveryReport, ...]:
    return read_sendgrid_events(json.dumps(events).encode()).reports


def last_word(reports: tuple[DeliveryReport | None, ...]) -> DeliveryStatus:
    known: DeliveryReport | None = None
    for report in reports:
        assert report is not None
        if report.supersedes(known):
            known = report
    assert known is not None
    return known.status


def test_a_status_callback_becomes_a_report() -> None:
    assert told_by_twilio("delivered") == DeliveryReport(
        provider="twilio",
        event_id=f"{SID}:delivered",
        dispatch_id=DISPATCH,
        provider_message_id=SID,
        status=DeliveryStatus.DELIVERED,
        rank=50,
        at=HEARD,
        address=CANARY_NUMBER,
    )


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sending", "sent", "delivered"])))
def test_in_whatever_order_twilio_tells_it_a_delivered_message_stays_delivered(
    order: tuple[str, ...],
) -> None:
    assert last_word(tuple(told_by_twilio(status) for status in order)) is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "undelivered"])))
def test_a_failure_is_not_taken_back_by_a_late_sent(order: tuple[str, ...]) -> None:
    assert last_word(tuple(told_by_twilio(status) for status in order)) is DeliveryStatus.UNDELIVERED


def test_the_carriers_error_code_is_kept_and_an_opt_out_is_seen() -> None:
    failed = told_by_twilio("undelivered", ErrorCode="30003")
    refused = told_by_twilio("failed", ErrorCode="21610")
    assert failed is not None
    assert refused is not None
    assert (failed.code, failed.opted_out) == ("30003", False)
    assert refused.opted_out


@pytest.mark.parametrize("status", ["partially_delivered", "received", "a new word", ""])
def test_a_status_not_known_here_is_no_report(status: str) -> None:
    assert told_by_twilio(status) is None


@pytest.mark.parametrize(
    "change",
    [
        {"MessageSid": "SM123"},
        {"MessageSid": SID + "\n"},
        {"MessageStatus": "x" * 41},
        {"To": "9" * 101},
        {"ErrorCode": "none"},
    ],
)
def test_a_twilio_callback_of_another_shape_is_unreadable_and_not_repeated(change: dict[str, str]) -> None:
    form = {"MessageSid": SID, "MessageStatus": "sent", "To": CANARY_NUMBER, **change}
    with pytest.raises(UnreadableCallbackError) as refused:
        read_twilio_callback(form, DISPATCH, HEARD)
    assert CANARY_NUMBER not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("dispatch_id", [None, "", "short", "x" * 129, DISPATCH + "\n", "a b c d e f g h"])
def test_a_callback_without_our_dispatch_is_unreadable(dispatch_id: str | None) -> None:
    with pytest.raises(UnreadableCallbackError):
        read_twilio_callback({"MessageSid": SID, "MessageStatus": "sent"}, dispatch_id, HEARD)


def test_an_event_becomes_a_report_under_the_message_id_of_the_answer() -> None:
    (report,) = told_by_sendgrid(an_event())
    assert report == DeliveryReport(
        provider="sendgrid",
        event_id="id-delivered",
        dispatch_id=DISPATCH,
        provider_message_id="abc-DEF_1",
        status=DeliveryStatus.DELIVERED,
        rank=40,
        at=datetime.fromtimestamp(1_795_176_000, UTC),
        address=CANARY_EMAIL,
    )


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", "14c5d75ce93.dfd.64b469"),
        ("ndUyUCw9Ml7CMjWOf7bzhg.recvd-6c5-1-0", "ndUyUCw9Ml7CMjWOf7bzhg"),
        ("plain", "plain"),
    ],
)
def test_the_processing_machine_is_cut_off_the_message_id(full: str, short: str) -> None:
    assert told_by_sendgrid(an_event(sg_message_id=full))[0].provider_message_id == short


@pytest.mark.parametrize("order", list(itertools.permutations(["processed", "deferred", "delivered"])))
def test_in_whatever_order_sendgrid_tells_it_a_delivered_mail_stays_delivered(order: tuple[str, ...]) -> None:
    assert last_word(told_by_sendgrid(*map(an_event, order))) is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("order", [["delivered", "bounce"], ["bounce", "delivered"]])
def test_a_mail_that_bounced_after_delivery_was_not_delivered(order: list[str]) -> None:
    assert last_word(told_by_sendgrid(*map(an_event, order))) is DeliveryStatus.UNDELIVERED


@pytest.mark.parametrize(
    ("change", "opted_out"),
    [
        ({"event": "spamreport"}, True),
        ({"event": "unsubscribe"}, True),
        ({"event": "group_unsubscribe"}, True),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, True),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, True),
        ({"event": "dropped", "reason": "Bounced Address"}, False),
        ({"event": "bounce", "reason": "550 no such user", "status": "5.1.1"}, False),
        ({"event": "open"}, False),
    ],
)
def test_a_reader_who_wants_no_more_is_seen(change: dict[str, object], opted_out: bool) -> None:  # noqa: FBT001
    (report,) = told_by_sendgrid({**an_event(), **change})
    assert report.opted_out is opted_out


def test_an_event_repeated_in_a_batch_counts_once() -> None:
    assert len(told_by_sendgrid(an_event(), an_event(), an_event("processed"), an_event())) == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"timestamp": "now"},
        {"timestamp": -1},
        {"timestamp": 10**12},
        {"timestamp": 1.5},
        {"sg_event_id": ""},
        {"sg_event_id": ...},
        {"sg_event_id": 7},
        {"sg_message_id": "x" * 301},
        {"dispatch_id": "bad id"},
        {"dispatch_id": None},
        {"dispatch_id": DISPATCH + "\n"},
        {"event": ["delivered"]},
        {"email": "\ud800"},
        {"email": "x" * 321},
    ],
)
def test_one_bad_event_does_not_spoil_the_batch(bad: dict[str, object]) -> None:
    spoilt = {name: value for name, value in {**an_event(), **bad}.items() if value is not ...}
    batch = read_sendgrid_events(json.dumps([an_event("processed"), spoilt, an_event()]).encode())
    assert [report.event_id for report in batch.reports] == ["id-processed", "id-delivered"]
    assert (batch.unreadable, batch.foreign) == (1, 0)


@pytest.mark.parametrize("bad", [None, 1, "text", [], [[]]])
def test_an_event_that_is_none_is_unreadable(bad: object) -> None:
    assert read_sendgrid_events(json.dumps([bad]).encode()).unreadable == 1


def test_events_of_other_mail_on_the_account_are_foreign_and_new_words_are_passed_over() -> None:
    batch = read_sendgrid_events(json.dumps([an_event(dispatch_id=...), an_event("a_new_word")]).encode())
    assert (batch.reports, batch.foreign, batch.unreadable) == ((), 1, 0)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"7", b'"x"', b"[", b"\xff", b"[NaN]", b"[Infinity]", b"[" * 100_000, b"<events/>"],
)
def test_a_body_that_is_no_list_of_events_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableCallbackError):
        read_sendgrid_events(body)


def test_a_printed_report_does_not_show_the_address() -> None:
    assert CANARY_EMAIL not in repr(told_by_sendgrid(an_event()))
