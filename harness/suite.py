"""The name of this suite, as targets and reports see it, and the commit that it was installed from."""

from __future__ import annotations

import json
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


def installed_commit() -> str | None:
    """Return the commit that the suite was installed from, or None where the installation does not know it.

    Only an installation from a repository's address knows it; the file in which it says so is PEP 610's.
    """
    origin = metadata.distribution(SUITE).read_text("direct_url.json")
    commit = json.loads(origin).get("vcs_info", {}).get("commit_id") if origin else None
    return commit if isinstance(commit, str) and commit else None
