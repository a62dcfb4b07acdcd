"""Which faults the simulator shows, decided by count or by seed and never by chance."""

import hashlib
from enum import StrEnum

import pydantic


class Fault(StrEnum):
    """One way in which a carrier misbehaves; `before` and `after` mean before and after accepting."""

    TOO_MANY = "too_many"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    DRIP = "drip"
    ANSWER_HTML = "answer_html"
    ANSWER_WITHOUT_ID = "answer_without_id"
    LIST_ERROR = "list_error"
    CALLBACK_LOST = "callback_lost"
    CALLBACK_TWICE = "callback_twice"
    CALLBACK_REVERSED = "callback_reversed"


class Dose(pydantic.BaseModel):
    """How often a fault strikes: the next `count` times, then in `share` of the cases."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    count: int = pydantic.Field(default=0, ge=0, le=1_000_000)
    share: float = pydantic.Field(default=0.0, ge=0.0, le=1.0)


class FaultPlan(pydantic.BaseModel):
    """Everything that can be switched. Times are in milliseconds unless the name says otherwise.

    `undeliverable` maps an address to the carrier's error code (SMS) or to any number (e-mail: a bounce).
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    faults: dict[Fault, Dose] = {}
    latency_ms: int = pydantic.Field(default=0, ge=0, le=60_000)
    retry_after_seconds: int = pydantic.Field(default=1, ge=0, le=3600)
    hang_seconds: float = pydantic.Field(default=60.0, ge=0, le=600)
    drip_interval_ms: int = pydantic.Field(default=1000, ge=1, le=60_000)
    list_lag_ms: int = pydantic.Field(default=0, ge=0, le=3_600_000)
    callback_delay_ms: int = pydantic.Field(default=20, ge=0, le=3_600_000)
    undeliverable: dict[str, int] = pydantic.Field(default={}, max_length=10_000)


class Faults:
    """A plan at work. The n-th question about a fault has the same answer in every run of the same plan."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.plan = plan or FaultPlan()
        self._asked: dict[Fault, int] = {}
        self.struck: dict[Fault, int] = {}

    def strikes(self, fault: Fault) -> bool:
        """Whether this time it does; asking counts."""
        dose = self.plan.faults.get(fault, Dose())
        turn = self._asked.get(fault, 0)
        self._asked[fault] = turn + 1
        if turn < dose.count or self._draw(fault, turn) < dose.share:
            self.struck[fault] = self.struck.get(fault, 0) + 1
            return True
        return False

    def _draw(self, fault: Fault, turn: int) -> float:
        digest = hashlib.sha256(f"{self.plan.seed}:{fault}:{turn}".encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64
