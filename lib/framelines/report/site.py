"""The report of a case, and the front page: what was found, before how."""

import html
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup

from framelines import REPO, notebooks
from framelines.analyses.coding import caution
from framelines.analyses.findings import NOWHERE
from framelines.corpus.coder import CODER as RULES
from framelines.report import fragment
from framelines.report.pages import clean, links_of, publish, render_prose
from framelines.report.results import macro_name
from framelines.tables.case import case_names, read_case_file

QUESTION = "How do opposing sources tell the same war?"
# What stands for a case on the front page: the first of these that it has.
PICTURES = ("fig-03-outlets", "fig-02-lanes")
# So many cases have a card there; the others have a line.
CARDS = 3
# What a report shows of its notebooks, beside the findings; of a table so many rows.
SHOWN = (
    *(*PICTURES, "fig-02-running", "fig-02-coverage", "tab-02-disputes"),
    *("fig-03-naming", "fig-03-frames", "tab-01-agreement"),
)
ROWS = 8


def _rank(finding: dict[str, Any]) -> tuple[int, bool, bool, bool]:
    """How much a verdict says, what holds and was tested first; then if a headline is borne, if its
    answer had been seen, and whether two shares can be drawn."""
    order = ("holds", "holds but", "as expected", "described", "does not hold", "not")
    said = finding["verdict"]
    ranks = [i for i, word in enumerate(order) if said.startswith(word)]
    rank = max(ranks, default=len(order)) + ("untested" in said)
    no_headline = finding["headline"] == finding.get("name")
    return rank, no_headline, finding["exploratory"], not finding["bars"]


def _bars(finding: dict[str, Any], numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """The two shares that a finding compares: name and per cent; none where it has none."""
    key, bars = finding.get("id", "").replace("-", "_"), []
    for side in ("first", "second"):
        k, n = (numbers.get(f"{key}_{part}_{side}", {}).get("value") for part in "kn")
        if k is not None and n:
            name = numbers.get(f"{key}_{side}", {}).get("text", side)
            bars.append({"name": name, "share": round(100 * k / n, 1)})
    return bars if len(bars) == 2 and finding["verdict"] != NOWHERE else []


def cautioned(coder: str) -> str:
    """Return what a page must say first of a case whose coder is `rules`; nothing of others."""
    words, errors = caution() if coder == RULES else ("", {})
    return words.format_map({key: f"{value:.2f}" for key, value in errors.items()})


def overview(case: str) -> dict[str, Any]:
    """Return a case as readers meet it: title, numbers, and findings, the clearest first."""
    file = read_case_file(case, REPO)
    planted = (REPO / file.data / "truth.yaml").is_file()
    about: dict[str, Any] = {"findings": [], "tables": [], "numbers": {}, "listed": []}
    about |= {"name": case, "title": file.title, "about": file.about, "planted": planted}
    about["caution"] = cautioned(file.coder)
    for notebook in notebooks(REPO):
        numbers = REPO / "reports" / case / "numbers" / f"{notebook[:2]}.json"
        if numbers.is_file():
            page, told = f"{notebook}.html", json.loads(numbers.read_text(encoding="utf-8"))
            about["numbers"] |= told["numbers"]
            for key, entry in told["numbers"].items():
                macro = macro_name(case, notebook[:2], key)
                about["listed"].append((key, page, entry["text"], macro))
            for kind in ("findings", "tables"):
                about[kind] += [entry | {"page": page} for entry in told[kind]]
    for finding in about["findings"]:
        finding["bars"] = _bars(finding, about["numbers"])
        finding["exploratory"] = finding.get("known_before") == "yes" and not planted
    about["findings"].sort(key=_rank)
    return about


def shown(case: str) -> dict[str, dict[str, Any]]:
    """Return the figures and tables of a case by name (`fig-02-lanes`): html, files and page."""
    found = {}
    for notebook in notebooks(REPO):
        executed = REPO / "build" / "executed" / case / f"{notebook}.ipynb"
        cells = nbformat.read(executed, as_version=4).cells if executed.is_file() else []
        for output in [output for cell in cells for output in cell.get("outputs", [])]:
            note = output.get("metadata", {}).get("framelines")
            if note and "text/html" in output.data:
                page = str(output.data["text/html"])
                name = re.search(r'id="((?:fig|tab)-[^"]+)"', page)
                entry = {"files": note["files"], "page": f"{notebook}.html"}
                found[name[1] if name else ""] = entry | {"html": _cut(page)}
    return found


def _cut(page: str) -> str:
    """A table with its first rows alone, and how many there are."""
    head, body, rest = page.partition("<tbody>")
    rows = re.findall(r"(?s)<tr>.*?</tr>", rest)
    if not body or len(rows) <= ROWS:
        return page
    more = f'<p class="footer">The first {ROWS} of {len(rows)} rows.</p>'
    end = rest[rest.index("</tbody>") :].replace("</table>\n</div>", f"</table>\n</div>{more}", 1)
    return head + body + "\n".join(rows[:ROWS]) + end


def report(case: str, in_print: bool = False) -> tuple[dict[str, Any], str]:
    """Return a case as `overview` does, with its `picture` (HTML), and its report as HTML.

    In print the figures of the report are files.
    """
    about, parts = overview(case), shown(case)
    about["picture"] = next((parts[name]["html"] for name in PICTURES if name in parts), "")
    parts = {name: parts[name] for name in SHOWN if name in parts}
    for part in parts.values():
        file = f'src="/{html.escape(part["files"][0])}"'
        own = re.sub(r"<b>(?:Figure|Table) \d+\.</b> ", "", part["html"])  # those of a notebook
        page = re.sub(r'\bsrc="data:[^"]*"', file, own) if in_print else clean(own)
        part["html"] = Markup(page)
    return about, fragment("report.html.j2", case=about, shown=parts, in_print=in_print)


def render_site() -> list[Path]:
    """Write the front page, the report of every case and the prose; return their paths."""
    made, cases = render_prose(), []
    for name in case_names(REPO):
        about, page = report(name)
        place, links = f"{name}/index.html", links_of(name, "index")
        made.append(publish(place, about["title"], links, "page.html.j2", main=Markup(page)))
        page_of = (f"{name}/numbers.html", f"Numbers: {about['title']}", links_of(name, "numbers"))
        made.append(publish(*page_of, "numbers.html.j2", "tables.js", case=about))
        cases.append(about)
    # First what most is found in, then cases without a finding; one with planted truth comes last.
    ranks = {case["name"]: [_rank(one) for one in case["findings"]] for case in cases}
    cases.sort(key=lambda case: (case["planted"], not ranks[case["name"]], ranks[case["name"]]))
    links = [(case["title"], f"{case['name']}/index.html", False) for case in cases]
    seen = [(c["name"], re.search("<img[^>]*>", c["picture"])) for c in cases if not c["planted"]]
    picture = next(({"case": name, "image": Markup(i[0])} for name, i in seen if i), None)
    cards = [case for case in cases if case["findings"] and not case["planted"]][:CARDS]
    front: dict[str, Any] = {"cases": cases, "cards": cards, "picture": picture}
    return [*made, publish("index.html", QUESTION, links, "site.html.j2", **front)]
