"""An article gets its numbers from the results or not at all, in Typst and in LaTeX."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from framelines import paper, typeset
from framelines.corpus import REPO
from framelines.formats import ARABIC
from framelines.problems import DataError

HOSTILE = '#panic("hit") \\" $x$ *b* \n [ ] ${} \u202e'
ARTICLE = """#import "article.typ": article, results-of, figure-of, table-of
#let river = results-of("river", "01")
#show: article.with(title: "A title", authors: "A", abstract: [B])
= One
Met: #river("KEY", unit: true)
"""


def _place(root: Path, text: str = HOSTILE, key: str = "who", more: str = "") -> Path:
    """Lay down one case with one notebook's results, and an article that asks for a number."""
    (root / "notebooks" / "cases").mkdir(parents=True)
    (root / "notebooks" / "cases" / "river.yaml").write_text("title: R\ndata: data\n")
    (root / "notebooks" / "01-one.ipynb").write_text("{}")
    record: dict[str, Any] = dict(
        numbers=dict(who=dict(text=text, unit="%", value=text)),
        figures=[dict(file="figures/river/01-a-b", alt="", caption="A caption.")],
        tables=[dict(file="reports/river/tables/01-outlets", caption="Outlets.")],
    )
    for folder in ("reports/river/numbers", "reports/river/tables", "figures/river", "paper"):
        (root / folder).mkdir(parents=True)
    (root / "reports" / "river" / "numbers" / "01.json").write_text(json.dumps(record))
    table = "outlet,words,rate\n#panic(),12000,1.5\nb,-3,\n"
    (root / "reports" / "river" / "tables" / "01-outlets.csv").write_text(table)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    (root / "figures" / "river" / "01-a-b.svg").write_text(svg)
    shutil.copy(REPO / "paper" / "article.typ", root / "paper")
    (root / "paper" / "paper.typ").write_text(ARTICLE.replace("KEY", key) + more)
    return root


def test_numbers_are_looked_up_and_inert(tmp_path: Path) -> None:
    columns = "columns: (outlet: [Outlet], words: [Words], rate: [Rate]), caption: [C]"
    more = f'#table-of(("river", "01", "outlets"), {columns})\n'
    pdf = paper.paper(root=_place(tmp_path, more=more))
    assert pdf == tmp_path / "build" / "paper" / "paper.pdf"
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True)
        assert '#panic("hit")' in done.stdout and "#panic()" in done.stdout
        assert "12,000" in done.stdout and "−3" in done.stdout and "1.50" in done.stdout
    assert paper.paper(root=tmp_path).read_bytes() == pdf.read_bytes()


@pytest.mark.parametrize(
    ("key", "more", "said"),
    [
        ("nobody", "", "no number of river 01 is called nobody; there are: who"),
        ("who", '#figure-of("river", "01", "lanes")', "is called lanes; there are: a-b"),
        ("who", '#figure-of("river", "02", "lanes")', "is called 02; there are: 01"),
        ("who", '#figure-of("river", "01", "a-b")', "missing alt text"),
    ],
)
def test_what_is_not_there_stops_the_article(
    tmp_path: Path, key: str, more: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        paper.paper(root=_place(tmp_path, key=key, more=more))
    assert not (tmp_path / "build" / "paper" / "paper.pdf").exists()


def test_a_string_of_typst_holds_any_text(tmp_path: Path) -> None:
    source = '#set document(title: "A")\n#assert.eq({}, json(bytes({})))'
    as_json = json.dumps(HOSTILE, ensure_ascii=True)
    text = source.format(paper.typst_string(HOSTILE), paper.typst_string(as_json))
    assert typeset.compile_pdf(text.encode(), tmp_path / "a.pdf", tmp_path)


def test_the_numbers_of_the_article_are_those_of_the_build() -> None:
    given = (REPO / "paper" / "numbers.typ").read_text(encoding="utf-8")
    for case, notebooks in paper.results().items():
        for prefix, entry in notebooks.items():
            for name, (text, _) in entry["numbers"].items():
                line = f"{paper.typst_string(name)}: ({paper.typst_string(text)}, "
                assert line in given, f"{case} {prefix}: {name}. Run make paper"


def _number(case: str, prefix: str, key: str) -> Any:
    record = json.loads((REPO / f"reports/{case}/numbers/{prefix}.json").read_text("utf-8"))
    return record["numbers"][key]["value"]


def test_what_the_article_says_in_words_still_holds() -> None:
    assert _number("palmyra", "02", "calendar_verdict") == "calibrated"
    assert _number("palmyra", "02", "dates_before") == 0
    assert _number("palmyra", "02", "dates_after") == _number("palmyra", "02", "dates_events")
    assert _number("idlib", "02", "fall_fit") == "all of these dates can be of one day"
    assert _number("idlib", "02", "fall_full_most") == "lie on one day"
    for key in ("naming_certainty", "frame_certainty"):
        assert "no test" in _number("palmyra", "03", key)
    assert _number("palmyra", "04", "turning") == 0
    for finding in ("naming_by_genre", "attribution_by_genre"):
        assert _number("idlib", "04", f"{finding}_name") in _number("idlib", "04", "turning_names")


def test_every_reference_has_what_a_reader_needs() -> None:
    entries = (REPO / "paper" / "references.bib").read_text(encoding="utf-8").split("@article{")
    for entry in entries[1:]:
        for field in ("author", "title", "journal", "year", "volume", "pages", "doi"):
            assert f"  {field} " in entry, entry


def _latex(program: str, source: str, place: Path) -> str:
    """Run a LaTeX on a file, from the root of the repository; return what it says."""
    done = subprocess.run(
        [
            program,
            "-interaction=nonstopmode",
            "-halt-on-error",
            f"-output-directory={place}",
            source,
        ],
        cwd=REPO,
        env={"PATH": "/usr/bin:/bin", "HOME": str(place), "TEXMFVAR": str(place)},
        capture_output=True,
    )
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[-3000:]
    return log


@pytest.mark.slow
def test_every_number_table_and_figure_works_in_latex(tmp_path: Path) -> None:
    if not shutil.which("pdflatex"):
        pytest.skip("pdflatex is not here (Debian: texlive-latex-recommended)")
    # Arabic needs another LaTeX than this one.
    tables = [
        path.relative_to(REPO)
        for path in sorted(REPO.glob("reports/*/tables/*.tex"))
        if not ARABIC.search(path.read_text(encoding="utf-8"))
    ]
    numbers = [path.relative_to(REPO) for path in sorted(REPO.glob("reports/*/numbers/*.tex"))]
    figures = [path.relative_to(REPO) for path in sorted(REPO.glob("figures/*/*.pdf"))]
    assert numbers and tables and figures
    fit = "width=.9\\linewidth,height=.9\\textheight,keepaspectratio"
    lines = [
        "\\documentclass[10pt]{article}\\usepackage[T1]{fontenc}",
        "\\usepackage[a4paper,margin=25mm]{geometry}\\usepackage{booktabs,array,longtable,graphicx}",
        *(f"\\input{{{path.as_posix()}}}" for path in numbers),
        "\\begin{document}",
        *(f"\\input{{{path.as_posix()}}}\\clearpage" for path in tables),
        *(f"\\includegraphics[{fit}]{{{path.as_posix()}}}\\clearpage" for path in figures),
        "\\end{document}",
    ]
    (tmp_path / "all.tex").write_text("\n".join(lines))
    log = _latex("pdflatex", str(tmp_path / "all.tex"), tmp_path)
    for fault in ("Missing character", "already defined", "Float too large"):
        assert fault not in log, log[log.index(fault) - 500 :][:600]
    # A few points show nowhere; what runs off the page does.
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", log)]
    assert not wide or max(wide) < 6
    assert (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.parametrize("program", ["pdflatex", "lualatex"])
def test_numbers_table_and_figure_work_in_latex(tmp_path: Path, program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not here (Debian: texlive-latex-recommended and more)")
    log = ""
    for _ in range(2):
        log = _latex(program, "paper/latex/example.tex", tmp_path)
    assert "undefined" not in log.replace("lmr/m/n' undefined", ""), log[-3000:]
    assert (tmp_path / "example.pdf").read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):
        command = ["pdftotext", "-layout", tmp_path / "example.pdf", "-"]
        words = " ".join(subprocess.run(command, capture_output=True, text=True).stdout.split())
        record = json.loads((REPO / "reports/palmyra/numbers/01.json").read_text("utf-8"))
        for name in ("documents", "sources", "tokens", "largest"):
            assert record["numbers"][name]["text"] in words
        assert "Table 1: Outlets" in words and "Figure 1: How" in words
