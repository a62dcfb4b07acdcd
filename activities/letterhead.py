"""What a message says besides its template's words: who writes, what is owed, and where to go."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from adapters.providers.provider import Message
from adapters.store.claiming import Claimed
from domain.contact import Channel
from domain.money import Money

# The gate keeps the calling window open for sixteen minutes more: a message may wait fifteen at the carrier.
VALIDITY_S = 900


class Written(Protocol):
    """A message that a template made; `subject` and `html` are for e-mail."""

    @property
    def subject(self) -> str | None:
        """The line above an e-mail."""
        ...

    @property
    def text(self) -> str:
        """The words."""
        ...

    @property
    def html(self) -> str | None:
        """The same as a page."""
        ...


class Templates(Protocol):
    """Where texts come from; see `adapters.files.templates`."""

    def render(self, template: str, channel: Channel, locale: str, values: Mapping[str, str]) -> Written:
        """The message in the nearest language there is; ValueError or LookupError where none can be made."""
        ...


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the company's name, the number to call, where its portal is, and the key of references."""

    company: str
    help_phone: str
    portal_url: str
    secret: bytes = field(repr=False)

    def reference(self, dispatch_id: str) -> str:
        """The twelve letters and digits by which a message is found again, unguessable without the key."""
        seal = hmac.new(self.secret, dispatch_id.encode(), hashlib.sha256).digest()
        return base64.b32encode(seal).decode()[:12]

    def message(self, claimed: Claimed, template: str, templates: Templates) -> Message:
        """The claimed contact as a message.

        Raises:
            ValueError, LookupError: the template and the customer's values do not make one.
        """
        request, point = claimed.request, claimed.point
        reference = self.reference(request.dispatch_id)
        values = self._values(claimed, reference)
        written = templates.render(template, request.channel, claimed.view.language, values)
        return Message(
            dispatch_id=request.dispatch_id,
            reference=reference,
            channel=request.channel,
            address=point.address,
            subject=written.subject,
            text=written.text,
            html=written.html,
            validity_seconds=VALIDITY_S,
        )

    def _values(self, claimed: Claimed, reference: str) -> dict[str, str]:
        """What templates may name. Dates are ISO, sums have a point and a currency code: plain everywhere."""
        books = claimed.view.books
        arrears = books.account.arrears(books.today(claimed.view.now))
        owed = Money(arrears.overdue_minor or arrears.unpaid_minor, books.standing.currency)
        return {
            "company": self.company,
            "first_name": claimed.view.first_name,
            "balance": str(owed),
            "due_date": "" if arrears.anchor is None else arrears.anchor.isoformat(),
            "portal_link": f"{self.portal_url}/p/{reference}",
            "help_phone": self.help_phone,
            "reference": reference,
        }
