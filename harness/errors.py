"""The errors of the suite itself, and the exit status that each leads to.

    SuiteError                       one line: what is wrong, with what value, and how to fix it
    ├── InvalidInputError            exit 2: the input cannot be used; nothing was sent
    └── BrokenRunError               exit 3: the run could not judge the target
        ├── TargetUnavailableError   the target cannot be reached, or stopped responding
        │   └── RetryLaterError      it asks to wait for longer than a run waits
        ├── TimeSpentError           the time of the run is over
        ├── UnreadResponseError      the target responds with more than the suite reads
        ├── CredentialsRejectedError the target rejects the correct credentials
        └── LimitReachedError        the run may send nothing more
            ├── BudgetSpentError     its budget is spent
            └── CircuitOpenError     the target returned too many server errors in a row

None of them counts as a failure of the target.
"""

from __future__ import annotations

from pathlib import Path


def describe_bug(bug: BaseException) -> str:
    """Return one line about a bug of the suite: the exception, and the file and line that raised it."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"a fault of the suite itself stopped the run ({type(bug).__name__}: {bug}{where}): please report it"


class SuiteError(Exception):
    """A problem of the suite or its use, not of the target; the message is one line."""


class InvalidInputError(SuiteError):
    """The input cannot be used; nothing was sent."""


class BrokenRunError(SuiteError):
    """The run could not judge the target."""


class TargetUnavailableError(BrokenRunError):
    """The target cannot be reached, or stopped responding."""


class UnreadResponseError(BrokenRunError):
    """The target responds with valid HTTP that is more than the suite reads."""


class RetryLaterError(TargetUnavailableError):
    """The target asks to wait for longer than a run waits."""


class TimeSpentError(BrokenRunError):
    """The time that the run may take is over; what was judged remains in the record."""


class CredentialsRejectedError(BrokenRunError):
    """The target rejects the correct credentials."""


class LimitReachedError(BrokenRunError):
    """The run may send nothing more; the findings so far remain valid."""


class BudgetSpentError(LimitReachedError):
    """The budget of requests or orders is spent."""


class CircuitOpenError(LimitReachedError):
    """The target returned too many server errors in a row."""
