"""No secret in anything that is left behind or shown: files, output, stack traces, variables, and databases."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.harness.inputs.credentials import known_credentials
from orders_conformance.harness.messages.exchange import Request
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.mock.server import serving
from orders_conformance.strategies.credentials import Credentials
from tests.support.command import CREDENTIALS, environment, program
from tests.support.leaky_server import RepeatsTheToken
from tests.support.ledgers import Written, taken
from tests.support.runs import CONTRACT, settings
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow  # 11 s of CPU: processes, some with a pytest of their own

_ROOT = Path(__file__).parents[2]
_LONGEST = 120.0
AWKWARD = Credentials("Key/of+the tests", 'Token<"&é>/of+the tests')


def holding(content: bytes) -> list[str]:
    """List the forms of the credentials that some bytes hold."""
    return [form for form in Redactor(CREDENTIALS).forms if form.encode() in content]


def files_below(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder; those in gzip unpacked."""
    contents = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: gzip.decompress(one) if name.endswith(".gz") else one for name, one in contents.items()}


@contextmanager
def leaky_server_url() -> Iterator[str]:
    """Serve a server that gives away the credentials."""
    service = embedded_service(CONTRACT, CREDENTIALS, RepeatsTheToken)
    with serving(service) as url:
        yield url
    service.close()


def started(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program of our own, with all that Hypothesis keeps below a folder."""
    store = {"HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "store")}
    return subprocess.run(  # noqa: S603 - a program of our own
        command,
        cwd=_ROOT if command[0] == sys.executable else folder,
        env=environment() | store,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_LONGEST,
        check=False,
    )


@dataclass(frozen=True)
class Left:
    """A folder in which a whole run was made, cleaned up after and reported again; status and output of each."""

    folder: Path
    statuses: list[int]
    outputs: list[bytes]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Do everything once with a server that gives away the credentials."""
    folder, reports = tmp_path_factory.mktemp("whole"), "conformance-report"
    with leaky_server_url() as url:
        ended = [
            started(folder, program(), "run", "--target", url),
            started(folder, program(), "cleanup", f"{reports}/ledger.jsonl", "--delete", "--yes", "--target", url),
            started(folder, program(), "report", f"{reports}/record.jsonl", "--report-dir", "again"),
        ]
    return Left(folder, [one.returncode for one in ended], [one.stdout for one in ended])


def test_a_run_its_cleanup_and_its_report_write_no_secret(left: Left) -> None:
    contents = files_below(left.folder)
    names = {Path(name).name for name in contents}
    assert {"record.jsonl", "ledger.jsonl", "deletion.jsonl.gz", "report.html", "junit.xml", "report.json"} <= names
    assert {name for name, content in contents.items() if holding(content)} == set()


def test_a_run_its_cleanup_and_its_report_say_no_secret(left: Left) -> None:
    assert left.statuses == [1, 0, 1]
    assert b"orders of 1 run: " in left.outputs[1]
    assert [holding(output) for output in left.outputs] == [[], [], []]


def test_a_run_with_random_traffic_writes_no_database_of_hypothesis(left: Left) -> None:
    assert b'"probe":"random/' in (left.folder / "conformance-report" / "record.jsonl").read_bytes()
    # What Hypothesis keeps there otherwise are tables of Unicode, and constants of modules.
    assert not (left.folder / "store" / "examples").exists()


def on_suite(folder: Path, url: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Start pytest on the suite, and let it show as much as it can."""
    command = (sys.executable, "-m", "pytest", "tests/conformance", "-vv", "-l", "--showlocals", "--tb=long")
    words = ("--full-trace", "-o", "log_cli=true", "--log-level=DEBUG", "--basetemp", str(folder / "temporary"))
    own = (
        "--target",
        url,
        "--report-dir",
        str(folder / "reports"),
        "-k",
        "any/no",
        "--fail-on",
        "should",
        "-o",
        f"cache_dir={folder}/cache",
    )
    return started(folder, *command, *words, *own, *options)


def test_pytest_that_shows_variables_shows_no_secret(tmp_path: Path) -> None:
    with leaky_server_url() as url:
        session = on_suite(tmp_path, url)
    assert session.returncode == 1
    assert b"FAILED" in session.stdout
    assert holding(session.stdout) == []
    assert {name for name, content in files_below(tmp_path).items() if holding(content)} == set()


def test_a_bug_of_ours_under_pytest_shows_no_secret(tmp_path: Path) -> None:
    with leaky_server_url() as url:
        session = on_suite(tmp_path, url, "-p", "tests.support.buggy_plugin")
    assert session.returncode == 3
    assert b"a fault of the suite itself stopped the run (RuntimeError: a bug that tells [hidden] at" in session.stdout
    assert holding(session.stdout) == []


def test_a_bug_of_ours_on_the_command_line_shows_no_secret(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        message = f"a bug that tells {os.environ['ORDERS_API_TOKEN']}"
        raise RuntimeError(message)

    monkeypatch.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
    monkeypatch.setattr("orders_conformance.harness.cleanup.cleanup.batch", fail)
    Written(terminal.folder / "ledger.jsonl").run(taken(1))
    said = terminal.type("cleanup", "ledger.jsonl")
    assert said.status == 3
    assert "(RuntimeError: a bug that tells [hidden] at" in said.errors
    assert holding((said.output + said.errors).encode()) == []


def test_what_holds_credentials_does_not_show_them() -> None:
    sent = Request(b"", None, CREDENTIALS.header())
    shown = [repr(one) for one in (CREDENTIALS, sent, settings(credentials=CREDENTIALS))]
    assert holding("".join(shown).encode()) == []


@pytest.mark.parametrize("escape", [str, lambda form: json.dumps(form)[1:-1], html.escape])
@pytest.mark.parametrize("form", Redactor(AWKWARD).forms)
def test_every_form_of_a_secret_is_found_in_a_file(tmp_path: Path, form: str, escape: Callable[[str], str]) -> None:
    path = tmp_path / "file"
    path.write_text(f"before {escape(form)} after", encoding="utf-8")
    with pytest.raises(BrokenRunError, match="holds a secret: delete it, and change the API token"):
        Redactor(AWKWARD).check_written([path])


def test_the_forms_of_a_secret_are_plain_in_base64_and_as_a_url_has_them() -> None:
    key, token = AWKWARD.client_key, AWKWARD.api_token
    encoded = {base64.b64encode(text.encode()).decode() for text in (key, token, f"{key}:{token}")}
    assert set(Redactor(AWKWARD).forms) == {key, token, *encoded, quote(key, safe=""), quote(token, safe="")}


def test_a_secret_in_a_packed_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(AWKWARD.api_token.encode()))
    with pytest.raises(BrokenRunError, match="holds a secret"):
        Redactor(AWKWARD).check_written([path])


def test_files_without_a_secret_are_passed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("Token of the tests", encoding="utf-8")
    Redactor(AWKWARD).check_written([path])


def test_what_the_environment_does_not_hold_is_not_looked_for() -> None:
    assert known_credentials({}) is None
    assert known_credentials({"ORDERS_API_TOKEN": "a-token"}) == Credentials("", "a-token")
