"""What the store can answer instead of doing what it was asked; texts hold ids and codes, never a person."""


class StoreError(Exception):
    """Any refusal of the store; `code` is stable and meant for programs."""

    code = "store_error"


class StoreUnavailable(StoreError):
    """PostgreSQL cannot be reached or gave up waiting; nothing was changed. Ask again."""

    code = "store_unavailable"

    def __init__(self, state: str) -> None:
        super().__init__(f"PostgreSQL did not answer ({state}); ask again")


class StoreRefused(StoreError):
    """PostgreSQL refused a statement: a value out of bounds, or a mistake of ours. Do not ask again."""

    code = "store_refused"

    def __init__(self, state: str) -> None:
        super().__init__(f"PostgreSQL refused the statement (SQLSTATE {state})")


class AccountUnknown(StoreError):
    """No such account; tell it first."""

    code = "account_unknown"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"account {account_id} is not known; tell it before what concerns it")
        self.account_id = account_id


class BillUnknown(StoreError):
    """The account has no such bill."""

    code = "bill_unknown"

    def __init__(self, account_id: str, bill_id: str) -> None:
        super().__init__(f"account {account_id} has no bill {bill_id}; tell the bill first")
        self.account_id, self.bill_id = account_id, bill_id


class CurrencyMismatch(StoreError):
    """An amount in another currency than the account's."""

    code = "currency_mismatch"

    def __init__(self, account_id: str, currency: str) -> None:
        super().__init__(f"account {account_id} is not kept in {currency}; send amounts in its own currency")
        self.account_id, self.currency = account_id, currency


class PaymentChanged(StoreError):
    """An event id that is in the ledger with other content: one of the two is wrong, and ours stays."""

    code = "payment_changed"

    def __init__(self, source: str, source_event_id: str) -> None:
        super().__init__(f"event {source_event_id} of {source} was told before with other content")
        self.source, self.source_event_id = source, source_event_id


class CustomerMismatch(StoreError):
    """An account keeps its customer: contacts, consents and caps on record are that person's."""

    code = "customer_mismatch"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"account {account_id} belongs to another customer; tell it with that customer's id")
        self.account_id = account_id


class JourneyUnknown(StoreError):
    """No definition of that name or version was published."""

    code = "journey_unknown"

    def __init__(self, journey: str) -> None:
        super().__init__(f"no journey {journey} was published; publish it, or correct the account's journey")
        self.journey = journey


class JourneyNotOpened(StoreError):
    """The account has no journey of that epoch."""

    code = "journey_not_opened"

    def __init__(self, account_id: str, epoch: int) -> None:
        super().__init__(f"account {account_id} has no journey of epoch {epoch}; open it first")
        self.account_id, self.epoch = account_id, epoch
