"""Servers that store or write numbers in another way."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from math import isinf
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.json_text import NumberText
from orders_conformance.mock.lenient import Lenient, Number
from orders_conformance.mock.service import Rejection

SERVERS = Catalogue()

# The most digits that are written without an exponent.
_DIGITS = 25


def _in_scientific_notation(value: Number, template: str) -> NumberText:
    """Write a number by a template with the fields `first`, `rest` (at least one digit) and `exponent`."""
    sign, digits, exponent = Decimal(value).as_tuple()
    written = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) - 1 + int(exponent) if Decimal(value) else 0
    return NumberText(
        ("-" if sign else "") + template.format(first=written[0], rest=written[1:] or "0", exponent=power)
    )


@SERVERS.add
class JavaNotation(Lenient):
    """Writes numbers in scientific notation as Java does: 5.0E1 for 50."""

    def written_number(self, value: Number) -> Number:
        return _in_scientific_notation(value, "{first}.{rest}E{exponent}")


@SERVERS.add
class SmallExponent(Lenient):
    """Writes whole numbers with a small e where that is shorter: 5e1 for 50."""

    def written_number(self, value: Number) -> Number:
        sign, digits, exponent = Decimal(value).normalize().as_tuple()
        whole = f"{'-' if sign else ''}{''.join(map(str, digits))}"
        return NumberText(f"{whole}e{exponent}" if isinstance(exponent, int) and exponent else whole)


@SERVERS.add
class SignedExponent(Lenient):
    """Writes numbers in scientific notation with a sign in the exponent: 5.0e+1 for 50."""

    def written_number(self, value: Number) -> Number:
        written = str(_in_scientific_notation(value, "{first}.{rest}e{exponent}"))
        return NumberText(written if "e-" in written else written.replace("e", "e+"))


class _Plain(Lenient):
    """Writes numbers without an exponent if they are not too long."""

    decimals: ClassVar[int]

    def written_number(self, value: Number) -> Number:
        number = Decimal(value)
        if abs(number.adjusted()) > _DIGITS:
            return value
        whole, _, fraction = f"{number:f}".partition(".")
        fraction = fraction.ljust(self.decimals, "0")
        return NumberText(f"{whole}.{fraction}" if fraction else whole)


@SERVERS.add
class OneDecimalAtLeast(_Plain):
    """Accepts odd numbers, and writes them with one decimal at least: 50.0 for 50."""

    decimals = 1


@SERVERS.add
class TwoDecimalsAtLeast(_Plain):
    """Accepts odd numbers, and writes them with two decimals at least: 50.00 for 50."""

    decimals = 2


@SERVERS.add
class FourDecimalsAtLeast(_Plain):
    """Accepts odd numbers, and writes them with four decimals at least: 50.0000 for 50."""

    decimals = 4


@SERVERS.add
class AllDigits(_Plain):
    """Accepts odd numbers, and writes all their digits without an exponent."""

    decimals = 0


@SERVERS.add
class Doubles(Lenient):
    """Stores numbers as IEEE 754 doubles, and rejects those that are too large."""

    def stored_number(self, value: Number) -> Number:
        stored = float(value)
        if isinf(stored):
            message = "too large for a double"
            raise ValueError(message)
        return stored


@SERVERS.add
class DoublesAsJavaScript(Doubles):
    """Stores numbers as doubles, and writes them as JavaScript does: 50 for 50.0, 0 for -0."""

    def written_number(self, value: Number) -> Number:
        whole = float(value).is_integer() and abs(Decimal(value)) < 10**21
        return int(value) if whole else NumberText(repr(float(value)).replace("e-0", "e-"))


@SERVERS.add
class SeventeenDigits(Doubles):
    """Stores numbers as doubles, and writes 17 digits of them: 30.600000000000001 for 30.6."""

    def written_number(self, value: Number) -> Number:
        return NumberText(f"{float(value):.17g}")


@SERVERS.add
class DecimalsOf128Bits(Lenient):
    """Stores numbers as IEEE 754 decimals of 34 digits, and rejects those that are too large."""

    def stored_number(self, value: Number) -> Number:
        context = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
        stored = context.create_decimal(Decimal(value))
        if not stored.is_finite():
            message = "too large for a decimal of 128 bits"
            raise ValueError(message)
        return stored


@SERVERS.add
class ExactDecimalsOnly(Lenient):
    """Rejects numbers that a decimal with 18 digits, four of them behind the point, cannot hold."""

    def stored_number(self, value: Number) -> Number:
        try:
            return Decimal(value).quantize(
                Decimal("0.0001"), context=Context(prec=18, traps=[Inexact, InvalidOperation])
            )
        except (Inexact, InvalidOperation):
            message = "too many digits"
            raise ValueError(message) from None


class _NumbersOfErrors(Lenient):
    """Writes the whole numbers of error responses in another notation."""

    template: ClassVar[str]

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        return body | {name: self.code(value) for name, value in body.items() if type(value) is int}

    def code(self, value: int) -> NumberText:
        return NumberText(self.template.format(value, value / 100))


@SERVERS.add
class DecimalCodes(_NumbersOfErrors):
    """Writes the whole numbers of error responses with a decimal point: 400.0 for 400."""

    template = "{0}.0"


@SERVERS.add
class ExponentCodes(_NumbersOfErrors):
    """Writes the whole numbers of error responses with an exponent: 4.0E2 for 400."""

    template = "{1}E2"
