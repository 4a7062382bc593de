"""The manifest lists every result, refuses what nobody declares, and is read with care."""

import json
from pathlib import Path

import pytest

from framelines import manifest
from framelines.problems import DataError

ENTRY = {"title": "Figure 1", "caption": "One.", "file": "figures/river/01-a"}
DECLARED = [
    "build/executed/river/01-one.ipynb",
    "build/paper/paper.pdf",
    "figures/river/01-a.csv",
    "figures/river/01-a.pdf",
    "figures/river/01-a.png",
    "figures/river/01-a.svg",
    "paper/numbers.typ",
    "reports/codebook.html",
    "reports/colophon.html",
    "reports/data.html",
    "reports/environment.html",
    "reports/index.html",
    "reports/methods.html",
    "reports/river/01-one.html",
    "reports/river/numbers/01.json",
    "reports/river/numbers/01.tex",
    "reports/river/report.pdf",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a built checkout: one case, one notebook, one figure."""
    (tmp_path / "notebooks/cases").mkdir(parents=True)
    (tmp_path / "notebooks/cases/river.yaml").write_text("title: River\ndata: data\n")
    (tmp_path / "notebooks/01-one.ipynb").write_text("{}")
    (tmp_path / "requirements.lock").write_text("")
    for name in DECLARED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    record = {"numbers": {}, "findings": [], "figures": [ENTRY], "tables": []}
    (tmp_path / "reports/river/numbers/01.json").write_text(json.dumps(record))
    return tmp_path


def test_what_is_declared_is_what_is_there(root: Path) -> None:
    (root / "figures" / ".DS_Store").write_text("")
    assert manifest.results(root) == DECLARED == sorted(manifest.declared(root))
    assert manifest.undeclared(root) == []
    words = manifest.declared(root)["figures/river/01-a.svg"]
    assert words == "Figure 1 of notebook 01-one, case river: One."


@pytest.mark.parametrize(
    "stray",
    ["figures/river/01-b.svg", "figures/hill/01-a.svg", "reports/river/tables/01-t.csv"]
    + ["build/executed/river/02-two.ipynb", "reports/river/numbers/02.json"],
)
def test_a_stray_file_is_refused(root: Path, stray: str) -> None:
    (root / stray).parent.mkdir(parents=True, exist_ok=True)
    (root / stray).write_text("{}")
    with pytest.raises(DataError, match="no notebook declares this file") as error:
        manifest.compose(root)
    assert [problem.where for problem in error.value.problems] == [stray]


def test_a_declared_file_that_is_missing_is_told(root: Path) -> None:
    (root / "figures/river/01-a.pdf").unlink()
    with pytest.raises(DataError, match="declared and was not built; met 'Figure 1 of notebook"):
        manifest.compose(root)


def test_other_reports_are_recorded_too(root: Path) -> None:
    (root / "reports/river/codebook.html").write_text("")
    (root / "build/paper/paper.log").write_text("")
    assert manifest.undeclared(root) == []
    assert "reports/river/codebook.html" in manifest.compose(root)["files"]
    built = {name for name in manifest.results(root) if not manifest.committed(name)}
    assert {name.rpartition(".")[2] for name in built} == {"ipynb", "html", "pdf"}
    assert "figures/river/01-a.pdf" not in built and "paper/numbers.typ" not in built


def test_written_and_read(root: Path) -> None:
    content = manifest.compose(root)
    path = manifest.write(content, root)
    assert manifest.read(root) == content and content["files"] == manifest.sums(root)
    assert path.read_bytes() == manifest.write(content, root).read_bytes()
    assert str(root) not in path.read_text()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"python": 3}', None])
def test_no_manifest_is_told_in_words(root: Path, text: str | None) -> None:
    if text is not None:
        (root / manifest.FILE).write_text(text)
    with pytest.raises(DataError, match="make manifest"):
        manifest.read(root)
