"""Text of a server within Markdown and HTML that GitHub and others show.

Every character but letters, digits and blanks is a character reference, and the text stands in `tt` or `pre`, in which
no mentions are looked for: it forms neither markup nor links, and ends no block.
"""

from orders_conformance.reports.text import clipped, visible, visible_line


def inert(text: str) -> str:
    """Return a text as character references."""
    return "".join(char if char.isalnum() or char == " " else f"&#{ord(char)};" for char in text)


def inert_line(text: str, limit: int) -> str:
    """Return a text on one line in `tt`, printable and limited in length."""
    return f"<tt>{inert(visible_line(clipped(text, limit)))}</tt>"


def inert_block(text: str, limit: int) -> str:
    """Return a text in `pre`, printable and limited in length, with no line feed of its own."""
    return f"<pre>{inert(visible(clipped(text, limit)))}</pre>"
