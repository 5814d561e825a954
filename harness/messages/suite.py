"""The name and version of this suite, for targets and reports, and the commit that it was installed from."""

from __future__ import annotations

import json
from importlib import metadata

SUITE = "orders-conformance"


def version() -> str:
    """Return the installed version."""
    return metadata.version(SUITE)


def user_agent(run: str = "") -> str:
    """Return the beginning of the header `User-Agent`; `run` is the id of a run, or empty."""
    return f"{SUITE}/{version()}{f' run/{run}' if run else ''}"


def identity() -> dict[str, str]:
    """Return name and version as the ledger writes them."""
    return {"name": SUITE, "version": version()}


def installed_commit() -> str | None:
    """Return the commit that the suite was installed from; None where it is not recorded.

    Only an installation from the URL of a repository records it, in the file `direct_url.json` of PEP 610.
    """
    origin = metadata.distribution(SUITE).read_text("direct_url.json")
    commit = json.loads(origin).get("vcs_info", {}).get("commit_id") if origin else None
    return commit if isinstance(commit, str) and commit else None
