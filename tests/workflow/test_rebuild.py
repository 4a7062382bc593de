"""From a manifest to a verdict: `make manifest`, `verify`, `diff`, `review`, as users run them."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from framelines import manifest, scratch
from framelines.corpus import REPO
from tests.workflow import small

CLAIMS = "data/example/claims.csv"


def _change_a_digit(folder: Path) -> str:
    """Change one digit of the first figure of killed persons; return its claim."""
    path = folder / CLAIMS
    text = path.read_text(encoding="utf-8")
    head = text.partition("\n")[0].split(",")
    place, kind = head.index("value_min"), head.index("kind")
    for line in text.splitlines():
        cells = line.split(",")
        low, high = cells[place], cells[place + 1]
        if cells[kind] == "killed" and low and low == high and '"' not in line and low[0] != "1":
            cells[place] = "1" + low[1:]
            path.write_text(text.replace(line, ",".join(cells)), encoding="utf-8", newline="\n")
            return cells[1]
    raise AssertionError("no claim of killed persons to change")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a committed checkout with its manifest, whose library has a mark of its own."""
    folder = small.checkout(tmp_path_factory.mktemp("re corded") / "checkout", own_notebook=True)
    with (folder / "lib/framelines/__init__.py").open("a") as library:
        library.write('\nMARK = "its own"\n')
    small.run(folder)
    said = small.run(folder, "manifest")
    assert re.search(r"MANIFEST\.json: \d+ results", said)
    small.commit(folder)
    return folder


@pytest.mark.slow
def test_a_manifest_tells_nothing_of_the_machine(recorded: Path) -> None:
    text = (recorded / manifest.FILE).read_text(encoding="utf-8")
    assert str(recorded) not in text
    assert set(json.loads(text)) == {"python", "lock", "fingerprint", "files"}
    files = manifest.read(recorded)["files"]
    assert files == manifest.sums(recorded)
    assert {name.partition("/")[0] for name in files} == {"build", "figures", "paper", "reports"}


@pytest.mark.slow
def test_a_fresh_clone_verifies_with_a_named_environment(recorded: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(recorded), str(clone)], check=True)
    python = recorded / ".venv" / "bin" / "python"
    # This project's own library lies on the path, and must not be the one that is tested.
    env = small.environment(PYTHONPATH=str(REPO / "lib"))
    said = small.run(clone, "verify", f"PYTHON={python}", env=env, prefix=_without_network())
    assert "level A: every byte is compared" in said and "results are as recorded" in said
    assert not (clone / ".venv").exists()
    record = manifest.numbers("example", "01", clone / "build/verify/checkout")["numbers"]
    assert record["library"]["value"] == "lib/framelines/__init__.py"
    assert record["mark"]["value"] == "its own"


def _without_network() -> tuple[str, ...]:
    return scratch.CUT if scratch.can_cut_network() else ()


@pytest.mark.slow
def test_a_digit_names_all_that_it_moves(recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", str(recorded), str(folder)], check=True)
    scratch.link_environment(folder)
    claim = _change_a_digit(folder)
    said = small.run(folder, "verify", expect=2)
    assert "there are changes that are not committed" in said and CLAIMS in said
    said = small.run(folder, "verify", "ALLOW_DIRTY=1", expect=2)
    assert re.search(
        r"example 01, killed: [\d,]+ persons → [\d,]+ persons\n +feeds finding 1 of", said
    )
    assert re.search(r"finding 1 of example 01\n +- Together .*\n +\+ Together ", said)
    assert "finding 2" not in said
    for base in ("reports/example/tables/01-killed (csv, tex)", "figures/example/01-killed (csv,"):
        assert re.search(rf"{re.escape(base)}.*\n +columns: .*\n +- {claim},\d+\n", said)
    assert f"{CLAIMS} (lines added: 1, taken away: 1)" in said
    # What is made of them moves with them, and nothing else does.
    others = said.partition("Other files\n")[2].partition("\n\n")[0].split()
    assert others == [
        "build/executed/example/01-few.ipynb",
        "paper/numbers.typ",
        "reports/example/01-few.html",
        "reports/example/report.pdf",
        "reports/index.html",
    ]


@pytest.mark.slow
def test_another_processor_is_compared_by_values(recorded: Path) -> None:
    env = small.environment(OPENBLAS_CORETYPE="Prescott", NPY_DISABLE_CPU_FEATURES="AVX512F AVX2")
    said = small.run(recorded, "verify", env=env)
    assert "level B" in said and "the processor or the system" in said
    assert "results are as recorded" in said


@pytest.mark.slow
def test_a_review_leaves_a_certificate(recorded: Path) -> None:
    said = small.run(recorded, "review", "REVIEWER=A. Reader")
    assert "FAILED" not in said and "certificate.html" in said
    place = recorded / "build" / "review"
    page = (place / "certificate.html").read_text(encoding="utf-8")
    assert "<h1>Reproduced</h1>" in page and "A. Reader" in page
    assert ("Cut by unshare" in page) == scratch.can_cut_network()
    content = yaml.safe_load((place / "codecheck.yml").read_text(encoding="utf-8"))
    assert content["codechecker"] == [{"name": "A. Reader"}]
    assert {item["file"] for item in content["manifest"]} == {
        "build/paper/paper.pdf",
        "figures/example/01-killed.pdf",
        "reports/example/report.pdf",
        "reports/example/numbers/01.json",
        "reports/example/tables/01-killed.csv",
    }
    assert all((place / item["file"]).is_file() for item in content["manifest"])
    assert (
        subprocess.run(
            ["git", "status", "--porcelain"], cwd=recorded, capture_output=True, check=True
        ).stdout
        == b""
    )


@pytest.mark.slow
def test_diff_shows_what_moved_and_builds_nothing(recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", str(recorded), str(folder)], check=True)
    scratch.link_environment(folder)
    assert "No figure, table, number or finding moved" in small.run(folder, "diff")
    table = folder / "reports/example/tables/01-killed.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines[:-1], "x,1\n"]))
    (folder / "figures/example/01-killed.png").unlink()
    said = small.run(folder, "diff", "REV=HEAD")
    assert f"- {lines[-1]}\n" in said and "+ x,1\n" in said
    assert re.search(r"figures/example/01-killed\.png\n +it is gone", said)
    assert not (folder / "build").exists() or not list((folder / "build").rglob("*.ipynb"))
    assert "Needed a single revision" in small.run(folder, "diff", "REV=nowhere", expect=2)
