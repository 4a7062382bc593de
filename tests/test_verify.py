"""The verdict: at which level, on what, and in words; without any build."""

import json
from pathlib import Path

import pytest

from framelines import fingerprint, manifest, verify
from framelines.comparison import FRESH, LOST, MOVED
from framelines.problems import DataError
from framelines.scratch import Scratch

TABLE = "reports/x/tables/01-t.csv"
PAGE = "reports/x/01-one.html"
MAKES = """all:
\t@mkdir -p reports paper build/paper
\t@cd reports && touch index.html methods.html data.html codebook.html
\t@cd reports && touch environment.html colophon.html
\t@touch paper/numbers.typ build/paper/paper.pdf
"""


@pytest.fixture
def copy(tmp_path: Path) -> Scratch:
    """Return a rebuilt scratch checkout whose results are as they were committed."""
    for side in ("checkout", "recorded"):
        (tmp_path / side / "reports/x/tables").mkdir(parents=True)
        (tmp_path / side / TABLE).write_text("row,value\na,1.23456\n")
    (tmp_path / "checkout" / PAGE).write_text("page")
    (tmp_path / "checkout" / "requirements.lock").write_text("")
    return Scratch(tmp_path / "checkout", tmp_path / "recorded", "commit 1")


def _outcome(copy: Scratch, recorded: dict[str, str], level: str = "A") -> verify.Outcome:
    outcome = verify.Outcome("commit 1", level, [])
    verify.judge(outcome, recorded, copy)
    return outcome


def test_as_recorded(copy: Scratch) -> None:
    outcome = _outcome(copy, manifest.sums(copy.folder))
    assert outcome.passed and outcome.files == dict.fromkeys([PAGE, TABLE], "as recorded")
    assert "All 2 results are as recorded" in outcome.told()
    assert outcome.told().startswith("Commit 1, at level A: every byte is compared.")


def test_a_byte_moves_at_level_a_and_a_value_at_level_b(copy: Scratch) -> None:
    recorded = manifest.sums(copy.folder)
    (copy.folder / TABLE).write_text("row,value\na,1.23457\n")
    (copy.folder / PAGE).write_text("other page")
    assert _outcome(copy, recorded).moved == {TABLE: MOVED, PAGE: MOVED}
    assert _outcome(copy, recorded, "B").passed
    (copy.folder / TABLE).write_text("row,value\na,1.3\n")
    outcome = _outcome(copy, recorded, "B")
    assert outcome.moved == {TABLE: MOVED} and "- a,1.23456\n      + a,1.3" in outcome.told()
    assert "1 of 2 results are not as recorded" in outcome.told()


def test_lost_fresh_and_stale_results(copy: Scratch) -> None:
    recorded = manifest.sums(copy.folder)
    (copy.folder / PAGE).rename(copy.folder / "reports/x/02-two.html")
    (copy.recorded / TABLE).write_text("row,value\nb,1\n")
    outcome = _outcome(copy, recorded)
    assert outcome.moved == {PAGE: LOST, "reports/x/02-two.html": FRESH, TABLE: verify.STALE}
    assert not outcome.passed and TABLE in outcome.told() and "make manifest" in outcome.told()


def test_a_build_that_stops_is_no_success(copy: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    (copy.folder / "Makefile").write_text("all:\n\t@echo no river here; exit 1\n")
    recorded = {"python": "3.11", "lock": "", "fingerprint": "", "files": {PAGE: ""}}
    outcome = verify.examine(copy, recorded)
    assert not outcome.passed and outcome.files == {PAGE: "not compared"}
    assert "The build stopped" in outcome.told() and "no river here" in outcome.told()


def test_the_level_and_its_reasons(copy: Scratch) -> None:
    root = copy.folder
    recorded = {"python": fingerprint.python_minor(), "lock": fingerprint.lock_digest(root)}
    same = {**recorded, "fingerprint": fingerprint.digest(root)}
    assert verify.level(same, root) == ("A", [])
    level, reasons = verify.level({**recorded, "fingerprint": "0"}, root)
    assert level == "B" and reasons == [
        "the processor or the system is not the one of the manifest"
    ]
    (root / "requirements.lock").write_text("numpy==0.1\n")
    level, reasons = verify.level({**same, "python": "3.9"}, root)
    assert level == "B" and [reason.split()[0] for reason in reasons] == [
        "Python",
        "requirements.lock",
        "packages",
    ]


def test_without_a_manifest_nothing_is_built(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    with pytest.raises(DataError, match="there is no manifest to compare with"):
        verify.verify(tmp_path)


def test_a_manifest_is_not_written_over_results_that_the_build_does_not_make(
    tmp_path: Path,
) -> None:
    (tmp_path / "notebooks/cases").mkdir(parents=True)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/a.svg").write_text("old")
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "Makefile").write_text(MAKES)
    with pytest.raises(DataError, match=r"figures/a\.svg: the tree does not hold what the build"):
        verify.write_manifest(tmp_path)
    assert not (tmp_path / manifest.FILE).exists()
    (tmp_path / "figures/a.svg").unlink()
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/numbers.typ").write_text("")
    path, count = verify.write_manifest(tmp_path)
    assert count == 8 and "reports/index.html" in json.loads(path.read_text())["files"]
