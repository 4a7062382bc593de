"""Numbers and tables as text: rounded alike everywhere, and inert in CSV, TeX, HTML and Markdown.

A cell may hold anything that a source printed: markup, a formula, a TeX special. Nothing of it may
be obeyed by the program that opens the result.
"""

import csv
import datetime as dt
import html
import io
import math
import re
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

import pandas as pd

DIGITS, MINUS, NO_VALUE = 6, "\u2212", "\u2013"
# A column whose values differ by more than this factor has decimals for each value.
MIXED = 100
# Up to this length a text, such as a date, is not broken; a longer one gets room.
WORD = 24
ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
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


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not _is_bool(value)


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with every float at six significant digits; a named index becomes columns."""
    out = frame.reset_index(drop=not any(n is not None for n in frame.index.names)).copy()
    for name in out.columns:
        if pd.api.types.is_float_dtype(out[name]) or out[name].dtype == object:
            out[name] = out[name].map(lambda v: significant(v) if isinstance(v, float) else v)
    return out


def number_text(value: float, decimals: int | None = None) -> str:
    """Return a number as prose has it: 6,830 or −12.3, with a true minus sign.

    `decimals` are those of a number that is not whole; without it, three significant digits.
    """
    if not math.isfinite(value):
        return NO_VALUE if math.isnan(value) else "∞" if value > 0 else MINUS + "∞"
    places = _decimals([value]) if decimals is None else decimals
    whole = isinstance(value, Integral)
    text = f"{int(value):,}" if whole else f"{significant(value):,.{places or 0}f}"
    return (text if text.strip("-0.,") else text.lstrip("-")).replace("-", MINUS)


def _decimals(values: Iterable[float]) -> int | None:
    """Decimals for three significant digits of the largest value; None where orders differ."""
    sizes = [abs(float(v)) for v in values if not _is_missing(v) and math.isfinite(v)]
    if all(size == int(size) for size in sizes):
        return 0
    if max(sizes) > MIXED * min(size for size in sizes if size):
        return None
    return min(DIGITS, max(0, 2 - math.floor(math.log10(max(sizes)))))


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _shown(value: Any, decimals: int | None) -> str:
    if _is_missing(value):
        return NO_VALUE
    if _is_bool(value):
        return "yes" if value else "no"
    return number_text(value, decimals) if _is_number(value) else _plain(value)


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
    if _is_missing(value):
        return ""
    if _is_bool(value):
        return str(bool(value)).lower()
    if _is_number(value) and not isinstance(value, Integral):
        number = significant(float(value))
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    text = str(int(value)) if _is_number(value) else _plain(value)
    return "'" + text if text.startswith(FORMULA) and not _is_number(value) else text


def csv_text(frame: pd.DataFrame) -> str:
    """Return `frame` as CSV: LF, minimal quoting, six significant digits, no live formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_cell(str(name)) for name in frame.columns])
    writer.writerows([_cell(value) for value in row] for row in frame.itertuples(index=False))
    return buffer.getvalue()


class Shown:
    """A table as readers see it: its headings, which columns are numbers, and every cell.

    `digits` are the decimals of numbers that are not whole; without it, the largest value of a
    column has three significant digits.
    """

    def __init__(self, frame: pd.DataFrame, digits: int | None = None) -> None:
        self.heads = [str(name).replace("_", " ").strip() for name in frame.columns]
        self.numeric, columns = [], []
        for name in frame.columns:
            values = list(frame[name])
            known = [value for value in values if not _is_missing(value)]
            self.numeric.append(bool(known) and all(map(_is_number, known)))
            places = _decimals(known) if self.numeric[-1] else None
            if digits is not None and places != 0:
                places = digits
            columns.append([_shown(value, places) for value in values])
        self.rows = [list(row) for row in zip(*columns, strict=True)]

    def html(self, anchor: str, title: str, caption: str, footer: str) -> str:
        """Return the table as HTML; `title` is its number in the report, such as `Table 1`."""
        about = list(zip(self.heads, self.numeric, strict=True))
        heads = "".join(f'<th scope="col"{_class(n)}>{html.escape(h)}</th>' for h, n in about)
        body = "\n".join(f"<tr>{self._row(row)}</tr>" for row in self.rows)
        note = f'\n<p class="footer">{html.escape(footer)}</p>' if footer else ""
        words = f"<b>{html.escape(title)}.</b> {html.escape(caption)}"
        return (
            f'<div class="table" id="{anchor}">\n<div class="scroll" role="region" tabindex="0" '
            f'aria-label="{html.escape(title)}">\n<table>\n<caption><span>{words}</span></caption>'
            f"\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>{note}"
            "\n</div>"
        )

    def _row(self, row: Sequence[str]) -> str:
        cells = []
        for position, (text, number) in enumerate(zip(row, self.numeric, strict=True)):
            tag = 'th scope="row"' if position == 0 else "td"
            kind = "long" if len(text) > WORD else "" if " " in text else "word"
            rtl = ' dir="auto"' if ARABIC.search(text) else ""
            cells.append(f"<{tag}{_class(number, kind)}{rtl}>{html.escape(text)}</{tag[:2]}>")
        return "".join(cells)

    def tex(self, label: str, caption: str, footer: str) -> str:
        """Return the table as TeX for booktabs: wrapped where it is wide, on pages where long."""
        texts = [[head, *(row[i] for row in self.rows)] for i, head in enumerate(self.heads)]
        longest = [max(map(len, column)) + 2 for column in texts]
        # TeX breaks lines after hyphens too.
        words = [max(map(len, " ".join(c).replace("-", "- ").split())) + 2 for c in texts]
        fits, line = sum(longest) <= LINES[""], 1.0
        size = "" if fits else next((n for n, s in LINES.items() if n and sum(words) <= s), "tiny")
        columns = "".join("r" if n else "l" for n in self.numeric)
        if not fits:
            room = max(LINES[size], sum(words))
            more = [(a - b) ** 0.7 for a, b in zip(longest, words, strict=True)]
            free = (room - sum(words)) / (sum(more) or 1.0)
            shares = [(w + free * m) / room for w, m in zip(words, more, strict=True)]
            columns = "".join(
                rf">{{\ragged{'left' if n else 'right'}\arraybackslash}}"
                rf"p{{\dimexpr {s:.3f}\linewidth-2\tabcolsep}}"
                for s, n in zip(shares, self.numeric, strict=True)
            )
            line = sum(longest) / room
        named = [rf"\caption{{{tex(caption)}}}", rf"\label{{{label}}}"]
        body = [" & ".join(map(tex, row)) + r" \\" for row in [self.heads, *self.rows]]
        head, rows = [r"\toprule", body[0], r"\midrule"], [*body[1:], r"\bottomrule"]
        note = [rf"\par\smallskip{{\footnotesize {tex(footer)}}}"] * bool(footer)
        small = [rf"\{size}\setlength{{\tabcolsep}}{{3pt}}"] * bool(size)
        if len(self.rows) * line > PAGE:
            named[-1] += r"\\"
            begin = [r"\begingroup", *small, rf"\begin{{longtable}}{{{columns}}}", *named]
            lines = [*begin, *head, r"\endhead", *rows, r"\end{longtable}", *note, r"\endgroup"]
        else:
            begin = [r"\begin{table}", r"\centering", *named, *small]
            begin += [rf"\begin{{tabular}}{{{columns}}}", *head]
            lines = [*begin, *rows, r"\end{tabular}", *note, r"\end{table}"]
        return "\n".join(["% Needs \\usepackage{array,booktabs,longtable}.", *lines, ""])


def _class(number: bool, kind: str = "") -> str:
    kind = "number" if number else kind
    return f' class="{kind}"' if kind else ""
