"""The README's findings are those of the build."""

from pathlib import Path

import pytest

from framelines.corpus import REPO
from framelines.frontpage import CLOSE, OPEN, readme
from framelines.problems import DataError


def test_the_readme_is_fresh() -> None:
    assert (REPO / "README.md").read_text(encoding="utf-8") == readme()


def test_a_readme_without_its_marks(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"# X\n{OPEN}\n")
    with pytest.raises(DataError, match="marks of the findings are gone"):
        readme(tmp_path)
    (tmp_path / "README.md").write_text(f"# X\n{OPEN}\nold\n{CLOSE}\nend\n")
    assert "old" not in readme(tmp_path) and readme(tmp_path).endswith("end\n")
