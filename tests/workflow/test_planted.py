"""Whatever stands in a field of text is text: on every page, in print, in LaTeX, in a browser."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from framelines import markup
from framelines.formats import ARABIC
from tests.browser.devtools import Browser
from tests.workflow import small

pytestmark = pytest.mark.slow

PLANTED = (
    "<script>document.title='hit'</script><img alt=a src=x onerror=document.title='hit'>"
    "$\\undefined$ \\undefined #panic() *{x} [a](javascript:document.title='hit')"
)
# Free text that readers meet somewhere. Words that rules compare are left alone.
FIELDS = {
    "sources": ["name"],
    "documents": ["label", "author", "source_basis", "published_basis"],
    "regions": ["note"],
    "places": ["name"],
    "actors": ["name", "note"],
    "events": ["label"],
    "claims": ["note", "place_relation"],
    "captures": ["note"],
    "acts": ["note"],
    "frames": ["name", "definition", "include", "exclude"],
    "frame_codes": ["note"],
    "reference": ["event", "according_to", "title", "note"],
}


def _plant(path: Path, columns: list[str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for column in columns:
            row[column] = f"{row[column]} {PLANTED}".strip()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout that was built from tables whose every field of text was planted."""
    folder = small.checkout(tmp_path_factory.mktemp("planted") / "here", notebooks=4)
    for name, columns in FIELDS.items():
        path = folder / "data" / "example" / f"{name}.csv"
        if path.is_file():
            _plant(path, columns)
    case = folder / "notebooks" / "cases" / f"{small.CASE}.yaml"
    content = yaml.safe_load(case.read_text(encoding="utf-8")) | {"title": f"Arda {PLANTED}"}
    case.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    small.run(folder, "reports")
    return folder


def test_it_is_met_as_text_and_nowhere_as_markup(place: Path) -> None:
    pages = sorted(place.glob("reports/**/*.html"))
    assert len(pages) > 8 and (place / "reports/example/report.pdf").is_file()
    met = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert markup.audit(text) == [] and "<script" not in text
        met += "&lt;script&gt;document.title" in text
    assert met > 4


def test_nothing_of_it_runs_in_a_browser(place: Path, browser: Browser) -> None:
    for page in sorted(place.glob("reports/**/*.html")):
        browser.open(page.as_uri())
        asked = [event["request"]["url"] for event in browser.named("Network.requestWillBeSent")]
        assert [url for url in asked if url != page.as_uri() and not url.startswith("data:")] == []
        assert browser.run("[...document.links].every(a => a.protocol !== 'javascript:')")
        assert browser.run("document.title") != "hit"
        assert browser.named("Runtime.exceptionThrown") == []


def test_latex_prints_it(place: Path, tmp_path: Path) -> None:
    if not shutil.which("pdflatex"):
        pytest.skip("pdflatex is not here (Debian: texlive-latex-recommended)")
    tables = [
        f"\\input{{{path.relative_to(place).as_posix()}}}\\clearpage"
        for path in sorted(place.glob("reports/example/tables/*.tex"))
        if not ARABIC.search(path.read_text(encoding="utf-8"))
    ]
    numbers = [
        f"\\input{{{path.relative_to(place).as_posix()}}}"
        for path in sorted(place.glob("reports/example/numbers/*.tex"))
    ]
    lines = ["\\documentclass{article}\\usepackage[T1]{fontenc}"]
    lines += ["\\usepackage{booktabs,array,longtable}", *numbers, "\\begin{document}"]
    (tmp_path / "all.tex").write_text("\n".join([*lines, *tables, "\\end{document}"]))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"-output-directory={tmp_path}"]
        + [str(tmp_path / "all.tex")],
        cwd=place,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TEXMFVAR": str(tmp_path)},
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-3000:]
