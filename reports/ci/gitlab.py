"""What GitLab shows of a run in the log of a job: the details in a section that is collapsed."""

from collections.abc import Iterable, Iterator

# Erases the line, so that the mark itself is not shown.
_ERASE = "\x1b[0K"
_NAME = "orders_conformance"


def section(title: str, lines: Iterable[str], now: float) -> Iterator[str]:
    """Yield lines within a collapsed section of the log; without lines, nothing.

    Args:
        title: the line that stays visible, printable.
        lines: the lines of the section, printable.
        now: the time in seconds since 1970, which GitLab wants.

    """
    inner = tuple(lines)
    if inner:
        yield f"{_ERASE}section_start:{int(now)}:{_NAME}[collapsed=true]\r{_ERASE}{title}"
        yield from inner
        yield f"{_ERASE}section_end:{int(now)}:{_NAME}\r{_ERASE}"
