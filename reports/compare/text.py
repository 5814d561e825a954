"""The comparison of two runs as lines of printable text."""

from collections.abc import Iterator

from orders_conformance.reports.compare.comparison import KINDS, Comparison
from orders_conformance.reports.sentences import counted
from orders_conformance.reports.tables.runs import label
from orders_conformance.reports.text import clipped, console_line

_TEXT_LIMIT = 240


def lines(comparison: Comparison) -> tuple[str, ...]:
    """Return a comparison as printable lines, its sentence last."""
    return tuple(console_line(line) for line in _lines(comparison))


def sentence(comparison: Comparison) -> str:
    """Return the result of a comparison in one sentence."""
    numbers = [f"{len(comparison[kind])} {kind}" for kind in KINDS if comparison[kind]]
    changed = len(comparison["observations"])
    numbers += [f"{counted(changed, 'observation')} changed"] if changed else []
    same = f"{counted(comparison['unchanged'], 'requirement')} with the same verdict"
    return f"{', '.join(numbers) or 'no difference'}; {same}."


def _lines(comparison: Comparison) -> Iterator[str]:
    for name, run in comparison["runs"].items():
        yield f"{name.capitalize()}: {label(run)}"
        yield from (f"  {_value(remark)}" for remark in run["remarks"])
    for one in comparison["differences"]:
        yield f"Another {one['what']}: {_value(one['old'])} -> {_value(one['new'])}"
    for kind in KINDS:
        for one in comparison[kind]:
            yield f"{kind} {one['requirement']} ({one['level']}): {_verdicts(one)}{_why(one)}"
    for one in comparison["observations"]:
        yield f"observation {one['requirement']}: {_texts(one['old'])} -> {_texts(one['new'])}"
    yield sentence(comparison)


def _verdicts(one: Comparison) -> str:
    former = f", formerly {one['formerly']}" if one["formerly"] else ""
    return f"{one['old'] or 'not listed'} -> {one['new'] or 'not listed'}{former}"


def _why(one: Comparison) -> str:
    if one["observed"]:
        return f"; expected {_value(one['expected'])}; observed {_value(one['observed'])}"
    return f"; {_value(one['reason'])}" if one["reason"] else ""


def _texts(texts: list[str]) -> str:
    return "; ".join(map(_value, texts)) or "none"


def _value(text: str | None) -> str:
    return "none" if text is None else clipped(text, _TEXT_LIMIT)
