"""Load an ASGI application that the user names as `module:attribute`, and call it."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeAlias

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.suggest import nearest

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

_EXAMPLE = "write it as module:attribute, for instance shop.main:app"


class ApplicationEndedError(RuntimeError):
    """The application tried to end the process."""


def load_application(name: str) -> Application:
    """Import an application; modules of the current folder are found.

    Raises:
        InvalidInputError: there is no such application, or it is none.

    """
    module_name, _, attributes = name.partition(":")
    if not module_name or not attributes:
        message = f"the application {name!r} cannot be found: {_EXAMPLE}"
        raise InvalidInputError(message)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a module of the user may do anything
        reason = f"{type(error).__name__}: {error}"
        message = f"the module {module_name!r} cannot be imported ({reason}): mend it, or {_EXAMPLE}"
        raise InvalidInputError(message) from None
    for attribute in attributes.split("."):
        try:
            known = hasattr(found, attribute)
        except Exception as error:  # noqa: BLE001 - as above
            message = (
                f"{attributes!r} of {module_name!r} cannot be read ({type(error).__name__}): mend it, or {_EXAMPLE}"
            )
            raise InvalidInputError(message) from None
        if not known:
            listed = nearest(attribute, (one for one in dir(found) if not one.startswith("_")), _EXAMPLE)
            message = f"there is no {attributes!r} in {module_name!r}: {listed}"
            raise InvalidInputError(message)
        found = getattr(found, attribute)
    if not _is_application(found):
        message = f"{name!r} is no ASGI application, which is called with scope, receive and send: name one"
        raise InvalidInputError(message)
    application: Application = found
    return application


async def called(application: Application, scope: Message, receive: Receive, send: Send) -> None:
    """Call an application; what would end the event loop is an error like others.

    Raises:
        Exception: whatever the application raises.
        ApplicationEndedError: it raised `SystemExit` or `KeyboardInterrupt`.

    """
    try:
        await application(scope, receive, send)
    except (SystemExit, KeyboardInterrupt) as error:
        raise ApplicationEndedError(type(error).__name__) from None


def _is_application(found: Any) -> bool:
    """Return whether it can be called with three arguments, which no WSGI application and no factory can."""
    if not callable(found) or inspect.isclass(found):
        return False
    try:
        inspect.signature(found).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True
