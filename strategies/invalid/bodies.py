"""Bodies that are not a JSON object in UTF-8."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from hypothesis import strategies as st

from orders_conformance.strategies.probe import Order, encode


def broken_bodies(make: Callable[[], Order], text: str) -> Iterator[tuple[str, bytes]]:
    """Enumerate pairs of name and body that must be rejected; those that most faulty servers accept come first.

    A name begins with the kind of the body in the contract.

    Args:
        make: returns a plain order with a fresh reference, for each body.
        text: the name of a field that may have any text.

    """
    for name, write in _WRITERS.items():
        yield name, write(make(), text)


def _replaced(old: str, new: str) -> Callable[[Order, str], bytes]:
    return lambda order, _text: encode(order).decode().replace(old, new).encode()


def _with_first_name(template: str) -> Callable[[Order, str], bytes]:
    """Return a writer that writes the name of the first field by a template."""

    def write(order: Order, _text: str) -> bytes:
        first = next(iter(order))
        return encode(order).decode().replace(f'"{first}"', template.format(first), 1).encode()

    return write


_WRITERS: Mapping[str, Callable[[Order, str], bytes]] = {
    "empty": lambda _order, _text: b"",
    "malformed/no-quotes": _with_first_name("{}"),
    "truncated/brace": lambda order, _text: encode(order)[:-1],
    "trailing-text/word": lambda order, _text: encode(order) + b" x",
    "not-an-object/array": lambda order, _text: b"[" + encode(order) + b"]",
    "not-an-object/null": lambda _order, _text: b"null",
    "not-a-number/NaN": lambda order, _text: with_number(order, b"NaN"),
    "not-utf-8/latin-1": lambda order, text: with_raw(order, text, b"Caf\xe9"),
    "malformed/leading-dot": lambda order, _text: with_number(order, b".007"),
    "malformed/leading-zero": lambda order, _text: with_number(order, b"007"),
    # With a byte order mark: without one, each byte of these texts is UTF-8.
    "not-utf-8/utf-16": lambda order, _text: encode(order).decode().encode("utf-16"),
    "malformed/trailing-comma": lambda order, _text: encode(order)[:-1] + b",}",
    "malformed/single-quotes": _replaced('"', "'"),
    "malformed/comment": lambda order, _text: b"/* order */" + encode(order),
    "truncated/middle": lambda order, _text: encode(order)[: len(encode(order)) // 2],
    "trailing-text/object": lambda order, _text: encode(order) * 2,
    "trailing-text/brace": lambda order, _text: encode(order) + b"}",
    "not-an-object/string": lambda order, _text: encode(encode(order).decode()),
    "not-an-object/number": lambda _order, _text: b"50",
    "not-a-number/Infinity": lambda order, _text: with_number(order, b"-Infinity"),
    "malformed/form": lambda order, _text: "&".join(f"{name}={value}" for name, value in order.items()).encode(),
    "not-an-object/empty-array": lambda _order, _text: b"[]",
    "empty/blanks": lambda _order, _text: b"  \n",
    "malformed/control-character": _with_first_name('"\x00{}"'),
    "not-an-object/boolean": lambda _order, _text: b"true",
}


def random_bodies(order: Order, text: str) -> st.SearchStrategy[tuple[str, bytes]]:
    """Generate pairs of name and body that must be rejected: listed ones, and a plain order truncated anywhere."""
    whole = encode(order)
    cut = st.integers(min_value=1, max_value=len(whole) - 1).map(lambda end: ("truncated/anywhere", whole[:end]))
    return st.sampled_from(list(broken_bodies(lambda: order, text))) | cut


def with_number(order: Order, literal: bytes) -> bytes:
    """Return the body of an order in which the first number is replaced by a literal."""
    number = next(name for name, value in order.items() if isinstance(value, (int, float)))
    return encode({**order, number: "\ufffe"}).replace('"\ufffe"'.encode(), literal, 1)


def with_raw(order: Order, text: str, raw: bytes) -> bytes:
    """Return the body of an order in which the value of field `text` is these bytes, in quotes."""
    return encode({**order, text: "\ufffe"}).replace("\ufffe".encode(), raw, 1)
