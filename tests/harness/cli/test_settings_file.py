"""Settings: the command line overrides the environment, and that the file; unknown settings are errors."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from tests.support.command import CREDENTIALS
from tests.support.runs import CONTRACT
from tests.support.servers import http, listening
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow  # 9 s of CPU: a run for each setting

# Few requests are sent: these tests are about the settings.
LITTLE = ("-k", "body/empty")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the embedded server."""
    service = embedded_service(CONTRACT, CREDENTIALS)
    with serving(service) as base:
        yield base
    service.close()


@pytest.fixture
def terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Set the credentials of the server in the environment of the terminal."""
    monkeypatch.setenv("ORDERS_CLIENT_KEY", CREDENTIALS.client_key)
    monkeypatch.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
    return terminal


def settings(terminal: Terminal, *words: str) -> dict[str, Any]:
    """Make a small run, and return the settings of its report."""
    said = terminal.type("run", *LITTLE, *words)
    assert said.status == 0, said
    report = terminal.report()
    return {"target": report["target"]["url"], "profile": report["profile"], **report["settings"]}


def write(terminal: Terminal, text: str, name: str = "pyproject.toml") -> None:
    (terminal.folder / name).write_text(text, encoding="utf-8")


def test_the_project_file_is_read(terminal: Terminal, url: str) -> None:
    write(terminal, f"[tool.orders-conformance]\ntarget = '{url}'\nrate = 50\nmax-orders = 300")
    told = settings(terminal)
    assert (told["target"], told["rate"], told["max-orders"]) == (url, 50, 300)


def test_another_file_is_read_instead(terminal: Terminal, url: str) -> None:
    write(terminal, "[tool.orders-conformance]\nrate = 50")
    write(terminal, f"target = '{url}'\nmax-requests = 900", "other.toml")
    told = settings(terminal, "--config", "other.toml")
    assert (told["target"], told["max-requests"], told["rate"]) == (url, 900, 0)


def test_the_environment_beats_the_file_and_the_command_line_both(
    terminal: Terminal, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(terminal, f"target = '{url}'\nrate = 50\nmax-orders = 300\ntimeout = 9", "s.toml")
    monkeypatch.setenv("ORDERS_CONFORMANCE_RATE", "60")
    monkeypatch.setenv("ORDERS_CONFORMANCE_MAX_ORDERS", "301")
    monkeypatch.setenv("ORDERS_CONFORMANCE_CONFIG", "s.toml")
    told = settings(terminal, "--max-orders", "302")
    assert (told["timeout"], told["rate"], told["max-orders"]) == (9, 60, 302)


def test_the_settings_of_one_target_override_the_general_ones(terminal: Terminal, url: str) -> None:
    own = "organisation = { currencyCode = 'GBP' }"
    write(terminal, f"rate = 50\ntimeout = 8\n[targets.mine]\nurl = '{url}'\nrate = 70\n{own}", "s.toml")
    told = settings(terminal, "--config", "s.toml", "--target", "mine")
    assert (told["target"], told["rate"], told["timeout"], told["currencyCode"]) == (url, 70, 8, "GBP")


def test_a_target_may_be_named_by_the_file_itself(terminal: Terminal, url: str) -> None:
    write(terminal, f"target = 'mine'\n[targets.mine]\nurl = '{url}'\nrate = 70", "s.toml")
    told = settings(terminal, "--config", "s.toml")
    assert (told["target"], told["rate"]) == (url, 70)


def test_a_project_file_of_others_has_no_settings(terminal: Terminal, url: str) -> None:
    write(terminal, "[tool.other]\nrate = 5")
    assert settings(terminal, "--target", url)["rate"] == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rat = 4", "there is no setting 'rat': did you mean 'rate'?"),
        ("[targets.mine]\nurl = 'http://127.0.0.1:1'\nmax_orders = 4", "in [targets.mine]: did you mean 'max-orders'?"),
        ("rate = 'fast'", "rate = 'fast' is wrong: 'fast' is not a valid float"),
        ("rate = -1", "rate = -1 is wrong"),
        ("rate = true", "rate = True is not a value for --rate"),
        ("rate = [4]", "rate = [4] is not a value for --rate"),
        ("organisation = 4", "organisation = 4 is neither a list nor a table"),
        ("organisation = { curencyCode = 'GBP' }", "an organisation defines no 'curencyCode'"),
        ("profile = 'tenat'", "there is no profile 'tenat': did you mean 'tenant'?"),
        ("api-token = 'secret'", "credentials do not belong into a file"),
        ("targets = 3", "targets holds no tables"),
        ("[targets.mine]\nrate = 3", "[targets.mine] has no url"),
        ("rate = ", "cannot be read"),
    ],
)
def test_an_invalid_setting_is_reported(terminal: Terminal, text: str, told: str) -> None:
    write(terminal, text, "s.toml")
    said = terminal.type("run", "--config", "s.toml")
    assert said.status == 2
    assert told in said.problem
    assert "'secret'" not in said.problem


def test_a_missing_file_is_reported(terminal: Terminal) -> None:
    said = terminal.type("run", "--config", "nowhere.toml")
    assert (said.status, "'nowhere.toml' is not there" in said.problem) == (2, True)


def test_a_variable_that_is_no_setting_is_reported(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_CONFORMANCE_MAX_ORDER", "4")
    said = terminal.type("run")
    assert (said.status, "did you mean 'ORDERS_CONFORMANCE_MAX_ORDERS'?" in said.problem) == (2, True)


def test_a_target_elsewhere_needs_a_number_of_orders(terminal: Terminal) -> None:
    said = terminal.type("run", "--target", "https://api.example.com", "--profile", "tenant")
    assert said.status == 2
    assert "--max-orders N (this run needs " in said.problem


def test_with_a_number_of_orders_requests_are_sent_to_a_target_elsewhere(terminal: Terminal) -> None:
    with listening(lambda _seen: http(404)) as proxy:
        words = ("--target", "http://orders.example", "--max-orders", "1", "--proxy", proxy.url)
        said = terminal.type("run", *LITTLE, *words)
    assert (said.status, proxy.seen[0].line) == (3, "POST http://orders.example/v2.1/orders HTTP/1.1")


@pytest.mark.parametrize("option", ["--target", "--proxy"])
def test_a_password_in_a_url_is_rejected_and_not_repeated(terminal: Terminal, option: str) -> None:
    words = ("--target", "http://127.0.0.1:1", option, "http://me:hunter2@127.0.0.1:1")
    said = terminal.type("run", *words)
    assert (said.status, "hunter2" in said.problem) == (2, False)


def test_an_argument_with_the_token_is_rejected_and_not_repeated(terminal: Terminal) -> None:
    said = terminal.type("run", "--target", f"http://127.0.0.1:1/{CREDENTIALS.api_token}")
    assert (said.status, CREDENTIALS.api_token in said.problem) == (2, False)


def descriptor(content: str) -> int:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        file.write(content)
    return reading


def test_credentials_come_from_a_file_descriptor(terminal: Terminal, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_API_TOKEN")
    number = descriptor(f"{CREDENTIALS.client_key}\n{CREDENTIALS.api_token}\n")
    told = settings(terminal, "--target", url, "--credentials-fd", str(number))
    os.close(number)
    assert told["credentials"] == "file descriptor"


@pytest.mark.parametrize("content", ["", "one line", "three\nwhole\nlines", "\ntoken", "a:b\ntoken"])
def test_a_file_descriptor_that_holds_something_else_is_reported(terminal: Terminal, url: str, content: str) -> None:
    number = descriptor(content)
    said = terminal.type("run", "--target", url, "--credentials-fd", str(number))
    os.close(number)
    assert said.status == 2
    assert "file descriptor" in said.problem
    assert "token" not in said.problem.replace("API token", "")


def test_a_file_descriptor_that_is_not_open_is_reported(terminal: Terminal, url: str) -> None:
    said = terminal.type("run", "--target", url, "--credentials-fd", "987")
    assert (said.status, "the file descriptor 987 cannot be read" in said.problem) == (2, True)


@pytest.fixture
def fake_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the keyring by a file of the test."""
    import keyring  # noqa: PLC0415 - only these tests need it

    from tests.support.fake_keyring import FileKeyring  # noqa: PLC0415 - as above

    path = tmp_path / "keyring.json"
    before = keyring.get_keyring()
    monkeypatch.setattr("keyring.core._keyring_backend", FileKeyring(path))
    assert keyring.get_keyring() is not before
    return path


def test_credentials_come_from_a_keyring(
    terminal: Terminal, url: str, fake_keyring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_API_TOKEN")
    fake_keyring.write_text(json.dumps({"orders": [CREDENTIALS.client_key, CREDENTIALS.api_token]}), encoding="utf-8")
    assert settings(terminal, "--target", url, "--keyring", "orders")["credentials"] == "keyring"


def test_a_keyring_without_credentials_is_reported(terminal: Terminal, url: str, fake_keyring: Path) -> None:
    fake_keyring.write_text("{}", encoding="utf-8")
    said = terminal.type("run", "--target", url, "--keyring", "orders")
    assert (said.status, "keyring set orders CLIENT-KEY" in said.problem) == (2, True)


def test_a_file_that_holds_a_secret_breaks_the_run(
    terminal: Terminal, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders_conformance.harness.redaction.redactor.Redactor.hide", lambda _self, text: text)
    monkeypatch.setattr(
        "orders_conformance.harness.engine.recording.Recording.body",
        staticmethod(lambda body, _limit: {"text": f"{body!r}{CREDENTIALS.api_token}"}),
    )
    said = terminal.type("run", *LITTLE, "--target", url)
    assert (said.status, "holds a secret" in said.errors) == (3, True)
    assert CREDENTIALS.api_token not in said.errors
