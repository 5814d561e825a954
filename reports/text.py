"""Makes text of a server safe to print and to show.

Such text may contain escape sequences of a terminal, reverse the reading direction, or hide characters. The functions
here replace each character that is not printable by its name.
"""

import re
from pathlib import Path

_C0_NAMES = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_NAMES = dict(enumerate(_C0_NAMES.split())) | {0x7F: "DEL"}
# What a CI system takes for a command in the output of a job: GitHub at the beginning of a line, Azure anywhere.
_COMMANDS = re.compile(r"^\s*:(?=:)|#(?=#(?:vso)?\[)")
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


def _name(char: str) -> str:
    code = ord(char)
    return f"⟨{_NAMES.get(code, f'U+{code:04X}')}⟩"
