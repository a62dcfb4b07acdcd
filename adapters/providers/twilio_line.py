"""Twilio's SDK on our wire: the SDK writes requests and reads answers, the wire decides what leaves."""

import base64
import logging
import urllib.parse
from collections.abc import Mapping

import twilio.http  # type: ignore[import-untyped]
import twilio.http.response  # type: ignore[import-untyped]
import twilio.rest  # type: ignore[import-untyped]
import twilio.rest.api  # type: ignore[import-untyped]

from adapters.providers.fence import Fence
from adapters.providers.wire import Reply, Wire

# The SDK takes region and edge from the environment when this mapping is empty.
_NO_ENVIRONMENT = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}
_SDK_LOGGER = logging.getLogger("twilio.async_http_client")


class TwilioLine(twilio.http.AsyncHttpClient):  # type: ignore[misc]
    """The SDK's HTTP client for one exchange; keeps the answer, whose headers the SDK's errors drop.

    Whatever host the SDK or a page link names, the request goes to `api_url`: the secret leaves for nowhere
    else.
    """

    def __init__(self, wire: Wire, api_url: str, fence: Fence) -> None:
        super().__init__(_SDK_LOGGER, True)
        self._wire = wire
        self._api_url = api_url.rstrip("/")
        self._fence = fence
        self.reply: Reply | None = None

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,  # time-out and redirects are the wire's affair
    ) -> twilio.http.response.Response:
        """Perform what the SDK asks for.

        Raises:
            NothingSentError: as the wire says.
            SilenceError: as the wire says.
        """
        url = self._api_url + _path(uri, params)
        known = {**(headers or {}), **_authorization(auth)}
        if method == "POST":
            body = urllib.parse.urlencode(data or {}, doseq=True).encode()
            self.reply = await self._wire.post(url, body, known, self._fence)
        else:
            self.reply = await self._wire.get(url, known)
        text = self.reply.body.decode("utf-8", "replace")
        return twilio.http.response.Response(self.reply.status, text, self.reply.headers)


def client_on(line: TwilioLine, account_sid: str, auth_token: str) -> twilio.rest.Client:
    """The SDK's client, speaking through `line` and reading nothing from the environment."""
    return twilio.rest.Client(account_sid, auth_token, http_client=line, environment=_NO_ENVIRONMENT)


def _path(uri: str, params: Mapping[str, str] | None) -> str:
    parts = urllib.parse.urlsplit(uri)
    query = "&".join(part for part in (parts.query, urllib.parse.urlencode(params or {}, doseq=True)) if part)
    return f"{parts.path}?{query}" if query else parts.path


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    name, secret = auth or ("", "")
    pair = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
