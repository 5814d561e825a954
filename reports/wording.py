"""Sentences that more than one rendering says."""

import re

from orders_conformance.reports.summary import Report

_FIRST_WORD = re.compile(r"[a-z]+(?![\w:/.-])")


def weight(requirement: Report) -> str:
    """Say how many exchanges showed a requirement broken, and of how many; nothing where none did."""
    against = requirement["against"]
    others = requirement["exchanges"] - against
    match against, others:
        case 0, _:
            return ""
        case 1, 0:
            return "Shown by the only exchange that bears on it."
        case 1, 1:
            return "Shown once; not seen again in the one other exchange that bears on it."
        case 1, _:
            return f"Shown once; not seen again in the {others:,} other exchanges that bear on it."
        case _, 0:
            return f"Shown by all {against:,} exchanges that bear on it."
        case _:
            return f"Shown by {against:,} of the {against + others:,} exchanges that bear on it."


def is_stale(requirement: Report) -> bool:
    """Whether a requirement failed because a declared deviation is stale, so that it counts at every level."""
    return requirement["verdict"] == "failed" and requirement["deviation"] is not None


def followed_up(deviation: Report) -> str:
    """Say where a declared deviation is followed up and until when it holds; nothing where neither is declared."""
    told = (deviation["ticket"], deviation["expires"] and f"until {deviation['expires']}")
    return ", ".join(text for text in told if text)


def capitalised(text: str) -> str:
    """Return a sentence with a capital at its beginning, unless that is a name such as `orderedAt` or `price:`."""
    return text[:1].upper() + text[1:] if _FIRST_WORD.match(text) else text
