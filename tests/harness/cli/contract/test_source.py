"""`source`: compares the vendor's page with the contract, and tells by its exit status whether they agree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

PAGE = (Path(__file__).parents[3] / "spec" / "page" / "page.txt").read_bytes()


def test_a_page_that_agrees_is_told_by_its_digest(terminal: Terminal) -> None:
    (terminal.folder / "page.txt").write_bytes(PAGE)
    said = terminal.type("source", "page.txt")
    assert (said.status, said.errors) == (0, "")
    assert said.output == (
        "no difference between page and contract, in 45 fields of 5 sections; "
        f"the page is sha256:{hashlib.sha256(PAGE).hexdigest()}\n"
    )


def test_a_page_that_differs_fails_with_a_line_for_each_difference(terminal: Terminal) -> None:
    (terminal.folder / "page.txt").write_bytes(PAGE.replace(b"Example: 50", b"Example: 51"))
    said = terminal.type("source", "page.txt")
    first, second, last = said.output.splitlines()
    assert said.status == 1
    assert first == "Request fields: price: example: the contract has 50, the page has 51"
    assert second == "Response 201 fields: price: example: the contract has 50, the page has 51"
    assert last.startswith("2 differences between page and contract")


def test_a_hostile_page_does_not_control_the_terminal(terminal: Terminal) -> None:
    (terminal.folder / "page.txt").write_bytes(PAGE.replace(b"`price`", b"`\x1b]0;owned\x07`"))
    said = terminal.type("source", "page.txt")
    assert said.status == 1
    assert "owned" in said.output
    assert not {"\x1b", "\x07"} & set(said.output)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "is no page of the vendor's form: it has no line"),
        (b"\xff\xfe", "it is not UTF-8"),
        (PAGE + b" " * (1 << 20), "it is larger than 1048576 bytes"),
    ],
    ids=["missing", "empty", "binary", "large"],
)
def test_what_is_no_page_is_refused_in_one_line(terminal: Terminal, content: bytes | None, why: str) -> None:
    if content is not None:
        (terminal.folder / "page.txt").write_bytes(content)
    said = terminal.type("source", "page.txt")
    assert said.status == 2
    assert why in said.problem
