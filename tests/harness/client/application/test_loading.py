"""Applications are named as `module:attribute`; what is wrong with a name is told in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orders_conformance.harness.client.application.loading import load_application
from orders_conformance.harness.errors import InvalidInputError

MODULE = """
class Shop:
    async def __call__(self, scope, receive, send): ...
    async def other(self, scope, receive, send): ...
app = Shop()
def wsgi(environ, start_response): ...
def factory(): return app
table = {}
class Broken:
    @property
    def app(self): raise OSError
broken = Broken()
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_of_tests.py").write_text(MODULE)
    (tmp_path / "ends_of_tests.py").write_text("raise SystemExit('no\\nmore')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "shop_of_tests", raising=False)


@pytest.mark.parametrize("name", ["shop_of_tests:app", "shop_of_tests:app.other"])
def test_an_application_of_the_current_folder_is_found(name: str) -> None:
    assert callable(load_application(name))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shop_of_tests", "write it as module:attribute"),
        (":app", "write it as module:attribute"),
        ("no_shop_of_tests:app", "ModuleNotFoundError"),
        ("ends_of_tests:app", "SystemExit"),
        ("shop_of_tests:ap", "did you mean 'app'?"),
        ("shop_of_tests:wsgi", "is no ASGI application"),
        ("shop_of_tests:factory", "is no ASGI application"),
        ("shop_of_tests:Shop", "is no ASGI application"),
        ("shop_of_tests:table", "is no ASGI application"),
        ("shop_of_tests:broken.app", "'broken.app' of 'shop_of_tests' cannot be read (OSError)"),
    ],
)
def test_what_is_wrong_is_told(name: str, told: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        load_application(name)
    assert told in str(raised.value)
