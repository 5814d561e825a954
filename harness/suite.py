"""The name and the version of this suite, as targets and reports see them."""

from __future__ import annotations

from importlib import metadata

SUITE = "orders-conformance"


def version() -> str:
    """Return the version that is installed."""
    return metadata.version(SUITE)


def user_agent(run: str = "") -> str:
    """Return the beginning of the User-Agent header; `run` is the id of a run, if there is one."""
    return f"{SUITE}/{version()}{f' run/{run}' if run else ''}"


def identity() -> dict[str, str]:
    """Return name and version as the ledger writes them."""
    return {"name": SUITE, "version": version()}
