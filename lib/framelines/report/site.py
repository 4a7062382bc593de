"""What readers get of a case: its report, in print too, its explorer, and the front page.

A PDF is set by Typst as tagged PDF (PDF/UA-1). Its bytes depend on what is set and on the locked
packages alone: no date, no font of the machine.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pypandoc
import typst
from markupsafe import Markup

from framelines import REPO, notebooks, write_whole
from framelines.analyses.claims import named
from framelines.analyses.coding import caution
from framelines.analyses.disputes import REFERENCE, accounts
from framelines.corpus.coder import CODER as RULES
from framelines.errors import DataError, Problem
from framelines.figures.style import looks
from framelines.methods.estimate import NOWHERE
from framelines.report import TEMPLATES, fragment
from framelines.report.pages import clean, publish, render_prose
from framelines.report.results import macro_name
from framelines.tables.case import case_names, load_case, read_case_file
from framelines.tables.rows import rows

QUESTION = "How do opposing sources tell the same war?"
# What stands for a case on the front page: the first of these that it has.
PICTURES = ("fig-03-outlets", "fig-02-lanes")
# DejaVu, which has Arabic; Typst carries Libertinus with it.
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
# The columns of the explorer after account and what, by those of `accounts`.
COLUMNS = {"told": "Figure", "day": "Day as stated, and as read"}
COLUMNS |= {"names": "Names in the sentence", "verbs": "Verbs of taking", "words": "In whose words"}


def _rank(finding: dict[str, Any]) -> tuple[int, bool, bool, bool]:
    """How much a verdict says, what holds and was tested first; then if a headline is borne, if its
    answer had been seen, and whether two shares can be drawn."""
    order = ("holds", "holds but", "as expected", "described", "does not hold", "not")
    said = finding["verdict"]
    ranks = [i for i, word in enumerate(order) if said.startswith(word)]
    rank = max(ranks, default=len(order)) + ("untested" in said)
    no_headline = finding["headline"] == finding.get("name")
    return rank, no_headline, finding.get("known_before") == "yes", not finding["bars"]


def _bars(finding: dict[str, Any], numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """The two shares that a finding compares: name and per cent; none where it has none."""
    key, bars = finding.get("id", "").replace("-", "_"), []
    for side in ("first", "second"):
        k, n = (numbers.get(f"{key}_{part}_{side}", {}).get("value") for part in "kn")
        if k is not None and n:
            name = numbers.get(f"{key}_{side}", {}).get("text", side)
            bars.append({"name": name, "share": round(100 * k / n, 1)})
    return bars if len(bars) == 2 and finding["verdict"] != NOWHERE else []


def _cautioned(coder: str, folder: Path, case: str) -> str:
    """What a page must say first of a case whose coder is `rules`; nothing of others."""
    words, errors = caution(folder, case) if coder == RULES else ("", {})
    return words.format_map({key: f"{value:.2f}" for key, value in errors.items()})


def overview(case: str) -> dict[str, Any]:
    """Return a case as readers meet it: title, numbers, and findings, the clearest first.

    `parts` are its figures and tables by name (`fig-02-lanes`), with their html, files and page.
    """
    file = read_case_file(case, REPO)
    planted = (REPO / file.data / "truth.yaml").is_file()
    about: dict[str, Any] = {"name": case, "title": file.title, "about": file.about}
    about |= {"findings": [], "tables": [], "numbers": {}, "listed": [], "parts": {}}
    about |= {"planted": planted, "caution": _cautioned(file.coder, REPO / file.data, case)}
    for notebook in notebooks(REPO):
        numbers, page = REPO / f"reports/{case}/numbers/{notebook[:2]}.json", f"{notebook}.html"
        if numbers.is_file():
            told = json.loads(numbers.read_text(encoding="utf-8"))
            about["numbers"] |= told["numbers"]
            for key, entry in told["numbers"].items():
                macro = macro_name(case, notebook[:2], key)
                about["listed"].append((key, page, entry["text"], macro))
            for kind in ("findings", "tables"):
                about[kind] += [entry | {"page": page} for entry in told[kind]]
        executed = REPO / f"build/executed/{case}/{notebook}.ipynb"
        cells = nbformat.read(executed, as_version=4).cells if executed.is_file() else []
        for output in [output for cell in cells for output in cell.get("outputs", [])]:
            if note := output.get("metadata", {}).get("framelines"):
                own = {"html": note.get("first", output.data["text/html"]), "page": page}
                about["parts"][note["anchor"]] = note | own
    for finding in about["findings"]:
        finding["bars"] = _bars(finding, about["numbers"])
    about["findings"].sort(key=_rank)
    return about


def report(case: str, in_print: bool = False) -> tuple[dict[str, Any], str]:
    """Return `overview` with `picture` and `caption`, and the report as HTML; in print of files."""
    about = overview(case)
    parts = about["parts"]

    def shown(name: str) -> Markup:
        part = parts[name]["html"]
        file = f'src="/{html.escape(parts[name]["files"][0])}"'
        part = re.sub(r"<b>(?:Figure|Table) \d+\.</b> ", "", part)  # those of a notebook
        return Markup(re.sub(r'\bsrc="data:[^"]*"', file, part) if in_print else clean(part))

    told = next((parts[n]["html"] for n in PICTURES if n in parts), "")
    drawn = re.search(r"(?s)(<img[^>]*>).*</b> (.*)</figcaption>", told)
    about["picture"], about["caption"] = map(Markup, drawn.groups() if drawn else ("", ""))
    return about, fragment("report.html.j2", case=about, shown=shown, in_print=in_print)


def typst_source(page: str, title: str) -> str:
    """Return HTML as a Typst document by Pandoc, which escapes whatever a text holds."""
    options = [f"--template={TEMPLATES / 'report.typ'}", f"--lua-filter={TEMPLATES / 'alt.lua'}"]
    options += [f"--metadata=title={title}", f"--metadata=question={QUESTION}", "--wrap=none"]
    options.append("--shift-heading-level-by=-1")
    return str(pypandoc.convert_text(page, "typst", format="html", extra_args=options))


def render_pdf(case: str = "") -> Path:
    """Set the report of a case, or the article `paper/paper.typ`, in print; return its path.

    Raises `DataError` with what Typst says, such as of an image without alternative text, which
    PDF/UA-1 does not allow; nothing is written then.
    """
    source: bytes | Path = REPO / "paper" / "paper.typ"
    if case:
        about, page = report(case, in_print=True)
        source = typst_source(page, about["title"]).encode()
    where = f"reports/{case}/report.pdf" if case else "reports/article.pdf"
    settings: dict[str, Any] = {"root": str(REPO), "font_paths": [str(FONTS)]}
    settings |= {"ignore_system_fonts": True, "pdf_standards": ["ua-1"]}
    try:
        pdf = typst.compile(source, **settings)
    except typst.TypstError as error:
        fix = "; ".join([*error.hints, error.diagnostic.strip()])
        raise DataError([Problem(where, f"Typst: {error.message}", fix=fix)]) from None
    return write_whole(REPO / where, bytes(pdf))


def claim_ids(name: str) -> frozenset[str]:
    """Return the ids of the claims that the explorer of a case shows."""
    return frozenset(rows(load_case(name), "claims")["claim_id"])


def render_explorer(name: str) -> Path:
    """Write every event with all accounts of it as `reports/<case>/explore.html`; return its path.

    The page is whole without its script, which draws lanes from the table and hides what is not
    asked for.
    """
    case = load_case(name)
    table = accounts(case)
    # 2015-08-start and month-may, in words.
    words = {r"-(start|middle|end)\b": r" (\1)", r"^(?:month|weekday)-(\w+)": r"last \1"}
    stated = table["stated"].replace(words, regex=True)
    days = zip(stated, table["days"], strict=True)
    table["day"] = [": ".join(dict.fromkeys(filter(None, one))) for one in days]
    alone = table["source"] + ": on no event of the list"
    table["label"] = table["event"].where(table["event_id"] != "", alone)
    # Claims of no event come last.
    table = table.sort_values("event_id", key=lambda ids: ids == "", kind="stable")
    blocs = dict(case["sources"][["name", "bloc"]].to_numpy())  # two outlets may share a name
    # In the order, and so in the colours, of the figures; all references share one lane.
    sources = {*table["source"][~table["is_reference"]]}
    tellers = sorted(sources, key=lambda t: (named(case, blocs.get(t, "")), t))
    colors = {REFERENCE: ""} | {s: look["color"] for s, look in looks(tellers).items()}
    columns = {key: head for key, head in COLUMNS.items() if (table[key] != "").any()}
    about: dict[str, Any] = {"table": table, "sources": colors, "columns": columns}
    about["caution"] = _cautioned(case.coder, case.folder, case.name)
    return publish(f"{name}/explore.html", f"Explore: {case.title}", "explore.html.j2", **about)


def render_site() -> list[Path]:
    """Write the front page, the report of every case and the prose; return their paths."""
    made, cases = render_prose(), []
    for name in case_names(REPO):
        about, page = report(name)
        file, title = f"{name}/numbers.html", f"Numbers: {about['title']}"
        made.append(publish(file, title, "numbers.html.j2", case=about))
        made.append(publish(f"{name}/index.html", about["title"], main=Markup(page)))
        cases.append(about)
    # First what most is found in, then cases without a finding; one with planted truth comes last.
    ranks = {case["name"]: [_rank(one) for one in case["findings"]] for case in cases}
    cases.sort(key=lambda case: (case["planted"], not ranks[case["name"]], ranks[case["name"]]))
    links = [(case["title"], f"{case['name']}/index.html") for case in cases]
    return [*made, publish("index.html", QUESTION, "site.html.j2", cases=cases, links=links)]
