"""Errors for researchers: every problem of a table at once, each with where and what to do."""

import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and how to mend it.

    `where` is a file (relative to the checkout), `row` its line in the file (the header is
    line 1) or its key, `value` what was met and `allowed` what may stand there.
    """

    where: str
    what: str
    row: str | int | None = None
    column: str | None = None
    value: str | None = None
    allowed: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        words = ", row {}", ", column {}", ": {}", "; met {!r}", "; allowed: {}", ". {}"
        values = self.row, self.column, self.what, self.value, self.allowed, self.fix
        told = (w.format(v) for w, v in zip(words, values, strict=True) if v is not None)
        return self.where + "".join(told)


class DataError(Exception):
    """Raised with all problems that were found; the commands print it and exit with 2."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(problems)  # so that it can be sent by another process

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)


def problems_of(error: BaseException) -> list[Problem]:
    """Return what an error tells in words: of tables, or of a disk that is full or locked."""
    if isinstance(error, OSError) and error.errno:
        what, fix = os.strerror(error.errno).lower(), "Mend that, and begin again"
        return [Problem(str(error.filename or "the disk"), what, fix=fix)]
    return error.problems if isinstance(error, DataError) else []


class Problems(list[Problem]):
    """Collects problems, so that a reader meets all of them in one run."""

    def add(self, where: str, what: str, **more: Any) -> None:
        """Note one problem; the arguments are those of `Problem`."""
        self.append(Problem(where, what, **more))

    def raise_if_any(self) -> None:
        """Raise `DataError` with everything noted so far, or do nothing."""
        if self:
            raise DataError(self)
