"""Fresh references: never used before, with a prefix by which the orders of a run can be found."""

from __future__ import annotations

import itertools
import secrets
import string

_DIGITS = string.digits + string.ascii_uppercase
_RUN_LENGTH = 6


def run_prefix() -> str:
    """Return a prefix for the references of a run: `OC` and six random characters, such as `OC7K2M9A`.

    It does not depend on the seed: two runs with one seed against one target must not use the same references.
    """
    return "OC" + "".join(secrets.choice(_DIGITS) for _ in range(_RUN_LENGTH))


class References:
    """Generates the references of a run: the prefix, a hyphen and a counter in base 36; thread-safe."""

    def __init__(self, prefix: str) -> None:
        """Start the counter of `prefix` at 1."""
        self.prefix = prefix
        self._counter = itertools.count(1)

    def fresh(self) -> str:
        """Return a reference that this run has not used."""
        number = next(self._counter)
        digits = ""
        while number:
            number, digit = divmod(number, len(_DIGITS))
            digits = _DIGITS[digit] + digits
        return f"{self.prefix}-{digits}"
