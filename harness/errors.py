"""What can go wrong on our side, and what each does to the exit status.

    Problem                 one line: what is wrong, with what value, and how to mend it
    ├── UsageProblem        exit 2: something was asked for that cannot be done
    └── BrokenRun           exit 3: the run could not judge
        ├── TargetUnavailable   the target cannot be reached, or stopped answering
        ├── CredentialsRefused  the target does not let the right credentials in
        └── Restraint           the run may send nothing more
            ├── BudgetSpent         its budget does not allow it
            └── CircuitOpen         the target fails too often

None of them is ever counted against the server.
"""

from __future__ import annotations

from pathlib import Path


def fault_of_ours(bug: BaseException) -> str:
    """Tell a bug of the suite in one line: what, and where it came up."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"a fault of the suite itself stopped the run ({type(bug).__name__}: {bug}{where}): please report it"


class Problem(Exception):  # noqa: N818 - the tree above is read by users; only its leaves are errors
    """A problem of ours, told in one line."""


class UsageProblem(Problem):
    """What was asked for cannot be done."""


class BrokenRun(Problem):
    """The run could not judge."""


class TargetUnavailable(BrokenRun):
    """The target cannot be reached, or stopped answering."""


class CredentialsRefused(BrokenRun):
    """The target does not let the right credentials in."""


class Restraint(BrokenRun):
    """The run may send nothing more; what was found until then stands."""


class BudgetSpent(Restraint):
    """The budget does not allow to send more."""


class CircuitOpen(Restraint):
    """The target fails too often to be asked more."""
