"""The parser of in-toto reads the attestation."""

from __future__ import annotations

import json
from pathlib import Path

from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as Predicate
from in_toto_attestation.v1.resource_descriptor_pb2 import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement

from orders_conformance.reports.write import render
from tests.support import records


def test_the_parser_of_in_toto_reads_the_statement_and_its_predicate(tmp_path: Path) -> None:
    render(records.save(tmp_path / "record.jsonl", records.nonconformant()), tmp_path)
    written = json.loads((tmp_path / "attestation.json").read_bytes())
    subjects = [ParseDict(one, ResourceDescriptor()) for one in written["subject"]]
    Statement(subjects, written["predicateType"], written["predicate"]).validate()
    predicate = ParseDict(written["predicate"], Predicate())
    assert (predicate.result, len(predicate.configuration)) == ("FAILED", 4)
    assert "create/409/duplicate" in predicate.failed_tests
