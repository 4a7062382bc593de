"""The data dictionary is what the schemas print, and the package is a valid one."""

from frictionless import Package

from framelines.corpus import REPO
from framelines.dictionary import data_dictionary, data_package
from framelines.schema import TABLES


def test_the_dictionary_is_fresh() -> None:
    assert (REPO / "data" / "README.md").read_text(encoding="utf-8") == data_dictionary()
    assert (REPO / "data" / "datapackage.json").read_text(encoding="utf-8") == data_package()


def test_every_column_has_its_line() -> None:
    printed = data_dictionary()
    for table in TABLES.values():
        assert f"### `{table.file}`" in printed
        for column in table.columns:
            assert f"| `{column.name}` | {column.description}" in printed


def test_frictionless_accepts_the_package() -> None:
    report = Package(str(REPO / "data" / "datapackage.json")).validate()
    errors = report.flatten(["title", "rowNumber", "fieldName", "message"])
    assert report.valid, errors[:5]
