"""The only place that writes results: numbers, tables, figures, pages, print."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def _environment() -> Environment:
    escaped = select_autoescape(["html.j2"])
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=escaped)


def fragment(template: str, **values: Any) -> str:
    """Return a template of `templates/`, filled; in HTML whatever a value holds is escaped."""
    return _environment().get_template(template).render(values)
