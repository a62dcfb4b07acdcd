"""One contact: through the gate and, if it passes, to a carrier, at most once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import structlog
from temporalio.exceptions import ApplicationError

from activities.letterhead import Letterhead, Templates
from adapters.providers.fence import Fence
from adapters.providers.provider import Accepted, Message, NotSent, Provider, Receipt, Refused, Unknown
from adapters.store.books import Books
from adapters.store.claiming import AlreadyMade, Claimed, TurnedAway, Underway
from adapters.store.contacts import Contacts, Outcome
from adapters.store.gate_view import Wish
from domain.compliance.verdict import Blocked, Deferred
from domain.contact import Channel, DispatchState
from domain.journey.events import ContactBlocked, ContactDeferred, ContactMade

# Counted from before the claim is asked for: a worker that slept meanwhile must not send any more.
FENCE_S = 2.0
LONGEST_RETRY = timedelta(hours=1)

Answer: TypeAlias = ContactMade | ContactDeferred | ContactBlocked
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Carriers:
    """Who carries what. Test accounts' messages go to `development`, whoever else is configured."""

    live: Mapping[Channel, Provider]
    development: Provider

    def carrier(self, claimed: Claimed) -> Provider:
        """The one for a claimed contact."""
        return self.development if claimed.view.test_account else self.live[claimed.request.channel]


class ContactUnderway(ApplicationError):
    """Another worker claimed the contact; its outcome is known soon, or will count as unknown."""

    def __init__(self, retry_in: timedelta) -> None:
        super().__init__(
            "the contact is claimed; ask again when the claim is over",
            type="ContactUnderway",
            next_retry_delay=retry_in,
        )


class ContactNotSent(ApplicationError):
    """Nothing left this machine, or the carrier asked to wait; the reservation stands."""

    def __init__(self, why: str, retry_after: float | None) -> None:
        delay = None if retry_after is None else min(timedelta(seconds=retry_after), LONGEST_RETRY)
        super().__init__(f"not sent ({why}); try again", type="ContactNotSent", next_retry_delay=delay)


class Contacting:
    """Takes wishes through the gate to carriers."""

    def __init__(
        self, contacts: Contacts, carriers: Carriers, letterhead: Letterhead, templates: Templates
    ) -> None:
        self._contacts = contacts
        self._carriers = carriers
        self._letterhead = letterhead
        self._templates = templates

    @property
    def served(self) -> frozenset[Channel]:
        """Channels that have a carrier."""
        return frozenset(self._carriers.live)

    async def make(self, wish: Wish) -> tuple[Answer, Books]:
        """What became of the wish, and the account's books afterwards.

        A channel whose carrier refuses gives way to the next.

        Raises:
            ContactUnderway, ContactNotSent: try again; nothing is lost and nothing is sent twice.
        """
        while True:
            fence = Fence.start(FENCE_S)
            match await self._contacts.claim(wish):
                case Claimed() as claimed:
                    answer, books = await self._deliver(claimed, wish.template, fence)
                    if answer is not None:
                        return answer, books
                case AlreadyMade(channel=channel, books=books):
                    return ContactMade(wish.step_id, channel), books
                case TurnedAway(verdict=verdict, books=books):
                    return _turned_away(wish, verdict), books
                case Underway(retry_in=retry_in):
                    raise ContactUnderway(retry_in)

    async def _deliver(self, claimed: Claimed, template: str, fence: Fence) -> tuple[Answer | None, Books]:
        """None: this channel's carrier refused, the next may do."""
        carrier = self._carriers.carrier(claimed)
        try:
            message = self._letterhead.message(claimed, template, self._templates)
        except (ValueError, LookupError) as trouble:
            return await self._unwritten(claimed, carrier.name, trouble)
        receipt = await carrier.send(message, fence)
        outcome = _outcome(receipt, carrier.name, message)
        settled = await self._contacts.settle(claimed, outcome)
        request = claimed.request
        _log.info(
            "contact_settled",
            account_id=request.account_id,
            step_id=request.step_id,
            channel=request.channel,
            dispatch_id=request.dispatch_id,
            state=outcome.state,
            why=outcome.reason,
        )
        if settled.stands and isinstance(receipt, NotSent):
            raise ContactNotSent(receipt.why or "no reason given", receipt.retry_after)
        if settled.stands and isinstance(receipt, Refused):
            return None, settled.books
        return ContactMade(request.step_id, request.channel), settled.books

    async def _unwritten(
        self, claimed: Claimed, carrier: str, trouble: Exception
    ) -> tuple[ContactBlocked, Books]:
        """A text that cannot be made is never half sent: the step is over, and somebody must look."""
        request = claimed.request
        outcome = Outcome(DispatchState.CANCELLED, carrier, reason="TEMPLATE")
        settled = await self._contacts.settle(claimed, outcome)
        _log.error(
            "message_not_written",
            account_id=request.account_id,
            step_id=request.step_id,
            dispatch_id=request.dispatch_id,
            trouble=type(trouble).__name__,
        )
        return ContactBlocked(request.step_id, "TEMPLATE"), settled.books


def _turned_away(wish: Wish, verdict: Deferred | Blocked) -> ContactDeferred | ContactBlocked:
    rule = verdict.because.rule
    _log.info(f"contact_{verdict.kind}", account_id=wish.account_id, step_id=wish.step_id, why=rule)
    match verdict:
        case Deferred(until=until):
            return ContactDeferred(wish.step_id, until, rule)
        case Blocked():
            return ContactBlocked(wish.step_id, rule)


def _outcome(receipt: Receipt, carrier: str, message: Message) -> Outcome:
    body_hash = hashlib.sha256(message.text.encode()).hexdigest()
    match receipt:
        case Accepted(provider_message_id=sid):
            return Outcome(DispatchState.ACCEPTED, carrier, sid=sid, body_hash=body_hash)
        case Refused(code=code, opted_out=opted_out):
            return Outcome(
                DispatchState.REFUSED, carrier, reason=code, body_hash=body_hash, opted_out=opted_out
            )
        case NotSent(why=why):
            return Outcome(DispatchState.RESERVED, carrier, reason=why or None, body_hash=body_hash)
        case Unknown(why=why):
            return Outcome(DispatchState.UNKNOWN, carrier, reason=why or None, body_hash=body_hash)
