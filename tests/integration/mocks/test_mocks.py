"""Every stock mock loads the exported contract, and `docs/mocks.md` has what a run says of it."""

from __future__ import annotations

import pytest

from tests.integration.mocks.catalogue import MOCKS, Mock
from tests.integration.mocks.document import DOCUMENT, outcome, row, section
from tests.integration.mocks.judging import Judgement, judge

TEXT = DOCUMENT.read_text(encoding="utf-8")
MOST_DEVIATIONS = 3


def test_the_document_lists_the_mocks_with_their_versions() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ")][2:]
    assert [line.startswith(row(mock)) for line, mock in zip(rows, MOCKS, strict=True)] == [True] * len(MOCKS)


def test_few_deviations_are_declared_besides_what_is_lacking() -> None:
    assert [mock.name for mock in MOCKS if len(mock.deviations) > MOST_DEVIATIONS] == []


@pytest.fixture(scope="module", params=MOCKS, ids=lambda mock: mock.name)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    mock = request.param
    assert isinstance(mock, Mock)
    return judge(mock, tmp_path_factory.mktemp("mock"))


@pytest.mark.mocks  # programs of others: run with -m mocks
@pytest.mark.slow  # half a minute for some of them
class TestOfAMock:
    """What the two runs against each mock show."""

    def test_the_hints_of_a_first_run_name_what_it_lacks(self, judged: Judgement) -> None:
        assert judged.named == judged.mock.without

    def test_with_that_and_the_declared_deviations_nothing_counts_against_it(self, judged: Judgement) -> None:
        assert (judged.status, judged.outcome, judged.stale) == (0, "partial", {})

    def test_the_document_has_what_it_failed(self, judged: Judgement) -> None:
        stale = "docs/mocks.md is stale: python -m tests.integration.mocks.document"
        assert f"\n{section(judged)}\n" in TEXT, stale
        assert f"{row(judged.mock)} {outcome(judged)} |" in TEXT, stale

    def test_the_command_of_each_failure_gets_the_status_that_the_run_saw(self, judged: Judgement) -> None:
        assert [one for one in judged.repeats if one.before != one.now] == []
