"""`run --app`: an ASGI application is judged in this process, and what only shows over a network is untested."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

# The embedded server as an application, with its lifespan: opened at its start, closed at its end.
SHOP = """
import os
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route
from orders_conformance.mock.messages import ServerRequest
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract

@asynccontextmanager
async def lifespan(_app):
    key, token = os.environ["ORDERS_CLIENT_KEY"], os.environ["ORDERS_API_TOKEN"]
    service = Service(Contract.load(), client_key=key, api_token=token)
    yield {"service": service}
    service.close()
    open("closed", "x").close()

async def orders(request):
    headers = tuple(request.headers.items())
    sent = ServerRequest(request.method, request.url.path, headers, await request.body())
    found = await run_in_threadpool(request.state.service.handle, sent)
    return Response(found.body, STATUSES.get(found.status, found.status), dict(found.headers))

STATUSES = {}
app = Starlette(routes=[Route("/{path:path}", orders, methods=["POST"])], lifespan=lifespan)
"""
WIRE = {"create/any/answered", "create/409/duplicate/other-connection"}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in [name for name in sys.modules if name.startswith("shop_")]:
        monkeypatch.delitem(sys.modules, name)


def judged(terminal: Terminal, module: str, source: str) -> int:
    Path(terminal.folder / f"{module}.py").write_text(source)
    said = terminal.type("run", "--app", f"{module}:app", "--profile", "tenant", "--rate", "0")
    assert said.errors == ""
    assert f"--app {module}:app" in terminal.report()["reproduce"]
    return said.status


@pytest.mark.slow  # 3 s of CPU: a whole run
def test_a_conformant_application_is_conformant_as_far_as_this_process_shows(terminal: Terminal) -> None:
    assert judged(terminal, "shop_right", SHOP) == 0
    report = terminal.report()
    assert report["outcome"] == "partial"
    untested = {one["id"]: one["reason"] for one in report["requirements"] if one["verdict"] == "untested"}
    assert {name for name, reason in untested.items() if "judged in this process" in reason} == WIRE
    assert [one["id"] for one in report["requirements"] if one["verdict"] == "failed"] == []
    assert any("shop_right:app was judged in this process" in note for note in report["notes"])
    assert (terminal.folder / "closed").exists()
    assert terminal.type("verify", "conformance-report").status == 0


@pytest.mark.slow  # 3 s of CPU: a whole run
def test_a_fault_of_an_application_is_found(terminal: Terminal) -> None:
    assert judged(terminal, "shop_wrong", SHOP.replace("STATUSES = {}", "STATUSES = {409: 422}")) == 1
    failed = {one["id"] for one in terminal.report()["requirements"] if one["verdict"] == "failed"}
    assert "create/409/http-status" in failed
    assert terminal.type("verify", "conformance-report").status == 0


def test_an_application_and_a_target_are_refused(terminal: Terminal) -> None:
    said = terminal.type("run", "--app", "shop:app", "--target", "http://127.0.0.1:4010")
    assert said.status == 2
    assert "give --target or --app" in said.problem


def test_an_application_that_was_typed_takes_the_place_of_the_target_of_a_file(terminal: Terminal) -> None:
    (terminal.folder / "s.toml").write_text('target = "http://127.0.0.1:9"\n')
    said = terminal.type("run", "--config", "s.toml", "--app", "shop_missing:app")
    assert said.status == 2
    assert "the module 'shop_missing' cannot be imported" in said.problem


def test_an_application_of_the_folder_is_not_run_in_place_of_a_target_that_was_typed(terminal: Terminal) -> None:
    (terminal.folder / "pyproject.toml").write_text('[tool.orders-conformance]\napp = "shop_missing:app"\n')
    said = terminal.type("run", "--target", "http://127.0.0.1:9")
    assert said.status == 2
    assert "sets app = 'shop_missing:app', which is not used for a target" in said.problem
