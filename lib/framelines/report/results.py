"""What a notebook found for a case: sentences, findings, tables and figures, and their numbers.

The only place that writes results. The runner names a staging folder by `FRAMELINES_STAGING` and
moves what stands there into place when the whole notebook has run; without it, in a session of
one's own, everything goes to `build/interactive/`.
"""

import json
import math
import os
import re
import textwrap
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import typst
from IPython.display import HTML, Markdown, display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from framelines import REPO, figures, write_whole
from framelines.analyses import coding
from framelines.analyses.claims import named
from framelines.analyses.findings import Finding, told
from framelines.corpus.coder import CODER as RULES
from framelines.errors import DataError, Problem
from framelines.figures.style import drawn
from framelines.methods.estimate import number_text
from framelines.report import TEMPLATES, fragment, tables
from framelines.report.tables import markdown
from framelines.tables.case import Case

# A cell of ids alone, such as `river_camp`; the words of a source are shown as they are.
IDS = re.compile(r"[a-z]+(?:(?:[_-]| \+ |, of )[a-z]+)*\Z")
Draw = Callable[[pd.DataFrame], Figure]
DIGIT_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
# Rows of a table that a report shows.
FIRST = 8


def macro_name(*parts: str) -> str:
    """Return a TeX macro name of letters: `example`, `01`, `per_1000` is ExampleOnePerOneZero…"""
    words = [word for part in parts for word in re.split(r"[^A-Za-z0-9]+", part.lstrip("0"))]
    camel = "".join(word[:1].upper() + word[1:] for word in words)
    return re.sub(r"\d", lambda digit: DIGIT_WORDS[int(digit[0])], camel)


class Results:
    """The results of one notebook, by its two digits such as `02`, for one case."""

    def __init__(self, case: Case, notebook: str) -> None:
        self.case, self.notebook = case, notebook
        staging = os.environ.get("FRAMELINES_STAGING")
        self.root = Path(staging) if staging else REPO / "build" / "interactive"
        self.numbers: dict[str, dict[str, Any]] = {}
        self.findings: list[dict[str, Any]] = []
        self.figures: dict[str, dict[str, str]] = {}
        self.tables: dict[str, dict[str, str]] = {}
        if case.coder == RULES:
            words, errors = coding.caution(case.folder, case.name)
            self.say(words, **errors)
        elif case["claims"].empty and case["naming_mentions"].empty:
            self.say(
                "Nothing of {uncoded} is coded yet: make code reads figures, days, names and "
                "takings by rules, make import takes in those of people.",
                uncoded=case.title,
            )

    def number(self, key: str, value: float | int | str, unit: str = "") -> str:
        """Enter a number or a text under `key`, with `_2` where it was taken; return its text."""
        value = value.item() if hasattr(value, "item") else value
        text = str(value)
        if not isinstance(value, str):
            text = number_text(value, "p") if unit == "p" else tables.rounded_text(value)
        if isinstance(value, float):
            value = tables.significant(value) if math.isfinite(value) else text
        entry = {"value": value, "text": text, "unit": unit}
        names = (f"{key}_{i}" if i > 1 else key for i in count(1))
        self.numbers[next(n for n in names if self.numbers.get(n, entry) == entry)] = entry
        return text

    def say(self, template: str, **values: float | int | str) -> None:
        """Show a sentence in Markdown, in which `{key}` is a value; all are entered as numbers."""
        texts = {key: markdown(self.number(key, value)) for key, value in values.items()}
        display(Markdown(template.format_map(texts)))

    def finding(self, finding: Finding) -> None:
        """Show a declared finding: headline, sentence, verdict, and its evidence if it has any."""
        words, anchor = told(self.case, finding), f"finding-{finding.id}"
        numbers = words.pop("numbers")
        for key, (value, unit) in numbers.items():
            self.number(key, value, unit)
        display(HTML(fragment("finding.html.j2", anchor=anchor, **words)))
        caption, about = f"{finding.name}.", finding.about
        data = about.evidence(self.case, **finding.with_) if about.evidence else pd.DataFrame()
        figure, subtitle = about.figure
        if figure:
            head = {"title": words["headline"], "subtitle": subtitle}
            draw, alt = vars(figures)[figure], " ".join(finding.estimand.split())
            self.figure(draw, data, finding.id, alt=alt, caption=caption, **head)
        else:
            self.table(data, finding.id, caption=caption)
        shows = (self.figures | self.tables).get(finding.id, {}).get("anchor", "")
        entry = {"id": finding.id, "name": finding.name, "anchor": anchor, "shows": shows}
        entry["known_before"] = finding.known_before
        self.findings.append({**words, **entry, "numbers": sorted(numbers)})

    def table(
        self,
        frame: pd.DataFrame,
        name: str,
        *,
        caption: str,
        columns: Mapping[str, str] | None = None,
        footer: str = "",
        empty: str = "",
    ) -> None:
        """Write a table as CSV and TeX and show it; `empty` is said instead of one without rows.

        `columns` gives each heading its column; cells of ids are shown by their printed names,
        columns without a value not at all. The CSV has all, at six significant digits. Raises
        `DataError` for a name that is taken.
        """
        self._require(name not in self.tables, f"the name {name} is taken")
        if frame.empty:
            return self.say(empty) if empty else None
        if columns is not None:
            frame = frame[list(columns.values())].set_axis(list(columns), axis="columns")
        frame = tables.rounded(frame).map(self._named)
        base = f"reports/{self.case.name}/tables/{self.notebook}-{name}"
        anchor, title = f"tab-{self.notebook}-{name}", f"Table {len(self.tables) + 1}"
        shown = tables.Shown(frame.dropna(axis="columns", how="all"))
        write_whole(self.root / f"{base}.csv", tables.csv_text(frame))
        label = f"tab:{self.case.name}-{self.notebook}-{name}"
        write_whole(self.root / f"{base}.tex", shown.tex(label, caption, footer))
        entry: dict[str, Any] = {"title": title, "anchor": anchor, "caption": caption, "file": base}
        self.tables[name] = entry
        first = shown.html(footer, most=FIRST, **entry)
        self._show(shown.html(footer, **entry), "csv tex", entry, first=first)

    def _named(self, cell: Any) -> Any:
        return named(self.case, cell) if isinstance(cell, str) and IDS.match(cell) else cell

    def figure(
        self, draw: Draw, data: pd.DataFrame, name: str, *, empty: str = "", **words: str
    ) -> None:
        """Draw `draw(data)` as SVG, PDF and PNG, with its data as CSV, and show it.

        `words` are title, subtitle, alt (what it shows, in words) and caption. Nothing is drawn
        without data; `empty` is said instead. Raises `DataError` where one of the words is missing
        and for a name that is taken.
        """
        self._require(name not in self.figures, f"the name {name} is taken")
        if data.empty:
            return self.say(empty) if empty else None
        for part in ("title", "subtitle", "alt", "caption"):
            self._require(words.get(part, "").strip(), f"figure {name} has no {part}")
        base, data = f"figures/{self.case.name}/{self.notebook}-{name}", tables.rounded(data)
        number, anchor = f"Figure {len(self.figures) + 1}", f"fig-{self.notebook}-{name}"
        entry = {"title": number, "anchor": anchor, "file": base, "head": words["title"]}
        entry |= {"caption": words["caption"], "alt": words["alt"]}
        self.figures[name] = entry
        write_whole(self.root / f"{base}.csv", tables.csv_text(data))
        path = self.root / f"{base}.svg"
        fig = draw(data.map(self._named).map(lambda c: drawn(c) if isinstance(c, str) else c))
        headed(fig, drawn(words["title"]), drawn(words["subtitle"]))
        about: dict[str, Any] = {"Title": words["caption"]}
        fig.savefig(path, metadata=about | {"Date": None, "Creator": "Framelines"})
        about |= {"Software": None, "Description": words["alt"]}
        fig.savefig(path.with_suffix(".png"), metadata=about)
        plt.close(fig)
        options: dict[str, Any] = {"root": str(path.parent), "ignore_system_fonts": True}
        options["sys_inputs"] = {"title": words["caption"], "alt": words["alt"], "file": path.name}
        source = (TEMPLATES / "figure.typ").read_bytes()
        write_whole(path.with_suffix(".pdf"), typst.compile(source, **options))
        page = fragment("figure.html.j2", **entry, svg=path.read_bytes())
        self._show(page, "svg pdf png csv", entry)

    def close(self) -> None:
        """Write the numbers as JSON and as TeX macros; the last call of every notebook."""
        numbers = dict(sorted(self.numbers.items()))
        record: dict[str, Any] = {"case": self.case.name, "notebook": self.notebook}
        record |= {"findings": self.findings, "numbers": numbers}
        record |= {"figures": [*self.figures.values()], "tables": [*self.tables.values()]}
        base = f"reports/{self.case.name}/numbers/{self.notebook}"
        text = json.dumps(record, ensure_ascii=False, indent=1)
        write_whole(self.root / f"{base}.json", f"{text}\n")
        lines = [f"% The numbers of notebook {self.notebook} for the case {self.case.name}."]
        for key, entry in numbers.items():
            macro = macro_name(self.case.name, self.notebook, key)
            lines.append(rf"\newcommand{{\{macro}}}{{{tables.tex(entry['text'])}}}")
        write_whole(self.root / f"{base}.tex", "\n".join([*lines, ""]))

    def _require(self, holds: Any, what: str) -> None:
        if not holds:
            raise DataError([Problem(f"notebook {self.notebook}, case {self.case.name}", what)])

    def _show(self, page: str, endings: str, entry: dict[str, Any], **more: str) -> None:
        """Display a figure or table; the metadata tell the pages which files hold it."""
        files = [f"{entry['file']}.{ending}" for ending in endings.split()]
        note = {"files": files, "title": entry["title"], "anchor": entry["anchor"], **more}
        bundle = {"text/html": page, "text/plain": f"{entry['title']}. {entry['caption']}"}
        display(bundle, raw=True, metadata={"framelines": note})


def headed(fig: Figure, title: str, subtitle: str) -> None:
    """Set a title and, smaller, a subtitle above a figure, which grows by their height.

    It is laid out here once and for all, so that all formats agree and none pays for it again.
    """
    # Of 10 and 8 points, with so many characters on a line.
    big, small = textwrap.fill(title, 66), textwrap.fill(subtitle, 98)
    old, look = fig.get_figheight(), dict[str, Any](x=0.005, ha="left", linespacing=1.2)
    new = old + (12.5 * (big.count("\n") + 1) + 10.4 * (small.count("\n") + 1)) / 72
    fig.set_figheight(new)
    fig.text(y=1 - 0.02 / new, s=big, fontsize=10, weight="bold", va="top", **look)
    fig.text(y=old / new, s=small, va="bottom", color="#4a5559", **look)
    fig.get_layout_engine().set(rect=(0, 0, 1, old / new))  # type: ignore[union-attr, call-arg]
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    for ax, at in [(ax, ax.get_position()) for ax in fig.axes]:  # last bits differ by process
        ax.set_position(at.from_bounds(*(round(float(side), 9) for side in at.bounds)))
