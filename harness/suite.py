"""The name and the version of this suite, as targets and reports see them."""

from __future__ import annotations

SUITE = "orders-conformance"
