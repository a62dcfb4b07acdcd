"""The Messages resource of Twilio's API: create, list, fetch."""

import re
import secrets
import urllib.parse
from dataclasses import replace
from datetime import timedelta

import fastapi
import fastapi.responses

from adapters.providers.simulator import twilio_answers as answers
from adapters.providers.simulator.carrier import BodyTooLongError, Carrier, TheCarrier
from adapters.providers.simulator.contract import misfit
from adapters.providers.simulator.faults import Fault
from adapters.providers.simulator.mailbox import SimulatedMessage
from adapters.providers.simulator.twilio_course import follow
from domain.contact import Channel

PATH = "/2010-04-01/Accounts/{account_sid}/Messages"
DEFAULT_PAGE, LARGEST_PAGE = 50, 1000
# Twilio's published test numbers, as recipients.
MAGIC_NUMBERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
router = fastapi.APIRouter()
Response = fastapi.Response


@router.post(PATH + ".json")
async def create(request: fastapi.Request, account_sid: str, carrier: TheCarrier) -> Response:
    """Take a message, or refuse it the way Twilio does."""
    if not carrier.knows_account(request) or account_sid != carrier.settings.account_sid:
        return answers.error(20003, 401)
    try:
        form = _form(await carrier.read(request))
    except (BodyTooLongError, ValueError):
        return answers.error(20001, 400, "body")
    trouble = await carrier.before_accepting(request)
    if trouble is not None:
        return _trouble(carrier, trouble)
    wrong = misfit("twilio.create", form)
    if wrong is not None:
        return answers.error(wrong.code or 20001, 400, f"{wrong.path} {wrong.sentence}".strip())
    message = _message(carrier, form)
    if message.status == "failed":
        return answers.error(message.error_code or 20001, 400)
    carrier.courier.run(follow(carrier, message))
    trouble = await carrier.after_accepting(request)
    if trouble is not None:
        return _trouble(carrier, trouble)
    return carrier.spoken(_created(carrier, message))


@router.get(PATH + ".json")
async def list_messages(request: fastapi.Request, account_sid: str, carrier: TheCarrier) -> Response:
    """A page of messages, newest first; refused ones are among them."""
    if not carrier.knows_account(request) or account_sid != carrier.settings.account_sid:
        return answers.error(20003, 401)
    if carrier.faults.strikes(Fault.LIST_ERROR):
        return answers.error(20500, 500)
    query = dict(request.query_params)
    size = query.get("PageSize", str(DEFAULT_PAGE))
    if not (size.isascii() and size.isdecimal()) or not 1 <= int(size) <= LARGEST_PAGE:
        return answers.error(20001, 400, "PageSize")
    listed = _after(_listed(carrier, query), query.get("PageToken", "").removeprefix("PA"))
    return fastapi.responses.JSONResponse(_page(carrier, listed, query, int(size)))


@router.get(PATH + "/{sid}.json")
async def fetch(request: fastapi.Request, account_sid: str, sid: str, carrier: TheCarrier) -> Response:
    """One message."""
    if not carrier.knows_account(request) or account_sid != carrier.settings.account_sid:
        return answers.error(20003, 401)
    message = carrier.mailbox.named(sid)
    if message is None or message.channel is not Channel.SMS:
        return answers.error(20404, 404)
    return fastapi.responses.JSONResponse(answers.message_json(message, account_sid))


def new_sid() -> str:
    """A message sid as Twilio makes them."""
    return f"SM{secrets.token_hex(16)}"


def _form(body: bytes) -> dict[str, str | list[str]]:
    pairs = urllib.parse.parse_qs(
        body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=100
    )
    return {name: found[0] if len(found) == 1 else found for name, found in pairs.items()}


def _message(carrier: Carrier, form: dict[str, str | list[str]]) -> SimulatedMessage:
    now = carrier.clock()
    told = {name: value for name, value in form.items() if isinstance(value, str)}
    service = told.get("MessagingServiceSid")
    message = SimulatedMessage(
        sid=new_sid(),
        channel=Channel.SMS,
        direction="outbound-api",
        sender=told.get("From", ""),
        recipient=told["To"],
        text=told["Body"],
        status="accepted" if service else "queued",
        created_at=now,
        updated_at=now,
        service_sid=service,
        callback_url=told.get("StatusCallback"),
        validity_seconds=int(told.get("ValidityPeriod", "36000")),
    )
    refusal = 21610 if carrier.mailbox.has_opted_out(told["To"]) else MAGIC_NUMBERS.get(told["To"])
    if refusal is not None:
        message = replace(message, status="failed", error_code=refusal)
    carrier.mailbox.keep(message)
    return message


def _created(carrier: Carrier, message: SimulatedMessage) -> Response:
    content = answers.message_json(message, carrier.settings.account_sid)
    if carrier.faults.strikes(Fault.ANSWER_WITHOUT_ID):
        del content["sid"]
    return fastapi.responses.JSONResponse(content, 201)


def _trouble(carrier: Carrier, status: int) -> Response:
    if status == 429:  # noqa: PLR2004
        answer = answers.error(20429, status)
        answer.headers["Retry-After"] = str(carrier.faults.plan.retry_after_seconds)
        return answer
    return answers.error(20500, status)


def _listed(carrier: Carrier, query: dict[str, str]) -> list[SimulatedMessage]:
    shown_until = carrier.clock() - timedelta(milliseconds=carrier.faults.plan.list_lag_ms)
    return [
        message
        for message in carrier.mailbox.newest_first()
        if message.channel is Channel.SMS
        and message.created_at <= shown_until
        and query.get("To", message.recipient) == message.recipient
        and query.get("From", message.sender) == message.sender
    ]


def _after(listed: list[SimulatedMessage], sid: str) -> list[SimulatedMessage]:
    if not sid:
        return listed
    position = next((index for index, message in enumerate(listed) if message.sid == sid), len(listed))
    return listed[position + 1 :]


def _page(
    carrier: Carrier, listed: list[SimulatedMessage], query: dict[str, str], size: int
) -> dict[str, object]:
    account = carrier.settings.account_sid
    base = f"{PATH.format(account_sid=account)}.json"
    number = int(query.get("Page", "0")) if re.fullmatch("[0-9]{1,6}", query.get("Page", "0")) else 0
    shown = listed[:size]
    kept = {name: value for name, value in query.items() if name not in {"Page", "PageToken"}}
    onward = urllib.parse.urlencode(
        {**kept, "Page": number + 1, "PageToken": f"PA{shown[-1].sid if shown else ''}"}
    )
    return {
        "messages": [answers.message_json(message, account) for message in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": f"{base}?{urllib.parse.urlencode(query)}",
        "first_page_uri": f"{base}?{urllib.parse.urlencode({**kept, 'Page': 0})}",
        "next_page_uri": f"{base}?{onward}" if len(listed) > size else None,
        "previous_page_uri": None,
    }
