"""Takes the command that reproduces a finding apart, so that each step has one that is easy to read."""

from collections.abc import Iterator

_SEPARATORS = ("; ", " --next ")
_AT_ONCE = " & "
_NEW_LINE = (" -u ", " -H ", " --data-binary ", " -m ")
_PAUSE = "sleep "
_PROGRAM = "curl "
_CONTINUED = " \\\n  "


def steps(command: str, number: int) -> list[str]:
    """Return the command for each of a number of requests, with a line for each option.

    A shell is to be given them one after the other: the first one also sets the variable that all use. The list is
    empty where the command cannot be taken apart: its requests are sent at once, or share one input.
    """
    if _AT_ONCE in _outside_quotes(command):
        return []
    found: list[str] = []
    before = ""
    for part in _split(command):
        if part.startswith(_PAUSE) or "=$(" in part.partition(" ")[0]:
            before += f"{part}\n"
            continue
        piped = part.startswith("printf ")
        if piped and " --next " in _outside_quotes(command):
            return []
        whole = part if piped or part.startswith(_PROGRAM) else _PROGRAM + part
        found.append(before + _readable(whole))
        before = ""
    return found if len(found) == number else []


def _split(command: str) -> Iterator[str]:
    begin = 0
    plain = _outside_quotes(command)
    at = 0
    while at < len(plain):
        separator = next((one for one in _SEPARATORS if plain.startswith(one, at)), "")
        if separator:
            yield command[begin:at].strip()
            begin = at = at + len(separator)
        else:
            at += 1
    yield command[begin:].strip()


def _readable(command: str) -> str:
    """Return a command with a line for each header, the body and the URL."""
    plain = _outside_quotes(command)
    breaks = {at for option in _NEW_LINE for at in _positions(plain, option)} | {plain.rfind(" ")}
    pieces, begin = [], 0
    for at in sorted(at for at in breaks if at > 0):
        pieces.append(command[begin:at])
        begin = at + 1
    return _CONTINUED.join([*pieces, command[begin:]])


def _positions(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _outside_quotes(command: str) -> str:
    """Return a command of the same length with dots for all that is in quotes, escaped or in parentheses."""
    found: list[str] = []
    quote, depth, escaped = "", 0, False
    for character in command:
        inside = bool(quote or depth or escaped)
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = inside = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote, inside = character, True
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        found.append("." if inside else character)
    return "".join(found)
