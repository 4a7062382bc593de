"""A rebuild held against its manifest, in a small repository whose build takes no time."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from small import laid, write

from framelines.build import verify
from framelines.errors import DataError

# A build that reads one number and makes results of it.
BUILD = """
import json
from pathlib import Path
dead = json.loads(Path("data/dead.json").read_text())
assert dead >= 0, "no such river"
number = {"value": dead, "text": str(dead), "unit": "dead"}
finding = {"name": "Own losses", "verdict": "holds" if dead > 4 else "fails", "numbers": ["dead"]}
record = json.dumps({"numbers": {"dead": number}, "findings": [finding]}, indent=1)
files = {"tables/02-dead.csv": f"side,dead\\nnorth,{dead}\\n", "numbers/02.json": record}
files |= {"02-two.html": "page", "../../build/executed/river/02-two.ipynb": "{}"}
for ending in ("svg", "png"):
    files[f"../../figures/river/02-dead.{ending}"] = Path("data/picture.svg").read_text()
for name, text in files.items():
    path = Path("reports/river", name).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
"""
TABLE, NUMBERS = "reports/river/tables/02-dead.csv", "reports/river/numbers/02.json"
FIGURE = "figures/river/02-dead.png"
PICTURE = '<svg><rect x="{}" y="2"/></svg>'
COMMIT = "git -c user.name=A -c user.email=a@b.org -c commit.gpgsign=false commit -qm 'a state'"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository, built, recorded and committed, in a folder with a space in its name."""
    files = {"lib/framelines/__init__.py": "", "lib/framelines/__main__.py": BUILD}
    files |= {"data/dead.json": "52.25", "data/picture.svg": PICTURE.format(100.5)}
    files |= {".gitignore": "/build/\nreports/**/*.html\n__pycache__/\n"}
    root = laid(tmp_path / "a tree", files)
    subprocess.run(f"git init -q && {COMMIT} --allow-empty", shell=True, cwd=root, check=True)
    verify.rebuild(root)
    verify.manifest(root)
    subprocess.run(f"git add . && {COMMIT}", shell=True, cwd=root, check=True)
    return root


def verified(root: Path, capsys: Any, expect: int = 2, **how: bool) -> str:
    assert verify.verify(root, **how) == expect
    return str(capsys.readouterr().out)


def test_the_manifest_is_small_and_what_it_records_is_rebuilt(root: Path, capsys: Any) -> None:
    text = (root / verify.FILE).read_text()
    results = json.loads(text)["results"]
    built = ["build/executed/river/02-two.ipynb", "reports/river/02-two.html"]
    assert list(results) == sorted([FIGURE, f"{FIGURE[:-3]}svg", NUMBERS, TABLE, *built])
    assert len(text.splitlines()) == len(results) + 4 and str(root) not in text
    assert "6 results: 0 not as recorded." in verified(root, capsys, 0)
    assert not (root / "build" / "verify").exists()
    # The last bits may differ.
    (root / "data" / "dead.json").write_text("52.25000001")
    (root / "data" / "picture.svg").write_text(PICTURE.format(100.50000001))
    assert "3 with other bytes and the same values" in verified(root, capsys, 0)
    (root / "data" / "picture.svg").write_text(PICTURE.format(160.5))
    assert f"{FIGURE[:-3]}svg: not as {verify.FILE} says" in verified(root, capsys)
    (root / "data" / "dead.json").write_text("3.5")
    said = verified(root, capsys)
    assert "with 2 changes that are not committed" in said
    for line in ("- dead: 52.25", "+ dead: 3.5", "- Own losses: “holds”", "+ Own losses: “fails”"):
        assert f"  {line}" in said
    assert "3.5 dead; feeds Own losses" in said
    assert "- north,52.25\n  + north,3.5" in said and f"{TABLE}: not as" in said
    for same in ("a,1.234567 a,1.234568", "−0.5 −0.5000001", "1e-15 0.0"):
        assert verify.same_values(*same.split())
    for other in ("a,1.23456 a,1.23458", "a,1234567 a,1234568", "12e456 13e456", "a,1 b,1"):
        assert not verify.same_values(*other.split())


def test_what_is_damaged_missing_new_or_no_longer_built(root: Path, capfd: Any) -> None:
    (root / NUMBERS).write_text((root / NUMBERS).read_text().replace("52.25", "57.25"))
    (root / FIGURE).unlink()
    write(root / "figures" / "river" / "02-stray.svg", "<svg/>")
    write(root / "lib/framelines/__main__.py", BUILD.replace("02-two.html", "02-new.html"))
    said = verified(root, capfd)
    for name in (NUMBERS, FIGURE):
        assert f"{name}: damaged or missing; restore it: git checkout -- {name}" in said
    assert "- dead: 57.25 dead; feeds Own losses" in said and TABLE not in said
    assert f"reports/river/02-new.html: not as {verify.FILE} says" in said
    for name in ("figures/river/02-stray.svg", "reports/river/02-two.html"):
        assert f"{name}: not built" in said
    (root / "data" / "dead.json").write_text("-1")
    with pytest.raises(DataError, match="the rebuild: it stopped"):
        verify.verify(root)
    assert "no such river" in capfd.readouterr().err


def test_a_review_wants_everything_committed(root: Path, capsys: Any) -> None:
    manifest = json.loads((root / verify.FILE).read_text())
    manifest["results"][TABLE] = manifest["results"][TABLE][::-1]
    (root / verify.FILE).write_text(json.dumps(manifest, indent=1))
    with pytest.raises(DataError, match=f"not committed; met '{verify.FILE}'"):
        verify.verify(root, clean=True)
    subprocess.run(f"{COMMIT} -a", shell=True, cwd=root, check=True)
    said = verified(root, capsys, clean=True)
    assert f"{TABLE}: not as {verify.FILE} says" in said and "6 results: 1 not as recorded." in said


def test_what_is_no_manifest_and_no_clone(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"results": 3}', '{"results": {}}'):
        (tmp_path / verify.FILE).write_text(text)
        last = "}}" in text  # of nothing to compare with, for there is no git
        with pytest.raises(DataError, match="git: this needs a clone" if last else "make manifest"):
            verify.verify(tmp_path)


def test_two_revisions_in_words(root: Path, capsys: Any) -> None:
    (root / "data" / "dead.json").write_text("60")
    verify.rebuild(root)
    assert verify.diff("HEAD", root) == 0
    told = capsys.readouterr().out
    assert "+ dead: 60 dead; feeds Own losses" in told and "+ north,60" in told
    subprocess.run(f"{COMMIT} -a", shell=True, cwd=root, check=True)
    verify.diff("HEAD~1..HEAD", root)
    assert capsys.readouterr().out == told
    verify.diff("HEAD", root)
    assert capsys.readouterr().out == "0 files of results differ.\n"
    with pytest.raises(DataError, match="git: fatal: bad revision"):
        verify.diff("--output=x", root)
