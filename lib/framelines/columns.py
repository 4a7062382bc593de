"""The kinds of column that a table may have, each with its test and what it allows, in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from framelines.dates import check_edtf, check_stated

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds, what it allows, and which table its ids come from.

    `many` allows several values joined by `;`. `references` names a table whose key is meant.
    `unit` is empty for anything that is no measurement.
    """

    name: str
    kind: str
    description: str
    values: tuple[str, ...] = field(default=())
    references: str = ""
    required: bool = True
    many: bool = False
    unit: str = ""

    def allowed(self) -> str:
        """Return in words what may stand in this column."""
        text = ", ".join(self.values) if self.values else KINDS[self.kind][1]
        if self.references:
            text = f"an id of {self.references}.csv"
        if self.many:
            text += "; several joined by ;"
        return text if self.required else text + ", or empty"

    def accepts(self, value: str) -> bool:
        """Whether the string `value`, as it stands in the file, may stand in this column."""
        if value == "":
            return not self.required
        if value != value.strip():
            return False
        parts = value.split(";") if self.many else [value]
        if self.values:
            return all(part in self.values for part in parts)
        return all(KINDS[self.kind][0](part) for part in parts)

    def reason(self, value: str) -> str:
        """Return in words why `value` may not stand here."""
        if not value:
            return "this value is missing"
        why = REASONS_OF[self.kind](value) if self.kind in REASONS_OF else None
        return f"this value is not allowed ({why})" if why else "this value is not allowed"


@dataclass(frozen=True)
class Table:
    """A table: its key, its columns, and whether a corpus may do without the file."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False
    folder: str = ""

    @property
    def names(self) -> list[str]:
        """The column names, in the order of the file."""
        return [column.name for column in self.columns]

    @property
    def file(self) -> str:
        """The file's path below the folder of the tables."""
        return f"{self.folder}{self.name}.csv"


def _is_int(value: str) -> bool:
    return re.fullmatch(r"\d+", value) is not None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


def _is_day(value: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None and check_edtf(value) is None


def _is_text(value: str) -> bool:
    return value.isprintable()


def _passes(check: Callable[[str], str | None]) -> Callable[[str], bool]:
    return lambda value: check(value) is None


# kind -> (test, what is allowed)
KINDS: dict[str, tuple[Callable[[str], bool], str]] = {
    "slug": (lambda v: SLUG.match(v) is not None, "a slug of a-z, 0-9 and single hyphens"),
    "name": (lambda v: re.fullmatch(r"[a-z][a-z_]*", v) is not None, "a name of a-z and _"),
    "text": (_is_text, "text on one line"),
    "term": (lambda v: _is_text(v) and len(v.split()) <= 4, "at most four words"),
    "value": (_is_text, "a value of the list"),
    "int": (_is_int, "a whole number from 0 on"),
    "number": (_is_number, "a number with a point"),
    "day": (_is_day, "a day as YYYY-MM-DD"),
    "edtf": (_passes(check_edtf), "a date in EDTF level 1, such as 2019-08-23 or 2019-08/2019-09"),
    "stated": (_passes(check_stated), "a date as stated, in the notation of the data dictionary"),
    "hash": (lambda v: re.fullmatch(r"[0-9a-f]{16}", v) is not None, "16 hex digits"),
    "sha256": (lambda v: re.fullmatch(r"[0-9a-f]{64}", v) is not None, "64 hex digits"),
}
# Dates can say what is wrong with them, such as a day that their month does not have.
REASONS_OF: dict[str, Callable[[str], str | None]] = {"edtf": check_edtf, "stated": check_stated}
