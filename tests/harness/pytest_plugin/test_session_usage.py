"""What a session says of a file of the user that cannot be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import environment

pytestmark = pytest.mark.slow  # 4 s of CPU: each test starts a pytest of its own

_HOSTILE = r"\u001b]0;owned\u0007\n::error::owned\n##vso[task.complete]"


@pytest.mark.parametrize(
    ("option", "content"),
    [("--settings", f'"{_HOSTILE}" = 1\n'), ("--contract", f'"{_HOSTILE}": 1\n')],
    ids=["settings", "contract"],
)
def test_no_text_of_a_file_is_a_command_for_terminal_or_ci(tmp_path: Path, option: str, content: str) -> None:
    file = tmp_path / "file"
    file.write_text(content, "utf-8")
    ended = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-m", "pytest", "--pyargs", "orders_conformance.conformance", "-q", option, str(file)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    shown = ended.stdout + ended.stderr
    assert ended.returncode not in {0, 1}
    assert not [text for text in ("\x1b", "##vso[", "\n::") if text in shown], shown
    assert "Traceback" not in shown
