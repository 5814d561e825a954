"""Every stock mock loads the exported contract, and `docs/mocks.md` has what a run says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.mocks.catalogue import MOCKS, Mock
from tests.integration.mocks.document import DOCUMENT, judge, row, section

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_document_lists_the_mocks_with_their_versions() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ")][2:]
    assert [line.startswith(row(mock)) for line, mock in zip(rows, MOCKS, strict=True)] == [True] * len(MOCKS)


@pytest.mark.mocks  # programs of others, two of which respond at random: run with -m mocks
@pytest.mark.slow  # half a minute for some of them
@pytest.mark.parametrize("mock", MOCKS, ids=lambda mock: mock.name)
def test_a_run_on_the_exported_contract_says_what_the_document_has(mock: Mock, tmp_path: Path) -> None:
    judged = judge(mock, tmp_path)
    assert f"\n{section(judged)}\n" in TEXT, "docs/mocks.md is stale: python -m tests.integration.mocks.document"
    assert f"{row(mock)} {judged.status} {judged.outcome} |" in TEXT
