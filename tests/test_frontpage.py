"""What the README prints is that of the build."""

from pathlib import Path

import pytest

from framelines import frontpage
from framelines.corpus import REPO
from framelines.problems import DataError


def test_the_readme_is_fresh() -> None:
    assert (REPO / "README.md").read_text(encoding="utf-8") == frontpage.readme()


def test_every_link_of_the_readme_leads_somewhere() -> None:
    text = (REPO / "README.md").read_text(encoding="utf-8")
    built = ("reports/index.html", "build/", "docs/benchmarks.md")
    for target in frontpage.links(text):
        assert target.startswith(built) or (REPO / target).exists(), target


@pytest.mark.parametrize("lost", list(frontpage.BLOCKS))
def test_a_readme_without_its_marks(tmp_path: Path, lost: str) -> None:
    marks = [
        f"{frontpage.OPEN.format(name)}\nstale words\n{frontpage.CLOSE.format(name)}"
        for name in frontpage.BLOCKS
    ]
    (tmp_path / "README.md").write_text("\n".join(["# X", *marks, "end\n"]))
    text = frontpage.readme(tmp_path)
    assert "stale words" not in text and text.endswith("end\n")
    (tmp_path / "README.md").write_text(text.replace(frontpage.CLOSE.format(lost), ""))
    with pytest.raises(DataError, match=f"the marks of {lost} are gone"):
        frontpage.readme(tmp_path)
