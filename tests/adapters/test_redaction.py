"""What is masked in a text or a field before it is logged, and what stays readable."""

import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest

from adapters.redaction import masked_field, masked_text, strangers_text

PHONE = "+15552016789"
PHONES = (
    PHONE,
    "+1 (555) 201-6789",
    "(555) 201-6789",
    "555-201-6789",
    "555.201.6789",
    "15552016789",
    "%2B15552016789",
)
E_MAIL = "ana.diaz@example.com"
NAME = "Ana Diaz"


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("frame", ["{}", "to {}.", "[{}]", "tel:{};", "sms={}", "<{}>"])
def test_a_telephone_number_is_masked_however_it_is_written(phone: str, frame: str) -> None:
    assert "6789" not in masked_text(frame.format(phone))


@pytest.mark.parametrize(
    "text",
    [
        "0199a8b0-1234-7abc-8def-123456789012",
        "2026-11-21T20:08:16.502603Z",
        "2026-11-21 20:08:16+00:00 and 2026-11-21",
        "192.168.100.200:5432",
        "took 12.3456789 s",
        "0x7f1234567890",
        "acc-1234567890",
        "line 1234 of 4321, 3 times",
        "Is it paid? yes=no",
    ],
)
def test_ids_instants_and_measures_stay_readable(text: str) -> None:
    assert masked_text(text) == text


def test_credentials_and_queries_leave_an_address_readable() -> None:
    assert (
        masked_text("postgresql://tideover:pa55@db:5432/tideover")
        == "postgresql://[credentials]@db:5432/tideover"
    )
    assert masked_text("GET https://x.test/a?to=1&b=2 failed") == "GET https://x.test/a?[query] failed"
    assert masked_text("ana%40example.com") == "[e-mail]"


def test_a_field_named_after_a_person_is_removed_whatever_it_holds() -> None:
    for key in ("name", "Phone", "home_phone", "body", "to", "reply_text", "api_token"):
        assert masked_field(key, "anything") == "[removed]"


def test_an_id_keeps_its_digits_but_not_an_address() -> None:
    assert masked_field("account_id", "123456789012") == "123456789012"
    assert masked_field("account_id", PHONE) == "[number]"
    assert masked_field("account_id", E_MAIL) == "[e-mail]"


def test_values_of_every_kind_come_out_plain() -> None:
    @dataclass
    class Customer:
        name: str

    class Colour(Enum):
        RED = "red"

    assert masked_field("x", Customer(NAME)) == "<Customer>"
    assert masked_field("x", Colour.RED) == "red"
    assert masked_field("x", b"secret") == "<6 bytes>"
    assert masked_field("x", {"phone": PHONE, "n": (1, 2.5, None, True)}) == {
        "phone": "[removed]",
        "n": [1, 2.5, None, True],
    }
    for value in (Decimal("1.50"), timedelta(1), UUID(int=0), Path("a/b")):
        assert masked_field("x", value) == f"{value}"


def test_a_strangers_text_is_its_first_line_without_quotations() -> None:
    assert strangers_text(f'invalid "{NAME}" for `x`\n{NAME}') == "invalid '[quoted]' for '[quoted]'"


@pytest.mark.parametrize("text", ["a", "1", "?a", "+1-", "a.b-", "12.3", "://a", "1234567-", "'", "%40"])
def test_a_text_made_to_be_slow_to_mask_is_cut_and_costs_little(text: str) -> None:
    began = time.process_time()
    masked = masked_text(text * 1_000_000)
    assert time.process_time() - began < 0.5
    assert masked.endswith("[cut]")
