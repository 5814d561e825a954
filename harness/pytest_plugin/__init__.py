"""The pytest plugin (entry point `pytest11`): active only in sessions that are asked for the conformance suite.

pytest loads this module in every session of an environment in which the suite is installed, most of them on other
people's tests. So it imports little and adds neither options nor fixtures. They are in `session`, which is registered
when an argument of the session is `orders_conformance.conformance` (with `--pyargs`) or a path of its folder. Where the
suite is collected as a part of a bigger folder, `tests/conformance/conftest.py` registers it, without options.
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


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Iterator[None]:
    """Register the options and fixtures if the suite is asked for; after the conftest files, whose options may clash.

    Raises:
        pytest.UsageError: a conftest file or a plugin has an option of the same name.

    """
    yield
    known = early_config.known_args_namespace
    # Values of options that pytest does not know yet are among the arguments; none of them is a path of the suite.
    if not any(_is_suite(argument, early_config.invocation_params.dir) for argument in known.file_or_dir):
        return
    # Imported here: it imports the whole suite, which sessions on other tests need not pay for.
    from orders_conformance.harness.pytest_plugin import session  # noqa: PLC0415 - see above

    try:
        session.add_options(parser)
    except (ArgumentError, ValueError) as clash:
        message = f"another conftest.py or plugin has an option of the conformance suite ({clash}): add --noconftest"
        raise pytest.UsageError(message) from None
    register(early_config)


def register(config: pytest.Config) -> None:
    """Register the fixtures and hooks of the suite, once a session."""
    from orders_conformance.harness.pytest_plugin import session  # noqa: PLC0415 - as above

    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(session, _NAME)


def _is_suite(argument: str, folder: Path) -> bool:
    """Tell whether an argument of pytest names the suite, as a package or as a path, or a part of it."""
    place = argument.partition("::")[0]
    if place == _PACKAGE or place.startswith(f"{_PACKAGE}."):
        return True
    path = (folder / place).resolve()
    return any(one == _INSTALLED or _is_in_checkout(one) for one in (path, *path.parents))


def _is_in_checkout(path: Path) -> bool:
    """Tell whether a folder is the suite in a checkout, which the installed package need not have been made from."""
    return path.parts[-2:] == ("tests", "conformance") and (path.parents[1] / "spec" / "orders.yaml").is_file()
