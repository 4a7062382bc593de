"""Every figure and table has one maker, and the catalogue finds it in the code."""

import importlib
import json
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from framelines import catalogue, runner
from framelines.problems import DataError

CODE = """
from framelines import profiles
from framelines.figures import profiles as figures
from framelines.outputs import Outputs
rows = profiles.inventory(case)
rows["a"] = rows["a"].map(profiles.hosts)
kept = rows.rename(columns=str)
out.figure(figures.rate_profile(kept), "rates", data=kept)
out.table(kept.sort_values("a"), f"texts-{x}", caption="C")
out.table(figures.marks(rows).rename(columns=str), "chained", caption="C")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout with one notebook and one case."""
    (tmp_path / "notebooks" / "cases").mkdir(parents=True)
    (tmp_path / "notebooks" / "cases" / "river.yaml").write_text("title: R\ndata: data\n")
    notebook = v4.new_notebook(cells=[v4.new_code_cell(CODE, id="one")])
    nbformat.write(notebook, tmp_path / "notebooks" / "01-one.ipynb")
    return tmp_path


def _record(root: Path, *tables: str) -> None:
    entries = [{"file": f"reports/river/tables/01-{name}", "caption": "C"} for name in tables]
    figure = {"file": "figures/river/01-rates", "caption": "C"}
    place = root / "reports" / "river" / "numbers"
    place.mkdir(parents=True)
    (place / "01.json").write_text(json.dumps({"figures": [figure], "tables": entries}))


def test_a_maker_is_followed_through_variables(root: Path) -> None:
    _record(root, "texts-5", "chained")
    found = {result.name: result for result in catalogue.results(root)}
    assert found["rates"].function == "figures.profiles.rate_profile"
    assert found["texts-5"].function == "profiles.inventory" and found["texts-5"].cell == "one"
    assert found["chained"].function == "figures.profiles.marks"
    assert found["rates"].files == {"river": "figures/river/01-rates"}


def test_a_result_that_no_call_hands_over_is_told(root: Path) -> None:
    _record(root, "nobody")
    with pytest.raises(DataError, match="no call of out hands this over"):
        catalogue.results(root)


def test_every_maker_of_the_project_is_there() -> None:
    found = catalogue.results()
    assert {result.notebook for result in found} == set(runner.notebooks())
    for result in found:
        module, _, function = result.function.rpartition(".")
        assert callable(getattr(importlib.import_module(f"framelines.{module}"), function, None)), (
            f"{result.kind} {result.name}: {result.function}"
        )
