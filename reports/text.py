"""Makes text of a server safe to print and to show.

Such text may contain escape sequences of a terminal, reverse the reading direction, or hide characters. The functions
here replace each character that is not printable by its name.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import combinations, takewhile
from pathlib import Path

_C0_NAMES = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_NAMES = dict(enumerate(_C0_NAMES.split())) | {0x7F: "DEL"}
# What a CI system takes for a command in the output of a job: GitHub at the beginning of a line, Azure anywhere.
_COMMANDS = re.compile(r"^\s*:(?=:)|#(?=#(?:vso)?\[)")
# A value as JSON has it, in quotation marks.
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MOST_VALUES = 8
# Blanks at an end of a value, or several.
_BLANKS = re.compile(r'" | "|  ')
# Marks without a picture of their own: joiners of letters and variation selectors.
_INVISIBLE = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Letters of other alphabets that look like Latin ones in most fonts.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0410\u0412\u0415\u041a\u041c\u041d\u041e"
    "\u0420\u0421\u0422\u0425\u0406\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4"
    "\u03a5\u03a7\u03bf\u03b1\u03bd\u03c1\u0131\u0261\u2010\u2011\u2012\u2013\u2212\u2019\u2018",
    "aeopcyxijsABEKMHOPCTXIABEZHIKMNOPTYXoavpig-----''",
)
_LINE_BREAKS = re.compile(r"\r\n|\r|\n")


def visible(text: str) -> str:
    """Return `text` with unprintable characters replaced by their names; line feeds and tabs stay.

    ASCII controls become their names (`⟨ESC⟩`; many fonts lack the symbols that Unicode has for them). All other
    unprintable characters (C1 controls, bidirectional overrides, zero-width and unassigned characters, spaces other
    than U+0020, lone surrogates) become their code points (`⟨U+202E⟩`).
    """
    if text.isprintable():
        return text
    return "".join(char if char in "\n\t" or char.isprintable() else _name(char) for char in text)


def visible_line(text: str) -> str:
    """Return `text` as `visible` does, on one line: line feeds and tabs are replaced by their names too."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _name(char) for char in text)


def console_line(text: str) -> str:
    """Return `text` as `visible_line` does, for a console: no CI system takes a part of it for a command."""
    return _COMMANDS.sub(lambda found: f"{found[0]} ", visible_line(text))


def single_spaced(text: str) -> str:
    """Return `text` on one line with line breaks as spaces; for texts of our own that may have several lines."""
    return visible_line(_LINE_BREAKS.sub(" ", text))


def quoted(path: Path) -> str:
    """Return a path in quotation marks, on one line."""
    return f"'{single_spaced(str(path))}'"


def shortened(text: str, limit: int) -> str:
    """Return `text`, or its first `limit` characters and a note on its full length."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({limit:,} of {len(text):,} characters shown)"


def clipped(text: str, limit: int) -> str:
    """Return `text`, or its first `limit` characters and an ellipsis, where the full text is shown elsewhere."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def telling_apart(expected: str, observed: str) -> tuple[str, str]:
    """Return two texts so that what differs in them can be seen.

    Where two values in quotation marks look the same and are not, what differs is shown by its code points: combining
    marks, letters of other alphabets, unusual letters, what is invisible, blanks.
    """
    if expected.isascii() and observed.isascii() and _BLANKS.search(expected + observed) is None:
        return expected, observed
    values = _values(expected, observed)
    marks: dict[str, str] = {}
    for one, other in combinations(values, 2):
        if _look(one) == _look(other):
            for value, marked in zip((one, other), _marked(one, other), strict=True):
                marks.setdefault(value, marked)
    return _replaced(expected, marks), _replaced(observed, marks)


def _values(*texts: str) -> list[str]:
    """Return the different values in quotation marks in texts; a few are enough."""
    return list(dict.fromkeys(found[1] for text in texts for found in _VALUE.finditer(text)))[:_MOST_VALUES]


def _replaced(text: str, marks: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda found: f'"{marks.get(found[1], found[1])}"', text)


def _look(text: str) -> str:
    """Return what a text looks like: without what cannot be seen, in letters of one alphabet and one case."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_LOOKALIKES).casefold()
    seen = "".join(char for char in plain if unicodedata.category(char)[0] != "C")
    return " ".join(unicodedata.normalize("NFKC", seen).translate(_LOOKALIKES).split())


def _marked(one: str, other: str) -> tuple[str, str]:
    """Return two values whose characters between their common beginning and end are names, but for plain ones."""
    begin = _common(one, other)
    end = _common(one[begin:][::-1], other[begin:][::-1])
    blanks = one.replace(" ", "") == other.replace(" ", "")

    def marked(text: str) -> str:
        middle = text[begin : len(text) - end]
        shown = "".join(char if char.isascii() and not (blanks and char == " ") else _name(char) for char in middle)
        return text[:begin] + shown + text[len(text) - end :]

    return marked(one), marked(other)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _name(char: str) -> str:
    code = ord(char)
    return f"⟨{_NAMES.get(code, f'U+{code:04X}')}⟩"
