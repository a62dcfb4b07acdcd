"""The rules' answer: allowed, deferred until an instant, or blocked because of a clause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from: a short rule id, the text that a reader can look up, and its kind."""

    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing forbids the contact at this instant."""

    kind: Literal["allowed"] = "allowed"


@dataclass(frozen=True, slots=True)
class Deferred:
    """Forbidden now; `until` is the earliest instant at which it may be asked again."""

    until: datetime
    because: Citation
    kind: Literal["deferred"] = "deferred"


@dataclass(frozen=True, slots=True)
class Blocked:
    """Forbidden, and waiting does not help."""

    because: Citation
    kind: Literal["blocked"] = "blocked"


Verdict: TypeAlias = Allowed | Deferred | Blocked
