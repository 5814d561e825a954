"""The command `selfcheck`: run the suite against servers that are known to be faulty or conformant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.run.profiles import PROFILES


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a file differs from what would be written.")
@click.option(
    "--docs",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("docs"),
    show_default=True,
    help="The folder of detection.md and detection.json.",
)
@click.option(
    "--seeds",
    metavar="N",
    type=click.IntRange(min=2),
    help="Instead, judge each server with N seeds of random traffic, and list differing verdicts; takes hours.",
)
@click.option(
    "--drawn",
    metavar="N",
    type=click.IntRange(min=1),
    help="Instead, judge N conformant servers and N with one fault that are drawn from independent choices.",
)
@click.option("--learning", is_flag=True, help="Instead, learn from runs against known servers, and write learning.md.")
@click.option("--profile", type=click.Choice(tuple(PROFILES)), help="With --drawn: only in this profile.")
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help="With --drawn: what is drawn.")
def selfcheck(  # noqa: PLR0913 - one parameter for each option
    folder: Path, seeds: int | None, drawn: int | None, profile: str | None, seed: int, *, check: bool, learning: bool
) -> NoReturn:
    """Run the suite against every known faulty server and every conformant variant, and write what it found.

    Exit status 1: a fault was missed, a conformant server failed, or too many requests or orders were needed; with
    --check also that a file is stale; with --seeds instead that a server got differing verdicts; with --drawn instead
    that a drawn server was accused, or that a fault was missed or not named alone.
    """
    progress = _count_runs if sys.stderr.isatty() else lambda _done, _all: None
    if seeds is not None:
        _print_stability(seeds, progress)
    if drawn is not None:
        _print_drawn(drawn, (profile,) if profile else tuple(PROFILES), seed, progress)
    if learning:
        _write_learning(folder, progress, check=check)
    # Imported here: other commands do not need these servers.
    from orders_conformance.harness.selfcheck.documents import closing_lines, documents, stale_files, write  # noqa: PLC0415 - see above
    from orders_conformance.harness.selfcheck.matrix import build_matrix, shortcomings  # noqa: PLC0415 - see above

    matrix = build_matrix(progress)
    texts = documents(matrix)
    if not check:
        write(folder, texts)
    for line in closing_lines(matrix):
        click.echo(line)
    problems = [*shortcomings(matrix), *(f"{path} is stale: write it again" for path in stale_files(folder, texts))]
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(1 if problems else 0)


def _write_learning(folder: Path, progress: Callable[[int, int], None], *, check: bool) -> NoReturn:
    from orders_conformance.harness.selfcheck.documents import stale_files, write  # noqa: PLC0415 - as above
    from orders_conformance.harness.selfcheck.learning import NAME, compare_all, page  # noqa: PLC0415 - as above

    text = {NAME: page(compare_all(progress=progress))}
    if not check:
        write(folder, text)
    stale = stale_files(folder, text)
    for path in stale:
        click.echo(f"{path} is stale: write it again", err=True)
    sys.exit(1 if stale else 0)


def _print_stability(seeds: int, progress: Callable[[int, int], None]) -> NoReturn:
    from orders_conformance.harness.selfcheck.stability import measure_stability  # noqa: PLC0415 - as above

    stability = measure_stability(range(seeds), progress)
    click.echo(stability.summary())
    unstable = tuple(stability.unstable())
    for line in unstable:
        click.echo(line, err=True)
    sys.exit(1 if unstable else 0)


def _print_drawn(number: int, profiles: tuple[str, ...], seed: int, progress: Callable[[int, int], None]) -> NoReturn:
    from orders_conformance.harness.selfcheck.drawn import cases, judge_drawn  # noqa: PLC0415 - as above

    drawn = judge_drawn((case for profile in profiles for case in cases(profile, number, seed)), progress)
    for line in drawn.lines():
        click.echo(line)
    problems = drawn.problems()
    for problem, servers in problems.items():
        click.echo(f"{servers} {'server' if servers == 1 else 'servers'}: {problem}", err=True)
    sys.exit(1 if problems else 0)


def _count_runs(done: int, of: int) -> None:
    click.echo(f"\r{done} of {of} runs", nl=done == of, err=True)
