"""What the HTML pages share: templates whose texts are escaped, and the sources that a policy allows."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(templates: Path, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return an environment for the templates of a folder: it escapes every text, and an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(filters)
    return made


def source_hash(text: str) -> str:
    """Return the source of a content security policy that allows this style or script alone (CSP Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
