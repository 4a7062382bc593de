"""How long a rebuild takes: `make bench`, into docs/benchmarks.md."""

import shutil
import time

from page import machine, write_section

from framelines import REPO, write_whole
from framelines.build.verify import rebuild, scratch

TEXT = """\
Written by `make bench`: everything, in a copy of the tree with the environment in place, on every
core. Of {what}: {machine}.

| what | seconds |
|---|---|
{rows}"""


def bench() -> None:
    """Time three builds in a copy of the tree."""
    copy = REPO / "build" / "bench"
    what = scratch(copy)
    table, rows = copy / "data" / "example" / "claims.csv", []
    for about in ("a clean build", "nothing to do", "one table of one case changed"):
        if about.startswith("one"):
            write_whole(table, table.read_text(encoding="utf-8").rstrip("\n") + "x\n")
        began = time.monotonic()
        rebuild(copy)
        rows.append(f"| {about} | {time.monotonic() - began:.1f} |\n")
    shutil.rmtree(copy)
    text = TEXT.format(what=what, machine=machine(), rows="".join(rows))
    write_section("How long a rebuild takes", text)


if __name__ == "__main__":
    bench()
