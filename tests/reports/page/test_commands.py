"""The command of a finding is taken apart into one for each step, and nothing in quotes is taken for a part of it."""

import shlex

import pytest

from orders_conformance.reports.page.commands import steps

FRESH = "R=$(od -An -N3 -tx1 /dev/urandom | tr -d ' \\n')"
USER = '-u "$ORDERS_CLIENT_KEY:$ORDERS_API_TOKEN"'
URL = "http://127.0.0.1:49152/v2.1/orders"


def request(body: str) -> str:
    return f"-sS -i {USER} -H 'Content-Type: application/json' --data-binary {shlex.quote(body)} {URL}"


def words(command: str) -> list[str]:
    return shlex.split(command.replace("\\\n", ""))


def test_a_single_command_gets_a_line_for_each_option() -> None:
    assert steps(f"curl {request('{}')}", 1) == [
        f"curl -sS -i \\\n  {USER} \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '{{}}' \\\n  {URL}"
    ]


def test_requests_of_one_connection_become_commands_of_their_own() -> None:
    first, second = steps(f"{FRESH}; curl {request('1')} --next {request('2')}", 2)
    assert first.startswith(f"{FRESH}\ncurl -sS")
    assert words(second) == words(f"curl {request('2')}")


def test_a_pause_stands_before_the_step_that_waits() -> None:
    first, second = steps(f"curl {request('1')}; sleep 3; curl {request('2')}", 2)
    assert words(first) == words(f"curl {request('1')}")
    assert second.startswith("sleep 3\ncurl ")


@pytest.mark.parametrize("body", ["a; b", "a --next b", "a & b", "it's; it's --next it", '" -H "; \\'])
def test_what_is_in_quotes_is_no_separator(body: str) -> None:
    first, second = steps(f"curl {request(body)} --next {request('2')}", 2)
    assert words(first) == words(f"curl {request(body)}")
    assert words(second) == words(f"curl {request('2')}")


def test_a_body_that_is_printed_stays_with_its_request() -> None:
    printed = f"printf '\\377' | curl -sS -i --data-binary @- {URL}"
    first, second = steps(f"{printed}; curl {request('2')}", 2)
    assert words(first) == words(printed)
    assert words(second) == words(f"curl {request('2')}")


@pytest.mark.parametrize(
    "command",
    [
        f"curl {request('1')} & curl {request('2')} & wait",
        f"printf 'x' | curl {request('1')} --next {request('2')}",
        f"curl {request('1')}",
        "",
    ],
)
def test_a_command_that_cannot_be_taken_apart_stays_whole(command: str) -> None:
    assert steps(command, 2) == []
