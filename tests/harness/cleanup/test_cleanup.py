"""Cleaning up over real HTTP: what is printed, what is sent, and which orders the server has afterwards."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.circuit_breaker import CircuitBreaker
from orders_conformance.harness.client.limits.transport import LimitedTransport
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.ledger.writer import LedgerFile, LedgerWriter
from orders_conformance.harness.messages.exchange import Request
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.mock.different.representation import PublicHost, RelativeLinks
from orders_conformance.mock.different.rules import OtherMethodsForbidden, OtherMethodsNotAllowed, OtherMethodsNotFound
from orders_conformance.mock.different.wire import DropsAfter, UnavailableAfterCreating
from orders_conformance.mock.faulty.forgetting import TakesEveryThirdRepeat
from orders_conformance.mock.faulty.identity import ConstantRef, LinkToPrevious
from orders_conformance.mock.messages import ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.rejection import Rejection
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from tests.support.command import program
from tests.support.ledgers import RUN, SUITE, TIMEOUT, Written, order, taken
from tests.support.runs import CONTRACT, CREDENTIALS, NOW, created, refused, response
from tests.support.servers import Answer, Seen, http, listening, unused_url
from tests.support.terminal import Said, Terminal

LEDGER, BATCH = "ledger.jsonl", "deletion.jsonl.gz"


@dataclass(frozen=True)
class Stocked:
    """A server that has orders, and the ledger of the run that created them."""

    service: Service
    url: str
    ledger: Written

    @property
    def held(self) -> int:
        """The number of orders of the run at the server."""
        numbers = range(1, 10)
        return sum(len(self.service.orders.by_reference(f"OC123456-{number}")) for number in numbers)


@contextmanager
def stocked(folder: Path, kind: type[Service] = Service, orders: int = 3, *, losing: bool = False) -> Iterator[Stocked]:
    """Serve orders that a run created over HTTP; with `losing`, all responses but the first are lost."""
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    ledger = Written(folder / LEDGER)
    way = serving(service)
    with (
        way as url,
        HttpClient(url, CONTRACT.path, RetryPolicy(), "agent/1") as connections,
        closing(LedgerFile(ledger.path)) as file,
    ):
        kept = LedgerWriter(file, RUN, CONTRACT, "OC123456", Redactor(CREDENTIALS).hide, lambda: NOW)
        kept.begin(url, SUITE)
        send = LimitedTransport(
            connections, Budget(BudgetLimits(), CONTRACT.statuses.conflict), CircuitBreaker(None), ledger_writer=kept
        )
        for number in range(1, orders + 1):
            body = json.dumps(order(number)).encode()
            request = Request(body, "application/json", CREDENTIALS.header())
            if losing and number > 1:
                kept.intend(request)
                connections(request, "main")
            else:
                send(request, "main")
        yield Stocked(service, url, ledger)
    service.close()


def clean(terminal: Terminal, *words: str) -> Said:
    """Clean up; what sends requests names the target of the ledger."""
    if {"--delete", "--look-up"} & set(words):
        first = json.loads((terminal.folder / LEDGER).read_bytes().splitlines()[0])
        words = (*words, "--yes", "--target", first["target"])
    return terminal.type("cleanup", LEDGER, *words)


def batch(terminal: Terminal, name: str = BATCH) -> list[Mapping[str, Any]]:
    """Read the orders of a batch file."""
    lines = gzip.decompress((terminal.folder / name).read_bytes()).splitlines()
    return [json.loads(line)["value"] for line in lines]


def rows(said: Said) -> list[list[str]]:
    """Split the rows of a table into cells."""
    lines = [line for line in said.output.splitlines() if "OC123456" in line]
    return [re.split(" {2,}", line) for line in lines]


def test_what_a_run_created_or_may_have_created_is_listed(terminal: Terminal) -> None:
    with stocked(terminal.folder, losing=True):
        said = clean(terminal)
    (first, second, third) = rows(said)
    assert (said.status, said.errors) == (0, "")
    assert said.output.split()[:5] == ["state", "referenceId", "orderedAt", "ref", "run"]
    assert [one[0] for one in (first, second, third)] == ["created", "possible", "possible"]
    assert (second[1], second[3], second[4]) == ("OC123456-2", "-", RUN)
    assert said.output.splitlines()[-2:] == [
        "3 orders of 1 run: 1 created, 2 possible.",
        f"Batch file for what is left: {BATCH}",
    ]


@pytest.mark.slow  # 4 s of CPU, and as many of waiting: whole runs over HTTP
@pytest.mark.parametrize("kind", [Service, UnavailableAfterCreating, DropsAfter, TakesEveryThirdRepeat])
def test_every_order_of_a_whole_run_is_deleted_or_in_the_batch(terminal: Terminal, kind: type[Service]) -> None:
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    with serving(service) as url:
        words = ("--profile", "tenant", "--rate", "0", "--max-orders", "300", "--report-dir", ".", "-k", "price or 409")
        terminal.type("run", "--target", url, *words)
        held = [json.loads(one) for one in service.orders.records()]
        listed = {one.reference for one in Written(terminal.folder / LEDGER).orders()}
        clean(terminal, "--delete")
        left = [json.loads(one) for one in service.orders.records()]
    service.close()
    assert len(held) >= 10
    assert {one["referenceId"] for one in held} <= listed
    assert len(left) < len(held) // 2
    in_batch = {(one["referenceId"], one.get("orderedAt")) for one in (batch(terminal) if left else [])}
    assert {(one["referenceId"], one["orderedAt"]) for one in left} <= in_batch


def test_listing_sends_nothing_and_writes_everything_into_the_batch(terminal: Terminal) -> None:
    with stocked(terminal.folder) as server:
        before = server.ledger.path.read_bytes()
        clean(terminal)
        assert server.held == 3
    assert server.ledger.path.read_bytes() == before
    assert [one["referenceId"] for one in batch(terminal)] == ["OC123456-1", "OC123456-2", "OC123456-3"]
    assert all(one["orderRef"] for one in batch(terminal))


def test_cleaning_up_twice_writes_the_same_bytes(terminal: Terminal) -> None:
    with stocked(terminal.folder, losing=True):
        contents = []
        for _ in range(2):
            clean(terminal)
            contents.append((terminal.folder / BATCH).read_bytes())
    assert contents[0] == contents[1]


def test_the_batch_file_goes_to_the_given_path(terminal: Terminal) -> None:
    with stocked(terminal.folder):
        assert clean(terminal, "--batch", "mine.gz").status == 0
    assert len(batch(terminal, "mine.gz")) == 3
    assert not (terminal.folder / BATCH).exists()


def test_orders_are_deleted_where_that_is_offered(terminal: Terminal) -> None:
    with stocked(terminal.folder) as server:
        said = clean(terminal, "--delete")
        assert server.held == 0
    assert [one[-1] for one in rows(said)] == ["deleted"] * 3
    assert (said.status, said.output.splitlines()[-1]) == (0, "3 orders of 1 run: 3 deleted.")
    assert not (terminal.folder / BATCH).exists()


class FindsNothing(Service):
    """Deletes orders, and does not offer to find them."""

    def route(self, request: ServerRequest) -> None:
        if request.method == "GET":
            raise Rejection(outcome="method", message="This method is not served here.")
        super().route(request)


def test_a_deleted_order_is_neither_tried_again_nor_in_the_batch(terminal: Terminal) -> None:
    with stocked(terminal.folder, FindsNothing, losing=True):
        clean(terminal, "--delete")
        lines = len((terminal.folder / LEDGER).read_bytes().splitlines())
        said = clean(terminal, "--delete")
    assert [one[0] for one in rows(said)] == ["deleted", "possible", "possible"]
    assert len((terminal.folder / LEDGER).read_bytes().splitlines()) == lines
    assert [one["referenceId"] for one in batch(terminal)] == ["OC123456-2", "OC123456-3"]


def test_a_batch_file_of_orders_deleted_since_is_removed(terminal: Terminal) -> None:
    with stocked(terminal.folder):
        clean(terminal)
        assert (terminal.folder / BATCH).exists()
        clean(terminal, "--delete")
    assert not (terminal.folder / BATCH).exists()


def test_an_order_that_somebody_else_deleted_is_gone_already(terminal: Terminal) -> None:
    with stocked(terminal.folder) as server:
        assert server.service.orders.remove(server.ledger.orders()[0].ref or "")
        said = clean(terminal, "--delete")
    assert [one[-1] for one in rows(said)] == ["not found", "deleted", "deleted"]
    assert said.output.splitlines()[-1] == "3 orders of 1 run: 2 deleted, 1 gone already."


@pytest.mark.parametrize(("option", "held"), [("--look-up", 3), ("--delete", 0)])
def test_orders_whose_outcome_is_unknown_are_looked_up(terminal: Terminal, option: str, held: int) -> None:
    with stocked(terminal.folder, losing=True) as server:
        refs = [json.loads(one)["ref"] for one in server.service.orders.records()]
        said = clean(terminal, option)
        assert (said.status, server.held) == (0, held)
    assert [(one[0], one[3]) for one in rows(said)] == [("created", ref) for ref in refs]
    assert said.output.splitlines()[-1 if option == "--delete" else -2] == (
        "3 orders of 1 run: 3 deleted." if option == "--delete" else "3 orders of 1 run: 3 created."
    )


def test_an_order_that_is_not_there_is_not_left(terminal: Terminal) -> None:
    with stocked(terminal.folder, losing=True) as server:
        second = json.loads(server.service.orders.records()[1])["ref"]
        assert server.service.orders.remove(second)
        for _ in range(2):
            said = clean(terminal, "--look-up")
            assert [one[0] for one in rows(said)] == ["created", "not there", "created"]
    assert [one["referenceId"] for one in batch(terminal)] == ["OC123456-1", "OC123456-3"]


def test_where_no_order_can_be_looked_up_all_remain_possible(terminal: Terminal) -> None:
    with stocked(terminal.folder, FindsNothing, losing=True):
        before = (terminal.folder / LEDGER).read_bytes()
        said = clean(terminal, "--look-up")
    assert (said.status, (terminal.folder / LEDGER).read_bytes()) == (0, before)
    assert "could not be looked up (the target does not offer it: status 405)" in said.output
    assert [one[0] for one in rows(said)] == ["created", "possible", "possible"]


def test_nothing_is_looked_up_at_a_target_that_the_user_did_not_name(terminal: Terminal) -> None:
    with stocked(terminal.folder, losing=True) as server:
        said = terminal.type("cleanup", LEDGER, "--look-up", "--yes")
        asked = terminal.type("cleanup", LEDGER, "--look-up", "--target", server.url)
    assert (said.status, "name it with --target" in said.problem) == (2, True)
    assert asked.problem.endswith(f"whether to look up 3 orders at {server.url}: say so with --yes")


def test_orders_that_may_have_been_stored_are_listed_apart_with_the_response(terminal: Terminal) -> None:
    ledger = Written(terminal.folder / LEDGER)
    ledger.run(
        (order(1), response(503)), taken(2), (order(3), TIMEOUT), (order(4), refused(400)), (order(5), refused(400))
    )
    # An order that was only rejected before conflicts: rejections with its status store orders.
    ledger.run((order(6), response(422)), (order(6), refused(409)), run="storing")
    said = clean(terminal)
    lines = said.output.splitlines()
    apart = lines.index("These may have been stored, although the response was an error, or there was none:")
    assert [re.split(" {2,}", line)[1] for line in lines[1:apart]] == ["OC123456-2", "OC123456-6"]
    cells = [re.split(" {2,}", line) for line in lines[apart + 1 : apart + 3]]
    assert [(one[0], one[1], one[-1]) for one in cells] == [
        ("possible", "OC123456-1", "status 503"),
        ("possible", "OC123456-3", "no response"),
    ]
    assert (
        lines[-3] == "2 other requests got an error of the client (4xx) and left nothing, as far as the responses show."
    )


@pytest.mark.parametrize(
    ("kind", "tried"), [(OtherMethodsNotAllowed, 1), (OtherMethodsForbidden, 1), (OtherMethodsNotFound, 3)]
)
def test_where_deletion_is_not_offered_everything_is_left_to_the_batch(
    terminal: Terminal, kind: type[Service], tried: int
) -> None:
    with stocked(terminal.folder, kind, orders=6) as server:
        said = clean(terminal, "--delete")
        assert server.held == 6
    tries = [line for line in (terminal.folder / LEDGER).read_text().splitlines() if '"deletion"' in line]
    assert (said.status, len(tries), len(batch(terminal))) == (0, tried, 6)


@pytest.mark.parametrize("kind", [PublicHost, RelativeLinks])
def test_a_link_to_another_host_is_followed_to_the_target_only(terminal: Terminal, kind: type[Service]) -> None:
    with stocked(terminal.folder, kind) as server:
        assert clean(terminal, "--delete").status == 0
        assert server.held == 0


@pytest.mark.parametrize(("kind", "deleted"), [(LinkToPrevious, 1), (ConstantRef, 0)])
def test_an_order_whose_ref_and_link_are_not_its_own_is_left_to_the_batch(
    terminal: Terminal, kind: type[Service], deleted: int
) -> None:
    with stocked(terminal.folder, kind) as server:
        clean(terminal, "--delete")
        assert server.held == 3 - deleted
    assert len(batch(terminal)) == 3 - deleted


def respond_to_delete(status: int, *headers: str) -> Any:
    def respond(_seen: Seen) -> Answer:
        return http(status, b"", *headers)

    return respond


def test_no_redirect_is_followed_and_nobody_else_sees_the_credentials(terminal: Terminal) -> None:
    with listening(respond_to_delete(204)) as other:
        location = f"Location: {other.url}{CONTRACT.path}/ref-1"
        with listening(respond_to_delete(307, location)) as server:
            links = created(order(2), "ref-2", href=f"{other.url}{CONTRACT.path}/ref-2")
            Written(terminal.folder / LEDGER).run(taken(1), (order(2), links), target=server.url)
            said = clean(terminal, "--delete")
    assert other.seen == []
    assert [seen.line for seen in server.seen] == [f"DELETE {CONTRACT.path}/ref-{one} HTTP/1.1" for one in (1, 2)]
    assert all(seen.header("authorization") == CREDENTIALS.header() for seen in server.seen)
    assert [one[-1] for one in rows(said)] == ["redirected, not followed (status 307)"] * 2
    assert len(batch(terminal)) == 2


def test_the_suite_and_the_run_are_named_to_the_operator(terminal: Terminal) -> None:
    with listening(respond_to_delete(204)) as server:
        Written(terminal.folder / LEDGER).run(taken(1), target=server.url)
        clean(terminal, "--delete")
    agent = server.seen[0].header("user-agent") or ""
    assert agent.startswith("orders-conformance/")
    assert agent.endswith(f"(cleanup of {RUN})")


def test_retry_after_is_obeyed(terminal: Terminal) -> None:
    answers = iter([http(429, b"", "Retry-After: 0"), http(503), http(204)])
    with listening(lambda _seen: next(answers)) as server:
        Written(terminal.folder / LEDGER).run(taken(1), target=server.url)
        said = clean(terminal, "--delete")
    assert [one[-1] for one in rows(said)] == ["deleted"]
    assert len(server.seen) == 3


def test_rejected_credentials_are_sent_once_and_the_rest_is_left_to_the_batch(terminal: Terminal) -> None:
    with listening(respond_to_delete(401)) as server:
        Written(terminal.folder / LEDGER).run(taken(1), taken(2), target=server.url)
        said = clean(terminal, "--delete")
    assert (said.status, len(server.seen), len(batch(terminal))) == (3, 1, 2)
    assert "rejects the credentials (status 401): check client key and API token" in said.errors


def test_an_unreachable_target_is_reported_and_everything_is_left_to_the_batch(terminal: Terminal) -> None:
    with unused_url() as url:
        Written(terminal.folder / LEDGER).run(taken(1), taken(2), target=url)
        said = clean(terminal, "--delete")
    assert (said.status, len(batch(terminal))) == (3, 2)
    assert f"{url} refuses connections" in said.errors


class SlowToDelete(Service):
    """Deletes the first order at once, signals the request for the second one, and responds to it late."""

    def set_up(self) -> None:
        """Start without a deletion."""
        self.deleted = 0
        self.busy = threading.Event()

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if request.method != "DELETE":
            return response
        self.deleted += 1
        if self.deleted < 2:
            return response
        self.busy.set()
        return replace(response, wire=WireBehaviour(delay=60))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_cleanup_that_was_ended_can_be_started_again(terminal: Terminal, ending: signal.Signals) -> None:
    with stocked(terminal.folder, SlowToDelete) as server:
        assert isinstance(server.service, SlowToDelete)
        command = [program(), "cleanup", LEDGER, "--delete", "--yes", "--target", server.url]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - a program of our own
            assert server.service.busy.wait(60)
            process.send_signal(ending)
            output, errors = process.communicate(timeout=60)
        interrupted = ending is signal.SIGINT
        assert process.returncode == (3 if interrupted else -signal.SIGKILL)
        assert errors.decode().endswith("start it again, it continues where it ended\n" if interrupted else "")
        assert b"Traceback" not in output + errors
        # The batch file has every order that is left, whenever the process ended.
        assert {"OC123456-2", "OC123456-3"} <= {one["referenceId"] for one in batch(terminal)}
        server.service.deleted = -9
        said = clean(terminal, "--delete")
        assert server.held == 0
    assert (said.status, [one[0] for one in rows(said)]) == (0, ["deleted", "created", "created"])
    assert [one[-1] for one in rows(said)][1:] == ["gone already", "deleted"]


def test_an_order_without_an_instant_needs_manual_deletion_and_what_is_known_is_written(terminal: Terminal) -> None:
    odd = order(2, orderedAt="tomorrow")
    Written(terminal.folder / LEDGER).run(taken(1), (odd, created(odd, "ref-2")), (b"{}", TIMEOUT), purpose="create/y")
    said = clean(terminal)
    assert said.status == 1
    assert rows(said)[1][-1] == "needs manual deletion; sent for create/y"
    assert "Manual deletion is needed for 2 of them: without referenceId and orderedAt no batch file" in said.output
    assert batch(terminal)[1:] == [{"referenceId": "OC123456-2", "orderRef": "ref-2"}]


def test_one_run_can_be_chosen(terminal: Terminal) -> None:
    Written(terminal.folder / LEDGER).run(taken(1)).run(taken(2), run="other")
    said = clean(terminal, "--run", "other")
    assert [one[1] for one in rows(said)] == ["OC123456-2"]
    assert len(batch(terminal)) == 1


def test_the_orders_of_an_embedded_server_are_reported_to_have_ended_with_it(terminal: Terminal) -> None:
    Written(terminal.folder / LEDGER).run(taken(1), embedded=True)
    said = clean(terminal)
    assert said.output == (f"Note: the orders of the run {RUN} ended with its embedded server.\n0 orders of 0 runs.\n")
    assert list(terminal.folder.iterdir()) == [terminal.folder / LEDGER]


def test_a_cut_line_is_reported(terminal: Terminal) -> None:
    ledger = Written(terminal.folder / LEDGER).run(taken(1))
    ledger.path.write_bytes(ledger.path.read_bytes()[:-3])
    said = clean(terminal)
    assert said.output.startswith("Note: line 3 was cut off: what it was to announce was not sent.\n")
    assert rows(said)[0][0] == "possible"


def test_hostile_text_cannot_reach_the_terminal(terminal: Terminal) -> None:
    text = "OC123456-\x1b[2J\u202e\n\ud800"
    sent = order(referenceId=text)
    Written(terminal.folder / LEDGER).run((sent, created(sent, "\x1b]0;owned\x07", href="\x1b")))
    said = clean(terminal)
    assert all(line.isprintable() for line in said.output.splitlines())
    assert "OC123456-⟨ESC⟩[2J⟨U+202E⟩⟨LF⟩⟨U+D800⟩" in said.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--run", "0123456789abcdee"), ("has no run '0123456789abcdee'", f"did you mean '{RUN}'?")),
        (("--batch", LEDGER), ("is there already, and is not overwritten", "--batch")),
        (("--batch", "missing/batch.gz"), ("'missing/batch.gz' cannot be written", "--batch")),
        (("--rate", "-1"), ("--rate", "-1")),
    ],
)
def test_wrong_usage_is_reported_in_one_line_and_changes_nothing(
    terminal: Terminal, words: tuple[str, ...], told: tuple[str, ...]
) -> None:
    ledger = Written(terminal.folder / LEDGER).run(taken(1))
    before = ledger.path.read_bytes()
    said = clean(terminal, *words, "--delete")
    assert said.status == 2
    assert all(part in said.problem for part in told), said.problem
    assert ledger.path.read_bytes() == before
    assert list(terminal.folder.iterdir()) == [ledger.path]


def test_orders_at_several_targets_are_cleaned_up_one_by_one(terminal: Terminal) -> None:
    Written(terminal.folder / LEDGER).run(taken(1)).run(taken(2), run="other", target="http://127.0.0.1:1")
    said = clean(terminal)
    assert said.status == 2
    assert "has orders at several targets: choose runs of one of them with --run ID" in said.problem
    assert clean(terminal, "--run", "other").status == 0


def test_orders_of_another_contract_are_not_guessed_at(terminal: Terminal) -> None:
    ledger = Written(terminal.folder / LEDGER).run(taken(1))
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"path":"/v2.1/orders"', b'"path":"/v3/orders"'))
    assert "sent its orders to '/v3/orders': name its contract with --contract" in clean(terminal).problem


def test_deleting_needs_credentials_and_listing_none(terminal: Terminal) -> None:
    Written(terminal.folder / LEDGER).run(taken(1))
    terminal.monkeypatch.delenv("ORDERS_API_TOKEN")
    assert "ORDERS_API_TOKEN is not set" in clean(terminal, "--delete").problem
    assert not (terminal.folder / BATCH).exists()
    assert clean(terminal).status == 0


def test_the_settings_of_a_target_apply_to_its_cleanup(terminal: Terminal) -> None:
    Written(terminal.folder / LEDGER).run(taken(1), target="http://127.0.0.1:9")
    section = "[targets.mine]\nurl = 'http://127.0.0.1:9/'\nca-bundle = 'missing.pem'\n"
    (terminal.folder / "s.toml").write_text(f"target = 'other'\n{section}[targets.other]\nurl = 'http://127.0.0.1:8'\n")
    said = clean(terminal, "--config", "s.toml", "--delete")
    assert said.status == 2
    assert "the CA bundle 'missing.pem' cannot be read" in said.problem


def test_a_secret_in_the_ledger_is_reported(terminal: Terminal) -> None:
    ledger = Written(terminal.folder / LEDGER).run(taken(1))
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"ref-1", CREDENTIALS.api_token.encode()))
    said = clean(terminal)
    assert said.status == 3
    assert "'ledger.jsonl' holds a secret" in said.errors
    assert CREDENTIALS.api_token not in said.output + said.errors


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--yes",), "name it with --target, since credentials are sent only to a named target"),
        (("--yes", "--target", "http://127.0.0.1:1"), "and not at http://127.0.0.1:1: name their target with --target"),
    ],
)
def test_nothing_is_deleted_at_a_target_that_the_user_did_not_name(
    terminal: Terminal, words: tuple[str, ...], told: str
) -> None:
    with stocked(terminal.folder) as server:
        said = terminal.type("cleanup", LEDGER, "--delete", *words)
        assert (said.status, told in said.problem, server.held) == (2, True, 3)


def test_nothing_is_deleted_where_nobody_can_be_asked(terminal: Terminal) -> None:
    with stocked(terminal.folder) as server:
        said = terminal.type("cleanup", LEDGER, "--delete", "--target", server.url)
        assert said.status == 2
        assert said.problem.endswith(f"whether to delete 3 orders at {server.url}: say so with --yes")
        assert server.held == 3


def test_a_target_that_the_settings_name_is_named(terminal: Terminal) -> None:
    with stocked(terminal.folder) as server:
        (terminal.folder / "s.toml").write_text(f'[targets.mock]\nurl = "{server.url}"\n', "utf-8")
        said = terminal.type("cleanup", LEDGER, "--delete", "--yes", "--config", "s.toml")
        assert (said.status, server.held) == (0, 0)


@pytest.mark.parametrize("orders", [0, 3])
def test_a_file_of_the_user_is_neither_overwritten_nor_deleted(terminal: Terminal, orders: int) -> None:
    Written(terminal.folder / LEDGER).run(*([taken(1)] * orders))
    (terminal.folder / "mine.gz").write_bytes(b"mine")
    said = clean(terminal, "--batch", "mine.gz")
    assert (said.status, "is not overwritten" in said.problem) == (2, True)
    assert (terminal.folder / "mine.gz").read_bytes() == b"mine"
