"""SMS through Twilio."""

import asyncio
import math
import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field

import twilio.base.exceptions  # type: ignore[import-untyped]
import twilio.rest.api.v2010.account.message as sdk  # type: ignore[import-untyped]

from adapters.providers.fence import Fence
from adapters.providers.provider import (
    Accepted,
    CannotTell,
    Finding,
    Found,
    LookUp,
    Message,
    NotFound,
    NotSent,
    Receipt,
    Refused,
    Unknown,
    WrongChannelError,
)
from adapters.providers.receipts import receipt_for_status
from adapters.providers.twilio_line import TwilioLine, client_on
from adapters.providers.wire import NothingSentError, Reply, SilenceError, Wire
from domain.contact import Channel

OPTED_OUT = 21610
# Nobody has a thousand messages from us; a fuller list is a mistake that a person should look at.
PAGE_SIZE = 200
LONGEST_LIST = 1000
LONGEST_LOOK_UP = 20.0
_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
# Sender, permissions or account: a repair on our side lets the same message pass.
_OUR_SETTINGS = frozenset(
    {20003, 20404, 21212, 21408, 21603, 21606, 21608, 21609, 21659, 21660, 21703, 21705}
)
_CREATE_ERRORS = range(20_000, 30_000)
_OPEN = Fence(until=math.inf)


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Where and as whom to send.

    `sender` is an E.164 number or the `MG…` sid of a Messaging Service. `status_callback_url` is the public
    address of our webhook, without a query; each message adds its dispatch to it.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    status_callback_url: str
    api_url: str = "https://api.twilio.com"


class TwilioSms:
    """Sends SMS and finds them again by the reference in their text."""

    name = "twilio"

    def __init__(self, account: TwilioAccount, wire: Wire) -> None:
        self._account = account
        self._wire = wire

    async def send(self, message: Message, deadline: Fence) -> Receipt:
        """One attempt to create the message at Twilio."""
        if message.channel is not Channel.SMS:
            raise WrongChannelError(f"{self.name} sends sms, not {message.channel}")
        line = TwilioLine(self._wire, self._account.api_url, deadline)
        try:
            created = await self._messages(line).create_async(**self._fields(message))
        except NothingSentError as nothing:
            return NotSent(None, str(nothing))
        except SilenceError as silence:
            return Unknown(str(silence))
        except Exception as stumble:
            if line.reply is None:
                raise  # a mistake of ours, before anything left
            return _refusal(line.reply, stumble)
        return _acceptance(line.reply, created.sid)

    async def find(self, message: LookUp) -> Finding:
        """Read all messages to that number and match the reference; a list cut short tells nothing."""
        line = TwilioLine(self._wire, self._account.api_url, _OPEN)
        try:
            async with asyncio.timeout(LONGEST_LOOK_UP):
                listed = await self._messages(line).list_async(
                    to=message.address, limit=LONGEST_LIST, page_size=PAGE_SIZE
                )
        except Exception as trouble:  # noqa: BLE001 - whatever broke, the question stays open
            return CannotTell(type(trouble).__name__)
        return _finding(listed, message)

    def _messages(self, line: TwilioLine) -> sdk.MessageList:
        return client_on(line, self._account.account_sid, self._account.auth_token).messages

    def _fields(self, message: Message) -> dict[str, object]:
        sender = self._account.sender
        callback = urllib.parse.urlencode({"d": message.dispatch_id})
        return {
            "to": message.address,
            "body": message.text,
            "validity_period": message.validity_seconds,
            "status_callback": f"{self._account.status_callback_url}?{callback}",
            "messaging_service_sid" if sender.startswith("MG") else "from_": sender,
        }


def _acceptance(reply: Reply | None, sid: object) -> Receipt:
    if reply is None or reply.status != 201:  # noqa: PLR2004 - Twilio's only word for accepted
        return Unknown("answer_unexpected")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        return Unknown("answer_without_id")
    return Accepted(sid)


def _refusal(reply: Reply, refusal: Exception) -> Receipt:
    if not isinstance(refusal, twilio.base.exceptions.TwilioException):
        # The SDK stumbled over an answer that is not one; the message may be on its way.
        return Unknown("answer_unreadable")
    code = getattr(refusal, "code", None)
    match receipt_for_status(reply.status, reply.headers):
        case Refused(permanent=permanent) if isinstance(code, int) and code in _CREATE_ERRORS:
            opted_out = code == OPTED_OUT
            permanent = opted_out or (permanent and code not in _OUR_SETTINGS)
            return Refused(str(code), permanent=permanent, opted_out=opted_out)
        case receipt:
            return receipt


def _finding(listed: Sequence[sdk.MessageInstance], wanted: LookUp) -> Finding:
    sent = [one for one in listed if not _refused_when_created(one)]
    matches = [one for one in sent if wanted.reference in (one.body or "")]
    if matches:
        first, *others = reversed(matches)
        return Found(str(first.sid), str(first.status), tuple(str(other.sid) for other in others))
    if len(listed) >= LONGEST_LIST:
        return CannotTell("list_too_long")
    if any(_could_be(one, wanted) for one in sent):
        return CannotTell("text_redacted")
    return NotFound()


def _refused_when_created(listed: sdk.MessageInstance) -> bool:
    # Twilio lists refused requests too. Carrier failures (30xxx) happened to a message that was taken.
    return listed.status == "failed" and listed.error_code in _CREATE_ERRORS


def _could_be(listed: sdk.MessageInstance, wanted: LookUp) -> bool:
    if listed.body or listed.direction == "inbound":
        return False
    return listed.date_created is None or listed.date_created >= wanted.since.replace(microsecond=0)
