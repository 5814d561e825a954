"""References that were never used before, all beginning alike so that a person can find a run's orders."""

from __future__ import annotations

import itertools
import secrets
import string

_DIGITS = string.digits + string.ascii_uppercase
_RUN_LENGTH = 6


def run_prefix() -> str:
    """Make the beginning of a run's references: two letters and six random characters, such as `OC7K2M9A`.

    It does not come from the seed: two runs with the same seed on the same target must not meet each other's orders.
    """
    return "OC" + "".join(secrets.choice(_DIGITS) for _ in range(_RUN_LENGTH))


class References:
    """Hands out the references of a run: the prefix, a hyphen and a counter in base 36; safe between threads."""

    def __init__(self, prefix: str) -> None:
        """Start counting behind `prefix`."""
        self.prefix = prefix
        self._counter = itertools.count(1)

    def fresh(self) -> str:
        """Hand out a reference that this run has not used."""
        number = next(self._counter)
        digits = ""
        while number:
            number, digit = divmod(number, len(_DIGITS))
            digits = _DIGITS[digit] + digits
        return f"{self.prefix}-{digits}"
