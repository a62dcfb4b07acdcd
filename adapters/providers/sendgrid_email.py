"""E-mail through SendGrid."""

import json
import re
from dataclasses import dataclass, field

from sendgrid.helpers import mail as sdk  # type: ignore[import-untyped]

from adapters.providers.fence import Fence
from adapters.providers.provider import (
    Accepted,
    CannotTell,
    Finding,
    LookUp,
    Message,
    NotSent,
    Receipt,
    Unknown,
    WrongChannelError,
)
from adapters.providers.receipts import receipt_for_status
from adapters.providers.wire import NothingSentError, Reply, SilenceError, Wire
from domain.contact import Channel

DISPATCH_ARGUMENT = "dispatch_id"
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")


@dataclass(frozen=True, slots=True)
class SendGridAccount:
    """Where and as whom to send; `sender_name` is what the reader sees before the address."""

    api_key: str = field(repr=False)
    sender: str
    sender_name: str
    api_url: str = "https://api.sendgrid.com"


class SendGridEmail:
    """Sends e-mail. SendGrid has no list that could be asked, so an unknown outcome waits for its events."""

    name = "sendgrid"

    def __init__(self, account: SendGridAccount, wire: Wire) -> None:
        self._account = account
        self._wire = wire

    async def send(self, message: Message, deadline: Fence) -> Receipt:
        """One attempt to hand the mail to SendGrid."""
        if message.channel is not Channel.EMAIL:
            raise WrongChannelError(f"{self.name} sends email, not {message.channel}")
        url = f"{self._account.api_url.rstrip('/')}/v3/mail/send"
        body = json.dumps(self._mail(message)).encode()
        headers = {
            "Authorization": f"Bearer {self._account.api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        try:
            reply = await self._wire.post(url, body, headers, deadline)
        except NothingSentError as nothing:
            return NotSent(None, str(nothing))
        except SilenceError as silence:
            return Unknown(str(silence))
        return _receipt(reply)

    async def find(self, message: LookUp) -> Finding:  # noqa: ARG002 - the protocol's signature
        """Cannot be asked: the activity API is a paid extra limited to six requests a minute."""
        return CannotTell("no_list")

    def _mail(self, message: Message) -> dict[str, object]:
        mail = sdk.Mail(
            from_email=sdk.From(self._account.sender, self._account.sender_name),
            subject=message.subject,
            plain_text_content=message.text,
            html_content=message.html,
        )
        # Name and address are given apart: in one string the SDK would parse "name <address>" out of it.
        recipient = sdk.To()
        recipient.email = message.address
        mail.add_to(recipient)
        mail.add_custom_arg(sdk.CustomArg(DISPATCH_ARGUMENT, message.dispatch_id))
        mail.tracking_settings = _no_tracking()
        built: dict[str, object] = mail.get()
        return built


def _receipt(reply: Reply) -> Receipt:
    if reply.status != 202:  # noqa: PLR2004 - SendGrid's only word for accepted
        return receipt_for_status(reply.status, reply.headers)
    message_id = reply.headers.get("x-message-id", "")
    if not _MESSAGE_ID.fullmatch(message_id):
        return Unknown("answer_without_id")
    return Accepted(message_id)


def _no_tracking() -> sdk.TrackingSettings:
    # Rewritten links would hide where the payment link leads, and a tracking pixel is watching people read.
    return sdk.TrackingSettings(
        click_tracking=sdk.ClickTracking(enable=False, enable_text=False),
        open_tracking=sdk.OpenTracking(enable=False),
    )
