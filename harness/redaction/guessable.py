"""Credentials that cannot be told from ordinary text: short ones, and words of the suite's own texts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

# Characters: a shorter text occurs in others by chance, and a longer one is no word.
SHORTEST_SECRET, _LONGEST_WORD = 6, 20
_PACKAGE = Path(__file__).parents[2]
# What may come into a record or a report: sentences, field names, values, pages, messages.
_FOLDERS, _SUFFIXES = ("spec", "strategies", "harness", "reports"), {".yaml", ".py", ".html", ".css", ".js", ".json"}


@cache
def is_guessable(text: str) -> bool:
    """Return whether a key or token is short, or stands in the suite's own texts in any letter case.

    Hiding it would change these texts, and finding it in a response would show nothing.
    """
    if len(text) < SHORTEST_SECRET:
        return True
    return len(text) <= _LONGEST_WORD and text.casefold() in _own_texts()


@cache
def _own_texts() -> str:
    files = (path for folder in _FOLDERS for path in (_PACKAGE / folder).rglob("*") if path.suffix in _SUFFIXES)
    return "\n".join(path.read_text("utf-8") for path in files).casefold()
