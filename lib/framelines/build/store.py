"""The tables of a folder as they are written, and changes of them that are checked before."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import yaml

from framelines import write_all, write_whole
from framelines.tables import schema
from framelines.tables.schema import Tables, fields_of, resources

# What files of others call the columns of rows, and what these say where nothing is told.
_TEXT = Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8")
COLUMNS: dict[str, Any] = yaml.safe_load(_TEXT)


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
        copy = Path(scratch) / schema.display_path(folder)
        if folder.is_dir():
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("raw"))
        for name, frame in new.items():
            if len(frame) or (copy / paths[name]).is_file():
                schema.write_table(frame.fillna(""), copy, name)
        yield copy, schema.check_tables(copy)
        made = [path for path in paths.values() if (copy / path).is_file()]
        write_all({folder / path: (copy / path).read_bytes() for path in made})


def add_to_case(name: str, root: Path, lines: str) -> None:
    """Write more lines at the end of the file of a case."""
    file = root / "notebooks" / "cases" / f"{name}.yaml"
    write_whole(file, f"{file.read_text(encoding='utf-8-sig').rstrip()}\n{lines}")
