"""A certificate that is not to be trusted ends the run before the credentials are sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.run.invocation.execute import execute, exit_status
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.mock.server import serving
from orders_conformance.reports.write import Rendered
from orders_conformance.spec.contract import Contract
from tests.chaos.artefacts import observable_service
from tests.chaos.certificates import Authority
from tests.chaos.proxied_run import CREDENTIALS
from tests.chaos.proxy import Proxy, conform, proxying

pytestmark = pytest.mark.slow  # 2 s of CPU: a process, and runs over TLS

_CONTRACT = Contract.load()

# What is run, with a certificate of some kind: gives the report, and how many bytes arrived after the handshake.
Run = Callable[[str], tuple[Rendered, int]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs against the embedded server behind TLS, with a bundle that trusts its authority."""
    monkeypatch.setenv("ORDERS_CLIENT_KEY", CREDENTIALS.client_key)
    monkeypatch.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
    authority = Authority.created()

    def against(kind: str) -> tuple[Rendered, int]:
        service = observable_service(_CONTRACT, CREDENTIALS)
        with serving(service) as upstream:
            proxy = Proxy("", upstream, lambda: conform, 5.0, "", time.monotonic)
            with proxying(proxy, authority.context(kind, tmp_path)):
                asked = Invocation(
                    target=proxy.url,
                    profile="tenant",
                    pattern="401",
                    report_dir=tmp_path / "report",
                    connection=ConnectionOptions(rate=0.0, ca_bundle=authority.bundle(tmp_path)),
                )
                rendered = execute(asked)
        service.close()
        return rendered, proxy.heard

    return against


@pytest.mark.parametrize("kind", ["expired", "self-signed", "another name"])
def test_a_certificate_that_is_not_to_be_trusted_ends_the_run_before_credentials_are_sent(run: Run, kind: str) -> None:
    rendered, heard = run(kind)
    assert (exit_status(rendered), heard) == (3, 0)
    assert "fix the certificate or name a CA bundle" in rendered.report["reason"]


def test_a_certificate_that_the_bundle_trusts_lets_the_run_through(run: Run) -> None:
    rendered, heard = run("good")
    assert exit_status(rendered) == 0
    assert heard > 0
