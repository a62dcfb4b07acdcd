"""Money is a whole number of minor units and an ISO 4217 currency."""

from dataclasses import dataclass
from decimal import Decimal

# ISO 4217 minor-unit exponents that are not 2 (six-digit-code list of the standard, 2026).
_EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO_DIGITS = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE "
    "SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW "
    "ZWG".split()
)
# A sum above this is a mistake in the feed, not a telecom bill: 10^15 minor units.
LARGEST_MINOR = 10**15
_LONGEST = 20


class MoneyRefused(ValueError):
    """An amount or a currency that cannot be what the sender meant."""


def exponent(currency: str) -> int:
    """Digits after the decimal point for an ISO 4217 code (JPY 0, USD 2, KWD 3).

    Raises:
        MoneyRefused: the code is not a currency in use.
    """
    if currency in _TWO_DIGITS:
        return 2
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise MoneyRefused(f"{currency!r} is not an ISO 4217 currency; write a code such as USD") from None


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """A sum in minor units (cents, yen, fils) of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if abs(self.minor) > LARGEST_MINOR:
            raise MoneyRefused(f"{self.minor} minor units is more than any account can owe")

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read a plain decimal such as `55.94`; no grouping, exponent or sign tricks.

        Raises:
            MoneyRefused: not a plain decimal, or more digits than the currency has.
        """
        digits = exponent(currency)
        plain = text.strip()
        if not plain.isascii() or not plain.removeprefix("-").replace(".", "", 1).isdigit():
            raise MoneyRefused(f"{text!r} is not an amount; write digits and one point, such as 55.94")
        if len(plain) > _LONGEST:
            raise MoneyRefused(f"an amount of {len(plain)} characters has too many digits")
        scaled = Decimal(plain).scaleb(digits)
        if scaled != scaled.to_integral_value():
            raise MoneyRefused(f"{text!r} has more decimals than {currency} has ({digits})")
        return cls(int(scaled), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise MoneyRefused(f"{other.currency} cannot be added to {self.currency}")
        return other.minor

    def __str__(self) -> str:
        digits = exponent(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f} {self.currency}"
