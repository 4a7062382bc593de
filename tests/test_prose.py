"""No number in prose is typed by hand: each is injected from the results, or it goes stale.

Read are the Markdown of the notebooks, the words given to `out.say`, `out.finding`, `out.table` and
`out.figure` in notebooks and library, and the article. What may hold a digit is listed here.
"""

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from framelines.corpus import REPO

NOTEBOOKS = sorted((REPO / "notebooks").glob("*.ipynb"))
LIBRARY = sorted(p for p in (REPO / "lib").rglob("*.py") if "out." in p.read_text("utf-8"))
# article.typ is layout and numbers.typ is generated; neither holds prose.
TYPST = sorted({*(REPO / "paper").glob("*.typ")} - {REPO / "paper" / "article.typ"})
TYPST = [path for path in TYPST if path.name != "numbers.typ"]
TEX = sorted((REPO / "paper").rglob("*.tex"))
DOCS = [REPO / "docs" / f"{name}.md" for name in ("methods", "environment", "colophon")]
# Which words of a call are prose: by position, and by name.
PROSE_OF = {"say": (0, ()), "finding": (0, ()), "table": (None, ("caption", "footer"))}
PROSE_OF["figure"] = (None, ("alt", "caption"))

ALLOWED = {
    "an address": r"https?://\S+|\bdoi:\S+|\b10\.\d{4,}/\S+",
    "the unit of a rate": r"\bper (?:1,000|1000|100) (?:words|sentences|tokens)\b",
    "a measure whose name has a digit": r"\bF1\b|\bG2\b|\bB3\b",
    "a licence or a guideline": r"\bCC BY 4\.0\b|\bWCAG 2\.2\b",
    "a standard": r"\bSHA-256\b|\bISO \d{4,5}\b|\bPDF/UA-1\b|\bUTF-8\b|\bEDTF level 1\b",
    "the number of a notebook": r"\bnotebooks? 0\d\b",
}


def _references() -> str:
    """Return a pattern for the references of the article: their surnames, then their year."""
    entries = (REPO / "paper" / "references.bib").read_text(encoding="utf-8").split("@article")
    patterns = []
    for entry in entries[1:]:
        authors = re.search(r"author\s*=\s*\{(.*?)\},", entry, re.DOTALL)
        year = re.search(r"year\s*=\s*\{(\d{4})\}", entry)
        assert authors and year, entry
        first = re.escape(authors[1].split(",")[0].strip())
        patterns.append(rf"\b{first}(?: et al\.| (?:&|and) \w+)?,? \(?{year[1]}\b")
    return "|".join(patterns)


ALLOWED["a reference that stands in paper/references.bib"] = _references()
ALLOWED_AT_ALL = re.compile("|".join(ALLOWED.values()))


def typed(text: str) -> list[str]:
    """Return what holds a digit in a text and is not on the list, with the words around it."""
    rest = ALLOWED_AT_ALL.sub(" ", text)
    return [" ".join(found[0].split()) for found in re.finditer(r"\S*\s?\S*\d\S*\s?\S*", rest)]


# --- what is prose -----------------------------------------------------------------------------


def markdown_prose(source: str) -> str:
    """Return Markdown without code, formulas, addresses, comments and numbers of list items."""
    source = re.sub(r"(?s)```.*?```|<!--.*?-->|\$\$.*?\$\$", " ", source)
    source = re.sub(r"`[^`]*`|\$[^$\n]+\$|\]\([^)]*\)|<[^>\n]+>", " ", source)
    return re.sub(r"(?m)^\s*\d+\. |\[\^\d+\]:?", " ", source)


def template_prose(template: str) -> str:
    """Return a template of `out`, or a piece of one, without its placeholders."""
    try:
        return " ".join(literal for literal, *_ in string.Formatter().parse(template))
    except ValueError:  # a piece that is joined to others
        return template.replace("{", " ").replace("}", " ")


def said_in(code: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string that a call of `out` shows to readers."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if not isinstance(node.func.value, ast.Name) or node.func.value.id != "out":
            continue
        position, names = PROSE_OF.get(node.func.attr, (None, ()))
        words = [node.args[position]] if position is not None and node.args else []
        words += [keyword.value for keyword in node.keywords if keyword.arg in names]
        for word in words:
            for part in ast.walk(word):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, template_prose(part.value)


def typst_prose(source: str) -> str:
    """Return an article without comments, raw text, references and strings that are mere names."""
    source = re.sub(r"(?m)^\s*//.*$|(?<!:)//.*$", " ", source)
    source = re.sub(r"`[^`]*`|(?<!\w)@[\w:-]+|<[\w:-]+>", " ", source)
    return re.sub(r'"[^"\s]*"', " ", source)


def tex_prose(source: str) -> str:
    """Return LaTeX without comments and without the arguments of commands that hold no prose."""
    source = re.sub(r"(?m)(?<!\\)%.*$", " ", source)
    silent = "documentclass usepackage input includegraphics label ref setlength cite".split()
    return re.sub(rf"\\(?:{'|'.join(silent)})(?:\[[^]]*\])?(?:\{{[^}}]*\}})+", " ", source)


def _cells(path: Path, kind: str) -> Iterator[tuple[str, str]]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == kind:
            yield cell.get("id", "?"), "".join(cell["source"])


# --- the tests ---------------------------------------------------------------------------------


def _none(found: list[str], path: Path) -> None:
    where = path.relative_to(REPO).as_posix()
    told = "\n".join(f"{where}, {line}" for line in found)
    assert not found, f"Typed by hand; enter it by out.number and name it in braces:\n{told}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_number_is_typed_in_a_notebook(path: Path) -> None:
    found = []
    for cell, source in _cells(path, "markdown"):
        found += [f"cell {cell}: {words}" for words in typed(markdown_prose(source))]
    for cell, source in _cells(path, "code"):
        for line, text in said_in(source):
            found += [f"cell {cell}, line {line}: {words}" for words in typed(text)]
    _none(found, path)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.relative_to(REPO).as_posix())
def test_no_number_is_typed_in_what_the_library_says(path: Path) -> None:
    said = said_in(path.read_text(encoding="utf-8"))
    _none([f"line {line}: {words}" for line, text in said for words in typed(text)], path)


@pytest.mark.parametrize("path", [*TYPST, *TEX], ids=lambda p: p.name)
def test_no_number_is_typed_in_the_article(path: Path) -> None:
    prose = {".typ": typst_prose, ".tex": tex_prose}[path.suffix]
    _none(typed(prose(path.read_text(encoding="utf-8"))), path)


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_no_number_is_typed_on_a_page_of_prose(path: Path) -> None:
    source = re.sub(r"\{\{[\w.]+\}\}|\[@[^]]+\]", " ", path.read_text(encoding="utf-8"))
    _none(typed(markdown_prose(source)), path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("All 28 documents.", ["All 28 documents."]),
        ("It rose by 12.5 %.", ["by 12.5 %."]),
        ("In 2017 it fell.", ["In 2017 it"]),
        ("Rates are per 1,000 words (Eder 2015; Evert et al. 2017).", []),
        ("See https://doi.org/10.1093/llc/fqt066 and the F1.", []),
    ],
)
def test_what_counts_as_typed(text: str, found: list[str]) -> None:
    assert typed(text) == found


def test_code_formulas_and_placeholders_are_no_prose() -> None:
    assert (
        typed(markdown_prose("1. One `x = 5`, $p < 0.05$, [a](b2.html), note[^1] <b id=h1>")) == []
    )
    assert typed(markdown_prose("There are 5.")) == ["are 5."]
    code = 'out.say("{n:unit} and 7 " f"more {x}")\nout.table(f, "t2", caption="4 rows")\nf("9")'
    assert [words for _, text in said_in(code) for words in typed(text)] == ["and 7 more", "4 rows"]


def test_keys_references_and_comments_of_an_article_are_no_prose() -> None:
    source = '#let p = results-of("palmyra", "01") // note 01\n#p("per_1000") @eder2015 <tab2>'
    assert typed(typst_prose(source)) == []
    assert typed(typst_prose('title: "All 28 of them"')) == ['"All 28 of']
    assert typed(tex_prose("\\input{a/01.tex} % 5\n\\label{fig:01}")) == []
    assert typed(tex_prose("We met 28 texts.")) == ["met 28 texts."]
