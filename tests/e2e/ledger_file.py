"""A small made-up ledger: customers who pay early, in time, late, very late, or never."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

_HEADER = "account_id,bill_id,issued,due,settled,amount,currency"
_FIRST, _TERM, _MONTH = date(2025, 1, 1), timedelta(days=21), timedelta(days=30)
_DAYS_LATE = (1, 2, 3, 6, 9, 14, 25, 33, 50, 72)


def a_ledger_file(path: Path, accounts: int = 40, seed: int = 7) -> Path:
    """About two and a half bills an account; the same seed writes the same file."""
    random = Random(seed)  # noqa: S311 - an example, not a secret
    lines = [line for number in range(accounts) for line in _bills(random, f"A{number:03}")]
    path.write_text("\n".join((_HEADER, *lines, "")), encoding="utf-8")
    return path


def _bills(random: Random, account_id: str) -> list[str]:
    issued = _FIRST + timedelta(days=random.randrange(40))
    lines = []
    for number in range(random.choice((1, 2, 2, 3, 4))):
        due, settled = issued + _TERM, _settled(random, issued)
        minor = random.randrange(900, 20_000)
        amount = f"{minor // 100}.{minor % 100:02}"
        lines.append(f"{account_id},{account_id}-{number},{issued},{due},{settled or ''},{amount},USD")
        issued += _MONTH
    return lines


def _settled(random: Random, issued: date) -> date | None:
    match random.random():
        case kind if kind < 0.2:
            return None
        case kind if kind < 0.45:
            return issued + timedelta(days=random.randrange(_TERM.days))
        case _:
            return issued + _TERM + timedelta(days=random.choice(_DAYS_LATE))
