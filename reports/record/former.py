"""Fields of earlier versions of the record that no run ever filled; the reader takes them out of a line."""

from typing import Any


def without_former_fields(line: Any) -> Any:
    """Return a line of a record without such fields: anything else is left as it is.

    A finding said `confirmed` (always false), a header the commit of the suite (always null), and a body could say that
    it was cut (none ever was).
    """
    match line:
        case {"type": "finding"}:
            return _without(line, "confirmed")
        case {"type": "header", "suite": {"commit": None} as suite}:
            return {**line, "suite": _without(suite, "commit")}
        case {"type": "exchange"}:
            return {**line, **{side: _without_cut(line[side]) for side in ("request", "response") if side in line}}
    return line


def _without_cut(message: Any) -> Any:
    match message:
        case {"body": {"truncated": _} as body}:
            return {**message, "body": _without(body, "truncated", "length")}
    return message


def _without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
