"""Servers that write date-times in another form of RFC 3339."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.instants import Form, Instant
from orders_conformance.mock.lenient import Lenient

SERVERS = Catalogue()


class _Written(Lenient):
    """Writes every date-time in one form."""

    form: ClassVar[Form]

    def written_instant(self, instant: Instant, given: str) -> str:
        return self.form.write(instant)


_FORMS: Mapping[str, tuple[Form, str]] = {
    "InstantsWithZ": (Form(), "Writes date-times in UTC with a Z, and a fraction without zeros at its end."),
    "InstantsWithSmallZ": (Form(zone="z"), "Writes date-times in UTC with a small z."),
    "InstantsWithSmallLetters": (Form(zone="z", separator="t"), "Writes date-times in UTC with a small t and z."),
    "InstantsWithSmallT": (Form(zone=None, separator="t"), "Writes date-times with a small t and their own offset."),
    "InstantsWithZeroOffset": (Form(zone="+00:00"), "Writes date-times in UTC with +00:00."),
    "InstantsWithUnknownOffset": (Form(zone="-00:00"), "Writes date-times in UTC with -00:00."),
    "InstantsEastOfUtc": (Form(zone="+05:45"), "Writes date-times with the server's offset, +05:45."),
    "InstantsFarEastOfUtc": (Form(zone="+14:00", least=3), "Writes date-times with the server's offset, +14:00."),
    "InstantsWestOfUtc": (Form(zone="-03:30", least=1), "Writes date-times with the server's offset, -03:30."),
    "InstantsWithTheirOffset": (Form(zone=None), "Writes date-times with their own offset, in capital letters."),
    "InstantsWithOneDigit": (Form(least=1), "Writes date-times with one digit of a second at least."),
    "InstantsWithThreeDigits": (Form(least=3), "Writes date-times with three digits of a second at least."),
    "InstantsWithSixDigits": (Form(least=6), "Writes date-times with six digits of a second at least."),
    "InstantsWithSevenDigits": (
        Form(least=7, most=7, zone=None),
        "Writes date-times with seven digits of a second and their own offset.",
    ),
    "InstantsWithNineDigits": (Form(least=9, most=9), "Writes date-times with nine digits of a second."),
    "InstantsWithTwelveDigits": (
        Form(least=12, zone=None),
        "Writes date-times with twelve digits of a second at least.",
    ),
    "InstantsInGroupsOfThree": (Form(step=3), "Writes date-times with zero, three, six or nine digits of a second."),
}
for _name, (_form, _doc) in _FORMS.items():
    SERVERS.derive(_Written, _name, _doc, form=_form)
