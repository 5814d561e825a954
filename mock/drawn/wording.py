"""The wording of error messages, in several languages and layouts; each names the field, as the contract advises."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orders_conformance.mock.rejection import FieldProblem, Result

_ABOUT = " Please read the documentation of this service, and then send the order again."

_Problems = tuple[FieldProblem, ...]

_LAYOUTS: Mapping[str, Callable[[_Problems], str]] = {
    "vendor's": lambda problems: " ".join(map(str, problems)),
    "sentence": lambda problems: " and ".join(f"the value of '{one.field}' {one.text}" for one in problems),
    "pointer": lambda problems: "; ".join(f"#/{one.field} {one.text}" for one in problems),
    "lines": lambda problems: "\n".join([f"{len(problems)} problem(s)", *(f"- {one}" for one in problems)]),
    "long": lambda problems: " ".join(map(str, problems)) + _ABOUT * 100,
    "German": lambda problems: " ".join(f"Das Feld „{one.field}“ ist ungültig." for one in problems),
    "Japanese": lambda problems: "".join(f"{one.field}の値が正しくありません。" for one in problems),
    "model": lambda problems: "\n".join(
        [f"{len(problems)} validation error(s) for Order", *(f"{one.field}\n  Value {one.text}" for one in problems)]
    ),
}
# The sentence for errors that have no field: the body, the credentials, the media type, a duplicate.
_GENERAL: Mapping[str, Mapping[str, str]] = {
    "German": {
        "rejected": "Die Anfrage ist ungültig.",
        "unauthorized": "Bitte melden Sie sich an.",
        "conflict": "Diesen Auftrag gibt es schon.",
    },
    "Japanese": {
        "rejected": "リクエストが正しくありません。",
        "unauthorized": "認証が必要です。",
        "conflict": "この注文は既に存在します。",
    },
}


def problems_message(problems: _Problems, wording: str) -> str:
    """Return the message about invalid fields."""
    return _LAYOUTS[wording](problems)


def general_message(outcome: Result, text: str, wording: str) -> str:
    """Return the message about an error that has no field: `text` in the language of the server."""
    return _GENERAL.get(wording, {}).get(outcome, text)
