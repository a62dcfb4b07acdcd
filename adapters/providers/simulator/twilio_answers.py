"""How Twilio writes messages, errors and callbacks."""

import email.utils

import fastapi.responses

from adapters.providers.simulator.mailbox import SimulatedMessage

_GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_SENTENCES = {
    20001: "Unknown or unfit parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "The 'To' number is not a valid phone number",
    21212: "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number or a MessagingServiceSid is required",
    21604: "A 'To' phone number is required",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The message cannot be sent with the current combination of 'To' and 'From' parameters",
    21614: "The 'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21701: "The Messaging Service does not exist",
}


def error(code: int, status: int, detail: str = "") -> fastapi.responses.JSONResponse:
    """An error as api.twilio.com writes it."""
    sentence = _SENTENCES[code] + (f": {detail}" if detail else "")
    more = f"https://www.twilio.com/docs/errors/{code}"
    return fastapi.responses.JSONResponse(
        {"code": code, "message": sentence, "more_info": more, "status": status}, status
    )


def message_json(message: SimulatedMessage, account_sid: str) -> dict[str, object]:
    """A Message resource."""
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{message.sid}"
    left = message.status not in {"queued", "accepted"}
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": message.text,
        "date_created": email.utils.format_datetime(message.created_at),
        "date_sent": email.utils.format_datetime(message.updated_at) if left else None,
        "date_updated": email.utils.format_datetime(message.updated_at),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender or None,
        "messaging_service_sid": message.service_sid,
        "num_media": "0",
        "num_segments": str(segments(message.text)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }


def status_form(message: SimulatedMessage, account_sid: str) -> dict[str, str]:
    """The form of a status callback."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.recipient,
        "From": message.sender,
    }
    if message.service_sid:
        form["MessagingServiceSid"] = message.service_sid
    if message.error_code is not None:
        form["ErrorCode"] = str(message.error_code)
    return form


def inbound_form(message: SimulatedMessage, account_sid: str, opt_out: str | None) -> dict[str, str]:
    """The form of the webhook for a message from a person."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "To": message.recipient,
        "From": message.sender,
        "Body": message.text,
        "NumMedia": "0",
        "NumSegments": str(segments(message.text)),
    }
    return form if opt_out is None else {**form, "OptOutType": opt_out}


def segments(text: str) -> int:
    """How many SMS a text takes: 160 (153 in parts) GSM-7 places, or 70 (67) UTF-16 units."""
    if all(sign in _GSM_ALPHABET or sign in _GSM_EXTENSION for sign in text):
        places, whole, part = len(text) + sum(sign in _GSM_EXTENSION for sign in text), 160, 153
    else:
        places, whole, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if places <= whole else -(-places // part)
