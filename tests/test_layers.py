"""Data flows one way: a module imports only from rows above its own; modules stay short."""

import ast
from pathlib import Path

import pytest

from framelines.corpus import REPO

LIB = REPO / "lib" / "framelines"
ROWS = [
    ["problems", "text", "dates", "conversion", "intervals", "quantities", "resampling"]
    + ["permutation", "term_statistics", "agreement", "tex_layout", "formats"],
    ["vocabulary", "columns", "schema", "tables", "corpus", "features", "parameters", "case_files"],
    ["checks", "case", "kept", "locate", "mentions", "audit"],
    ["profiles", "style_distance", "calibration", "calendars", "timelines", "contradictions"]
    + ["keyness", "word_shift", "null_simulation", "coded", "contrasts", "framing", "naming"]
    + ["frames", "coder_error", "dictionaries", "verbs", "voices", "trust", "trust_claims"]
    + ["findings"],
    ["figures"],
    ["outputs", "runner", "markup", "print_tree", "render", "typeset", "paper", "scaffold"]
    + ["dictionary", "frontpage", "trust_report", "framing_report", "timeline_report"]
    + ["robustness_report", "fingerprint", "scratch", "manifest", "comparison", "verify"]
    + ["review", "warm", "lookups", "pages", "catalogue", "commands", "__main__"],
]
LEVEL = {name: level for level, names in enumerate(ROWS) for name in names}


def modules() -> list[Path]:
    return sorted(p for p in LIB.rglob("*.py") if p.stem != "__init__")


def row_of(path: Path) -> int:
    part = path.relative_to(LIB).parts[0].removesuffix(".py")
    assert part in LEVEL, f"{part} stands in no row of the design"
    return LEVEL[part]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("framelines"):
            rest = (node.module or "").split(".")[1:]
            found.update([rest[0]] if rest else [alias.name for alias in node.names])
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(LIB).as_posix())
def test_imports_come_from_above(path: Path) -> None:
    below = {name for name in imported(path) if LEVEL.get(name, 0) > row_of(path)}
    assert not below, f"{path.name} imports {below} from a row below its own"


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(LIB).as_posix())
def test_no_module_is_longer_than_350_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350
