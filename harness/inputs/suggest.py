"""Suggest a known word for an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], fallback: str | None = None) -> str:
    """Return a question that names the most similar known word; if none is similar, the fallback or a list of all."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.4)
    return f"did you mean {close[0]!r}?" if close else fallback or f"use one of {', '.join(names)}"
