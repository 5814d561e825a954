"""Read the settings file, for options that neither the command line nor the environment sets.

The settings are `[tool.orders-conformance]` in `pyproject.toml`, or the whole file that `--config` names. A key is an
option without its dashes. `[targets.NAME]` has the settings for one target, with its base URL as `url`; `target` or
`--target` names it. Precedence: the command line, the environment, the section of the target, the general settings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.reports.text import console_line

PREFIX = "ORDERS_CONFORMANCE_"
_TARGET = "target"
# An application in place of a target; its module is imported.
_APP = "app"
_TARGETS = "targets"
_URL = "url"
_TOOL = ("tool", "orders-conformance")
# What decides where requests, and with them the credentials, go.
_WAY = (_TARGET, _APP, "proxy", "ca-bundle")
_CREDENTIALS = ("token", "password", "secret", "client-key", "credential")


@dataclass(frozen=True, slots=True)
class File:
    """A settings file: its path, the settings for every target, and those for one target by its name."""

    path: Path
    general: Mapping[str, Any]
    targets: Mapping[str, Mapping[str, Any]]


def variable(option: str) -> str:
    """Return the name of the environment variable of an option."""
    return PREFIX + option.upper().replace("-", "_")


def configured(
    context: click.Context, environment: Mapping[str, str], all_options: click.Command, target: str | None = None
) -> dict[str, Any]:
    """Return the parameters of a command, completed from its settings file.

    Args:
        context: the context of the command, whose options were read; `config` and `target` are among them.
        environment: the environment variables.
        all_options: the command that has every option; a file may have settings for other commands than this one.
        target: the base URL of the ledger or record that the command reads, which only an option overrides; None for
            the one of the settings.

    Raises:
        InvalidInputError: a key or a value of the file, or a variable of the environment, is not valid.

    """
    given = dict(context.params)
    config = given.pop("config", None)
    known = options(all_options)
    _check_environment(environment, [*known, "config"])
    file = _read(config)
    if file is None:
        return given
    check_keys(file, known)
    own = options(context.command)
    of_file = file.general.get(_TARGET) if _TARGET in own and target is None else _name(file, target)
    typed = given.get(_TARGET)
    # A URL that was typed names no section; that of the ledger or record may.
    named = typed if target is None or typed in file.targets else None
    section = file.targets.get(str(named or of_file), {})
    taken: dict[str, Any] = {}
    # An application that was typed takes the place of the file's target.
    takes_target = target is None and not given.get(_APP)
    for key, option in own.items():
        value = _value(context, option, file, section) if key != _TARGET or takes_target else None
        if value is not None:
            given[str(option.name)] = taken[key] = value
    if config is None:
        _tell_way(file, {key: taken[key] for key in _WAY if key in taken}, named=bool(section) or not typed)
    if section and _TARGET in own and (given.get(_TARGET) in file.targets or (target and not typed)):
        # A target that the file names is named by the user.
        given[_TARGET] = _cast(context, own[_TARGET], file, _URL, section.get(_URL))
    return given


def _tell_way(file: File, taken: Mapping[str, Any], *, named: bool) -> None:
    """Say what decides where requests go and comes from the settings of the current folder, which others may write.

    Raises:
        InvalidInputError: the user typed a target that the file does not name, and the way to it is the file's.

    """
    if not taken:
        return
    if not named:
        key, value = next(iter(taken.items()))
        message = (
            f"{str(file.path)!r} sets {key} = {str(value)!r}, which is not used for a target that it does not name: "
            f"name the target in [{_TARGETS}.NAME], or give --{key}"
        )
        raise InvalidInputError(message)
    settings = ", ".join(f"{key} = {value}" for key, value in taken.items())
    click.echo(console_line(f"Settings of {file.path}: {settings}"), err=True)


def _name(file: File, url: str | None) -> str | None:
    """Return the name of the target with a base URL, or None."""
    return next((name for name, one in file.targets.items() if str(one[_URL]).rstrip("/") == url), None)


def _value(context: click.Context, option: click.Option, file: File, section: Mapping[str, Any]) -> Any:
    """Return the value of an option in the section of the target or in general; None where it is set elsewhere."""
    if context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT:
        return None
    key = _key(option)
    sections = (section, file.general)
    found = next((section[key] for section in sections if key in section), None)
    return None if found is None else _cast(context, option, file, key, found)


def options(command: click.Command) -> dict[str, click.Option]:
    """Return the options that a file may set, by their keys; options with only a single letter are excluded."""
    options = (one for one in command.params if isinstance(one, click.Option) and one.name not in {"config", "help"})
    return {_key(option): option for option in options if option.opts[-1].startswith("--")}


def _key(option: click.Option) -> str:
    return option.opts[-1].removeprefix("--")


def _read(config: Path | None) -> File | None:
    path = config or Path("pyproject.toml")
    try:
        raw = path.read_bytes()
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        if config is None:
            return None
        message = f"the settings file {str(path)!r} is not there: check the path"
        raise InvalidInputError(message) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        if config is None and not isinstance(error, OSError) and SUITE.encode() not in raw:
            # The `pyproject.toml` of another project: its errors are not ours to report.
            return None
        reason = error.strerror if isinstance(error, OSError) else _reason(error)
        message = f"the settings file {str(path)!r} cannot be read ({reason}): fix it, or name another with --config"
        raise InvalidInputError(message) from None
    if config is None:
        for depth, name in enumerate(_TOOL, 1):
            content = content.get(name, {})
            if not isinstance(content, dict):
                table = ".".join(_TOOL[:depth])
                message = f"{str(path)!r}: {table} is no table: write [{'.'.join(_TOOL)}], with settings below it"
                raise InvalidInputError(message)
    return _from_content(path, content) if content else None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _from_content(path: Path, content: Mapping[str, Any]) -> File:
    targets = content.get(_TARGETS, {})
    if not isinstance(targets, dict) or not all(isinstance(one, dict) for one in targets.values()):
        message = f'{str(path)!r}: {_TARGETS} holds no tables: write [{_TARGETS}.name] with {_URL} = "https://..."'
        raise InvalidInputError(message)
    for name, one in targets.items():
        if _URL not in one:
            message = f"{str(path)!r}: [{_TARGETS}.{name}] has no {_URL}: name the base URL of the target"
            raise InvalidInputError(message)
    return File(path, {key: value for key, value in content.items() if key != _TARGETS}, targets)


def check_keys(file: File, known: Iterable[str]) -> None:
    """Check that every key of a file is that of an option.

    Raises:
        InvalidInputError: a key is not.

    """
    names = list(known)
    for where, section in (
        ("", file.general),
        *((f" in [{_TARGETS}.{name}]", one) for name, one in file.targets.items()),
    ):
        for key in section:
            allowed = [*names, *([_URL] if where else [_TARGETS])]
            if any(word in key.replace("_", "-") for word in _CREDENTIALS) and key not in allowed:
                message = (
                    f"{str(file.path)!r}: {key}{where}: credentials do not belong into a file: use the environment"
                )
                raise InvalidInputError(message)
            if key not in allowed:
                message = f"{str(file.path)!r}: there is no setting {key!r}{where}: {nearest(key, allowed)}"
                raise InvalidInputError(message)


def _cast(context: click.Context, option: click.Option, file: File, key: str, value: Any) -> Any:
    """Return a value of the file, converted by the type of its option."""
    if option.multiple:
        value = [f"{name}={one}" for name, one in value.items()] if isinstance(value, dict) else value
        if not isinstance(value, list):
            message = f"{str(file.path)!r}: {key} = {value!r} is neither a list nor a table: write it as one"
            raise InvalidInputError(message)
    elif isinstance(value, (dict, list)) or isinstance(value, bool) is not option.is_flag:
        message = f"{str(file.path)!r}: {key} = {value!r} is not a value for --{_key(option)}: write one value"
        raise InvalidInputError(message)
    try:
        cast = option.type_cast_value(context, [str(one) for one in value] if option.multiple else str(value))
        # A path in a file is relative to the folder of the file.
        return file.path.parent / cast if isinstance(cast, Path) else cast
    except click.BadParameter as error:
        message = f"{str(file.path)!r}: {key} = {value!r} is wrong: {error.message.rstrip('.')}"
        raise InvalidInputError(message) from None


def _check_environment(environment: Mapping[str, str], keys: Iterable[str]) -> None:
    known = [variable(key) for key in keys]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            message = f"the environment variable {name} is not a setting: {nearest(name, known)}"
            raise InvalidInputError(message)
