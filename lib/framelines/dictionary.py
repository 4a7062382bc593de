"""The data dictionary and the data package, printed from the schemas: never stale."""

import json
from pathlib import Path
from typing import Any

from framelines.columns import Column, Table
from framelines.corpus import REPO, write_whole
from framelines.schema import TABLES

INTRODUCTION = "data/INTRODUCTION.md"
FIELD_TYPES = {"int": "integer", "number": "number", "day": "date"}
MARK = "<!-- Printed from lib/framelines/schema.py by `make dictionary`: edit there. -->"


def _row(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    allowed = column.allowed().replace("|", "\\|")
    return f"| `{column.name}` | {column.description}{unit} | {allowed} |"


def _section(table: Table) -> str:
    key = ", ".join(f"`{k}`" for k in table.key)
    optional = " A corpus may do without it." if table.optional else ""
    lines = [
        f"### `{table.file}`",
        "",
        f"{table.description[:1].upper()}{table.description[1:]}. Key: {key}.{optional}",
        "",
        "| column | holds | allowed |",
        "|---|---|---|",
        *(_row(column) for column in table.columns),
    ]
    return "\n".join(lines)


def data_dictionary(root: Path = REPO) -> str:
    """Return `data/README.md`: the introduction as written, then every table of the schema."""
    introduction = (root / INTRODUCTION).read_text(encoding="utf-8").rstrip()
    sections = "\n\n".join(_section(table) for table in TABLES.values())
    return f"{MARK}\n\n{introduction}\n\n## Every table, every column\n\n{sections}\n"


def _field(column: Column) -> dict[str, Any]:
    kind = "string" if column.many else FIELD_TYPES.get(column.kind, "string")
    field: dict[str, Any] = {
        "name": column.name,
        "type": kind,
        "description": column.description,
    }
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.values and not column.many:
        constraints["enum"] = list(column.values)
    return field | ({"constraints": constraints} if constraints else {})


def _resource(table: Table, root: Path) -> dict[str, Any]:
    # Ids of a key or a reference are checked by our own rules; `;` lists are beyond this format.
    links = [
        {
            "fields": [column.name],
            "reference": {
                "resource": column.references.replace("_", "-"),
                "fields": [TABLES[column.references].key[0]],
            },
        }
        for column in table.columns
        if column.references and column.required and not column.many
    ]
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if links:
        schema["foreignKeys"] = links
    return {
        "name": table.name.replace("_", "-"),
        "path": table.file,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def data_package(root: Path = REPO) -> str:
    """Return `data/datapackage.json` (Frictionless Data Package 1.0) of the tables here."""
    tables = [t for t in TABLES.values() if (root / "data" / t.file).exists()]
    package = {
        "name": "framelines",
        "title": "Framelines: coded accounts of one war by opposing sources",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "resources": [_resource(table, root) for table in tables],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def write_dictionary(root: Path = REPO) -> list[Path]:
    """Write the data dictionary and the data package; return their paths."""
    content = {"README.md": data_dictionary(root), "datapackage.json": data_package(root)}
    return [write_whole(root / "data" / name, text) for name, text in content.items()]
