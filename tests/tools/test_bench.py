"""What the timing of a rebuild says of its own numbers."""

import importlib.util
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from framelines import runner
from framelines.case_files import case_names
from framelines.corpus import REPO


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench", REPO / "tools" / "bench.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_row_has_its_ratio_to_the_work_by_hand(bench: ModuleType) -> None:
    told = bench.page({"quick": 30.0, bench.BY_HAND: 120.0}, "commit abc")
    assert "| quick | 30.00 | 0.25 |" in told
    assert f"| {bench.BY_HAND} | 120.00 | 1.00 |" in told
    assert "commit abc" in told


def test_notebooks_by_hand_have_the_parameters_of_the_case(
    bench: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "notebooks").symlink_to(REPO / "notebooks")
    (notebook, *_), (case, *_) = runner.notebooks(), case_names()
    (made,) = bench.prepare(tmp_path, [(notebook, case)])
    assert any(
        f'case_name = "{case}"' in cell.source for cell in nbformat.read(made, as_version=4).cells
    )


def test_a_command_that_fails_stops_the_timing(bench: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such thing"):
        bench.call(tmp_path, ["sh", "-c", "echo no such thing; exit 3"], {"PATH": "/bin:/usr/bin"})
