"""The tables of a folder as they are written, and changes of them that are checked before."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from framelines import write_whole
from framelines.tables.schema import (
    Tables,
    check_tables,
    display_path,
    fields_of,
    resources,
    write_table,
)


def written(folder: Path, table: str) -> pd.DataFrame:
    """Return a table as it is written, every cell a text; without rows where there is none."""
    path, columns = folder / resources()[table]["path"], list(fields_of(table))
    if not path.is_file():
        return pd.DataFrame(columns=columns, dtype=str)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.reindex(columns=columns, fill_value="")


@contextmanager
def changed(folder: Path, new: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Path, Tables]]:
    """Put tables into the copy of a folder; yield the copy and all its tables, checked.

    When the block ends, what the copy holds takes its place in the folder. Raises what
    `check_tables` does, with nothing written.
    """
    paths = {name: resource["path"] for name, resource in resources().items()}
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / display_path(folder)
        for path in [path for path in paths.values() if (folder / path).is_file()]:
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, copy / path)
        for name, frame in new.items():
            if len(frame) or (copy / paths[name]).is_file():
                write_table(frame.fillna(""), copy, name)
        yield copy, check_tables(copy)
        for path in [path for path in paths.values() if (copy / path).is_file()]:
            content, own = (copy / path).read_bytes(), folder / path
            if not own.is_file() or own.read_bytes() != content:
                write_whole(own, content)
