"""What moved is told as readers of results know it; agreement is neither too strict nor too lax."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from framelines import comparison
from framelines.comparison import FRESH, LOST, MOVED, Change, same_values


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("a,1.23456", "a,1.23456", True),
        ("a,1.23456", "a,1.23457", True),
        ("a,1.23456", "a,1.23458", False),
        ("a,123456", "a,123457", False),
        ("a,12", "a,12.00001", True),
        ("−0.5 (x)", "-0.5 (x)", True),
        ("0.0", "1e-17", True),
        ("0.0", "0.00001", False),
        ("a 1.5", "b 1.5", False),
        ("1.5", "1.5 2.5", False),
        ("5.8 per 1,000", "5.9 per 1,000", False),
        ("3.2e-5", "3.20001e-05", True),
    ],
)
def test_values_agree_to_six_significant_digits(old: str, new: str, same: bool) -> None:
    assert same_values(old, new) == same == same_values(new, old)


def _image(path: Path, changed: int, by: int, size: tuple[int, int] = (100, 100)) -> Path:
    pixels = np.full((size[1], size[0], 3), 200, dtype=np.uint8)
    pixels.reshape(-1, 3)[:changed] -= np.uint8(by)
    Image.fromarray(pixels).save(path)
    return path


def test_pixels_agree_within_the_stated_tolerance(tmp_path: Path) -> None:
    plain = _image(tmp_path / "a.png", 0, 0)
    paler = _image(tmp_path / "b.png", 10_000, comparison.LEVELS)
    dotted = _image(tmp_path / "c.png", 10, 200)
    blotted = _image(tmp_path / "d.png", 11, 200)
    small = _image(tmp_path / "e.png", 0, 0, (100, 99))
    assert comparison.pixels_apart(plain, paler) == 0.0
    assert comparison.agrees("f.png", plain, dotted)
    assert not comparison.agrees("f.png", plain, blotted)
    assert comparison.pixels_apart(plain, small) == 1.0


def test_what_is_not_compared_between_machines_must_be_there(tmp_path: Path) -> None:
    there = tmp_path / "a.svg"
    there.write_text("1")
    assert comparison.agrees("a.svg", there, there)
    assert comparison.agrees("build/a.ipynb", tmp_path / "never", there)
    assert not comparison.agrees("a.svg", there, tmp_path / "gone")


USERS = ["feeds finding 1 of x 01"]

# --- two trees -----------------------------------------------------------------------------------


def _record(documents: int, share: float, caption: str = "One.") -> dict[str, Any]:
    def entry(value: float, text: str, unit: str) -> dict[str, Any]:
        return dict(value=value, text=text, unit=unit, digits=None, source="", macro="X")

    finding = {"text": f"It holds {documents}.", "numbers": ["documents"], "anchor": "a"}
    other = {"text": "It holds nothing else.", "numbers": [], "anchor": "b"}
    return {
        "findings": [finding, other],
        "numbers": {
            "documents": entry(documents, str(documents), "documents"),
            "share": entry(share, f"{share:.0f}", "%"),
        },
        "figures": [dict(file="figures/x/01-a", caption=caption, alt="An alt.")],
        "tables": [],
    }


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """Return two trees of results: a number, a table and a figure's data differ."""
    for side, documents in (("old", 28), ("new", 29)):
        root = tmp_path / side
        for folder in ("reports/x/numbers", "reports/x/tables", "figures/x"):
            (root / folder).mkdir(parents=True)
        text = json.dumps(_record(documents, 49.9 + documents / 1000))
        (root / "reports/x/numbers/01.json").write_text(text)
        rows = [f"r{number},{number}" for number in range(20)]
        rows[3] = f"r3,{documents}"
        (root / "reports/x/tables/01-t.csv").write_text("\n".join(["row,value", *rows, ""]))
        (root / "figures/x/01-a.csv").write_text(f"row,value\na,{documents}\n")
        for name in ("reports/x/numbers/01.tex", "reports/x/tables/01-t.tex", "figures/x/01-a.svg"):
            (root / name).write_text(str(documents))
        (root / "figures/x/01-b.svg").write_text(str(documents))
    return tmp_path / "old", tmp_path / "new"


def _changes(trees: tuple[Path, Path], *names: str, **more: Any) -> list[Change]:
    return comparison.changes(dict.fromkeys(names, MOVED), *trees, **more)


def test_a_number_is_named_with_its_findings(trees: tuple[Path, Path]) -> None:
    found = _changes(trees, "reports/x/numbers/01.json", "reports/x/numbers/01.tex")
    assert found == [
        Change(
            "number", "x 01, documents: 28 documents → 29 documents", ["feeds finding 1 of x 01"]
        ),
        Change("number", "x 01, share: 50 % (49.928) → 50 % (49.929)"),
        Change("finding", "finding 1 of x 01", ["- It holds 28.", "+ It holds 29."]),
    ]


def test_numbers_that_agree_are_not_named(trees: tuple[Path, Path]) -> None:
    def same(old: str, new: str) -> bool:
        return old == new or old.startswith("50 %")

    found = _changes(trees, "reports/x/numbers/01.json", same=same)
    assert [change.kind for change in found] == ["number", "finding"]
    assert "share" not in comparison.told(found)


def test_new_and_lost_numbers_and_findings(trees: tuple[Path, Path]) -> None:
    old, new = trees
    (old / "reports/x/numbers/01.json").unlink()
    found = _changes(trees, "reports/x/numbers/01.json")
    names = [change.name for change in found]
    assert "x 01, documents: (none) → 29 documents" in names
    assert Change("finding", "finding 2 of x 01", ["+ It holds nothing else."]) in found
    back = comparison.changes({"reports/x/numbers/01.json": MOVED}, new, old)
    assert "x 01, documents: 29 documents → (none)" in [change.name for change in back]


def test_a_caption_that_reads_otherwise(trees: tuple[Path, Path]) -> None:
    text = json.dumps(_record(28, 49.928, "Two."))
    (trees[1] / "reports/x/numbers/01.json").write_text(text)
    found = _changes(trees, "reports/x/numbers/01.json")
    assert found == [Change("figure", "figures/x/01-a, its words", ["- One.", "+ Two."])]


def test_a_table_and_a_figure_are_told_by_their_changed_lines(trees: tuple[Path, Path]) -> None:
    names = ["reports/x/tables/01-t.csv", "reports/x/tables/01-t.tex"]
    names += ["figures/x/01-a.csv", "figures/x/01-a.svg", "figures/x/01-b.svg"]
    head = "columns: row,value"
    assert _changes(trees, *names) == [
        Change("table", "reports/x/tables/01-t (csv, tex)", [head, "- r3,28", "+ r3,29"]),
        Change("figure", "figures/x/01-a (csv, svg)", [head, "- a,28", "+ a,29"]),
        Change("figure", "figures/x/01-b.svg", ["its data are the same: it is drawn otherwise"]),
    ]


def test_many_lines_are_counted(trees: tuple[Path, Path]) -> None:
    lines = "\n".join(["row,value", *(f"s{number},0" for number in range(20)), ""])
    (trees[1] / "reports/x/tables/01-t.csv").write_text(lines)
    change = _changes(trees, "reports/x/tables/01-t.csv")[0]
    assert len(change.lines) == comparison.SHOWN + 2
    assert change.lines[-1] == "… and 30 more lines"


def test_lost_and_fresh_files_come_with_their_verdict(trees: tuple[Path, Path]) -> None:
    found = comparison.changes({"figures/x/01-c.svg": LOST, "reports/x/n.html": FRESH}, *trees)
    assert found == [
        Change("file", "figures/x/01-c.svg", [LOST]),
        Change("file", "reports/x/n.html", [FRESH]),
    ]


def test_the_words_have_a_heading_a_kind(trees: tuple[Path, Path]) -> None:
    said = comparison.told(_changes(trees, "reports/x/numbers/01.json", "build/executed/x.ipynb"))
    headings = [line for line in said.splitlines() if line and not line.startswith(" ")]
    assert headings == ["Numbers", "Findings", "Other files"]
    assert comparison.told([]) == ""
