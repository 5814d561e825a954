"""What `docs/in-ci.md`, the action and the template tell a CI system is valid, and its shell lines do what they say."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from orders_conformance.harness.cli.target.run import run as run_command
from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from tests.support.command import CREDENTIALS, environment, program
from tests.support.runs import CONTRACT

pytestmark = pytest.mark.slow  # 25 s: validators and runs in processes of their own

_ROOT = Path(__file__).parents[2]
_LONGEST = 120
_TENANT = "https://api-engage-eu.sitecorecloud.io"
_PORT = "4010"
# Quicker than a mock is judged in CI, and nothing but quicker.
_QUICK = {"ORDERS_CONFORMANCE_PROFILE": "tenant", "ORDERS_CONFORMANCE_RATE": "0"}
# The installation has a test of its own.
_INSTALLS = re.compile(r"-m venv|/pip.? install")

Steps = Sequence[Mapping[str, Any]]


def documented() -> dict[str, str]:
    """Read the blocks of YAML of the document, by the file that each is for."""
    text = (_ROOT / "docs" / "in-ci.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return dict(blocks)


def files() -> dict[str, str]:
    """Read every file for a CI system: those of the document, the action and the template."""
    own = ("action.yml", "templates/gitlab-ci.yml")
    return {**documented(), **{name: (_ROOT / name).read_text("utf-8") for name in own}}


def parsed(name: str) -> Any:
    return yaml.safe_load(files()[name])


def scripts(value: object) -> Iterator[str]:
    """Enumerate the shell scripts in a file, wherever they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"run", "script", "before_script", "after_script"}:
                yield inner if isinstance(inner, str) else "\n".join(inner)
            else:
                yield from scripts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scripts(inner)


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        (".github/workflows/conformance.yml", "github-workflows"),
        (".github/workflows/release.yml", "github-workflows"),
        ("action.yml", "github-actions"),
        (".gitlab-ci.yml", "gitlab-ci"),
        ("templates/gitlab-ci.yml", "gitlab-ci"),
    ],
)
def test_a_file_is_valid_by_the_schema_of_its_system(tmp_path: Path, name: str, schema: str) -> None:
    path = tmp_path / "file.yml"
    path.write_text(files()[name], encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)  # noqa: S603 - a validator
    assert ended.returncode == 0, ended.stdout


def test_the_document_has_a_file_for_each_job() -> None:
    assert set(documented()) == {
        ".github/workflows/conformance.yml",
        ".github/workflows/release.yml",
        ".gitlab-ci.yml",
    }


@pytest.mark.parametrize("name", list(files()))
def test_no_expression_becomes_a_part_of_a_script(name: str) -> None:
    found = list(scripts(parsed(name)))
    assert found
    assert [script for script in found if "${{" in script] == []


@pytest.mark.parametrize("name", list(files()))
def test_every_variable_is_that_of_an_option(name: str) -> None:
    known = {str(option.envvar) for option in run_command.params if isinstance(getattr(option, "envvar", None), str)}
    assert set(re.findall(r"ORDERS_CONFORMANCE_[A-Z_]+", files()[name])) <= known


def test_what_the_jobs_of_gitlab_extend_is_in_the_template() -> None:
    extended = {job["extends"] for job in parsed(".gitlab-ci.yml").values() if "extends" in job}
    assert extended <= set(parsed("templates/gitlab-ci.yml"))


def test_the_dockerfile_has_no_fault_that_a_linter_knows() -> None:
    linter = Path(sysconfig.get_path("scripts")) / "hadolint"
    command = [str(linter), str(_ROOT / "Dockerfile")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)  # noqa: S603 - a linter
    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_image_runs_as_a_user_without_rights() -> None:
    *_, last = re.findall(r"^USER (\d+)", (_ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert int(last) > 0


@dataclass(frozen=True)
class Tenant:
    """A tenant that is served on the loopback interface."""

    url: str
    service: Service

    @property
    def orders(self) -> int:
        """The number of orders that it holds."""
        return len(self.service.orders.records())


@dataclass
class Job:
    """A job on a machine of its own: a folder, and the processes that its steps started."""

    folder: Path
    variables: dict[str, str]
    started: list[int] = field(default_factory=list)

    def run(self, script: str, variables: Mapping[str, str]) -> int:
        """Run a script as a step is run; return its exit status."""
        path = f"{Path(program()).parent}{os.pathsep}{os.environ['PATH']}"
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - lines of our own
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # noqa: S607 - as a CI system does
                cwd=self.folder,
                env={**environment(), **_QUICK, **self.variables, **variables, "PATH": path},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            self.started.append(process.pid)
            return process.wait(_LONGEST)

    @property
    def outcome(self) -> str:
        """The outcome of its run."""
        return str(json.loads((self.folder / "conformance-report" / "report.json").read_bytes())["outcome"])

    @property
    def log(self) -> str:
        """What its steps printed."""
        return (self.folder / "log").read_text("utf-8")


@contextmanager
def job(folder: Path, variables: Mapping[str, object]) -> Iterator[Job]:
    """Make a job with its variables, but for those that are secrets; what its steps left running is ended."""
    own = {name: str(value) for name, value in variables.items() if "${{" not in str(value)}
    one = Job(folder, own)
    try:
        yield one
    finally:
        for group in one.started:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue


def perform(one: Job, steps: Steps, inputs: Mapping[str, object] | None = None) -> None:
    """Run the scripts of the steps of a workflow or of the action one after the other, but for the installation."""
    for step in steps:
        if "run" in step and not _INSTALLS.search(step["run"]):
            values = {name: _filled(str(value), inputs or {}) for name, value in step.get("env", {}).items()}
            assert one.run(step["run"], values) == 0, one.log


def _filled(text: str, inputs: Mapping[str, object]) -> str:
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: str(inputs[found[1]]), text)


def changed(value: Any, changes: Mapping[str, str]) -> Any:
    """Replace texts wherever they stand in a file."""
    text = json.dumps(value)
    for before, after in changes.items():
        text = text.replace(before, after)
    return json.loads(text)


@pytest.fixture
def port() -> str:
    """Return a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """Serve a tenant on the loopback interface."""
    service = embedded_service(CONTRACT, CREDENTIALS)
    with serving(service) as url:
        yield Tenant(url, service)
    service.close()


def test_the_steps_for_a_mock_on_github_judge_it(tmp_path: Path, port: str) -> None:
    mock = changed(parsed(".github/workflows/conformance.yml")["jobs"]["mock"], {_PORT: port})
    with job(tmp_path, mock["env"]) as one:
        perform(one, mock["steps"])
        assert one.outcome == "partial"


def test_the_steps_for_a_tenant_on_github_judge_it_and_delete_its_orders(tmp_path: Path, tenant: Tenant) -> None:
    jobs = changed(parsed(".github/workflows/release.yml")["jobs"], {_TENANT: tenant.url})
    action = parsed("action.yml")
    given = next(step["with"] for step in jobs["tenant"]["steps"] if "with" in step)
    inputs = {**{name: one["default"] for name, one in action["inputs"].items()}, **given}
    runner = {"GITHUB_ACTION_PATH": _ROOT, "GITHUB_OUTPUT": tmp_path / "output"}
    with job(tmp_path, {**jobs["tenant"]["env"], **runner}) as one:
        perform(one, action["runs"]["steps"], inputs)
        assert one.outcome == "partial"
        assert tenant.orders > 0
    with job(tmp_path, jobs["cleanup"]["env"]) as one:
        perform(one, jobs["cleanup"]["steps"])
    assert tenant.orders == 0


def test_the_lines_for_a_mock_on_gitlab_judge_it(tmp_path: Path, port: str) -> None:
    mock = changed(parsed("templates/gitlab-ci.yml")[".orders-conformance-mock"], {_PORT: port})
    with job(tmp_path, mock["variables"]) as one:
        assert one.run("\n".join(mock["script"]), {}) == 0, one.log
        assert one.outcome == "partial"


def test_the_lines_for_a_tenant_on_gitlab_judge_it_and_delete_its_orders(tmp_path: Path, tenant: Tenant) -> None:
    jobs = parsed("templates/gitlab-ci.yml")
    target = {"ORDERS_CONFORMANCE_TARGET": tenant.url, "CONFORMANCE_FOLDER": "/nowhere"}
    with job(tmp_path, {**jobs[".orders-conformance-tenant"]["variables"], **target}) as one:
        assert one.run("\n".join(jobs[".orders-conformance-tenant"]["script"]), {}) == 0, one.log
        assert tenant.orders > 0
        assert one.run("\n".join(jobs[".orders-conformance-tenant"]["after_script"]), {}) == 0, one.log
        assert tenant.orders == 0
        assert one.run("\n".join(jobs[".orders-conformance-cleanup"]["script"]), {}) == 0, one.log


def test_a_cleanup_after_a_run_that_sent_nothing_is_no_failure(tmp_path: Path) -> None:
    script = parsed("templates/gitlab-ci.yml")[".orders-conformance-cleanup"]["script"]
    with job(tmp_path, {}) as one:
        assert one.run("\n".join(script), {}) == 0, one.log
