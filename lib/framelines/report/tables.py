"""Numbers and tables as text: rounded alike everywhere, and inert in CSV, TeX, HTML and Markdown.

A cell may hold anything that a source printed: markup, a formula, a TeX special. Nothing of it may
be obeyed by the program that opens the result.
"""

import html
import math
import re
from collections.abc import Iterable
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from framelines.methods.estimate import decimal_text
from framelines.report import fragment

DIGITS, MINUS = 6, "\u2212"
# Words from right to left, which would turn round the numbers that stand beside them.
LEFTWARD = re.compile(r"[\u0590-\u08ff\ufb1d-\ufefc]+(?:[ \u200c]+[\u0590-\u08ff\ufb1d-\ufefc]+)*")
# A column whose values differ by more than this factor has decimals for each value.
MIXED = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# After the end of a row `[` and `*` would be read as its options; the last few pdfTeX's fonts lack.
TEX = {c: f"\\{c}" for c in "&%$#_{}"} | {c: f"{{{c}}}" for c in "[]*"}
TEX |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
TEX |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}"}
TEX |= {MINUS: r"\ensuremath{-}", "∞": r"\ensuremath{\infty}", "→": r"\ensuremath{\to}"}
TEX |= {"≈": r"\ensuremath{\approx}", "≤": r"\ensuremath{\le}", "≥": r"\ensuremath{\ge}"}
TEX |= {"\n": " ", "\u200c": ""}
# Characters on a line, by the size of the type; and the lines of a page.
LINES, PAGE = {"": 74, "footnotesize": 96, "scriptsize": 112, "tiny": 150}, 44


def significant(value: float) -> float:
    """Return `value` at six significant digits, never -0.0: so many agree between processors."""
    return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else float(value)


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with every float at six significant digits; a named index becomes columns."""
    out = frame.reset_index(drop=not any(n is not None for n in frame.index.names))
    return out.map(lambda cell: significant(cell) if isinstance(cell, float) else cell)


def rounded_text(value: float, decimals: int | None = None) -> str:
    """Return a number of a sentence or a table as prose has it: 6,830 or −12.3.

    `decimals` are those of a number that is not whole; without it, three significant digits.
    """
    if isinstance(value, Integral) or not math.isfinite(value):
        return decimal_text(value, 0)
    places = _decimals([value]) if decimals is None else decimals
    return decimal_text(significant(value), places or 0)


def _decimals(values: Iterable[float]) -> int | None:
    """Decimals for three significant digits of the largest value; None where orders differ."""
    sizes = [abs(float(v)) for v in values if math.isfinite(v)]
    if all(size == int(size) for size in sizes):
        return 0
    if max(sizes) > MIXED * min(size for size in sizes if size):
        return None
    return min(DIGITS, max(0, 2 - math.floor(math.log10(max(sizes)))))


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _shown(value: Any, decimals: int | None) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return rounded_text(value, decimals) if _is_number(value) else str(value)


def markdown(text: str) -> str:
    """Return plain text as Markdown that shows it: no markup, HTML, formula or link is obeyed."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    escaped = re.sub(r"([\\`*_\[\]{}|~$])", r"\\\1", escaped)
    escaped = re.sub(r"^(\d*)([#+\-=]|[.)](?!\d))", r"\1\\\2", escaped)
    return re.sub(r"(?i)\b(https?|ftp|www)([:.])", r"\1\\\2", escaped)


def tex(text: str) -> str:
    """Return plain text as TeX that prints it."""
    return "".join(TEX.get(character, character) for character in text)


def _cell(value: Any) -> str:
    """One cell of a CSV file; text that a spreadsheet would run gets an apostrophe."""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float | np.floating):
        return repr(significant(float(value))).removesuffix(".0")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else str(value)


def csv_text(frame: pd.DataFrame) -> str:
    """Return `frame` as CSV: LF, minimal quoting, six significant digits, no live formula."""
    cells = frame.astype(object).map(_cell, na_action="ignore").rename(columns=_cell)
    return str(cells.to_csv(index=False, lineterminator="\n"))


class Shown:
    """A table as readers see it: its headings, which columns are numbers, and every cell."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.heads = [str(name).replace("_", " ").strip() for name in frame.columns]
        self.numeric, columns = [], []
        for name in frame.columns:
            known = frame[name].dropna().tolist()
            self.numeric.append(bool(known) and all(map(_is_number, known)))
            places = _decimals(known) if self.numeric[-1] else None
            shown = frame[name].astype(object).map(partial(_shown, decimals=places), "ignore")
            columns.append(shown.fillna("–"))
        self.rows = [list(row) for row in zip(*columns, strict=True)]

    def html(self, footer: str, most: int | None = None, **words: Any) -> str:
        """Return the table, or its first rows, as HTML; `words` are anchor, title and caption."""

        def isolated(cell: str) -> str:
            told = LEFTWARD.sub("\u2068\\g<0>\u2069", cell)
            return f"\u200e{told}" if told != cell and re.search("[A-Za-z]", cell) else cell

        rows = [[*map(isolated, row)] for row in self.rows[:most]]
        if len(rows) < len(self.rows):
            footer = f"{footer} The first {most} of {len(self.rows)} rows.".strip()
        return fragment("table.html.j2", **vars(self) | {"rows": rows}, footer=footer, **words)

    def tex(self, label: str, caption: str, footer: str) -> str:
        """Return the table as TeX for booktabs: wrapped where it is wide, on pages where long."""
        texts = [list(column) for column in zip(self.heads, *self.rows, strict=True)]
        longest = [max(map(len, column)) + 2 for column in texts]
        # TeX breaks lines after hyphens too.
        words = [max(map(len, " ".join(c).replace("-", "- ").split())) + 2 for c in texts]
        shares, size, line = [0.0] * len(words), "", 1.0
        if sum(longest) > LINES[""]:
            size = next((n for n, s in LINES.items() if n and sum(words) <= s), "tiny")
            # Each column has room for its longest word, and a share of what is left.
            room = max(LINES[size], sum(words))
            more = [(a - b) ** 0.7 for a, b in zip(longest, words, strict=True)]
            free = (room - sum(words)) / (sum(more) or 1.0)
            shares = [(w + free * m) / room for w, m in zip(words, more, strict=True)]
            line = sum(longest) / room
        said: dict[str, Any] = {"label": label, "caption": tex(caption), "footer": tex(footer)}
        columns = list(zip(shares, self.numeric, strict=True))
        body = [" & ".join(map(tex, row)) for row in [self.heads, *self.rows]]
        said |= {"size": size, "long": len(self.rows) * line > PAGE}
        # pdfTeX has Latin letters alone.
        said |= {"letters": any(c.isalpha() and c > "\u024f" for c in "".join(body))}
        filled = fragment("table.tex.j2", columns=columns, body=body, **said)
        return f"{filled}\n"
