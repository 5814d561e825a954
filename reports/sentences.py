"""Sentences that several report formats contain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orders_conformance.reports.summary import Report

# What an outcome can be required to be, besides conformant.
COMPLETE = "complete"
_FIRST_WORD = re.compile(r"[a-z]+(?![\w:/.-])")


FORCED = "Judged by forced responses alone."
# Why a run is partial whose requirements were selected.
NARROWED = "only some of the requirements were judged"


def sends_no(profile: str, what: str) -> str:
    """Return the reason why a requirement is untested that needs what a profile never sends, such as random traffic."""
    return f"the profile {profile} sends no {what}"


def not_sent(reason: str, profile: str) -> str | None:
    """Return what a profile never sends, where that is the reason why a requirement is untested; else None."""
    before = sends_no(profile, "")
    return reason.removeprefix(before) if reason.startswith(before) else None


def evidence_count(requirement: Report) -> str:
    """Return a sentence on how many of the exchanges that tested a requirement failed it; empty where none did."""
    shown = _shown(requirement)
    return f"{shown} {FORCED}" if shown and requirement["forced"] else shown


def _shown(requirement: Report) -> str:
    against = requirement["against"]
    others = requirement["exchanges"] - against
    match against, others:
        case 0, _:
            return ""
        case 1, 0:
            return "Shown by the only exchange that tested it."
        case 1, 1:
            return "Shown once; not seen again in the one other exchange that tested it."
        case 1, _:
            return f"Shown once; not seen again in the {others:,} other exchanges that tested it."
        case _, 0:
            return f"Shown by all {against:,} exchanges that tested it."
        case _:
            return (
                f"Shown by {against:,} of the {against + others:,} exchanges that tested it{_in_common(requirement)}."
            )


def how_often(requirement: Report) -> str:
    """Return how many of the exchanges that tested a requirement failed it, in few words; empty where none did."""
    against, exchanges = requirement["against"], requirement["exchanges"]
    if not against:
        return ""
    forced = ", forced" if requirement["forced"] else ""
    return f"{against:,} of {exchanges:,}{_in_common(requirement)}{forced}"


def _in_common(requirement: Report) -> str:
    return f", all {requirement['in_common']}" if requirement["in_common"] else ""


def counts(requirement: Report, fail_on: str) -> bool:
    """Return whether a failure of a requirement makes the target fail, where `fail_on` is the weakest such level."""
    return requirement["level"] in {"must", fail_on} or is_stale(requirement)


def shortfall(report: Report) -> str | None:
    """Return a sentence if a complete outcome is required and the run is partial, which is a failure; else None."""
    if report["settings"].get("require") != COMPLETE or report["outcome"] != "partial":
        return None
    return "A complete outcome is required, and this one is partial."


def is_stale(requirement: Report) -> bool:
    """Return whether a requirement failed because a declared deviation or lack is stale, which counts at any level."""
    declared = requirement["deviation"] is not None or requirement["without"] is not None
    return requirement["verdict"] == "failed" and declared


def ticket_and_expiry(deviation: Report) -> str:
    """Return the ticket and the last day of a declared deviation; empty where neither is declared."""
    parts = (deviation["ticket"], deviation["expires"] and f"until {deviation['expires']}")
    return ", ".join(text for text in parts if text)


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun, `1 request` for instance; the default plural ends in s."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def capitalised(text: str) -> str:
    """Return a sentence with a capital first letter, unless it begins with a name: `orderedAt`, `price:`."""
    return text[:1].upper() + text[1:] if _FIRST_WORD.match(text) else text
