"""A billing system and a payment processor that do not give up: they call again until they are heard."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import httpx2

from tests.e2e.customers import a_bill, a_customer, a_payment, a_point, an_account, to_be_contacted_now

INSTALMENTS, MINOR = 6, 1_000
ORDINARY = 3
PAID_AT = "2026-03-12T12:00:00Z"
_LATER = "2026-05-12T12:00:00Z"
_AT_ONCE = 6
_PATIENCE_S, _PAUSE_S = 600.0, 0.2


@dataclass(slots=True)
class Payers:
    """Each account pays in instalments after its first reminder, and then two months go by.

    `acknowledged` holds the payments that were answered with 2xx, `unanswered` counts calls that were not
    answered at all. Before each of them a few ordinary accounts are told, whose contact is due at once.
    """

    home: str
    accounts: int
    acknowledged: list[str] = field(default_factory=list)
    unanswered: int = 0
    _over: Event = field(default_factory=Event)

    @property
    def share(self) -> float:
        """How much of all payments is acknowledged."""
        return len(self.acknowledged) / (self.accounts * INSTALMENTS)

    def begin(self, pool: ThreadPoolExecutor) -> list[Future[None]]:
        """Some at once, the others when these are done."""
        return [pool.submit(self._pays, number) for number in range(self.accounts)]

    def give_up(self) -> None:
        """Let every caller end at its next attempt."""
        self._over.set()

    def _pays(self, number: int) -> None:
        account_id = f"P-{number}"
        with httpx2.Client(base_url=self.home, timeout=60, trust_env=False) as client:
            for ordinary_id in (f"R-{number * ORDINARY + one}" for one in range(ORDINARY)):
                body = to_be_contacted_now(_customer(ordinary_id))
                self._told(client, "PUT", f"/v1/accounts/{ordinary_id}", body)
            bill = a_bill("B-1", "2026-03-10", INSTALMENTS * MINOR)
            self._told(
                client, "PUT", f"/v1/accounts/{account_id}", an_account(_customer(account_id), bills=[bill])
            )
            self._told(client, "POST", f"/v1/accounts/{account_id}/clock", {"to": PAID_AT})
            for instalment in range(INSTALMENTS):
                payment = a_payment(account_id, f"{account_id}-{instalment}", MINOR)
                self._told(client, "POST", "/v1/payments", payment)
                self.acknowledged.append(payment["source_event_id"])
            self._told(client, "POST", f"/v1/accounts/{account_id}/clock", {"to": _LATER})

    def _told(self, client: httpx2.Client, method: str, path: str, body: dict[str, Any]) -> None:
        """Call until the answer is 2xx; a refusal is a defect and ends the caller."""
        patience = time.monotonic() + _PATIENCE_S
        while time.monotonic() < patience and not self._over.is_set():
            try:
                answer = client.request(method, path, json=body)
            except httpx2.TransportError:
                self.unanswered += 1
            else:
                if answer.is_success:
                    return
                assert answer.status_code >= 500, (path, answer.status_code, answer.text)
            time.sleep(_PAUSE_S)
        raise TimeoutError(f"{method} {path} was never acknowledged")


def _customer(account_id: str) -> dict[str, Any]:
    return a_customer(f"C-{account_id}", "Quillon", [a_point("sms", number_of(account_id))])


def number_of(account_id: str) -> str:
    """The number of an account's customer, and of nobody else's."""
    kind, _, number = account_id.partition("-")
    return f"+1202555{8 if kind == 'P' else 9}{int(number):03}"


def in_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="payer")


def failure_in(work: list[Future[None]]) -> BaseException | None:
    """The first error that a caller ended with."""
    return next((error for each in work if each.done() and (error := each.exception())), None)
