"""The only place that writes results: numbers, tables, figures, pages, print."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)


def fragment(template: str, **values: Any) -> str:
    """Return a template of `templates/` as HTML, filled; whatever a value holds is escaped."""
    return _environment().get_template(template).render(values)
