"""Find out beside a run how many requests it will send: a dry run in another process, which nobody waits for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE

_PROGRAM = "from orders_conformance.harness.cli.start import start; start()"
_LOW_PRIORITY = 19


@contextmanager
def forecast(options: Sequence[str]) -> Iterator[Callable[[], int | None]]:
    """Begin a dry run; yields a function that returns the number of requests, or None as long as it is not known.

    Args:
        options: the options of the run, as `plan` takes them.

    """
    environment = {name: value for name, value in os.environ.items() if name not in {KEY_VARIABLE, TOKEN_VARIABLE}}
    try:
        process = subprocess.Popen(  # noqa: S603 - this program
            [sys.executable, "-c", _PROGRAM, "plan", "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # An interrupt is for the run, which ends this process.
            start_new_session=True,
        )
    except OSError:
        # Without it, nothing is said of the total.
        yield lambda: None
        return
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, _LOW_PRIORITY)
    found: list[int | None] = []

    def total() -> int | None:
        if not found and process.poll() is not None and process.stdout is not None:
            found.append(_requests(process.stdout.read()))
        return found[0] if found else None

    try:
        yield total
    finally:
        process.kill()
        process.communicate()


def _requests(output: bytes) -> int | None:
    try:
        return int(json.loads(output)["requests"])
    except (ValueError, KeyError, TypeError):
        return None
