"""The wheel carries all that a run needs: installed alone, it judges a server from an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from orders_conformance.reports.write import FORMATS
from tests.support.command import CREDENTIALS, environment
from tests.support.runs import CONTRACT

pytestmark = pytest.mark.slow  # 25 s: an environment of its own is made, and a wheel with all dependencies installed

_ROOT = Path(__file__).parents[2]
_LONGEST = 600.0
_CARRIED = {
    "orders_conformance/spec/orders.yaml",
    "orders_conformance/spec/extension.schema.json",
    "orders_conformance/reports/report.schema.json",
    "orders_conformance/reports/record/record.schema.json",
    "orders_conformance/reports/page/templates/report.html.j2",
    "orders_conformance/harness/pytest_plugin/session.py",
    "orders_conformance/conformance/test_requirements.py",
}
_FEW = ("-k", "create/409 and not concurrent", "--profile", "tenant", "--rate", "0")


@dataclass(frozen=True)
class Installed:
    """An environment in which the wheel is installed: the folder of its programs."""

    programs: Path

    def run(self, folder: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in a folder."""
        return run(folder, str(self.programs / program), *words)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; it finds no module of this repository."""
    ended = subprocess.run(  # noqa: S603 - programs of our own
        command, cwd=folder, env=own_environment(), capture_output=True, timeout=_LONGEST, check=False, text=True
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended


def own_environment() -> Mapping[str, str]:
    return {name: value for name, value in environment().items() if not name.startswith(("PYTHON", "PYTEST"))}


def kept() -> Iterator[str]:
    """Enumerate what the image is built from. A build in the repository itself would find files of earlier builds."""
    for line in (_ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if line.startswith("!"):
            yield line[1:]


@contextmanager
def timed(show: Callable[[str], None], what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    show(f"{what}: {time.monotonic() - begun:.1f} s")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, show_figure: Callable[[str], None]) -> Path:
    """Build the wheel from a copy of what the image is built from."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in kept():
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(_ROOT / name, source / name)
    with timed(show_figure, "wheel: built"):
        ended = run(source, sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), ".")
    assert ended.returncode == 0, ended.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory, show_figure: Callable[[str], None]) -> Installed:
    """Install the wheel in an empty environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    one = Installed(folder / ("Scripts" if os.name == "nt" else "bin"))
    constraints = ("-c", str(_ROOT / "constraints.txt"))
    with timed(show_figure, "wheel: installed with its dependencies"):
        ended = one.run(folder, "python", "-m", "pip", "install", "-q", "--no-compile", *constraints, str(wheel))
    assert ended.returncode == 0, ended.stderr
    return one


def test_the_wheel_carries_contract_templates_plugin_and_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert names >= _CARRIED
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"orders_conformance"}


def test_the_main_job_runs_from_an_empty_folder(
    installed: Installed, tmp_path: Path, show_figure: Callable[[str], None]
) -> None:
    with timed(show_figure, "wheel: main job, narrowed"):
        ended = installed.run(tmp_path, "orders-conformance", "run", *_FEW)
    assert ended.returncode == 0, ended.stdout
    assert {path.name for path in (tmp_path / "conformance-report").iterdir()} > set(FORMATS)


def test_the_pytest_entry_runs_from_an_empty_folder(
    installed: Installed, tmp_path: Path, show_figure: Callable[[str], None]
) -> None:
    service = embedded_service(CONTRACT, CREDENTIALS)
    suite = ("--pyargs", "orders_conformance.conformance")
    with serving(service) as url, timed(show_figure, "wheel: pytest entry, narrowed"):
        ended = installed.run(tmp_path, "python", "-m", "pytest", "-q", *suite, "--target", url, *_FEW)
    service.close()
    assert ended.returncode == 0, ended.stdout
    assert " passed" in ended.stdout
