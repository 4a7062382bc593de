"""Bad tables get messages that name file, row, column, value and what is allowed."""

from pathlib import Path

import pandas as pd
import pytest

from framelines.problems import DataError
from framelines.schema import TABLES
from framelines.tables import read_table, write_table
from tests.conftest import edit


def problems(folder: Path, name: str) -> list[str]:
    with pytest.raises(DataError) as caught:
        read_table(folder, name)
    return [str(problem) for problem in caught.value.problems]


def test_a_valid_table_is_typed_and_sorted(tiny: Path) -> None:
    documents = read_table(tiny, "documents")
    assert list(documents["doc_id"]) == ["bridge", "post"]
    assert documents["start"].dtype == "int64"


def test_all_problems_of_a_table_at_once(tiny: Path) -> None:
    edit(tiny, "documents.csv", "2019-05-04", "4 May 2019")
    edit(tiny, "documents.csv", ",report,", ",gossip,")
    found = problems(tiny, "documents")
    assert len(found) == 2
    assert "documents.csv, row 2, column genre" in found[0] and "'gossip'" in found[0]
    assert "allowed: interview, digest, report" in found[0]
    assert "column published" in found[1] and "EDTF" in found[1] and "'4 May 2019'" in found[1]


def test_missing_and_extra_columns(tiny: Path) -> None:
    edit(tiny, "sources.csv", "bloc", "block")
    found = "\n".join(problems(tiny, "sources"))
    assert "a column is missing" in found and "column bloc" in found
    assert "nothing defines" in found and "column block" in found


def test_duplicate_key(tiny: Path) -> None:
    path = tiny / "sources.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    (found,) = problems(tiny, "sources")
    assert "row 4" in found and "earlier row" in found and "blue-post" in found


def test_empty_table_missing_file_and_not_utf8(tiny: Path) -> None:
    path = tiny / "sources.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert "no rows" in problems(tiny, "sources")[0]
    path.write_text("")
    assert "not even a header" in problems(tiny, "sources")[0]
    path.write_bytes(b"source_id,\xff\n")
    assert "not UTF-8: byte 10" in problems(tiny, "sources")[0]
    path.unlink()
    assert "missing" in problems(tiny, "sources")[0]


def test_ragged_rows(tiny: Path) -> None:
    path = tiny / "sources.csv"
    path.write_text(path.read_text() + "a,b,c,d,e,f,g,h,i,j\n")
    assert "not a CSV table" in problems(tiny, "sources")[0]


def test_white_space_around_a_value_is_no_value(tiny: Path) -> None:
    edit(tiny, "sources.csv", "Blue Post", " Blue Post")
    assert "column name" in problems(tiny, "sources")[0]


def test_a_written_table_reads_back_the_same(tiny: Path, tmp_path: Path) -> None:
    frame = read_table(tiny, "documents")
    before = (tiny / "documents.csv").read_bytes()
    write_table(frame.iloc[::-1], tiny, "documents")
    assert (tiny / "documents.csv").read_bytes() == before
    assert not list(tiny.glob("*.tmp"))


def test_optional_tables_may_be_absent(tiny: Path) -> None:
    assert read_table(tiny, "claims").empty
    assert list(read_table(tiny, "claims").columns) == TABLES["claims"].names


def test_every_key_and_reference_of_the_schema_exists() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.names), table.name
        for column in table.columns:
            assert not column.references or column.references in TABLES, column.name


def test_text_that_a_spreadsheet_would_run_is_only_text(tiny: Path) -> None:
    frame = read_table(tiny, "sources").assign(name='=1+1"<b>')
    write_table(frame, tiny, "sources")
    assert list(pd.unique(read_table(tiny, "sources")["name"])) == ['=1+1"<b>']
