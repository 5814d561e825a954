"""Faults in text: how characters are returned, and which texts are rejected."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import ChangedEcho, ChangedText, RejectsValid, add_server
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.fields import ResponseField

SERVERS = Catalogue()

_ECHO = ("create/201/*/echo",)


class _Writes(ChangedText):
    """Returns wrong text."""

    written: ClassVar[Callable[[str], Any]]

    def text(self, value: str) -> Any:
        return type(self).written(value)


def _in_code_page(name: str) -> Callable[[str], str]:
    return lambda value: value.encode(name, errors="replace").decode(name)


def _without(pattern: str, replacement: str = "") -> Callable[[str], str]:
    return lambda value: re.sub(pattern, replacement, value)


_WRITTEN: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "Mojibake": (lambda value: value.encode().decode("latin-1"), "Reads UTF-8 as Latin-1."),
    "AsciiOnly": (_in_code_page("ascii"), "Returns ? for characters that are not ASCII."),
    "LatinOnly": (_in_code_page("latin-1"), "Returns ? for characters that are not Latin-1."),
    "WesternOnly": (_in_code_page("cp1252"), "Returns ? for characters outside code page 1252."),
    "CyrillicCodePage": (_in_code_page("cp1251"), "Returns ? for characters outside code page 1251."),
    "JapaneseCodePage": (_in_code_page("shift_jis"), "Returns ? for characters outside Shift JIS."),
    "NoEmoji": (_without("[\U00010000-\U0010ffff]"), "Drops characters of four bytes in UTF-8."),
    "QuestionableEmoji": (
        _without("[\U00010000-\U0010ffff]", "?"),
        "Returns ? for characters of four bytes in UTF-8.",
    ),
    "NoAccents": (
        lambda value: "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)),
        "Drops accents.",
    ),
    "Composed": (lambda value: unicodedata.normalize("NFC", value), "Returns text in Unicode normalization form C."),
    "CompatibleForms": (
        lambda value: unicodedata.normalize("NFKC", value),
        "Returns text in Unicode normalization form KC.",
    ),
    "DoublesApostrophes": (_without("'", "''"), "Doubles apostrophes."),
    "DropsApostrophes": (_without("'"), "Drops apostrophes."),
    "EscapesQuotes": (_without('"', r"\\"), "Returns a backslash for a quotation mark."),
    "DropsQuotes": (_without('"'), "Drops quotation marks."),
    "DropsBackslashes": (_without(r"\\"), "Drops backslashes."),
    "DoublesBackslashes": (_without(r"\\", r"\\\\"), "Doubles backslashes."),
    "DropsSlashes": (_without("/"), "Drops slashes."),
    "EscapesMarkup": (lambda value: html.escape(value, quote=False), "Escapes <, > and & as in HTML."),
    "DropsMarkup": (_without("<[^>]*>"), "Drops text that looks like an HTML tag."),
    "ReadsEntities": (html.unescape, "Decodes HTML entities: &amp; as &."),
    "ReadsPercents": (unquote, "Decodes percent escapes: %20 as a space."),
    "DropsPercents": (_without("%"), "Drops percent signs."),
    "FillsInTemplates": (_without(r"\$\{\w*\}|\{\{\w*\}\}"), "Replaces template expressions: ${x} and {{x}}."),
    "DropsSemicolons": (_without(";"), "Drops semicolons."),
    "DropsComments": (_without("--.*"), "Drops text after two hyphens."),
    "JoinsLines": (_without("[\r\n]+", " "), "Returns a space for a line break."),
    "DropsTabs": (_without("\t", " "), "Returns a space for a tab."),
    "FirstLineOnly": (lambda value: value.partition("\n")[0], "Returns the first line only."),
    "Trims": (lambda value: value.strip(" "), "Drops spaces at both ends."),
    "TrimsLeft": (lambda value: value.lstrip(" "), "Drops spaces at the beginning."),
    "TrimsRight": (lambda value: value.rstrip(" "), "Drops spaces at the end."),
    "DropsInvisible": (_without("[\u200b\u00a0]"), "Drops invisible characters."),
    "CutsAtNul": (lambda value: value.partition("\0")[0], "Cuts off text at a NUL."),
    "DropsNul": (_without("\0"), "Drops NUL."),
    "CutsAt255": (lambda value: value[:255], "Cuts off text after 255 characters."),
    "CutsAt32": (lambda value: value[:32], "Cuts off text after 32 characters."),
    "CutsAtEightBytes": (
        lambda value: value if value.isascii() else value.encode()[:8].decode(errors="ignore"),
        "Cuts off text that is not ASCII after eight bytes.",
    ),
    "AllCapitals": (lambda value: value.upper(), "Returns text in upper case."),
    "AllSmall": (lambda value: value.lower(), "Returns text in lower case."),
    "TitleCase": (
        lambda value: value if value.isupper() else value.title(),
        "Returns text in title case.",
    ),
    "Reversed": (
        lambda value: value[::-1] if re.search("[\u0590-\u06ff]", value) else value,
        "Reverses text that is written from right to left.",
    ),
    "NullText": (lambda value: "" if value == "null" else value, "Returns an empty text for the text null."),
    "ReadsExponents": (
        lambda value: str(float(value)) if re.fullmatch(r"\d+e\d+", value) else value,
        "Returns the text 1e5 as 100000.0.",
    ),
    "DropsLeadingZeros": (_without(r"^0+(?=\d+$)"), "Drops leading zeros of a text of digits."),
    "DefusesFormulas": (
        _without("^([=+-])", r"'\1"),
        "Adds an apostrophe before text that looks like a spreadsheet formula.",
    ),
    "TurkishCase": (
        lambda value: value.replace("\u0130", "I").replace("\u0131", "i"),
        "Returns I for the Turkish dotted I.",
    ),
    "CutsAtHundredAndTwentyEight": (lambda value: value[:128], "Cuts off text after 128 characters."),
}
for _name, (_written, _doc) in _WRITTEN.items():
    add_server(SERVERS, _Writes, _name, _doc, _ECHO, written=staticmethod(_written))


class _WritesField(ChangedEcho):
    """Returns a wrong value of one field."""

    field: ClassVar[str]
    written: ClassVar[Callable[[str], Any]]

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        return type(self).written(value) if field.name == self.field else value


_BY_FIELD: tuple[tuple[str, str, Callable[[str], Any], str, str], ...] = (
    ("SmallReference", "referenceId", str.lower, "Returns the reference in lower case.", "echo"),
    ("ReferenceWithoutHyphens", "referenceId", _without("-"), "Drops hyphens from the reference.", "echo"),
    (
        "ShortReference",
        "referenceId",
        lambda value: value[:8],
        "Returns the first eight characters of the reference.",
        "echo",
    ),
    (
        "ReferenceWithPrefix",
        "referenceId",
        lambda value: f"REF-{value}",
        "Returns the reference with a prefix.",
        "echo",
    ),
    (
        "SixCharacterReference",
        "referenceId",
        lambda value: value[:6],
        "Returns the first six characters of the reference.",
        "echo",
    ),
    ("CurrencySign", "currencyCode", lambda _value: "\u20ac", "Returns the sign of the currency.", "echo"),
    ("SmallCurrency", "currencyCode", str.lower, "Returns the currency in lower case.", "echo"),
    ("TwoLetterCurrency", "currencyCode", lambda value: value[:2], "Returns two letters of the currency.", "echo"),
    ("ConstantCurrency", "currencyCode", lambda _value: "USD", "Returns currency USD for every order.", "echo"),
    ("CapitalPointOfSale", "pointOfSale", str.upper, "Returns the point of sale in upper case.", "echo"),
    ("NumberOfPointOfSale", "pointOfSale", lambda _value: 1, "Returns the point of sale as a number.", "type"),
    ("SmallPaymentType", "paymentType", str.lower, "Returns the payment type in lower case.", "echo"),
    ("OnePaymentType", "paymentType", lambda _value: "Card", "Returns payment type Card for every order.", "echo"),
    (
        "MaskedCard",
        "cardType",
        lambda value: value[0] + "*" * (len(value) - 1) if value else value,
        "Masks the card type.",
        "echo",
    ),
    (
        "PointOfSaleWithSingleBlanks",
        "pointOfSale",
        lambda value: re.sub(" +", " ", value),
        "Returns one blank for several in the point of sale.",
        "echo",
    ),
    (
        "CardTypeAsMarkup",
        "cardType",
        lambda value: html.escape(value, quote=False),
        "Returns the card type with markup escaped.",
        "echo",
    ),
    (
        "PaymentTypeWithoutBackslashes",
        "paymentType",
        lambda value: re.sub(r"\\(.)", r"\1", value),
        "Drops the backslashes of the payment type.",
        "echo",
    ),
    (
        "CardTypeFromForm",
        "cardType",
        lambda value: value.replace("+", " "),
        "Returns a blank for each plus sign of the card type.",
        "echo",
    ),
    (
        "ReferenceInComposedLetters",
        "referenceId",
        lambda value: unicodedata.normalize("NFC", value),
        "Composes letters and their accents in the reference.",
        "echo",
    ),
    (
        "PointOfSaleUpToSemicolon",
        "pointOfSale",
        lambda value: value.partition(";")[0],
        "Returns the point of sale up to a semicolon.",
        "echo",
    ),
    (
        "PaymentTypeWithStraightQuotes",
        "paymentType",
        lambda value: value.replace('"', "'"),
        "Returns apostrophes for the quotes of the payment type.",
        "echo",
    ),
    (
        "CurrencyOfThreeLetters",
        "currencyCode",
        lambda value: value[:3],
        "Returns three letters of the currency.",
        "echo",
    ),
    ("ShortCard", "cardType", lambda value: value[:4], "Returns four letters of the card type.", "echo"),
)
for _name, _field, _written, _doc, _kind in _BY_FIELD:
    _breaks = (f"create/201/{_field}/{_kind}",)
    add_server(SERVERS, _WritesField, _name, _doc, _breaks, written=staticmethod(_written), field=_field)


class _FailsOn(Service):
    """Responds with 500 to some texts."""

    fails_on: ClassVar[Callable[[str], bool]]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if any(isinstance(value, str) and type(self).fails_on(value) for value in self.normalise(order).values()):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


_FAILURES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "StumblesOverApostrophe": (lambda value: "'" in value, "Responds with 500 to text with an apostrophe."),
    "StumblesOverEmoji": (
        lambda value: any(ord(c) > 0xFFFF for c in value),
        "Responds with 500 to characters of four bytes in UTF-8.",
    ),
    "StumblesOverCjk": (
        lambda value: bool(re.search("[\u3040-\u9fff]", value)),
        "Responds with 500 to Chinese and Japanese text.",
    ),
    "StumblesOverCyrillic": (
        lambda value: bool(re.search("[\u0400-\u04ff]", value)),
        "Responds with 500 to Cyrillic text.",
    ),
    "StumblesOverArabic": (
        lambda value: bool(re.search("[\u0600-\u06ff]", value)),
        "Responds with 500 to Arabic text.",
    ),
    "StumblesOverEuroSign": (lambda value: "€" in value, "Responds with 500 to text with a euro sign."),
    "StumblesOverVeryLongText": (
        lambda value: len(value) > 4000,
        "Responds with 500 to text of more than 4000 characters.",
    ),
    "StumblesOverUmlauts": (
        lambda value: bool(re.search("[\u00c0-\u00ff]", value)),
        "Responds with 500 to text with accented letters.",
    ),
    "StumblesOverNul": (lambda value: "\0" in value, "Responds with 500 to text with a NUL character."),
    "StumblesOverLongText": (lambda value: len(value) > 255, "Responds with 500 to text of more than 255 characters."),
    "StumblesOverPercent": (lambda value: "%" in value, "Responds with 500 to text with a percent sign."),
    "StumblesOverBraces": (lambda value: "{" in value, "Responds with 500 to text with a brace."),
    "StumblesOverBackslash": (lambda value: "\\" in value, "Responds with 500 to text with a backslash."),
    "StumblesOverLineBreak": (lambda value: "\n" in value, "Responds with 500 to text with a line break."),
    "StumblesOverEmptyText": (lambda value: not value, "Responds with 500 to an empty text."),
}
for _name, (_fails_on, _doc) in _FAILURES.items():
    add_server(SERVERS, _FailsOn, _name, _doc, ("create/any/no-5xx",), fails_on=staticmethod(_fails_on))


@SERVERS.add
class StumblesOverHalfAPair(Service):
    """Responds with 500 to an unpaired surrogate."""

    breaks = ("create/any/no-5xx",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        half = re.search(rb"\\ud[89a-f]", request.body.lower()) and not re.search(
            rb"\\ud[89ab]..\\ud[c-f]", request.body.lower()
        )
        return ServerResponse(500) if half else super().handle(request)


class _RejectsText(RejectsValid):
    """Rejects a plain value of one field."""

    field: ClassVar[str]
    rejected: ClassVar[Callable[[str], bool]]

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return self.field if self.field in order and type(self).rejected(order[self.field]) else None


_REJECTED: tuple[tuple[str, str, Callable[[str], bool], str], ...] = (
    ("CardOnly", "paymentType", lambda value: value != "Card", "Rejects every payment type but Card."),
    ("NoVouchers", "paymentType", lambda value: value == "Voucher", "Rejects payment type Voucher."),
    ("NoCards", "paymentType", lambda value: value == "Card", "Rejects payment type Card."),
    ("VisaOnly", "cardType", lambda value: value != "Visa", "Rejects every card type but Visa."),
    ("NoCardTypes", "cardType", lambda _value: True, "Rejects every card type."),
    ("NoPointsOfSale", "pointOfSale", lambda _value: True, "Rejects every point of sale."),
    ("RefusesHyphens", "referenceId", lambda value: "-" in value, "Rejects references with a hyphen."),
    ("SixCharacters", "referenceId", lambda value: len(value) > 6, "Rejects references of more than six characters."),
    ("NoEuros", "currencyCode", lambda value: value == "EUR", "Rejects currency EUR."),
)
# paymentType and cardType depend on each other: either may be reported. Where every plain order has such a value,
# the cause cannot be found, and only 201/http-status fails.
_TOGETHER = ("create/request/*Type/*",)
_BREAKS = {
    "paymentType": _TOGETHER,
    "cardType": _TOGETHER,
    "pointOfSale": ("create/request/pointOfSale/accept",),
    "currencyCode": ("create/request/currencyCode/accept",),
    "RefusesHyphens": ("create/request/referenceId/accept",),
}
for _name, _field, _rejected, _doc in _REJECTED:
    add_server(
        SERVERS,
        _RejectsText,
        _name,
        _doc,
        _BREAKS.get(_field) or _BREAKS.get(_name, ("create/201/http-status",)),
        field=_field,
        rejected=staticmethod(_rejected),
    )
