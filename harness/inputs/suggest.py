"""Suggest what a user may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], fallback: str | None = None) -> str:
    """Say which known word may have been meant; where none is close, name all, or give the fallback."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.4)
    return f"did you mean {close[0]!r}?" if close else fallback or f"use one of {', '.join(names)}"
