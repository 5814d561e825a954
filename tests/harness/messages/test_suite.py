"""The version and the commit that the suite reports of its installation."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from orders_conformance.harness.messages.suite import installed_commit


@pytest.mark.parametrize(
    ("origin", "commit"),
    [
        ({"url": "https://example.org/suite.git", "vcs_info": {"vcs": "git", "commit_id": "0c0ffee"}}, "0c0ffee"),
        ({"url": "file:///checkout", "dir_info": {"editable": True}}, None),
        (None, None),
    ],
    ids=["from a repository", "from a folder", "from an index"],
)
def test_the_commit_is_known_where_the_suite_was_installed_from_a_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, origin: object, commit: str | None
) -> None:
    if origin is not None:
        (tmp_path / "direct_url.json").write_text(json.dumps(origin), encoding="utf-8")
    monkeypatch.setattr(metadata, "distribution", lambda _name: metadata.PathDistribution(tmp_path))
    assert installed_commit() == commit
