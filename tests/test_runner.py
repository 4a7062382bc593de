"""A notebook runs whole or not at all, with parameters that were checked before it began."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from framelines import parameters, runner
from framelines.__main__ import main
from framelines.problems import DataError

PARAMETERS = 'case_name: str = "river"\ndraws: int = 100\npause: float = 0.0'
RESULTS = """
import os, time
import pandas as pd
from framelines.outputs import Outputs
out = Outputs(case_name, "01")
out.number("draws", draws)
out.table(pd.DataFrame({"a": [draws]}), "first", caption="A.")
open(os.environ["FRAMELINES_STAGING"] + "/../begun", "w").close()
time.sleep(pause)
"""


def _notebook(*sources: str, parameters_cell: str = PARAMETERS) -> Any:
    tagged = v4.new_code_cell(parameters_cell, metadata={"tags": ["parameters"]})
    cells = [v4.new_markdown_cell("# One"), tagged, *(v4.new_code_cell(s) for s in sources)]
    for number, cell in enumerate(cells):
        cell.id = f"own-{number}"
    # Saved in somebody's own environment, whose kernel nobody else has.
    spec = {"name": "my-env", "display_name": "My env", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout with one case and two notebooks, a space and braces in its path."""
    root = tmp_path / "a {check} out"
    (root / "notebooks" / "cases").mkdir(parents=True)
    text = "title: River\ndata: data\nparameters:\n  draws: 50\n  depth: 2\n"
    (root / "notebooks" / "cases" / "river.yaml").write_text(text)
    nbformat.write(_notebook(RESULTS, "out.close()"), root / "notebooks" / "01-one.ipynb")
    other = _notebook(parameters_cell='case_name: str = "river"\ndepth: int | None = None')
    nbformat.write(other, root / "notebooks" / "02-two.ipynb")
    return root


def _write(root: Path, *sources: str, **more: Any) -> None:
    nbformat.write(_notebook(*sources, **more), root / "notebooks" / "01-one.ipynb")


def _files(root: Path) -> dict[str, bytes]:
    places = [root / "figures", root / "reports", root / "build" / "executed"]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for place in places
        for path in place.rglob("*")
        if path.is_file()
    }


# --- a whole run ---------------------------------------------------------------------------------


def test_a_run_puts_its_results_in_place_and_takes_away_stale_ones(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = root / "figures" / "river" / "01-gone.svg"
    other = root / "figures" / "river" / "02-other.svg"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    other.write_text("")
    failed = root / "build" / "failed" / "river-01-one.ipynb"
    failed.parent.mkdir(parents=True)
    failed.write_text("")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    _write(
        root,
        RESULTS,
        "import framelines.outputs, sys\nprint(framelines.outputs.__file__)\n"
        "print(os.environ['TZ'], os.environ['MPLBACKEND'] == 'agg', os.getcwd())\n"
        "print('now', file=sys.stderr)\nimport warnings\nwarnings.warn('careful')\nobject()",
        "out.close()",
    )
    target = runner.run("01-one", "river", root=root)
    assert target == root / "build" / "executed" / "river" / "01-one.ipynb"
    assert not stale.exists() and other.exists() and not failed.exists()
    assert (root / "reports/river/tables/01-first.csv").read_text() == "a\n50\n"
    assert (root / "reports/river/numbers/01.json").exists()
    assert not (root / "build" / "staging" / "river" / "01-one").exists()
    assert os.environ["PYTHONPATH"] == "/nowhere"

    text = target.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    assert notebook.metadata.papermill == {"parameters": {"case_name": "river", "draws": 50}}
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert ids == ["own-0", "own-1", "injected-parameters", "own-2", "own-3", "own-4"]
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    printed = notebook.cells[4].outputs[0].text.splitlines()
    # The library is this checkout's, whatever the environment said.
    assert printed[0].endswith("lib/framelines/outputs.py")
    assert printed[1].startswith("UTC False .")
    assert "ipykernel" not in text and "<cell>:6: UserWarning" in text
    assert "<object at 0x0>" in text and str(root) not in text


def test_a_failed_run_keeps_the_evidence_and_touches_nothing(root: Path) -> None:
    before = root / "reports" / "river" / "tables" / "01-first.csv"
    before.parent.mkdir(parents=True)
    before.write_text("earlier\n")
    _write(root, RESULTS, "# comment\n\nframe = {}['missing']", "out.close()")
    with pytest.raises(DataError) as error:
        runner.run("01-one", "river", root=root)
    said = str(error.value)
    assert "notebooks/01-one.ipynb, case river" in said
    assert "code cell [4], which begins `frame = {}['missing']`, raised KeyError: 'missing'" in said
    assert "build/failed/river-01-one.ipynb" in said
    kept = nbformat.read(root / "build" / "failed" / "river-01-one.ipynb", as_version=4)
    assert any(o.output_type == "error" for c in kept.cells for o in c.get("outputs", []))
    assert list(_files(root).values()) == [b"earlier\n"]


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("raise SystemExit(0)", "raised SystemExit"),
        ("import os\nos.kill(os.getpid(), 9)", "the kernel stopped"),
    ],
)
def test_a_run_that_only_looks_whole_is_none(root: Path, last: str, said: str) -> None:
    _write(root, RESULTS, last)
    with pytest.raises(DataError, match=said):
        runner.run("01-one", "river", root=root)
    assert _files(root) == {}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["figures/river/01-a.svg"], "its last cell must be out.close"),
        (
            ["reports/river/numbers/02.json"],
            r"it wrote reports/river/numbers/02\.json: make Outputs",
        ),
        (["reports/hill/tables/01-a.csv"], "make Outputs"),
    ],
)
def test_results_of_another_notebook_or_case_are_refused(
    tmp_path: Path, files: list[str], said: str
) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("")
    assert re.search(said, runner._misplaced(tmp_path, "01-one", "river") or "")


def test_a_killed_run_leaves_nothing_half_written_and_the_next_is_whole(root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from framelines.runner import run; "
        "run('01-one', 'river', {'pause': 60.0}, root=Path(sys.argv[1]))"
    )
    begun = root / "build" / "staging" / "river" / "01-one" / "begun"
    environment = {**os.environ, "PYTHONPATH": str(runner.LIB)}
    running = subprocess.Popen([sys.executable, "-c", code, str(root)], env=environment)
    deadline = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert begun.exists() and _files(root) == {}
    first = runner.run("01-one", "river", root=root).read_bytes()
    whole = _files(root)
    assert runner.run("01-one", "river", root=root).read_bytes() == first
    assert _files(root) == whole and "reports/river/numbers/01.json" in whole


def test_a_variant_leaves_what_others_cite_as_it_is(root: Path) -> None:
    target = runner.run("01-one", "river", {"draws": 7}, root=root)
    assert target == root / "build" / "variant" / "executed" / "river" / "01-one.ipynb"
    table = root / "build" / "variant" / "reports" / "river" / "tables" / "01-first.csv"
    assert table.read_text() == "a\n7\n"
    assert _files(root) == {}


# --- what is refused before a kernel starts ------------------------------------------------------


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if a kernel is started."""
    monkeypatch.setattr(runner, "_execute", lambda *_: pytest.fail("a kernel was started"))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"drawz": 1}, "unknown parameter; met 'drawz'; allowed: case_name: str"),
        ({"draws": "many"}, "draws is mistyped; met \"'many'\"; allowed: int"),
        ({"draws": True}, "draws is mistyped; met 'True'"),
        ({"draws": 1.5}, "draws is mistyped; met '1.5'"),
        ({"depth": 3}, "unknown parameter; met 'depth'"),
    ],
)
def test_a_wrong_parameter_is_told_with_what_is_allowed(
    root: Path, no_kernel: None, params: dict[str, Any], said: str
) -> None:
    with pytest.raises(DataError) as error:
        runner.run("01-one", "river", params, root=root)
    assert said in str(error.value)


def test_the_case_file_is_checked_against_all_notebooks(root: Path, no_kernel: None) -> None:
    text = "title: River\ndata: data\nparameters:\n  deph: 2\n  draws: '5'\n  depth: x\n"
    (root / "notebooks" / "cases" / "river.yaml").write_text(text)
    with pytest.raises(DataError) as error:
        runner.run("01-one", "river", root=root)
    assert [str(p.value) for p in error.value.problems] == ["deph", "'5'", "'x'"]
    assert "depth: int | None = None" in str(error.value)
    assert {p.where for p in error.value.problems} == {"notebooks/cases/river.yaml"}


@pytest.mark.parametrize("text", ["title: [", "- a\n", "parameters: 5\n", ""])
def test_a_case_file_that_is_none_is_told_so(root: Path, no_kernel: None, text: str) -> None:
    (root / "notebooks" / "cases" / "river.yaml").write_text(text)
    with pytest.raises(DataError, match=r"notebooks/cases/river\.yaml"):
        runner.run("01-one", "river", root=root)


def test_a_misspelt_case_or_notebook_lists_the_known_ones(root: Path, no_kernel: None) -> None:
    with pytest.raises(DataError, match="no such case; met 'rivver'; allowed: river"):
        runner.run("01-one", "rivver", root=root)
    with pytest.raises(DataError, match="no such notebook; met 'one'; allowed: 01-one, 02-two"):
        runner.run("one", "river", root=root)


def test_a_file_that_is_no_notebook_is_told_so(root: Path, no_kernel: None) -> None:
    (root / "notebooks" / "01-one.ipynb").write_text("{")
    with pytest.raises(DataError, match="not a notebook"):
        runner.run("01-one", "river", root=root)


def test_the_command_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "01-source-profiles", "no-such-case"]) == 2
    assert "no such case" in capsys.readouterr().err


# --- reading the parameters cell -----------------------------------------------------------------


def _declared(text: str) -> dict[str, parameters.Parameter]:
    return parameters.declared(_notebook(parameters_cell=text), "n.ipynb")


@pytest.mark.parametrize(
    ("line", "good", "bad"),
    [
        ("x: int = 1", [3], [True, 1.0, "3", None]),
        ("x: float = 1.0", [3, 0.5], [True, "3"]),
        ("x: bool = True", [False], [0, "false"]),
        ("x = 'a'", ["b", ""], [1, None]),
        ("x = [1]", [[], ["a"]], ["a", 1]),
        ("x: str | None = None", ["a", None], [1]),
        ("x: list[str] = []", [["a"], []], [[1], "a"]),
        ("x: dict[str, int] = {}", [{"a": 1}], [{"a": "b"}, []]),
        (
            "x: 'Literal[\"calibrated\", \"none\"] | int' = 'none'",
            ["calibrated", 2],
            ["other", 1.5],
        ),
    ],
)
def test_types_are_those_of_the_parameters_cell(line: str, good: list[Any], bad: list[Any]) -> None:
    parameter = _declared(line)["x"]
    assert all(parameter.accepts(value) for value in good)
    assert not any(parameter.accepts(value) for value in bad)


def test_a_parameter_without_a_value_must_be_given() -> None:
    allowed = _declared("x: int\ny: float = 1.0")
    with pytest.raises(DataError, match="missing parameter; met 'x'; allowed: int"):
        parameters.check({"y": 2}, allowed, "n.ipynb")
    given = parameters.check({"x": 1, "y": 2}, allowed, "n.ipynb")
    assert given == {"x": 1, "y": 2.0} and isinstance(given["y"], float)


@pytest.mark.parametrize(
    "text", ["x = None", "x = today()", "x: Path = 'a'", "x: int | Path = 1", "x = (1,", "x = {1}"]
)
def test_a_parameters_cell_that_cannot_be_checked_is_an_error(text: str) -> None:
    with pytest.raises(DataError, match="parameters cell"):
        _declared(text)


def test_there_is_one_parameters_cell() -> None:
    notebook = _notebook()
    del notebook.cells[1].metadata["tags"]
    with pytest.raises(DataError, match="0 code cells are tagged `parameters`"):
        parameters.declared(notebook, "n.ipynb")
