"""Tell the result of a run to the user, and to the CI system that it runs on, which its environment names."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from orders_conformance.harness.cli.console.colour import coloured, has_colours
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.reports.ci.github import annotation_lines, job_summary
from orders_conformance.reports.ci.gitlab import section
from orders_conformance.reports.console import detail_lines, last_lines, short_lines
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import console_line
from orders_conformance.reports.write import Rendered

_SUMMARY = "GITHUB_STEP_SUMMARY"
# A pipe or a terminal of that name is not waited for, and a link is not followed.
_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def tell(rendered: Rendered, deviations: Path | None, environment: Mapping[str, str], *, quiet: bool = False) -> None:
    """Print the last lines of a run, as the CI system wants them; on GitHub, add to the summary of the job too.

    Args:
        rendered: the report.
        deviations: the file of deviations that was written, or None.
        environment: the environment variables.
        quiet: whether to print no more than the outcome in a sentence, and the path of the report.

    """
    lines = short_lines(rendered.report, rendered.html) if quiet else _lines(rendered, deviations, environment)
    paint = coloured if has_colours(sys.stdout, environment) else str
    # The marks of GitLab are for its log, which is no terminal.
    for line in lines:
        click.echo(paint(line), color=True)
    if _is_github(environment) and (path := environment.get(_SUMMARY)):
        _add_summary(rendered.report, rendered.html.parent.name, Path(path))


def _is_github(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"


def _lines(rendered: Rendered, deviations: Path | None, environment: Mapping[str, str]) -> Iterator[str]:
    details = detail_lines(rendered.report)
    if _is_github(environment):
        yield from annotation_lines(rendered.report)
        yield from details
    elif environment.get("GITLAB_CI") == "true":
        yield from section(f"{SUITE}: details", details, time.time())
    else:
        yield from details
    yield from last_lines(rendered.report, rendered.html, deviations)


def _add_summary(report: Report, folder: str, path: Path) -> None:
    """Append the summary to the file that GitHub names, if it is a regular one; say so if it cannot be written."""
    try:
        descriptor = os.open(path, _FLAGS)
        with os.fdopen(descriptor, "ab") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                file.write(job_summary(report, folder).encode("utf-8"))
                return
        reason = "it is no regular file"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    click.echo(console_line(f"{SUITE}: the job summary {str(path)!r} was not written ({reason})"), err=True)
