"""What a notebook found for a case: sentences, findings, tables and figures, and their numbers.

The only place that writes results. The runner names a staging folder by `FRAMELINES_STAGING` and
moves what stands there into place when the whole notebook has run; without it, in a session of
one's own, everything goes to `build/interactive/`.
"""

import base64
import html
import json
import math
import os
import re
import textwrap
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from string import Formatter
from typing import Any

import matplotlib as mpl
import pandas as pd
import typst
from IPython.display import Markdown, display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from framelines import REPO, figures, write_whole
from framelines.analyses.findings import Finding, answer_text, capital, evidence, main, named, told
from framelines.errors import DataError, Problem
from framelines.methods.estimate import Estimate
from framelines.report.tables import (
    Shown,
    csv_text,
    markdown,
    number_text,
    rounded,
    significant,
    tex,
)
from framelines.tables.case import Case

KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
DIGIT_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
# Constant ids: the same bytes on every build.
DRAWING: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.hashsalt": "framelines",
    "svg.fonttype": "path",
    "savefig.dpi": 150,
    "savefig.bbox": "standard",
}
# Head of a figure: type sizes in points, and characters on a line of the full width.
TITLE, SUBTITLE, TITLE_LINE, SUBTITLE_LINE = 10, 8, 66, 98


def macro_name(*parts: str) -> str:
    """Return a TeX macro name of letters: `example`, `01`, `per_1000` is ExampleOnePerOneZero…"""
    words = [word for part in parts for word in re.split(r"[^A-Za-z0-9]+", part.lstrip("0"))]
    camel = "".join(word[:1].upper() + word[1:] for word in words)
    return re.sub(r"\d", lambda digit: DIGIT_WORDS[int(digit[0])], camel)


class Results:
    """The results of one notebook, by its two digits such as `02`, for one case."""

    def __init__(self, case: Case, notebook: str) -> None:
        self.case, self.notebook = case, notebook
        self._require(re.fullmatch("[0-9]{2}", notebook), "a notebook has two digits", notebook)
        staging = os.environ.get("FRAMELINES_STAGING")
        self.root = Path(staging) if staging else REPO / "build" / "interactive"
        self.numbers: dict[str, dict[str, Any]] = {}
        self.findings: list[dict[str, Any]] = []
        self.figures: dict[str, dict[str, str]] = {}
        self.tables: dict[str, dict[str, str]] = {}

    def number(
        self, key: str, value: float | int | str, unit: str = "", digits: int | None = None
    ) -> str:
        """Enter a number or a text under `key`; return its key, with `_2` where it was taken.

        `digits` are the decimals shown of a number that is not whole, by default three significant
        digits. Raises `DataError` where `key` is no name.
        """
        self._require(KEY.match(key), "a key is lower-case letters, digits and _", key)
        value = value.item() if hasattr(value, "item") else value
        text = value if isinstance(value, str) else number_text(value, digits)
        if isinstance(value, float):
            value = significant(value) if math.isfinite(value) else text
        entry = {"value": value, "text": text, "unit": unit}
        again, free = 1, key
        while self.numbers.get(free, entry) != entry:
            again += 1
            free = f"{key}_{again}"
        self.numbers[free] = entry
        return free

    def say(self, template: str, **values: float | int | str | Estimate) -> None:
        """Show a sentence in Markdown, in which `{key}` is a value given here or entered before.

        Values are entered among the numbers under their keys; an Estimate is shown as its answer,
        and its value, low, high and p are entered too. Whatever a text holds is shown as it is.
        Raises `DataError` for a key that has no value.
        """
        display(Markdown(self._filled(template, markdown, **values)))

    def _filled(self, template: str, escape: Callable[[str], str] = str, **values: Any) -> str:
        keys = {}
        for key, value in values.items():
            shown = answer_text(value) if isinstance(value, Estimate) else value
            keys[key] = self.number(key, shown)
            for part in ("value", "low", "high", "p") if isinstance(value, Estimate) else ():
                if not math.isnan(getattr(value, part)):
                    self.number(f"{key}_{part}", getattr(value, part), value.unit)
        said = {}
        for name in {name for _, name, _, _ in Formatter().parse(template) if name}:
            key = keys.get(name, name)
            known = ", ".join(sorted(self.numbers)) or "none yet"
            self._require(key in self.numbers, "no number has this key", name, known)
            said[name] = escape(self.numbers[key]["text"])
        return template.format_map(said)

    def finding(self, finding: Finding) -> None:
        """Show a declared finding: headline, sentence, verdict, and its evidence if it has any.

        Its numbers are entered as `<id>_value`, `_low`, `_high`, `_p`, `_k_first` … of its
        estimates, with underscores for hyphens.
        """
        words, anchor = told(self.case, finding), f"finding-{finding.id}"
        for key, (value, unit) in words["numbers"].items():
            self.number(key, value, unit)
        text = [f"**{markdown(words['headline'])}.**", markdown(words["sentence"])]
        text += [markdown(words["caution"])]
        sentence = " ".join(part for part in text if part)
        chip = f'<p class="verdict">{html.escape(capital(words["verdict"]))}</p>'
        page = f'<div class="finding" id="{anchor}">\n\n{sentence}\n\n{chip}\n\n</div>'
        display(Markdown(page))
        entry = {key: words[key] for key in ("headline", "sentence", "verdict", "caution")}
        entry |= {"id": finding.id, "name": finding.name, "anchor": anchor, "shows": ""}
        self.findings.append(entry | {"numbers": sorted(words["numbers"])})
        if len(data := evidence(self.case, finding)):
            self._evidence(finding, words["headline"], data)

    def _evidence(self, finding: Finding, headline: str, data: pd.DataFrame) -> None:
        draw, measures = _drawing(finding.about.figure), main(self.case, finding)[0].measures
        caption = f"{finding.name}."
        if draw is None:
            texts = data.select_dtypes(["object", "str"]).map(self._named)
            self.table(data.assign(**texts), finding.id, caption=caption)
            self.findings[-1]["shows"] = self.tables[finding.id]["anchor"]
            return
        subtitle = capital(named(self.case, measures)) or finding.name
        words = {"title": headline, "subtitle": subtitle, "caption": caption}
        self.figure(draw, data, finding.id, alt=" ".join(finding.estimand.split()), **words)
        self.findings[-1]["shows"] = self.figures[finding.id]["anchor"]

    def _named(self, cell: Any) -> Any:
        return named(self.case, cell) if isinstance(cell, str) else cell

    def table(
        self,
        frame: pd.DataFrame,
        name: str,
        *,
        caption: str,
        columns: Mapping[str, Any] | None = None,
        footer: str = "",
        digits: int | None = None,
        empty: str = "",
    ) -> None:
        """Write a table as CSV and TeX and show it; `empty` is said instead of one without rows.

        `columns` gives each heading its column, or a tuple of columns and a function of their
        values. `{key}` in caption and footer is filled. The CSV keeps six significant digits.
        Raises `DataError` for a column that is not there, and a name that is taken or no slug.
        """
        self._check_name(name, self.tables)
        if frame.empty:
            return self.say(empty) if empty else None
        caption, footer = self._filled(caption).strip(), self._filled(footer).strip()
        self._require(caption, f"table {name} has no caption")
        frame = rounded(frame if columns is None else self._chosen(frame, columns))
        base = f"reports/{self.case.name}/tables/{self.notebook}-{name}"
        anchor, title = f"tab-{self.notebook}-{name}", f"Table {len(self.tables) + 1}"
        shown = Shown(frame, digits)
        self._write(f"{base}.csv", csv_text(frame))
        label = f"tab:{self.case.name}-{self.notebook}-{name}"
        self._write(f"{base}.tex", shown.tex(label, caption, footer))
        entry = {"title": title, "anchor": anchor, "caption": caption, "file": base}
        self.tables[name] = entry
        self._show(shown.html(anchor, title, caption, footer), ("csv", "tex"), entry)

    def _chosen(self, frame: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
        made = {}
        for head, of in columns.items():
            *names, how = (of, None) if isinstance(of, str) else of
            for name in names:
                known = ", ".join(map(str, frame.columns))
                self._require(name in frame, "the table has no such column", name, known)
            values = zip(*(frame[name] for name in names), strict=True)
            made[head] = list(frame[names[0]]) if how is None else [how(*row) for row in values]
        return pd.DataFrame(made)

    def figure(
        self,
        draw: Callable[..., Figure],
        data: pd.DataFrame,
        name: str,
        *,
        title: str,
        subtitle: str,
        alt: str,
        caption: str,
        empty: str = "",
        **options: Any,
    ) -> None:
        """Draw `draw(data, **options)` as SVG, PDF and PNG, with its data as CSV, and show it.

        Nothing is drawn without data; `empty` is said instead. `{key}` in title, subtitle, alt and
        caption is filled; `alt` says in words what the figure shows. Raises `DataError` for a
        missing text, a character that the font lacks, and a name that is taken or no slug.
        """
        self._check_name(name, self.figures)
        if data.empty:
            return self.say(empty) if empty else None
        filled = {"title": title, "subtitle": subtitle, "alt": alt, "caption": caption}
        filled = {key: self._filled(text).strip() for key, text in filled.items()}
        for key, text in filled.items():
            self._require(text, f"figure {name} has no {key}")
        base, data = f"figures/{self.case.name}/{self.notebook}-{name}", rounded(data)
        number, anchor = f"Figure {len(self.figures) + 1}", f"fig-{self.notebook}-{name}"
        entry = {"title": number, "anchor": anchor, "file": base, "head": filled["title"]}
        self.figures[name] = entry | {key: filled[key] for key in ("caption", "alt")}
        self._write(f"{base}.csv", csv_text(data))
        fig = draw(data, **options)
        self._save(fig, base, filled)
        width, height = fig.get_size_inches()
        plt.close(fig)
        # An image, not inline SVG: whatever a label holds cannot run, and ids cannot clash.
        code = base64.b64encode((self.root / f"{base}.svg").read_bytes()).decode()
        page = (
            f'<figure class="figure" id="{anchor}">\n<div class="scroll" role="region" tabindex="0"'
            f' aria-label="{number}"><img src="data:image/svg+xml;base64,{code}" '
            f'alt="{html.escape(filled["alt"])}" width="{width * 96:.0f}" '
            f'height="{height * 96:.0f}"></div>\n<figcaption><b>{number}.</b> '
            f"{html.escape(filled['caption'])}</figcaption>\n</figure>"
        )
        self._show(page, ("svg", "pdf", "png", "csv"), self.figures[name])

    def _save(self, fig: Figure, base: str, words: Mapping[str, str]) -> None:
        path = self.root / f"{base}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {"Title": words["caption"], "Creator": "Framelines"}
        with mpl.rc_context(DRAWING), warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*missing from font")
            try:
                # Laid out once, so that all three formats agree and none pays for it again.
                fig.set_dpi(DRAWING["savefig.dpi"])
                headed(fig, words["title"], words["subtitle"])
                fig.savefig(path, metadata={"Date": None, **about})
                write_whole(path.with_suffix(".pdf"), _pdf(fig, path, words))
                png = {"Software": None, "Title": words["caption"], "Description": words["alt"]}
                fig.savefig(path.with_suffix(".png"), metadata=png)
            except UserWarning as warning:
                self._require(False, f"{base}: the font does not have all of it", str(warning))

    def close(self) -> None:
        """Write the numbers as JSON and as TeX macros; the last call of every notebook."""
        record = {
            "case": self.case.name,
            "notebook": self.notebook,
            "findings": self.findings,
            "numbers": dict(sorted(self.numbers.items())),
            "figures": list(self.figures.values()),
            "tables": list(self.tables.values()),
        }
        base = f"reports/{self.case.name}/numbers/{self.notebook}"
        self._write(f"{base}.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        lines = [f"% The numbers of notebook {self.notebook} for the case {self.case.name}."]
        for key, entry in sorted(self.numbers.items()):
            macro = macro_name(self.case.name, self.notebook, key)
            lines.append(rf"\newcommand{{\{macro}}}{{{tex(entry['text'])}}}")
        self._write(f"{base}.tex", "\n".join([*lines, ""]))

    def _check_name(self, name: str, taken: Mapping[str, Any]) -> None:
        self._require(NAME.match(name), "a name is a slug of a-z, 0-9 and -", name)
        self._require(name not in taken, "this name is taken", name)

    def _require(
        self, holds: Any, what: str, value: str | None = None, allowed: str | None = None
    ) -> None:
        if not holds:
            where = f"notebook {self.notebook}, case {self.case.name}"
            raise DataError([Problem(where, what, value=value, allowed=allowed)])

    def _write(self, file: str, text: str) -> None:
        write_whole(self.root / file, text)

    def _show(self, page: str, endings: tuple[str, ...], entry: Mapping[str, str]) -> None:
        """Display a figure or table; the metadata tell the page which files hold it."""
        note = {"files": [f"{entry['file']}.{e}" for e in endings], "title": entry["title"]}
        bundle = {"text/html": page, "text/plain": f"{entry['title']}. {entry['caption']}"}
        display(bundle, raw=True, metadata={"framelines": note})


def headed(fig: Figure, title: str, subtitle: str) -> None:
    """Set a title and, smaller, a subtitle above a figure, which grows by their height."""
    wide = float(fig.get_size_inches()[0]) / 6.9
    big, small = (
        textwrap.wrap(text, int(line * wide))
        for text, line in ((title, TITLE_LINE), (subtitle, SUBTITLE_LINE))
    )
    above = (1.25 * TITLE * len(big) + 1.3 * SUBTITLE * len(small)) / 72
    fig.set_figheight(fig.get_size_inches()[1] + above)
    look: dict[str, Any] = {"x": 0.005, "ha": "left", "linespacing": 1.2}
    # The layout knows one title only: the subtitle takes the empty lines at its foot.
    head = fig.suptitle("\n".join(big + [""] * len(small)), fontsize=TITLE, weight="bold", **look)
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    foot = head.get_window_extent().transformed(fig.transFigure.inverted()).y0
    fig.text(y=foot, s="\n".join(small), fontsize=SUBTITLE, va="bottom", color="#4a5559", **look)


def _pdf(fig: Figure, svg: Path, words: Mapping[str, str]) -> bytes:
    """The drawing again, with its text as outlines: no font is cut down anew for every figure."""
    width, height = fig.get_size_inches()
    source = (
        "#set document(title: sys.inputs.title, date: none)\n"
        f"#set page(width: {width:.4f}in, height: {height:.4f}in, margin: 0pt)\n"
        f"#image({json.dumps(svg.name)}, alt: sys.inputs.alt, width: 100%)"
    )
    given = {"title": words["caption"], "alt": words["alt"]}
    options: dict[str, Any] = {"root": str(svg.parent), "ignore_system_fonts": True}
    return bytes(typst.compile(source.encode(), sys_inputs=given, **options))


def _drawing(name: str) -> Callable[..., Figure] | None:
    """Return the function of this name in the modules of figures, if there is one."""
    modules = [
        import_module(f"framelines.figures.{m.name}") for m in iter_modules(figures.__path__)
    ]
    return next((getattr(m, name) for m in modules if name and hasattr(m, name)), None)
