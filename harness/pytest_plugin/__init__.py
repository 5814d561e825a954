"""The pytest plugin (entry point `pytest11`): active only in sessions that run the conformance suite.

pytest loads this module in every session of an environment in which the suite is installed, also in sessions that only
run tests of other projects. So it imports little and adds neither options nor fixtures. They are in `session`, which is
registered when an argument of the session is `orders_conformance.conformance` (with `--pyargs`) or a path in its
folder. Where the suite is collected as a part of a larger folder, `tests/conformance/conftest.py` registers it, without
options.
"""

from __future__ import annotations

from argparse import ArgumentError
from collections.abc import Iterator
from pathlib import Path

import pytest

import orders_conformance

_PACKAGE = "orders_conformance.conformance"
_INSTALLED = Path(orders_conformance.__path__[0], "conformance").resolve()
_NAME = "orders-conformance-session"
# The plugins of pytest that write its cache, and the options that read it.
_CACHE_PLUGINS = ("cacheprovider", "stepwise")
_CACHE_OPTIONS = ("lf", "failedfirst", "newfirst", "cacheshow", "cacheclear", "stepwise", "stepwise_skip")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Iterator[None]:
    """Register options and fixtures if the session runs the suite; after the conftest files, whose options may clash.

    Raises:
        pytest.UsageError: a conftest file or a plugin has an option of the same name.

    """
    yield
    known = early_config.known_args_namespace
    # Values of options that pytest does not know yet are among the arguments; none of them is a path of the suite.
    if not any(_is_suite(argument, early_config.invocation_params.dir) for argument in known.file_or_dir):
        return
    # Imported here: it imports the whole suite, which other sessions do not need.
    from orders_conformance.harness.pytest_plugin import session  # noqa: PLC0415 - see above

    try:
        session.add_options(parser)
    except (ArgumentError, ValueError) as clash:
        message = f"another conftest.py or plugin has an option of the conformance suite ({clash}): add --noconftest"
        raise pytest.UsageError(message) from None
    _leave_no_cache(early_config)
    register(early_config)


def _leave_no_cache(config: pytest.Config) -> None:
    """Let pytest write no `.pytest_cache` into the current folder, unless an option asks for what it is for."""
    known = config.known_args_namespace
    if not any(getattr(known, name, None) for name in _CACHE_OPTIONS):
        for name in _CACHE_PLUGINS:
            config.pluginmanager.set_blocked(name)
            config.pluginmanager.unregister(name=name)


def register(config: pytest.Config) -> None:
    """Register the fixtures and hooks of the suite, once in a session."""
    from orders_conformance.harness.pytest_plugin import session  # noqa: PLC0415 - as above

    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(session, _NAME)


def _is_suite(argument: str, folder: Path) -> bool:
    """Return whether an argument of pytest names the suite or a part of it, as a package or as a path."""
    name_or_path = argument.partition("::")[0]
    if name_or_path == _PACKAGE or name_or_path.startswith(f"{_PACKAGE}."):
        return True
    path = (folder / name_or_path).resolve()
    return any(one == _INSTALLED or _is_in_checkout(one) for one in (path, *path.parents))


def _is_in_checkout(path: Path) -> bool:
    """Return whether a path is the folder of the suite in a checkout; the installed package may come from another."""
    return path.parts[-2:] == ("tests", "conformance") and (path.parents[1] / "spec" / "orders.yaml").is_file()
