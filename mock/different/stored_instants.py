"""Servers that store date-times with fewer digits, cut or rounded."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP
from fractions import Fraction
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.instants import Form, Instant
from orders_conformance.mock.lenient import Lenient

SERVERS = Catalogue()

_NANOSECOND = Fraction(1, 10**9)


class _Stored(Lenient):
    """Stores date-times with so many digits of a second."""

    digits: ClassVar[int]
    rounding: ClassVar[str]
    form: ClassVar[Form]

    def stored_instant(self, instant: Instant) -> Instant:
        return instant.rounded(self.digits, self.rounding)

    def written_instant(self, instant: Instant, given: str) -> str:
        return self.form.write(instant)


_ROUNDINGS = {
    "Cut": (ROUND_FLOOR, "cuts off"),
    "CutTowardsZero": (ROUND_DOWN, "cuts off, before 1970 towards 1970,"),
    "HalfUp": (ROUND_HALF_UP, "rounds half up"),
    "HalfEven": (ROUND_HALF_EVEN, "rounds half to even"),
    "Up": (ROUND_CEILING, "rounds up"),
}
_DIGITS = {
    "Seconds": (0, Form()),
    "Milliseconds": (3, Form(least=3)),
    "Microseconds": (6, Form(least=6, zone="+00:00")),
    "Ticks": (7, Form(zone=None)),
    "Nanoseconds": (9, Form(step=3)),
}
for _what, (_digits, _form) in _DIGITS.items():
    for _how, (_rounding, _does) in _ROUNDINGS.items():
        SERVERS.derive(
            _Stored,
            f"{_what}{_how}",
            f"Stores date-times with {_digits} digits of a second, and {_does} what is smaller.",
            digits=_digits,
            rounding=_rounding,
            form=_form,
        )


@SERVERS.add
class LeapSecondIsSecondBefore(Lenient):
    """Stores a leap second as the second before it."""

    def stored_instant(self, instant: Instant) -> Instant:
        return replace(instant, leap=False)

    def written_instant(self, instant: Instant, given: str) -> str:
        return Form(least=3).write(instant)


@SERVERS.add
class LeapSecondIsLastInstant(Lenient):
    """Stores a leap second as the last nanosecond before it."""

    def stored_instant(self, instant: Instant) -> Instant:
        if not instant.leap:
            return instant
        return replace(instant, seconds=instant.seconds // 1 + 1 - _NANOSECOND, leap=False)

    def written_instant(self, instant: Instant, given: str) -> str:
        return Form(zone="+00:00").write(instant)


@SERVERS.add
class LeapSecondIsSecondAfter(Lenient):
    """Stores a leap second as the second after it."""

    def stored_instant(self, instant: Instant) -> Instant:
        return replace(instant, seconds=instant.seconds + instant.leap, leap=False)

    def written_instant(self, instant: Instant, given: str) -> str:
        return Form().write(instant)


@SERVERS.add
class LeapSecondIsKept(Lenient):
    """Keeps a leap second, and returns it in UTC."""

    def written_instant(self, instant: Instant, given: str) -> str:
        return Form(least=3).write(instant)


@SERVERS.add
class LeapSecondIsKeptWithItsOffset(Lenient):
    """Keeps a leap second, and returns it with the offset that was sent."""

    def written_instant(self, instant: Instant, given: str) -> str:
        return Form(least=1, zone=None).write(instant)
