import pytest

from domain.money import LARGEST_MINOR, Money, MoneyRefused, exponent


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("55.94", "USD", 5594),
        ("1", "USD", 100),
        ("-3.5", "EUR", -350),
        ("900", "JPY", 900),
        ("1.234", "KWD", 1234),
    ],
)
def test_a_plain_decimal_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "1e3",
        "1,234.56",
        "1.234,56",
        "NaN",
        "inf",
        "+1",
        "1.2.3",
        "٣",
        "0x10",
        "1_000",
        "9" * 40,
        "1 2",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MoneyRefused):
        Money.parse(text, "USD")


@pytest.mark.parametrize(("text", "currency"), [("1.5", "JPY"), ("1.234", "USD"), ("1.2345", "KWD")])
def test_more_decimals_than_the_currency_has_are_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyRefused, match="more decimals"):
        Money.parse(text, currency)


def test_currencies_have_their_own_exponent_and_unknown_ones_none() -> None:
    assert [exponent(code) for code in ("JPY", "USD", "KWD", "CLF")] == [0, 2, 3, 4]
    with pytest.raises(MoneyRefused, match="ISO 4217"):
        exponent("usd")


def test_sums_stay_in_one_currency_and_in_bounds() -> None:
    assert Money(150, "USD") + Money(50, "USD") - Money(25, "USD") == Money(175, "USD")
    with pytest.raises(MoneyRefused, match="cannot be added"):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(MoneyRefused, match="more than any account"):
        Money(LARGEST_MINOR + 1, "USD")


def test_money_reads_as_people_write_it() -> None:
    assert [str(Money(5, "USD")), str(Money(-1234, "KWD")), str(Money(7, "JPY"))] == [
        "0.05 USD",
        "-1.234 KWD",
        "7 JPY",
    ]
