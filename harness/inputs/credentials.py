"""Read and check the credentials of a user: from a file descriptor, a keyring or the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.redaction.guessable import SHORTEST_SECRET, is_guessable
from orders_conformance.strategies.credentials import Credentials

KEY_VARIABLE = "ORDERS_CLIENT_KEY"
TOKEN_VARIABLE = "ORDERS_API_TOKEN"  # noqa: S105 - the name of a variable, not a token
# The most bytes that are read from a file descriptor.
_MOST_BYTES = 64 * 1024


def find_credentials(environment: Mapping[str, str], descriptor: int | None, service: str | None) -> Credentials:
    """Read the credentials from a file descriptor or a keyring if one is named, else from the environment.

    Args:
        environment: the environment variables.
        descriptor: an open file descriptor that holds the client key and the API token, each on its own line; or None.
        service: the name of a service in the system's keyring, whose user name is the client key; or None.

    Raises:
        InvalidInputError: there are none, or basic authentication cannot send them.

    """
    if descriptor is not None and service is not None:
        message = "credentials from a file descriptor and from a keyring: give --credentials-fd or --keyring, not both"
        raise InvalidInputError(message)
    if descriptor is not None:
        return _checked(_from_descriptor(descriptor), "the first line of the file descriptor")
    if service is not None:
        return _checked(_from_keyring(service), "the user in the keyring")
    return read_credentials(environment)


def read_credentials(environment: Mapping[str, str]) -> Credentials:
    """Read the credentials from the environment.

    Raises:
        InvalidInputError: one of them is not set, or basic authentication cannot send them.

    """
    for name in (KEY_VARIABLE, TOKEN_VARIABLE):
        if not environment.get(name):
            message = f"{name} is not set: a target needs {KEY_VARIABLE} and {TOKEN_VARIABLE} in the environment"
            raise InvalidInputError(message)
    return _checked(Credentials(environment[KEY_VARIABLE], environment[TOKEN_VARIABLE]), KEY_VARIABLE)


def known_credentials(environment: Mapping[str, str]) -> Credentials | None:
    """Return the credentials of the environment for redaction only: one part may be empty; None where both are."""
    key, token = (environment.get(name, "") for name in (KEY_VARIABLE, TOKEN_VARIABLE))
    return Credentials(key, token) if key or token else None


def check_guessable(credentials: Credentials, *, real: bool) -> str | None:
    """Check that the credentials can be hidden in whatever a server returns.

    Args:
        credentials: the credentials.
        real: whether they are those of a real target, not of a mock on loopback.

    Returns:
        A remark for the user; None where they can be hidden.

    Raises:
        InvalidInputError: the API token of a real target cannot be hidden.

    """
    names = {KEY_VARIABLE: credentials.client_key, TOKEN_VARIABLE: credentials.api_token}
    guessable = [name for name, text in names.items() if is_guessable(text)]
    if not guessable:
        return None
    which, verb = " and ".join(guessable), "are" if guessable[1:] else "is"
    if real and TOKEN_VARIABLE in guessable:
        message = (
            f"the API token is short or an ordinary word, and could not be hidden in the reports: "
            f"create a longer random one for this target ({TOKEN_VARIABLE})"
        )
        raise InvalidInputError(message)
    return f"{which} {verb} short or an ordinary word: hidden in the reports only together with the other"


def check_arguments(arguments: Iterable[str], environment: Mapping[str, str]) -> None:
    """Check that no argument contains the API token, since every user of the machine can read arguments.

    Raises:
        InvalidInputError: an argument contains it.

    """
    token = environment.get(TOKEN_VARIABLE, "")
    if len(token) >= SHORTEST_SECRET and any(token in argument for argument in arguments):
        message = "an argument holds the API token, where everybody can read it: leave it in the environment"
        raise InvalidInputError(message)


def _from_descriptor(descriptor: int) -> Credentials:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            lines = file.read(_MOST_BYTES).decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        message = f"the file descriptor {descriptor} cannot be read ({reason}): open it, as with {descriptor}<file"
        raise InvalidInputError(message) from None
    expected = 2
    if len(lines) != expected or not all(lines):
        message = (
            f"the file descriptor {descriptor} holds {len(lines)} lines: write client key and API token, a line each"
        )
        raise InvalidInputError(message)
    return Credentials(*lines)


def _from_keyring(service: str) -> Credentials:
    try:
        # Imported here: only the option --keyring needs the library.
        import keyring  # noqa: PLC0415 - see above
        from keyring.errors import KeyringError  # noqa: PLC0415 - see above
    except ImportError:
        message = "there is no keyring library: install orders-conformance[keyring], or use the environment"
        raise InvalidInputError(message) from None
    try:
        found = keyring.get_credential(service, None)
    except KeyringError as error:
        message = f"the keyring cannot be used ({' '.join(str(error).split())}): unlock it, or use the environment"
        raise InvalidInputError(message) from None
    if found is None:
        message = (
            f"the keyring has nothing for the service {service!r}: store it with: keyring set {service} CLIENT-KEY"
        )
        raise InvalidInputError(message)
    return Credentials(found.username, found.password)


def _checked(credentials: Credentials, where: str) -> Credentials:
    for name, text in ((KEY_VARIABLE, credentials.client_key), (TOKEN_VARIABLE, credentials.api_token)):
        try:
            text.encode()
        except UnicodeEncodeError:
            message = f"{name} has bytes that are not UTF-8: write it in UTF-8, as the service expects credentials"
            raise InvalidInputError(message) from None
    if ":" in credentials.client_key:
        message = f"{where} has a colon, which basic authentication cannot send: check that it is the client key"
        raise InvalidInputError(message)
    return credentials
