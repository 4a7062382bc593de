"""The only place that writes results: numbers, tables, figures, pages, print."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def _environment() -> Environment:
    escaped = select_autoescape(["html.j2"])
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=escaped)
    made.filters["base64"] = lambda data: base64.b64encode(data).decode()
    made.filters["sha256"] = lambda text: hashlib.sha256(text.encode()).digest()
    return made


def fragment(template: str, **values: Any) -> str:
    """Return a template of `templates/`, filled; in HTML whatever a value holds is escaped."""
    return _environment().get_template(template).render(values)
