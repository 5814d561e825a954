"""The cookies that a target has set; they are sent only with requests that show whether they replace credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from orders_conformance.harness.exchange import Response

# Where a comma separates two cookies in a joined header; the date of `Expires` has a comma too, but no name follows it.
_BETWEEN = re.compile(r",\s*(?=[^;,\s=]+=)")
_PAIR = re.compile(r"\s*([^;,\s=]+)=([^;]*)")


@dataclass
class Cookies:
    """Cookies by name, whatever their path, age and domain; a cookie that is set to an empty value is removed."""

    _values: dict[str, str] = field(default_factory=dict, repr=False)

    def keep(self, response: Response) -> None:
        """Keep the cookies that a response sets."""
        for text in _BETWEEN.split(response.headers.get("set-cookie", "")):
            pair = _PAIR.match(text)
            if pair is not None:
                self._values[pair[1]] = pair[2].strip()

    def header(self) -> str | None:
        """Return the value of the header `Cookie`; None where there is no cookie."""
        return "; ".join(f"{name}={value}" for name, value in self._values.items() if value) or None
