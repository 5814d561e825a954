"""Folders of reports, made by real runs against the embedded server and against one with three faults."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.run.invocation.execute import execute
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.verification.signature import NAMESPACE
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.write import render
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from tests.support.tools import do_without

CREDENTIALS = Credentials("Key-0f3a7c", "Token-9C1b7d42")
FAULTS = ("key-is-reference", "conflict-without-reference", "frees-key-of-refused")
SIGNER = "releases@example.org"

Event = dict[str, Any]


def with_faults(*names: str) -> type[Service]:
    """Make a server with several faults of the catalogue, which do not touch each other."""
    return type("Several", tuple(CATALOGUE[name] for name in names), {"__doc__": "Has several faults."})


def judged(folder: Path, contract: Contract, *faults: str, pattern: str = "create/409") -> Path:
    """Run the suite over HTTP into a folder, narrowed to few requirements; return the folder."""
    service = embedded_service(contract, CREDENTIALS, with_faults(*faults) if faults else Service)
    with serving(service) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDERS_CLIENT_KEY", CREDENTIALS.client_key)
        environment.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
        options = ConnectionOptions(rate=0)
        execute(Invocation(url, profile="tenant", report_dir=folder, pattern=pattern, seed=1, connection=options))
    service.close()
    return folder


def copied(folder: Path, to: Path) -> Path:
    """Copy a folder, in place of the one that is there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
    return to


def events_of(folder: Path) -> list[Event]:
    """Read the events of a folder's record, without the digests of the chain."""
    lines = (folder / "record.jsonl").read_bytes().splitlines()
    events: list[Event] = [json.loads(line) for line in lines]
    for event in events:
        del event["previous"]
    return events


def seal(folder: Path, events: Iterable[Mapping[str, Any]]) -> None:
    """Write a record with every digest computed again, and the reports and the manifest that belong to it."""
    with Writer(folder / "record.jsonl") as writer:
        for event in events:
            writer.write(event)
    render(folder / "record.jsonl", folder)


def key_pair(folder: Path) -> tuple[Path, Path]:
    """Make a key of SSH; return its path, and that of a file of allowed signers that names it."""
    program = shutil.which("ssh-keygen")
    if program is None:
        do_without("there is no ssh-keygen")
    key = folder / "key"
    subprocess.run([program, "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)  # noqa: S603 - no shell
    public = key.with_suffix(".pub").read_text("utf-8").split()
    signers = folder / "signers"
    signers.write_text(f'{SIGNER} namespaces="{NAMESPACE}" {public[0]} {public[1]}\n', "utf-8")
    return key, signers
