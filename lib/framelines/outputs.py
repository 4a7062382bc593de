"""The only place that writes results: numbers, sentences, tables and figures of one notebook.

A notebook makes one `Outputs` for its case, hands it every result and closes it at the end. The
runner names a staging folder by `FRAMELINES_STAGING` and moves what stands there into place when
the whole notebook has run; without it, in an interactive session, all goes to `build/interactive/`.
"""

import base64
import html
import json
import logging
import os
import re
import string
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from fontTools.subset import Options
from IPython.display import Markdown, display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

from framelines import formats
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

# Text in a figure is shaped before its font is cut down to the glyphs in use: without the tables
# that only a shaper needs, the cutting takes half the time.
Options._drop_tables_default = [*Options._drop_tables_default, "GSUB", "GPOS", "GDEF", "kern"]

KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
DIGIT_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
# Wider than one journal column: on a phone such a figure is scrolled, not shrunk.
WIDE = 5.0
DRAWING: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.hashsalt": "framelines",
    "svg.fonttype": "path",
    "pdf.compression": 0,
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
    "savefig.bbox": "standard",
}


def macro_name(*parts: str) -> str:
    """Return a TeX macro name without its backslash, of letters only, from slugs and keys.

    Digits become words and leading zeros go: palmyra, 01, per_1000 gives
    PalmyraOnePerOneZeroZeroZero.
    """
    words = [word for part in parts for word in re.split(r"[^A-Za-z0-9]+", part.lstrip("0"))]
    camel = "".join(word[:1].upper() + word[1:] for word in words)
    return re.sub(r"\d", lambda digit: DIGIT_WORDS[int(digit[0])], camel)


class Outputs:
    """What one notebook found for one case. `prefix` is the notebook's number, such as "01"."""

    def __init__(self, case: str, prefix: str) -> None:
        self.case, self.prefix = case, prefix
        self.where = f"notebook {prefix}, case {case}"
        self._require(NAME.match(case) is not None, "the case is no slug", case)
        self._require(prefix.isdigit() and len(prefix) == 2, "the prefix is no two digits", prefix)
        staging = os.environ.get("FRAMELINES_STAGING")
        self.root = Path(staging) if staging else REPO / "build" / "interactive"
        self.numbers: dict[str, dict[str, Any]] = {}
        self.findings: list[dict[str, Any]] = []
        self.figures: dict[str, dict[str, str]] = {}
        self.tables: dict[str, dict[str, str]] = {}

    # --- numbers and sentences -----------------------------------------------------------------

    def number(
        self,
        key: str,
        value: int | float | str,
        *,
        unit: str = "",
        digits: int | None = None,
        source: str = "",
    ) -> None:
        """Enter one result under `key`, to be used in sentences, captions and papers.

        `digits` is the number of decimals shown for a number that is not whole; without it three
        significant digits are shown. `source` names the table that it was computed from. Raises
        `DataError` for a key that is taken or no name, and for a number that is not finite.
        """
        self._require(KEY.match(key) is not None, "a key is lower-case letters, digits and _", key)
        self._require(key not in self.numbers, "this key is taken", key)
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, str):
            text = value
        else:
            finite = pd.notna(value) and abs(value) != float("inf")
            self._require(finite, f"{key}: not a finite number; give a text instead", str(value))
            text = formats.number_text(value, digits)
            value = formats.significant(value) if isinstance(value, float) else value
        macro = macro_name(self.case, self.prefix, key)
        taken = [other for other, entry in self.numbers.items() if entry["macro"] == macro]
        self._require(not taken, f"{key}: the TeX macro is taken by {taken}", macro)
        self.numbers[key] = dict(
            value=value, text=text, unit=unit, digits=digits, source=source, macro=macro
        )

    def say(self, template: str) -> None:
        """Show a sentence in Markdown, with `{key}` for every number in it.

        `{key:unit}` adds the unit. Values are inert: whatever a table holds is shown as it is.
        Raises `DataError` for a key that no number has.
        """
        display(Markdown(self._fill(template, formats.markdown)))

    def finding(self, template: str, *, shows: str | None = None) -> None:
        """Say what was found, and keep the sentence for the front page of the reports.

        `shows` names the figure or table of this notebook that shows it; the front page links
        there, and to the sentence itself without it.
        """
        text = self._fill(template, formats.markdown)
        anchor = f"finding-{self.prefix}-{len(self.findings) + 1}"
        used = [name for _, name, _, _ in string.Formatter().parse(template) if name]
        self.findings.append(dict(text=text, numbers=used, shows=shows, anchor=anchor))
        display(Markdown(f'<div class="finding" id="{anchor}">\n\n{text}\n\n</div>'))

    def _fill(self, template: str, escape: Any = str) -> str:
        parts = []
        for literal, name, spec, conversion in string.Formatter().parse(template):
            parts.append(literal)
            if name is None:
                continue
            known = ", ".join(sorted(self.numbers)) or "none yet; call number() first"
            self._require(name in self.numbers, "no number has this key", name, known)
            self._require(spec in ("", "unit") and not conversion, "no such format", spec, "unit")
            entry = self.numbers[name]
            text = escape(entry["text"]) if isinstance(entry["value"], str) else entry["text"]
            parts.append(f"{text}\u00a0{escape(entry['unit'])}" if spec and entry["unit"] else text)
        return "".join(parts)

    # --- tables --------------------------------------------------------------------------------

    def rounded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` at six significant digits: draw from this, so that all machines agree."""
        return formats.rounded(frame)

    def table(
        self,
        frame: pd.DataFrame,
        name: str,
        *,
        caption: str,
        footer: str = "",
        digits: Mapping[str, int] | None = None,
    ) -> None:
        """Write `frame` as CSV and TeX and show it; `{key}` in caption and footer is filled.

        The first column heads the rows. `digits` gives the decimals shown by column; without it
        the largest value of a column has three significant digits. The CSV keeps six. Raises
        `DataError` for an empty table, a missing caption, or a name that is taken or no slug.
        """
        self._check_name(name, self.tables)
        caption, footer = self._fill(caption).strip(), self._fill(footer).strip()
        self._require(caption != "", f"table {name} has no caption")
        self._require(len(frame) > 0 and len(frame.columns) > 0, f"table {name} is empty")
        frame, places = formats.rounded(frame), digits or {}
        names = [str(column) for column in frame.columns]
        for column in places:
            self._require(column in names, "digits: no such column", column, ", ".join(names))
        base = f"reports/{self.case}/tables/{self.prefix}-{name}"
        label = f"tab:{self.case}-{self.prefix}-{name}"
        self._write(f"{base}.csv", formats.csv_text(frame))
        self._write(f"{base}.tex", formats.tex_table(frame, label, caption, footer, places))
        anchor, title = f"tab-{self.prefix}-{name}", f"Table {len(self.tables) + 1}"
        self.tables[name] = dict(title=title, anchor=anchor, caption=caption, file=base)
        page = formats.html_table(frame, anchor, title, caption, footer, places)
        self._show("table", page, base, ["csv", "tex"], self.tables[name])

    # --- figures -------------------------------------------------------------------------------

    def figure(self, fig: Figure, name: str, *, data: pd.DataFrame, alt: str, caption: str) -> None:
        """Write `fig` as SVG, PDF and PNG and its `data` as CSV, show it, and close it.

        `data` is the table that was drawn. `alt` says in words what the figure shows; `{key}` in
        it and in the caption is filled. Raises `DataError` for a missing alternative text or
        caption, a character that the font lacks, or a label that is TeX.
        """
        self._check_name(name, self.figures)
        alt, caption = self._fill(alt).strip(), self._fill(caption).strip()
        self._require(alt != "", f"figure {name} has no alternative text (alt)")
        self._require(caption != "", f"figure {name} has no caption")
        base = f"figures/{self.case}/{self.prefix}-{name}"
        self._write(f"{base}.csv", formats.csv_text(formats.rounded(data)))
        self._draw(fig, base, alt, caption)
        plt.close(fig)
        anchor, title = f"fig-{self.prefix}-{name}", f"Figure {len(self.figures) + 1}"
        entry = dict(title=title, anchor=anchor, caption=caption, alt=alt, file=base)
        self.figures[name] = entry
        page = _figure_html(fig, (self.root / f"{base}.svg").read_bytes(), entry)
        self._show("figure", page, base, ["svg", "pdf", "png", "csv"], entry)

    def _draw(self, fig: Figure, base: str, alt: str, caption: str) -> None:
        path = self.root / f"{base}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context(DRAWING), self._fonts_are_complete(base):
            for text in fig.findobj(Text):
                text.set_parse_math(False)
            # Laid out once, so that all three formats agree, and none pays for it again; at a
            # resolution where the width of a text is not that of its pixels.
            fig.set_dpi(DRAWING["savefig.dpi"])
            fig.draw_without_rendering()
            fig.set_layout_engine("none")
            live = [t.get_text() for t in fig.findobj(Text) if r"\mathdefault" in t.get_text()]
            fix = "set a plain formatter on that axis"
            self._require(not live, f"{base}: a tick label is a TeX formula; {fix}", *live[:1])
            fig.savefig(path, metadata=dict(Date=None, Creator="Framelines", Title=caption))
            fig.savefig(
                path.with_suffix(".pdf"),
                metadata=dict(
                    CreationDate=None, Creator="Framelines", Producer=None, Title=caption
                ),
            )
            fig.savefig(
                path.with_suffix(".png"),
                metadata=dict(Software=None, Title=caption, Description=alt),
                pil_kwargs=dict(compress_level=3),
            )

    @contextmanager
    def _fonts_are_complete(self, base: str) -> Iterator[None]:
        """Turn what matplotlib only warns of, a missing font or glyph, into an error."""
        met: list[str] = []
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: met.append(record.getMessage())  # type: ignore[method-assign]
        logger = logging.getLogger("matplotlib.font_manager")
        logger.addHandler(handler)
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                yield
        finally:
            logger.removeHandler(handler)
        met += [str(w.message) for w in caught if "missing from font" in str(w.message)]
        self._require(not met, f"{base}: the house font does not have all of it", *met[:1])

    # --- the end -------------------------------------------------------------------------------

    def close(self) -> None:
        """Write the numbers as JSON and as TeX macros; the last call of every notebook."""
        shown = {**self.tables, **self.figures}
        for finding in self.findings:
            name = finding["shows"]
            known = ", ".join(sorted(shown))
            self._require(name is None or name in shown, "no such figure or table", name, known)
            if name is not None:
                finding["anchor"], finding["shows"] = shown[name]["anchor"], shown[name]["title"]
        record = dict(
            case=self.case,
            notebook=self.prefix,
            findings=self.findings,
            numbers=dict(sorted(self.numbers.items())),
            figures=list(self.figures.values()),
            tables=list(self.tables.values()),
        )
        base = f"reports/{self.case}/numbers/{self.prefix}"
        self._write(f"{base}.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        lines = [f"% The numbers of notebook {self.prefix} for the case {self.case}."]
        for entry in sorted(self.numbers.values(), key=lambda entry: str(entry["macro"])):
            lines.append(rf"\newcommand{{\{entry['macro']}}}{{{formats.tex(entry['text'])}}}")
        self._write(f"{base}.tex", "\n".join([*lines, ""]))

    # --- helpers -------------------------------------------------------------------------------

    def _check_name(self, name: str, taken: Mapping[str, Any]) -> None:
        self._require(NAME.match(name) is not None, "a name is a slug of a-z, 0-9 and -", name)
        self._require(name not in taken, "this name is taken", name)

    def _require(
        self, holds: bool, what: str, value: str | None = None, allowed: str | None = None
    ) -> None:
        if not holds:
            raise DataError([Problem(self.where, what, value=value, allowed=allowed)])

    def _write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

    def _show(
        self, kind: str, page: str, base: str, endings: list[str], entry: Mapping[str, str]
    ) -> None:
        """Display `page`; the metadata tell a renderer which files hold it."""
        note = {"kind": kind, "files": [f"{base}.{ending}" for ending in endings], **entry}
        plain = f"{entry['title']}. {entry['caption']}"
        bundle = {"text/html": page, "text/plain": plain}
        display(bundle, raw=True, metadata={"framelines": note})


def _figure_html(fig: Figure, svg: bytes, entry: Mapping[str, str]) -> str:
    width, height = fig.get_size_inches()
    # An image, not inline SVG: whatever a label holds cannot run, and ids cannot clash.
    image = (
        f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" '
        f'alt="{html.escape(entry["alt"])}" width="{width * 96:.0f}" height="{height * 96:.0f}">'
    )
    kind = "figure wide" if width > WIDE else "figure"
    return (
        f'<figure class="{kind}" id="{entry["anchor"]}">\n<div class="scroll" role="region" '
        f'tabindex="0" aria-label="{html.escape(entry["title"])}">{image}</div>\n'
        f"<figcaption><b>{html.escape(entry['title'])}.</b> {html.escape(entry['caption'])}"
        "</figcaption>\n</figure>"
    )
