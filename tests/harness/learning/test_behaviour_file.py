"""`behaviour.toml`: what is written can be read and read again, and nothing else is accepted."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.learning.behaviour_file import read_behaviour, written
from orders_conformance.harness.learning.lesson import Lesson
from orders_conformance.harness.learning.search import Switch, tried
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import FAULTS
from orders_conformance.mock.learned.learned import CreatedResponse, ErrorResponse, Learned, all_options
from orders_conformance.mock.learned.server import server_of
from orders_conformance.mock.messages import ServerRequest
from tests.support.mock_client import basic
from tests.support.records import HOSTILE_TEXT
from tests.support.runs import CONTRACT, full, minimal

TEXT = HOSTILE_TEXT.replace("\ud800", "")
JSON = (("Content-Type", "application/json"), ("X-Text", "é"))


def saved(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "behaviour.toml"
    path.write_text(text, encoding="utf-8")
    return path


def taught(learned: Learned) -> Lesson:
    """Return a lesson in which each switch was shown by x1."""
    switches = tuple(Switch(name, getattr(learned.behaviour, name), "x1", (1, None)) for name in tried())
    outcomes = [*learned.errors, *(["created"] if learned.created else [])]
    return Lesson(learned, switches, dict.fromkeys(learned.faults, "x2"), dict.fromkeys(outcomes, "x3"), (), 9, "run 1")


def test_every_option_of_every_switch_can_be_written_and_read(tmp_path: Path) -> None:
    for name in tried():
        for option in all_options()[name]:
            learned = Learned(replace(Behaviour(), **{name: option}))
            assert read_behaviour(saved(tmp_path, written(taught(learned))), CONTRACT) == learned


def test_hostile_texts_are_values_and_never_comments(tmp_path: Path) -> None:
    error = ErrorResponse(400, JSON, TEXT, {TEXT: {"": TEXT, TEXT: "{field}"}})
    learned = Learned(
        replace(Behaviour(), host=TEXT),
        CreatedResponse(201, JSON, {TEXT: [TEXT, 1, None]}),
        {"rejected": error, "conflict": error},
        {"currencyCode": TEXT},
        FAULTS[:2],
    )
    text = written(taught(learned))
    assert all(
        re.fullmatch(r"x\d; not told from 1, as sent|x\d|[^<]*", part) for part in re.findall(r'# ([^"]*)$', text)
    )
    assert read_behaviour(saved(tmp_path, text), CONTRACT) == learned


def test_each_switch_names_its_exchange_or_is_not_observed() -> None:
    lesson = taught(Learned())
    switches = (Switch("null", "accepted", "x7"), Switch("window", 0, None), Switch("deepest", 8, "x9", (32, 500)))
    lines = written(replace(lesson, switches=switches)).splitlines()
    assert 'null = "accepted" # x7' in lines
    assert "window = 0 # not observed" in lines
    assert "deepest = 8 # x9; not told from 32, 500" in lines


def test_responses_that_were_not_seen_are_named() -> None:
    assert "# conflict: not observed" in written(taught(Learned())).splitlines()


def test_it_is_toml_without_anything_learned() -> None:
    assert set(tomllib.loads(written(taught(Learned())))) == {"organisation", "switches", "responses"}


def test_a_switch_may_be_any_number_where_others_are(tmp_path: Path) -> None:
    path = saved(
        tmp_path, "[switches]\nlongest_text = 77\ninstant_digits = 2\ndropped_every = 5\nyears = [1980, 2030]\n"
    )
    found = read_behaviour(path, CONTRACT).behaviour
    assert (found.longest_text, found.instant_digits, found.dropped_every, found.years) == (77, 2, 5, (1980, 2030))


def test_a_number_that_equals_an_option_is_that_option(tmp_path: Path) -> None:
    found = read_behaviour(saved(tmp_path, "[switches]\ninstant_digits = 3.0\n"), CONTRACT).behaviour.instant_digits
    assert (found, type(found)) == (3, int)


def order_requests() -> Iterator[ServerRequest]:
    orders = (minimal(price=1234567.875), full(), full(), minimal(price="x"), {"unknown": [[1]]})
    for order in orders:
        headers = (("Content-Type", "application/json"), ("Authorization", basic("key", "token")))
        yield ServerRequest("POST", CONTRACT.path, headers, json.dumps(order).encode())


@pytest.mark.parametrize("value", ["-1", "0", "1099511627776", "1e300", "inf", "-inf", "nan", "0.5", "[1, 2]"])
def test_a_server_can_be_whatever_a_switch_may_be(tmp_path: Path, value: str) -> None:
    served = 0
    for name in all_options():
        try:
            learned = read_behaviour(saved(tmp_path, f"[switches]\n{name} = {value}\n"), CONTRACT)
        except InvalidInputError:
            continue
        service = server_of(learned)(CONTRACT, client_key="key", api_token="token")
        assert [service.handle(one).status for one in order_requests()][-1] == CONTRACT.statuses.rejected
        service.close()
        served += 1
    assert served or value in {"-inf", "nan"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[switches", "cannot be read"),
        ("[switch]", "'switch'"),
        ('[switches]\nnul = "rejected"', "there is no switch 'nul': did you mean 'null'?"),
        ('[switches]\nnull = "perhaps"', 'the switch null cannot be \'perhaps\': use one of "accepted", "rejected"'),
        ("[switches]\nfuture_accepted = 1", "future_accepted cannot be 1"),
        ("[switches]\nlongest_text = true", "longest_text cannot be True"),
        ('[switches]\nlongest_text = "64"', "longest_text cannot be '64'"),
        ('[organisation]\ncurrency = "GBP"', "'currencyCode'"),
        ('[deviations]\nprice-takes-strings = ""', "did you mean 'price-takes-string'?"),
        (
            '[deviations]\nprice-takes-string = ""\nmakes-up-empty = ""',
            "one server cannot have all these deviations: price-takes-string, makes-up-empty",
        ),
        ("[responses.rejected]\nstatus = 99", "responses.rejected"),
        (
            '[responses.rejected]\nstatus = 400\nheaders = [["A", "b\\r\\nC: d"]]\nbody = ""',
            "a server cannot send the header 'A' with that value",
        ),
        ('[responses.rejected]\nstatus = 400\nheaders = [["Content-Length", "7"]]\nbody = ""', "'Content-Length'"),
        ('[responses.rejected]\nstatus = 400\nheaders = [["A b", "c"]]\nbody = ""', "'A b'"),
        ('[responses.created]\nstatus = 201\nheaders = [["A", "\\u20ac"]]', "'A'"),
        ("[switches]\ninstant_digits = 0.5", "instant_digits cannot be 0.5"),
        ("[switches]\ninstant_zone = 90000000", "instant_zone cannot be 90000000"),
        ("[switches]\nclock_error = -1000000000000", "clock_error cannot be -1000000000000"),
        ("[switches]\nlongest_text = -1", "longest_text cannot be -1"),
        ("[switches]\nlargest_number = nan", "largest_number cannot be nan"),
        ("[switches]\nyears = [2030, 1980]", "years cannot be [2030, 1980]"),
        ("[switches]\nyears = [1980, 20300]", "years cannot be [1980, 20300]"),
        (f'[switches]\nnull = "{"x" * 1000}"', "xxx…: use one of"),
        ('[responses.created]\nstatus = 201\nheaders = []\nmore = "[]"', "write a JSON object in quotes"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        read_behaviour(saved(tmp_path, text), CONTRACT)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_and_a_long_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="No such file"):
        read_behaviour(tmp_path / "missing.toml", CONTRACT)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_behaviour(saved(tmp_path, "#" * 2_000_000), CONTRACT)
