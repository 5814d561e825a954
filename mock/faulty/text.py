"""Faults in text: what becomes of letters, marks and blanks, and which texts are refused."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import Garbling, GarblingText, Picky, of_row
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.fields import ResponseField

SERVERS = Catalogue()

_ECHO = ("create/201/*/echo",)


class _Writes(GarblingText):
    """Writes text wrongly."""

    written: ClassVar[Callable[[str], Any]]

    def text(self, value: str) -> Any:
        return type(self).written(value)


def _in_code_page(name: str) -> Callable[[str], str]:
    return lambda value: value.encode(name, errors="replace").decode(name)


def _without(pattern: str, replacement: str = "") -> Callable[[str], str]:
    return lambda value: re.sub(pattern, replacement, value)


_WRITTEN: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "Mojibake": (lambda value: value.encode().decode("latin-1"), "Reads UTF-8 as Latin-1."),
    "AsciiOnly": (_in_code_page("ascii"), "Answers ? for whatever is not ASCII."),
    "LatinOnly": (_in_code_page("latin-1"), "Answers ? for whatever is not Latin-1."),
    "WesternOnly": (_in_code_page("cp1252"), "Answers ? for what is not in a western code page."),
    "CyrillicCodePage": (_in_code_page("cp1251"), "Answers ? for what is not in a Cyrillic code page."),
    "JapaneseCodePage": (_in_code_page("shift_jis"), "Answers ? for what is not in a Japanese code page."),
    "NoEmoji": (_without("[\U00010000-\U0010ffff]"), "Drops what does not fit into three bytes."),
    "QuestionableEmoji": (
        _without("[\U00010000-\U0010ffff]", "?"),
        "Answers ? for what does not fit into three bytes.",
    ),
    "NoAccents": (
        lambda value: "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)),
        "Drops accents.",
    ),
    "Composed": (lambda value: unicodedata.normalize("NFC", value), "Composes letters and accents."),
    "CompatibleForms": (lambda value: unicodedata.normalize("NFKC", value), "Replaces letters by compatible ones."),
    "DoublesApostrophes": (_without("'", "''"), "Doubles apostrophes."),
    "DropsApostrophes": (_without("'"), "Drops apostrophes."),
    "EscapesQuotes": (_without('"', r"\\"), "Answers a backslash for a quote."),
    "DropsQuotes": (_without('"'), "Drops quotes."),
    "DropsBackslashes": (_without(r"\\"), "Drops backslashes."),
    "DoublesBackslashes": (_without(r"\\", r"\\\\"), "Doubles backslashes."),
    "DropsSlashes": (_without("/"), "Drops slashes."),
    "EscapesMarkup": (lambda value: html.escape(value, quote=False), "Escapes <, > and & as HTML does."),
    "DropsMarkup": (_without("<[^>]*>"), "Drops whatever looks like a tag."),
    "ReadsEntities": (html.unescape, "Turns &amp; into &."),
    "ReadsPercents": (unquote, "Turns %20 into a blank."),
    "DropsPercents": (_without("%"), "Drops per cent signs."),
    "FillsInTemplates": (_without(r"\$\{\w*\}|\{\{\w*\}\}"), "Fills in ${x} and {{x}}."),
    "DropsSemicolons": (_without(";"), "Drops semicolons."),
    "DropsComments": (_without("--.*"), "Drops what follows two hyphens."),
    "JoinsLines": (_without("[\r\n]+", " "), "Answers a blank for a line break."),
    "DropsTabs": (_without("\t", " "), "Answers a blank for a tab."),
    "FirstLineOnly": (lambda value: value.partition("\n")[0], "Answers the first line only."),
    "Trims": (lambda value: value.strip(" "), "Drops blanks at both ends."),
    "TrimsLeft": (lambda value: value.lstrip(" "), "Drops blanks at the beginning."),
    "TrimsRight": (lambda value: value.rstrip(" "), "Drops blanks at the end."),
    "DropsInvisible": (_without("[\u200b\u00a0]"), "Drops characters that cannot be seen."),
    "CutsAtNul": (lambda value: value.partition("\0")[0], "Cuts off text at a NUL."),
    "DropsNul": (_without("\0"), "Drops NUL."),
    "CutsAt255": (lambda value: value[:255], "Cuts off text after 255 characters."),
    "CutsAt32": (lambda value: value[:32], "Cuts off text after 32 characters."),
    "CutsAtEightBytes": (
        lambda value: value if value.isascii() else value.encode()[:8].decode(errors="ignore"),
        "Cuts off text that is not ASCII after eight bytes.",
    ),
    "AllCapitals": (lambda value: value.upper(), "Answers capital letters."),
    "AllSmall": (lambda value: value.lower(), "Answers small letters."),
    "TitleCase": (
        lambda value: value if value.isupper() else value.title(),
        "Answers words with a capital letter each.",
    ),
    "Reversed": (
        lambda value: value[::-1] if re.search("[\u0590-\u06ff]", value) else value,
        "Turns text round that is written from right to left.",
    ),
    "NullText": (lambda value: "" if value == "null" else value, "Answers an empty text for the text null."),
    "ReadsExponents": (
        lambda value: str(float(value)) if re.fullmatch(r"\d+e\d+", value) else value,
        "Reads 1e5 as a number.",
    ),
    "DropsLeadingZeros": (_without(r"^0+(?=\d+$)"), "Drops noughts at the beginning of a number."),
    "DefusesFormulas": (_without("^([=+-])", r"'\1"), "Puts an apostrophe before what a spreadsheet would compute."),
    "TurkishCase": (lambda value: value.replace("\u0130", "I").replace("\u0131", "i"), "Answers I for a dotted one."),
    "CutsAtHundredAndTwentyEight": (lambda value: value[:128], "Cuts off text after 128 characters."),
}
for _name, (_written, _lie) in _WRITTEN.items():
    of_row(SERVERS, _Writes, _name, _lie, _ECHO, written=staticmethod(_written))


class _WritesField(Garbling):
    """Writes one field wrongly."""

    field: ClassVar[str]
    written: ClassVar[Callable[[str], Any]]

    def garble(self, field: ResponseField, value: Any) -> Any:
        return type(self).written(value) if field.name == self.field else value


_BY_FIELD: tuple[tuple[str, str, Callable[[str], Any], str, str], ...] = (
    ("SmallReference", "referenceId", str.lower, "Answers the reference in small letters.", "echo"),
    ("ReferenceWithoutHyphens", "referenceId", _without("-"), "Drops hyphens from the reference.", "echo"),
    ("ShortReference", "referenceId", lambda value: value[:8], "Answers eight characters of the reference.", "echo"),
    ("ReferenceWithPrefix", "referenceId", lambda value: f"REF-{value}", "Puts a prefix before the reference.", "echo"),
    (
        "SixCharacterReference",
        "referenceId",
        lambda value: value[:6],
        "Answers a reference of airlines' length.",
        "echo",
    ),
    ("CurrencySign", "currencyCode", lambda _value: "\u20ac", "Answers the sign of the currency.", "echo"),
    ("SmallCurrency", "currencyCode", str.lower, "Answers the currency in small letters.", "echo"),
    ("TwoLetterCurrency", "currencyCode", lambda value: value[:2], "Answers two letters of the currency.", "echo"),
    ("ConstantCurrency", "currencyCode", lambda _value: "USD", "Answers dollars.", "echo"),
    ("CapitalPointOfSale", "pointOfSale", str.upper, "Answers the point of sale in capitals.", "echo"),
    ("NumberOfPointOfSale", "pointOfSale", lambda _value: 1, "Answers the number of the point of sale.", "type"),
    ("SmallPaymentType", "paymentType", str.lower, "Answers the type of payment in small letters.", "echo"),
    ("OnePaymentType", "paymentType", lambda _value: "Card", "Answers that everything was paid by card.", "echo"),
    (
        "MaskedCard",
        "cardType",
        lambda value: value[0] + "*" * (len(value) - 1) if value else value,
        "Masks the type of the card.",
        "echo",
    ),
    ("ShortCard", "cardType", lambda value: value[:4], "Answers four letters of the type of the card.", "echo"),
)
for _name, _field, _written, _lie, _kind in _BY_FIELD:
    _breaks = (f"create/201/{_field}/{_kind}",)
    of_row(SERVERS, _WritesField, _name, _lie, _breaks, written=staticmethod(_written), field=_field)


class _Stumbles(Service):
    """Fails on some texts."""

    stumbles: ClassVar[Callable[[str], bool]]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if any(isinstance(value, str) and type(self).stumbles(value) for value in self.normalise(order).values()):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


_STUMBLES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "StumblesOverApostrophe": (lambda value: "'" in value, "Fails on an apostrophe."),
    "StumblesOverEmoji": (
        lambda value: any(ord(c) > 0xFFFF for c in value),
        "Fails on what does not fit into three bytes.",
    ),
    "StumblesOverCjk": (lambda value: bool(re.search("[\u3040-\u9fff]", value)), "Fails on Chinese and Japanese."),
    "StumblesOverCyrillic": (lambda value: bool(re.search("[\u0400-\u04ff]", value)), "Fails on Cyrillic."),
    "StumblesOverArabic": (lambda value: bool(re.search("[\u0600-\u06ff]", value)), "Fails on Arabic."),
    "StumblesOverEuroSign": (lambda value: "€" in value, "Fails on the sign of the euro."),
    "StumblesOverVeryLongText": (lambda value: len(value) > 4000, "Fails on text of more than 4000 characters."),
    "StumblesOverUmlauts": (lambda value: bool(re.search("[\u00c0-\u00ff]", value)), "Fails on accented letters."),
    "StumblesOverNul": (lambda value: "\0" in value, "Fails on NUL."),
    "StumblesOverLongText": (lambda value: len(value) > 255, "Fails on text of more than 255 characters."),
    "StumblesOverPercent": (lambda value: "%" in value, "Fails on a per cent sign."),
    "StumblesOverBraces": (lambda value: "{" in value, "Fails on a brace."),
    "StumblesOverBackslash": (lambda value: "\\" in value, "Fails on a backslash."),
    "StumblesOverLineBreak": (lambda value: "\n" in value, "Fails on a line break."),
    "StumblesOverEmptyText": (lambda value: not value, "Fails on an empty text."),
}
for _name, (_stumbles, _lie) in _STUMBLES.items():
    of_row(SERVERS, _Stumbles, _name, _lie, ("create/any/no-5xx",), stumbles=staticmethod(_stumbles))


@SERVERS.add
class StumblesOverHalfAPair(Service):
    """Fails on half of a surrogate pair."""

    breaks = ("create/any/no-5xx",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        half = re.search(rb"\\ud[89a-f]", request.body.lower()) and not re.search(
            rb"\\ud[89ab]..\\ud[c-f]", request.body.lower()
        )
        return ServerResponse(500) if half else super().handle(request)


class _RefusesText(Picky):
    """Refuses a plain value of one field."""

    field: ClassVar[str]
    refused: ClassVar[Callable[[str], bool]]

    def dislikes(self, order: Mapping[str, Any]) -> str | None:
        return self.field if self.field in order and type(self).refused(order[self.field]) else None


_REFUSED: tuple[tuple[str, str, Callable[[str], bool], str], ...] = (
    ("CardOnly", "paymentType", lambda value: value != "Card", "Knows no other payment than by card."),
    ("NoVouchers", "paymentType", lambda value: value == "Voucher", "Knows no vouchers."),
    ("NoCards", "paymentType", lambda value: value == "Card", "Knows no payment by card."),
    ("VisaOnly", "cardType", lambda value: value != "Visa", "Knows one type of card only."),
    ("NoCardTypes", "cardType", lambda _value: True, "Refuses the type of the card."),
    ("NoPointsOfSale", "pointOfSale", lambda _value: True, "Knows no point of sale."),
    ("RefusesHyphens", "referenceId", lambda value: "-" in value, "Refuses references with a hyphen."),
    ("SixCharacters", "referenceId", lambda value: len(value) > 6, "Refuses references of more than six characters."),
    ("NoEuros", "currencyCode", lambda value: value == "EUR", "Refuses euros."),
)
# The type of payment and that of the card come together. Where every order has such a value, none can be blamed.
_TOGETHER = ("create/request/*Type/*",)
_BLAMED = {
    "paymentType": _TOGETHER,
    "cardType": _TOGETHER,
    "pointOfSale": ("create/request/pointOfSale/accept",),
    "currencyCode": ("create/request/currencyCode/accept",),
    "RefusesHyphens": ("create/request/referenceId/accept",),
}
for _name, _field, _refused, _lie in _REFUSED:
    of_row(
        SERVERS,
        _RefusesText,
        _name,
        _lie,
        _BLAMED.get(_field) or _BLAMED.get(_name, ("create/201/http-status",)),
        field=_field,
        refused=staticmethod(_refused),
    )
