"""What a signed run writes is read by the programs that such files are made for."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse, ParseDict
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as Predicate
from in_toto_attestation.v1.statement_pb2 import Statement
from jsonschema import Draft7Validator, FormatChecker
from junitparser import Failure, JUnitXml

from orders_conformance.harness.verification.signature import NAMESPACE, sign
from orders_conformance.reports.write import render
from tests.integration.programs import HERE, npm_installed
from tests.support import records
from tests.support.report_folders import FAULTS, SIGNER, judged, key_pair
from tests.support.runs import CONTRACT

pytestmark = pytest.mark.slow  # a run over HTTP, and programs of others


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Judge a server with three faults; return the folder of the reports."""
    return judged(tmp_path_factory.mktemp("reports"), CONTRACT, *FAULTS)


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """Return the schema of CTRF as its authors publish it."""
    package = npm_installed(HERE / "ctrf", "ctrf") / "node_modules" / "ctrf"
    return Draft7Validator(
        json.loads((package / "dist" / "ctrf-schema-0.0.json").read_bytes()), format_checker=FormatChecker()
    )


def test_the_schema_of_ctrf_is_met_by_a_real_run(folder: Path, schema: Draft7Validator) -> None:
    written = json.loads((folder / "ctrf.json").read_bytes())
    assert [error.message for error in schema.iter_errors(written)] == []
    assert written["results"]["summary"]["failed"] > 0


def test_the_schema_of_ctrf_is_met_whatever_a_server_says(tmp_path: Path, schema: Draft7Validator) -> None:
    for make in (records.hostile, records.large, records.conformant):
        render(records.save(tmp_path / "record.jsonl", make()), tmp_path)
        assert [each.message for each in schema.iter_errors(json.loads((tmp_path / "ctrf.json").read_bytes()))] == []


def test_the_schema_of_ctrf_rejects_what_it_does_not_know(folder: Path, schema: Draft7Validator) -> None:
    written = json.loads((folder / "ctrf.json").read_bytes())
    written["results"]["tests"][0]["status"] = "waived"
    assert not schema.is_valid(written)


def test_junitparser_reads_every_case_and_failure(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_bytes())
    read = JUnitXml.fromfile(str(folder / "junit.xml"))
    cases = [case for suite in read for case in suite]
    assert {case.name for case in cases} == {one["id"] for one in report["requirements"]}
    failed = {one["id"] for one in report["requirements"] if (one["verdict"], one["level"]) == ("failed", "must")}
    assert failed
    assert {case.name for case in cases if case.result and isinstance(case.result[0], Failure)} == failed


def test_the_parser_of_in_toto_reads_the_statement_about_the_record(folder: Path) -> None:
    statement = Parse((folder / "attestation.json").read_bytes(), Statement())
    digest = sha256((folder / "record.jsonl").read_bytes()).hexdigest()
    assert [(one.name, one.digest["sha256"]) for one in statement.subject] == [("record.jsonl", digest)]
    written = json.loads((folder / "attestation.json").read_bytes())
    assert ParseDict(written["predicate"], Predicate()).result == "FAILED"


def test_ssh_keygen_verifies_the_signature_of_the_manifest(folder: Path, tmp_path: Path) -> None:
    key, signers = key_pair(tmp_path)
    sign(key, folder)
    command = ("ssh-keygen", "-Y", "verify", "-f", signers, "-I", SIGNER, "-n", NAMESPACE)
    signed = (folder / "manifest.json").read_bytes()
    for content, status in ((signed, 0), (signed + b"\n", 255)):
        ended = subprocess.run(  # noqa: S603 - no shell
            (*command, "-s", folder / "manifest.json.sig"), input=content, capture_output=True, check=False
        )
        assert ended.returncode == status
