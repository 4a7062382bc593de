"""The certificate says what was found, and `codecheck.yml` makes nothing up."""

from pathlib import Path

import pytest
import yaml

from framelines import markup, review, verify
from framelines.comparison import MOVED, Change
from framelines.corpus import REPO

FIGURE = "figures/river/01-a.pdf"


def _review(**more: object) -> review.Review:
    outcome = verify.Outcome("commit 1", "A", [], files={FIGURE: "as recorded"}, seconds=1.0)
    for name, value in more.items():
        setattr(outcome, name, value)
    steps = [("Rebuilt", outcome.passed, "now"), ("No network", None, "not here")]
    machine = [("System", "any")]
    return review.Review(outcome, steps, machine, "A. <b>Reader</b>", "2026-01-02 03:04:05", 2.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout with a citation and one built figure."""
    (tmp_path / "notebooks" / "cases").mkdir(parents=True)
    (tmp_path / FIGURE).parent.mkdir(parents=True)
    (tmp_path / FIGURE).write_text("")
    (tmp_path / "CITATION.cff").write_text((REPO / "CITATION.cff").read_text())
    return tmp_path


def test_codecheck_has_the_form_of_the_specification(root: Path) -> None:
    found = _review(files={FIGURE: "as recorded", "figures/river/01-gone.pdf": "x"})
    text = review.codecheck(found, {FIGURE: "Figure 1: “a” — with: a colon"}, root)
    assert text.startswith("%YAML 1.1\n---\nversion: https://codecheck.org.uk/spec/config/1.0\n")
    content = yaml.safe_load(text)
    assert content["manifest"] == [{"file": FIGURE, "comment": "Figure 1: “a” — with: a colon"}]
    assert content["paper"]["title"].startswith("Framelines") and content["paper"]["authors"]
    assert content["codechecker"] == [{"name": "A. <b>Reader</b>"}]
    assert content["check_time"] == "2026-01-02 03:04:05" and content["report"]
    assert "all 2 results are as recorded" in content["summary"]
    assert not any(word in text for word in ("FIXME", "TODO", "XXX", "ORCID"))


def test_the_certificate_is_a_page_like_the_others(root: Path) -> None:
    page = review.certificate(_review(), {}, root)
    assert markup.audit(page) == [] and "<h1>Reproduced</h1>" in page
    assert "A. &lt;b&gt;Reader&lt;/b&gt;" in page and "not done" in page


def test_the_certificate_tells_what_moved(root: Path) -> None:
    change = Change("number", "x 01, documents: 28 → <i>29</i>", ["feeds finding 1"])
    found = _review(moved={FIGURE: MOVED}, changes=[change], causes=["data/a.csv: 1 lines added"])
    page = review.certificate(found, {}, root)
    assert "<h1>Not reproduced</h1>" in page and not found.passed
    assert "28 → &lt;i&gt;29&lt;/i&gt;" in page and "data/a.csv" in page
    assert "1 of 1 results are not as recorded" in review.summary(found)
    stopped = _review(stopped="The build stopped. <x>")
    assert "The build stopped. &lt;x&gt;" in review.certificate(stopped, {}, root)
    assert "stopped before its end" in review.summary(stopped)
