"""`list`: every requirement with its source, for people and for programs."""

from __future__ import annotations

import json

from tests.support.runs import CONTRACT
from tests.support.terminal import Terminal


def test_each_requirement_has_a_line_with_its_source(terminal: Terminal) -> None:
    said = terminal.type("list")
    lines = said.output.splitlines()
    assert (said.status, len(lines)) == (0, len(CONTRACT.requirements))
    for line, one in zip(lines, CONTRACT.requirements.values(), strict=True):
        assert line.split()[:2] == [one.id, one.level]
        assert line.endswith(f"{one.sentence}  [{one.source}]")


def test_the_json_has_all_that_is_known(terminal: Terminal) -> None:
    said = terminal.type("list", "--json", "-k", "create/409/duplicate and concurrent")
    (one,) = json.loads(said.output)
    requirement = CONTRACT.requirements[one["id"]]
    assert one == {
        "id": "create/409/duplicate/concurrent",
        "formerly": None,
        "level": "must",
        "sentence": requirement.sentence,
        "needs": ["memory"],
        "source": requirement.source,
        "sources": [source.as_json() for source in requirement.sources],
        "argument": None,
    }


def test_an_argument_is_part_of_the_json(terminal: Terminal) -> None:
    (one,) = json.loads(terminal.type("list", "--json", "-k", "create/any/no-5xx").output)
    assert one["argument"] == CONTRACT.requirements["create/any/no-5xx"].argument
