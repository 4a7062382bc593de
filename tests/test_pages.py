"""The front page opens with what was found; the pages beside it are complete, steady and silent."""

import json
import re
import shutil
from pathlib import Path

import pytest

from framelines import lookups, markup, pages, schema
from framelines.corpus import REPO
from framelines.problems import DataError

SOURCES = (
    "docs/methods.md docs/environment.md docs/colophon.md paper/references.bib Makefile "
    "pyproject.toml requirements.lock CITATION.cff data/CODEBOOK.md data/INTRODUCTION.md"
)
HOSTILE = "<script>hit()</script><img alt=a src=x onerror=hit()> [a](javascript:hit()) &lt;b&gt;"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout with one case and one notebook that has run, and one that has not."""
    for name in SOURCES.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPO / name, tmp_path / name)
    (tmp_path / "notebooks" / "cases").mkdir(parents=True)
    for case in ("river", "hill"):
        text = f"title: The {case} & <b>war</b>\ndata: data\nparameters: {{seed: 7}}\n"
        (tmp_path / "notebooks" / "cases" / f"{case}.yaml").write_text(text)
    shutil.copy(REPO / "notebooks" / "01-source-profiles.ipynb", tmp_path / "notebooks")
    page = tmp_path / "reports" / "river" / "01-source-profiles.html"
    page.parent.mkdir(parents=True)
    page.write_text("A page.")
    return tmp_path


def _record(root: Path, sentence: str, **number: str) -> None:
    finding = {"text": sentence, "shows": "Figure 1", "anchor": "fig-01-a", "numbers": ["dead"]}
    given = {"text": "28", "unit": "persons", "source": "claims.csv"} | number
    record = {"findings": [finding], "numbers": {"dead": given}}
    record |= {"figures": [{}], "tables": [{}, {}]}
    (root / "reports" / "river" / "numbers").mkdir()
    (root / "reports" / "river" / "numbers" / "01.json").write_text(json.dumps(record))


def _read(root: Path, name: str) -> str:
    return (root / "reports" / f"{name}.html").read_text(encoding="utf-8")


def test_the_front_page_opens_with_what_was_found(root: Path) -> None:
    _record(root, "It *holds* 28 &lt;b&gt;.")
    page = pages.index(root=root).read_text(encoding="utf-8")
    assert "It <em>holds</em> 28 &lt;b&gt;." in page
    assert 'href="river/01-source-profiles.html#fig-01-a"' in page
    assert "<dt><code>dead</code></dt>\n<dd>28 persons, from <code>claims.csv</code></dd>" in page
    assert 'href="river/report.pdf"' in page
    assert "1 figure, 2 tables" in page and "No finding is stated yet." in page
    places = [page.index(f"{heading}</h2>") for heading in ("found", "Reports", "reports")]
    assert places == sorted(places)
    for name in pages.SHELF:
        assert f'<dt><a href="{name}.html">' in page and (root / f"reports/{name}.html").is_file()


def test_what_a_text_plants_in_a_finding_stays_inert(root: Path) -> None:
    _record(root, HOSTILE, text=HOSTILE, unit=HOSTILE, source=HOSTILE)
    page = pages.index(root=root).read_text(encoding="utf-8")
    assert markup.audit(page) == []
    for sign in ("<script", " onerror=hit()>", 'javascript:hit()"'):
        assert sign not in page


def test_pages_tell_nothing_of_machine_day_or_folder(root: Path, tmp_path: Path) -> None:
    pages.index(root=root)
    other = tmp_path / "b c"
    shutil.copytree(root, other, ignore=shutil.ignore_patterns("b c"))
    pages.index(root=other)
    for name in (*pages.SHELF, "index"):
        page = _read(root, name)
        assert page == _read(other, name) and markup.audit(page) == []
        assert str(root) not in page and str(REPO) not in page and "/home/" not in page


def test_links_between_the_pages_lead_somewhere(root: Path) -> None:
    pages.index(root=root)
    for name in pages.SHELF:
        for page, anchor in re.findall(r'href="(\w+)\.html(?:#([^"]+))?"', _read(root, name)):
            target = _read(root, page)
            assert not anchor or f'id="{anchor}"' in target, f"{name}: {page}.html#{anchor}"


def test_every_table_and_frame_is_described(root: Path) -> None:
    pages.index(root=root)
    data, codebook = _read(root, "data"), _read(root, "codebook")
    for table in schema.TABLES.values():
        assert f"<code>{table.file}</code></h3>" in data
        assert all(f"<td><code>{column.name}</code></td>" in data for column in table.columns)
    frames = (REPO / "data" / "frames.csv").read_text(encoding="utf-8").splitlines()[1:]
    for frame in {line.partition(",")[0] for line in frames} - {"none", "furniture", "fragment"}:
        assert frame in codebook


def test_the_methods_are_those_of_the_code(root: Path) -> None:
    pages.index(root=root)
    page = _read(root, "methods")
    assert "{{" not in page and "[@" not in page
    assert "<code>contrasts.contrast</code>: return the share of hits in the first group" in page
    assert 'id="ref-monroe2008"' in page and 'href="#ref-monroe2008"' in page
    assert "Monroe et al. 2008" in page and "Political Analysis</em> 16(4), 372–403" in page


def test_the_environment_is_that_of_the_lock(root: Path) -> None:
    lock = root / "requirements.lock"
    lock.write_text("numpy==9.9 \\\n    --hash=sha256:0\nodd==1.0 ; python_version < '3.12' \\\n")
    pages.index(root=root)
    page = _read(root, "environment")
    assert "<li>numpy 9.9</li>" in page and "Installed apart from it: numpy " in page
    assert "<li>odd 1.0 <small>(python_version &lt; '3.12')</small></li>" in page
    assert "<code>PYTHONHASHSEED</code>" in page and "<code>MPLBACKEND</code>" in page
    assert "<td>hill: 7; river: 7</td>" in page


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{trust.NOTHING}}", "no such setting in the library"),
        ("{{nowhere.BAR}}", "no such setting in the library"),
        ("[@nobody1900]", "has no such reference"),
        ("<!-- functions: keyness.nothing -->", "no such function in the library"),
    ],
)
def test_what_is_not_there_is_told(source: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        lookups.fill(source, "docs/methods.md")


def test_a_setting_is_looked_up() -> None:
    assert lookups.fill("{{calibration.OFFSETS}}", "x") == "−2, −1, 0, 1, 2"
    assert lookups.fill("{{style_distance.MIN_TOKENS}}", "x") == "2,500"
