"""The commands of docs/compliance.md do what the document says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.support.terminal import Terminal

DOCUMENT = (Path(__file__).parents[2] / "docs" / "compliance.md").read_text("utf-8")


def commands() -> list[list[str]]:
    """Return the words of each command, without the name of the program."""
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)).splitlines()
    return [shlex.split(line)[1:] for line in lines]


def test_the_commands_for_the_evidence_succeed(terminal: Terminal) -> None:
    found = commands()
    assert [words[0] for words in found] == ["run", "verify", "run", "compare", "matrix"]
    for name in ("ORDERS_CLIENT_KEY", "ORDERS_API_TOKEN"):
        terminal.monkeypatch.delenv(name)
    outputs = {}
    for words in found:
        said = terminal.type(*words)
        assert (said.status, said.errors) == (0, "")
        outputs[words[0]] = said.output
    assert outputs["verify"].endswith("unsigned: consistent, origin unproven\n")
    assert outputs["compare"].splitlines()[-1].startswith("no difference; ")
    assert "2024.6" in (terminal.folder / "evidence" / "history.html").read_text("utf-8")
