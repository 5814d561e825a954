"""What can go wrong on our side, and what each does to the exit status.

    SuiteError                       one line: what is wrong, with what value, and how to mend it
    ├── InvalidInputError            exit 2: the input cannot be used; nothing was sent
    └── BrokenRunError               exit 3: the run could not judge the target
        ├── TargetUnavailableError   the target cannot be reached, or stopped responding
        ├── CredentialsRejectedError the target rejects the right credentials
        └── LimitReachedError        the run may send nothing more
            ├── BudgetSpentError     its budget does not allow it
            └── CircuitOpenError     the target returned too many server errors in a row

None of them is ever counted against the server.
"""

from __future__ import annotations

from pathlib import Path


def describe_bug(bug: BaseException) -> str:
    """Tell a bug of the suite in one line: what, and where it came up."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"a fault of the suite itself stopped the run ({type(bug).__name__}: {bug}{where}): please report it"


class SuiteError(Exception):
    """A problem of ours, told in one line."""


class InvalidInputError(SuiteError):
    """What was asked for cannot be done."""


class BrokenRunError(SuiteError):
    """The run could not judge."""


class TargetUnavailableError(BrokenRunError):
    """The target cannot be reached, or stopped answering."""


class CredentialsRejectedError(BrokenRunError):
    """The target does not let the right credentials in."""


class LimitReachedError(BrokenRunError):
    """The run may send nothing more; what was found until then stands."""


class BudgetSpentError(LimitReachedError):
    """The budget does not allow to send more."""


class CircuitOpenError(LimitReachedError):
    """The target fails too often to be asked more."""
