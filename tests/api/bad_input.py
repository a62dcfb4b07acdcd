"""Hostile and mistaken requests, by the table: each must be refused, unrepeated, and leave no trace."""

import json
from collections.abc import Iterator
from typing import Any

from tests.api.story import a_bill, a_payment, an_account

# Stands in every hostile value that can hold text; no answer may repeat it.
MARK = "zq7mark"
TEN_KB = MARK + "x" * 10_240
IDS = ["", " ", f"{MARK}\x00", f"{MARK}\r\nX: y", f"\u202e{MARK}", f"{MARK} {MARK}", TEN_KB, f"../{MARK}"]
IDS += [f"{MARK}/x", f"{MARK}é", f"-{MARK}", f"{MARK}'; DROP TABLE accounts; --", "x" * 65, f"{MARK}%00"]
AMOUNTS: list[object] = [0, -1, 10**18 + 1, 10**15 + 1, "5000", True, None, [5000], {"amount": 5000}, ""]
CURRENCIES: list[object] = ["XXX", "usd", "US", "USDD", "", MARK, 840, None, ["USD"], "US\x00", "ＵＳＤ"]  # noqa: RUF001
DAYS: list[object] = ["0001-01-01", "9999-12-31", "2026-02-29", "2026-13-01", "2026-3-1", "20260301", ""]
DAYS += [
    "2026-03-01T00:00:00Z",
    "1989-12-31",
    "2100-01-01",
    20260301,
    1772323200,
    None,
    "today",
    "٢٠٢٦-٠٣-٠١",  # noqa: RUF001 - Arabic-Indic digits
]
INSTANTS: list[object] = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-29T12:00:00Z", ""]
INSTANTS += ["2026-03-01T24:00:00Z", "2026-03-01T12:00:00", "2026-03-01", "2026-03-01 12:00:00Z", MARK]
INSTANTS += ["2026-03-01T12:00:60Z", "2026-03-01T12:00:00+24:00", "2026-03-01T12:00Z", 1772323200, True]
INSTANTS += ["1990-01-01T00:30:00+23:59", "2026-03-01T12:00:00.1234567Z", "2026-W10-1T12:00:00Z"]
ZONES: list[object] = ["", MARK, "../etc/passwd", "/etc/localtime", "EST5EDT4", "America/new_york", "GMT+1"]
ZONES += ["localtime", "America/New_York\x00", 5, None, "Factory"]
NAMES: list[object] = [
    "",
    " ",
    f"{MARK}\x00",
    f"{MARK}\n",
    f"\u202e{MARK}",
    "x" * 101,
    7,
    None,
    f"{MARK}\u2028",
]
LANGUAGES: list[object] = ["", "english", "EN", "en_US", "e", "en-us", f"en-{MARK}", 1, None]
NUMBERS = ["", "12025550143", "+0123456789", "+120255", "+1 202 555 0143", "+1202555014٣", "++1202", MARK]
NUMBERS += ["+" + "1" * 16, "+12025550143;ext=1", "+12025550143\r\n"]
MAILS = ["", MARK, f"{MARK}@", "@example.test", f"{MARK}@localhost", f"a b@{MARK}.test", f"{MARK}@x..test"]
MAILS += [f"{MARK}@example.test\r\nBcc: x@y.test", f"{'x' * 65}@example.test", f"{MARK}@{'x' * 260}.test"]
FOREIGN = ["balance", "balance_minor", "epoch", "role", "ver", "consent", "tenant_id", MARK, "__class__", ""]


def point(channel: str, address: object) -> dict[str, Any]:
    return {"channel": channel, "address": address, "consented": True}


def customer(**changes: object) -> dict[str, Any]:
    return an_account(customer=an_account()["customer"] | changes)


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


def bad_accounts() -> Iterator[Any]:
    """Bodies for PUT /v1/accounts/A-1."""
    yield from _bad_values()
    yield from _bad_people()
    yield from _bad_bills()
    yield from (an_account(**{field: 1}) for field in FOREIGN)
    for field in ("customer", "currency", "time_zone", "country"):
        yield without(an_account(), field)
    yield an_account(customer=MARK)
    yield from ([], [an_account()], MARK, 5, None, True, {})


def _bad_values() -> Iterator[Any]:
    columns: list[tuple[str, list[object]]] = [
        ("currency", CURRENCIES),
        ("clock", INSTANTS),
        ("time_zone", ZONES),
        ("country", ["", "us", "USA", "U", MARK, 1, "U\x00"]),
        ("segment", ["", "A", MARK.upper(), "x" * 41, 1, None, "a b"]),
        ("journey", ["", "../standard", MARK, 1, "standard\x00"]),
    ]
    for field, values in columns:
        yield from (an_account(**{field: value}) for value in values)


def _bad_people() -> Iterator[Any]:
    columns: list[tuple[str, list[object]]] = [
        ("first_name", NAMES),
        ("language", LANGUAGES),
        ("customer_id", [*IDS]),
        ("time_zones", [[], ["UTC"] * 9, "UTC", *([zone] for zone in ZONES)]),
        ("contact_points", [[bad] for bad in _bad_points()]),
    ]
    for field, values in columns:
        yield from (customer(**{field: value}) for value in values)
    yield customer(contact_points=[point("sms", "+12025550143")] * 21)
    yield from (customer(**{field: 1}) for field in FOREIGN)


def _bad_points() -> Iterator[Any]:
    yield from (point("sms", number) for number in NUMBERS)
    yield from (point("email", mail) for mail in MAILS)
    yield from (point("sms", "+12025550143") | {field: 1} for field in FOREIGN)
    yield point("pigeon", MARK)
    yield point("letter", MARK)
    yield point("sms", "+12025550143") | {"consented": "yes"}


def _bad_bills() -> Iterator[Any]:
    for day in DAYS:
        yield an_account(bills=[a_bill() | {"due_on": day}])
        yield an_account(bills=[a_bill() | {"issued_on": day}])
    yield from (an_account(bills=[a_bill(amount_minor=amount)]) for amount in AMOUNTS)
    yield from (an_account(bills=[a_bill(told)]) for told in IDS)
    yield from (an_account(bills=[a_bill() | {field: 1}]) for field in FOREIGN)
    yield an_account(bills=[a_bill(), a_bill()])
    yield an_account(bills=[a_bill() | {"issued_on": "2026-03-11"}])
    yield an_account(bills=[a_bill(f"B-{number}") for number in range(1_001)])
    yield an_account(bills=a_bill())
    yield an_account(bills=[MARK])


def bad_payments() -> Iterator[Any]:
    """Bodies for POST /v1/payments."""
    event_ids: list[object] = ["", " ", TEN_KB, f"{MARK}\x00", f"{MARK}\n", "x" * 129, f"\u202e{MARK}", 5]
    columns: list[tuple[str, list[object]]] = [
        ("amount_minor", AMOUNTS),
        ("currency", CURRENCIES),
        ("effective_at", INSTANTS),
        ("account_id", [*IDS]),
        ("bill_id", [*IDS]),
        ("source_event_id", event_ids),
        ("source", ["", "Bank", "b" * 41, MARK.upper(), 5, None]),
        ("kind", ["", "refund", "PAYMENT", 1, None, MARK, "reversal"]),
        ("reverses", ["P-0", *event_ids]),
    ]
    for field, values in columns:
        yield from (a_payment(**{field: value}) for value in values)
    yield from (a_payment(kind="reversal", reverses=told) for told in event_ids)
    yield from (a_payment(**{field: 1}) for field in FOREIGN)
    for field in ("source", "source_event_id", "account_id", "amount_minor", "currency"):
        yield without(a_payment(), field)
    yield from ([], "x", None, {}, [a_payment()])


def bad_orders() -> Iterator[tuple[str, Any]]:
    """Addresses of orders, and bodies for them."""
    for instant in INSTANTS:
        yield "/v1/accounts/A-1/clock", {"to": instant}
        yield "/v1/journeys/A-1/pause", {"until": instant}
    told: str | int | None
    for told in (*IDS, 5, None):
        yield "/v1/journeys", {"account_id": told}
        yield "/v1/journeys/A-1/skip", {"step_id": told * 2 if isinstance(told, str) else told}
    for field in FOREIGN:
        yield "/v1/journeys", {"account_id": "A-1", field: 1}
        yield "/v1/journeys/A-1/pause", {field: 1}
        yield "/v1/accounts/A-1/bills", {"bills": [a_bill("B-2")], field: 1}
    yield "/v1/accounts/A-1/bills", {"bills": []}
    yield "/v1/accounts/A-1/bills", {}
    yield "/v1/accounts/A-1/clock", {}
    yield "/v1/journeys/A-1/skip", {}


BODIES: list[tuple[str, bytes]] = [
    ("nan", b'{"amount_minor": NaN}'),
    ("infinity", b'{"amount_minor": -Infinity}'),
    ("fraction", json.dumps(a_payment(amount_minor=50.5)).encode()),
    ("whole fraction", json.dumps(a_payment(amount_minor=5000.0)).encode()),
    ("exponent", b'{"amount_minor": 5e3}'),
    ("endless exponent", b'{"amount_minor": 1e999999}'),
    ("long number", b'{"amount_minor": ' + b"9" * 5_000 + b"}"),
    ("surrogate", b'{"source": "' + MARK.encode() + rb'\ud800"}'),
    ("surrogate name", rb'{"\udfff": 1}'),
    ("nul", b'{"source": "' + MARK.encode() + rb'\u0000"}'),
    ("raw nul", b'{"source": "' + MARK.encode() + b'\x00"}'),
    ("duplicate", b'{"amount_minor": 1, "amount_minor": 2}'),
    ("deep", b"[" * 100_000 + b"]" * 100_000),
    ("deep objects", b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    ("unfinished", b'{"source": "' + MARK.encode()),
    ("latin-1", '{"source": "zq7märk"}'.encode("latin-1")),
    ("utf-16", json.dumps(a_payment()).encode("utf-16")),
    ("bom", b"\xef\xbb\xbf" + json.dumps(a_payment()).encode()),
    ("trailing", json.dumps(a_payment()).encode() + b" {}"),
    ("comment", b'{"source": "x" /* zq7mark */}'),
    ("single quotes", b"{'source': 'zq7mark'}"),
    ("many values", b"[" + b"0," * 200_000 + b"0]"),
    ("gzip", b"\x1f\x8b\x08\x00zq7mark"),
]
