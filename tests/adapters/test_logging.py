"""Logs: everything that is written goes through one chain, and no personal data comes out of it."""

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from temporalio import activity, workflow
from temporalio.testing import ActivityEnvironment

from adapters.logging import configure_logging

PHONE = "+15552016789"
E_MAIL = "ana.diaz@example.com"
NAME = "Ana Diaz"


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Configured logging; the answer reads the lines written so far."""
    before = (logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook)
    configure_logging("info", "json")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    logging.root.handlers, logging.root.level, sys.excepthook, threading.excepthook = before
    activity.logger.activity_info_on_message = workflow.logger.workflow_info_on_message = True


Logs = Callable[[], list[dict[str, object]]]


def leaks(lines: list[dict[str, object]]) -> list[str]:
    written = json.dumps(lines)
    digits = "".join(filter(str.isdigit, PHONE))
    return [
        canary
        for canary in (E_MAIL, "example.com", NAME, "Diaz", digits, "201-6789", "2016789")
        if canary in written
    ]


def fail(words: str) -> None:
    try:
        dict[str, str]()[words]
    except KeyError as cause:
        raise ValueError(f"cannot send to {words}\nDETAIL: {words}") from cause


def failing_with(words: str) -> Exception:
    try:
        fail(words)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "canary", [PHONE, E_MAIL, f"https://pay.operator.test/p?phone={PHONE}&mail={E_MAIL}"]
)
def test_a_canary_put_anywhere_into_a_log_call_does_not_come_out(logs: Logs, canary: str) -> None:
    ours, theirs, ss = (
        logging.getLogger("api.canary"),
        logging.getLogger("elsewhere"),
        structlog.get_logger("api.canary"),
    )
    for logger in (ours, theirs):
        logger.warning("%s asked", canary)
        logger.warning(
            canary,
            extra={
                "sent_with": canary,
                "exception": canary,
                "timestamp": canary,
                "nested": {"deep": [canary, {canary: canary}]},
            },
        )
        logger.error("failed", exc_info=failing_with(canary))
    ss.warning(canary)
    ss.warning("asked %s", canary, sent_with=canary, nested={"deep": (canary, {canary})})
    ss.warning("failed", exc_info=failing_with(canary))
    structlog.contextvars.bind_contextvars(caller=canary)
    ss.warning("bound")
    lines = logs()
    assert len(lines) == 10
    assert leaks(lines) == []


def test_the_canary_test_can_see_a_leak(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.logging.masked_field", lambda _key, value: value)
    structlog.get_logger("api.canary").warning("sent", sent_with=E_MAIL)
    assert E_MAIL in leaks(logs())


def test_a_name_in_an_exception_of_a_library_does_not_come_out(logs: Logs) -> None:
    logging.getLogger("api").error("failed", exc_info=failing_with(NAME))
    (line,) = logs()
    assert leaks([line]) == []
    assert "KeyError" in f"{line['exception']}"
    assert "which led to:" in f"{line['exception']}"
    assert "test_logging.py" in f"{line['exception']}"


def test_the_words_of_our_own_errors_are_kept(logs: Logs) -> None:
    error = type("PromiseRefused", (Exception,), {"__module__": "domain.repayment"})
    structlog.get_logger("api").error(
        "refused", exc_info=error("promise 'p-17' is already kept; open another")
    )
    assert "PromiseRefused: promise 'p-17' is already kept; open another" in f"{logs()[0]['exception']}"


def test_an_exception_that_cannot_be_printed_is_told_without_words(logs: Logs) -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            raise RuntimeError(E_MAIL)

    logging.getLogger("api").error("failed", exc_info=Unprintable())
    lines = logs()
    assert f"{lines[0]['exception']}".endswith("Unprintable: [removed]")
    assert leaks(lines) == []


def test_every_exception_of_a_group_is_told(logs: Logs) -> None:
    group = ExceptionGroup("several", [ValueError("first"), TypeError("second")])
    logging.getLogger("api").error("failed", exc_info=group)
    told = f"{logs()[0]['exception']}"
    assert "ValueError: [removed]" in told
    assert "TypeError: [removed]" in told


def test_an_exception_being_handled_is_told_when_asked_for(logs: Logs) -> None:
    try:
        Path().read_text()
    except OSError:
        structlog.get_logger("api").exception("write_failed")
    structlog.get_logger("api").error("nothing_to_tell", exc_info=True)
    first, second = logs()
    assert "IsADirectoryError: [Errno 21] Is a directory: '[quoted]'" in f"{first['exception']}"
    assert "exception" not in second


def test_causes_that_go_in_a_circle_are_told_once(logs: Logs) -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__cause__, second.__cause__ = second, first
    logging.getLogger("api").error("failed", exc_info=first)
    assert f"{logs()[0]['exception']}".count("ValueError") == 2


def test_a_line_of_a_library_loses_what_it_quotes_and_what_follows_its_first_line(logs: Logs) -> None:
    logging.getLogger("asyncio").error("Task 't' failed\nfuture: <Task exception=ValueError('%s')>", NAME)
    assert logs()[0]["event"] == "Task '[quoted]' failed"


async def test_temporal_puts_the_ids_of_a_journey_into_fields_and_the_failure_does_not_leak(
    logs: Logs,
) -> None:
    @activity.defn
    async def send() -> None:
        activity.logger.warning(
            "Completing activity as failed",
            exc_info=failing_with(f"{NAME} {PHONE}"),
            extra={"__temporal_error_identifier": "ActivityFailure"},
        )

    await ActivityEnvironment().run(send)
    (line,) = logs()
    assert line["event"] == "Completing activity as failed"
    assert (line["workflow_id"], line["run_id"], line["activity"]) == ("test", "test-run", "unknown")
    assert not {"temporal_activity", "__temporal_error_identifier"} & set(line)
    assert leaks([line]) == []


def test_a_log_line_says_when_where_and_how_grave(logs: Logs) -> None:
    structlog.contextvars.bind_contextvars(account_id="acc-1234567890")
    structlog.get_logger("workflows.journey").info(
        "message_deferred", until=datetime(2026, 3, 1, 9, tzinfo=UTC)
    )
    (line,) = logs()
    assert datetime.fromisoformat(f"{line.pop('timestamp')}").tzinfo is not None
    assert line == {
        "event": "message_deferred",
        "logger": "workflows.journey",
        "level": "info",
        "account_id": "acc-1234567890",
        "until": "2026-03-01 09:00:00+00:00",
    }


def test_a_line_that_cannot_be_made_is_not_printed_raw(logs: Logs) -> None:
    (handler,) = (each for each in logging.root.handlers if type(each).__module__ == "adapters.logging")
    handler.handle(logging.makeLogRecord({"name": "api", "msg": "%d attempts", "args": (E_MAIL,)}))
    (line,) = logs()
    assert line["event"] == "log_line_lost"
    assert leaks([line]) == []


@pytest.mark.parametrize(
    "name", ["twilio.http_client", "httpx", "httpx2", "uvicorn.access", "python_http_client.client"]
)
def test_libraries_that_print_addresses_are_quiet_below_a_warning(logs: Logs, name: str) -> None:
    logging.getLogger(name).info("GET /?To=%s", PHONE)
    logging.getLogger(name).warning("timed out")
    assert [line["event"] for line in logs()] == ["timed out"]


def test_debugging_our_own_code_does_not_open_the_debug_lines_of_others(logs: Logs) -> None:
    configure_logging("debug", "json")
    logging.getLogger("elsewhere").debug("statement with parameters")
    structlog.get_logger("domain.journey").debug("move_chosen")
    assert [line["event"] for line in logs()] == ["move_chosen"]


def test_warnings_and_uncaught_exceptions_are_log_lines_too(logs: Logs) -> None:
    with warnings.catch_warnings():
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.simplefilter("always")
        warnings.warn(f"input_value='{NAME}'", stacklevel=1)
    error = failing_with(NAME)
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(error))
    thread.start()
    thread.join()
    lines = logs()
    assert [line["event"] for line in lines[1:]] == ["uncaught_exception", "uncaught_exception"]
    assert leaks(lines) == []


def test_lines_go_to_a_file_when_one_is_given(logs: Logs) -> None:
    file = io.StringIO()
    configure_logging("info", "json", file)
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "Started in colour"})
    assert json.loads(file.getvalue())["event"] == "Started"
    assert "colour" not in file.getvalue()
    assert logs() == []


def test_a_log_without_a_reader_does_not_stop_the_work(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    logging.getLogger("api").warning("written_to_nobody")
    del logs


def test_ctrl_c_is_not_an_uncaught_exception(logs: Logs, capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "uncaught" not in capsys.readouterr().err
    del logs


def test_a_person_at_a_terminal_gets_plain_lines(capsys: pytest.CaptureFixture[str], logs: Logs) -> None:
    configure_logging("info", "console")
    logging.getLogger("api").error("failed", extra={"caller": PHONE}, exc_info=failing_with(NAME))
    written = capsys.readouterr().err
    assert "failed" in written
    assert "ValueError" in written
    assert "Traceback" not in written
    assert NAME not in written
    assert PHONE not in written
    del logs


def test_a_whole_process_keeps_a_canary_to_itself() -> None:
    program = (
        "import logging; from adapters.logging import configure_logging; configure_logging('info', 'json')\n"
        f"logging.getLogger('x').warning('to %s', '{PHONE}')\nraise ValueError('{NAME} {E_MAIL}')"
    )
    process = subprocess.run(  # noqa: S603 - the lines above
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert leaks([{"out": process.stdout, "err": process.stderr}]) == []
    assert "uncaught_exception" in process.stderr
