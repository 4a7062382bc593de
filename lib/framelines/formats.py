"""Numbers and tables as text: rounded alike everywhere, and inert in CSV, TeX, HTML and Markdown.

A table cell may hold anything that a source printed: markup, a formula, a TeX special. Nothing
of it may be obeyed by the program that opens the result.
"""

import csv
import datetime as dt
import html
import io
import math
import re
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import pandas as pd

from framelines.tex_layout import layout

DIGITS = 6
MINUS = "\u2212"
# Up to this length a text without a space, such as a date, is not broken; a longer one gets room.
WORD = 24
MIXED = 100
NO_VALUE = "\u2013"
ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    MINUS: r"\ensuremath{-}",
    # After the end of a row these two would be read as its options.
    "[": "{[}",
    "*": "{*}",
    # What the fonts of pdfTeX lack.
    "∞": r"\ensuremath{\infty}",
    "≈": r"\ensuremath{\approx}",
    "≤": r"\ensuremath{\le}",
    "≥": r"\ensuremath{\ge}",
    "→": r"\ensuremath{\to}",
    "\n": " ",
}


def significant(value: float, digits: int = DIGITS) -> float:
    """Return `value` rounded to `digits` significant digits, never -0.0.

    Six digits agree between processors and between linear algebra libraries; more do not.
    """
    return float(f"{value:.{digits}g}") + 0.0 if math.isfinite(value) else float(value)


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of `frame` with every float rounded to six significant digits.

    A named index becomes ordinary columns; a default one is dropped.
    """
    named = any(name is not None for name in frame.index.names)
    out = frame.reset_index(drop=not named).copy()
    for column in out.columns:
        if pd.api.types.is_float_dtype(out[column]) or out[column].dtype == object:
            out[column] = out[column].map(_rounded_value)
    return out


def _rounded_value(value: Any) -> Any:
    return significant(value) if _is_number(value) and not isinstance(value, Integral) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and not _is_bool(value)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool_"


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def is_numeric(column: pd.Series) -> bool:
    """Whether every value of `column` that is not missing is a number."""
    values = [value for value in column if not _is_missing(value)]
    return bool(values) and all(_is_number(value) for value in values)


# --- numbers for readers -----------------------------------------------------------------------


def counted(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: 1 document, 3 documents; `many` is the plural, else with s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def default_decimals(largest: float) -> int:
    """Return how many decimals show three significant digits of `largest`, at most six."""
    if not math.isfinite(largest) or largest == 0:
        return 0
    return min(6, max(0, 2 - math.floor(math.log10(abs(largest)))))


def number_text(value: float, decimals: int | None = None) -> str:
    """Return a number as prose has it: 6,830 or −12.3, with a true minus sign.

    Whole numbers are shown whole. `decimals` is the number of digits after the point of any other
    number; without it, three significant digits are shown.
    """
    if not math.isfinite(value):
        return NO_VALUE if math.isnan(value) else ("∞" if value > 0 else MINUS + "∞")
    if isinstance(value, Integral):
        text = f"{int(value):,}"
    else:
        places = default_decimals(value) if decimals is None else decimals
        text = f"{significant(value):,.{places}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def column_decimals(column: pd.Series) -> int | None:
    """Return the decimals for a numeric column: three significant digits of its largest value.

    None where the values are of different orders, so that each needs decimals of its own.
    """
    values = [abs(float(v)) for v in column if not _is_missing(v) and math.isfinite(float(v))]
    if all(value == int(value) for value in values):
        return 0
    if max(values) > MIXED * min(value for value in values if value):
        return None
    return default_decimals(max(values))


def shown(value: Any, decimals: int | None = None) -> str:
    """Return one cell as readers see it, in plain text: a missing value is an en dash."""
    if _is_missing(value):
        return NO_VALUE
    if _is_bool(value):
        return "yes" if value else "no"
    if _is_number(value):
        return number_text(value, decimals)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


# --- escaping ----------------------------------------------------------------------------------


def tex(text: str) -> str:
    """Return plain text as TeX that prints it."""
    return "".join(TEX.get(character, character) for character in text)


def markdown(text: str) -> str:
    """Return plain text as Markdown that shows it: no markup, no HTML, no formula is obeyed."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    escaped = re.sub(r"([\\`*_\[\]{}|~$])", r"\\\1", escaped)
    escaped = re.sub(r"^(\d*)([#+\-=]|[.)](?!\d))", r"\1\\\2", escaped)
    # A bare address would become a link.
    return re.sub(r"(?i)\b(https?|ftp|www)([:.])", r"\1\\\2", escaped)


def cell(value: Any) -> str:
    """Return one cell of a CSV file; text that a spreadsheet would run gets an apostrophe."""
    if _is_missing(value):
        return ""
    if _is_bool(value):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if _is_number(value):
        number = significant(float(value))
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    text = _plain(value)
    return "'" + text if text.startswith(FORMULA) else text


# --- tables ------------------------------------------------------------------------------------


def heading(name: object) -> str:
    """Return a column name as a heading: spaces for underscores."""
    return str(name).replace("_", " ")


def csv_text(frame: pd.DataFrame) -> str:
    """Return `frame` as CSV: LF, minimal quoting, six significant digits, no live formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([cell(str(name)) for name in frame.columns])
    writer.writerows([cell(value) for value in row] for row in frame.itertuples(index=False))
    return buffer.getvalue()


def _display(frame: pd.DataFrame, digits: Mapping[str, int]) -> tuple[list[bool], list[list[str]]]:
    """Return which columns are numbers, and every cell as readers see it."""
    numeric = [is_numeric(frame[name]) for name in frame.columns]
    places = [
        digits.get(str(name), column_decimals(frame[name])) if number else None
        for name, number in zip(frame.columns, numeric, strict=True)
    ]
    rows = [
        [shown(value, place) for value, place in zip(row, places, strict=True)]
        for row in frame.itertuples(index=False)
    ]
    return numeric, rows


def tex_table(
    frame: pd.DataFrame, label: str, caption: str, footer: str, digits: Mapping[str, int]
) -> str:
    """Return `frame` as a TeX table for the booktabs package; all arguments are plain text.

    A table that is wider than a page is wrapped, and one that is longer goes over several.
    """
    numeric, rows = _display(frame, digits)
    heads = [heading(name) for name in frame.columns]
    fit = layout(heads, rows, numeric)
    words = [rf"\caption{{{tex(caption)}}}", rf"\label{{{label}}}"]
    head = [r"\toprule", " & ".join(map(tex, heads)) + r" \\", r"\midrule"]
    body = [" & ".join(map(tex, row)) + r" \\" for row in rows]
    small = [rf"\{fit.size}\setlength{{\tabcolsep}}{{3pt}}"] if fit.size else []
    note = [rf"\par\smallskip{{\footnotesize {tex(footer)}}}"] if footer else []
    if fit.long:
        words[-1] += r"\\"
        lines = [r"\begingroup", *small, rf"\begin{{longtable}}{{{fit.columns}}}", *words, *head]
        lines += [r"\endhead", *body, r"\bottomrule", r"\end{longtable}", *note, r"\endgroup", ""]
    else:
        lines = [r"\begin{table}", r"\centering", *words, *small]
        lines += [rf"\begin{{tabular}}{{{fit.columns}}}", *head, *body, r"\bottomrule"]
        lines += [r"\end{tabular}", *note, r"\end{table}", ""]
    packages = ["booktabs", *["array"] * bool(fit.size), *["longtable"] * fit.long]
    return "\n".join([f"% Needs \\usepackage{{{','.join(packages)}}}.", *lines])


def html_table(
    frame: pd.DataFrame,
    anchor: str,
    title: str,
    caption: str,
    footer: str,
    digits: Mapping[str, int],
) -> str:
    """Return `frame` as an HTML table; `title` is its number in the report, such as "Table 1"."""
    numeric, rows = _display(frame, digits)
    heads = "".join(
        f'<th scope="col"{_class(number)}>{html.escape(heading(name))}</th>'
        for name, number in zip(frame.columns, numeric, strict=True)
    )
    body = "\n".join(f"<tr>{_html_row(row, numeric)}</tr>" for row in rows)
    note = f'\n<p class="footer">{html.escape(footer)}</p>' if footer else ""
    words = f"<span><b>{html.escape(title)}.</b> {html.escape(caption)}</span>"
    return (
        f'<div class="table" id="{anchor}">\n'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{html.escape(title)}">\n'
        f"<table>\n<caption>{words}</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>{note}\n</div>"
    )


def _html_row(row: list[str], numeric: list[bool]) -> str:
    cells = []
    for position, (text, number) in enumerate(zip(row, numeric, strict=True)):
        tag = 'th scope="row"' if position == 0 else "td"
        direction = ' dir="auto"' if ARABIC.search(text) else ""
        kind = ' class="long"' if len(text) > WORD else ""
        if " " not in text and not kind:
            kind = ' class="word"'
        cells.append(f"<{tag}{_class(number) or kind}{direction}>{html.escape(text)}</{tag[:2]}>")
    return "".join(cells)


def _class(number: bool) -> str:
    return ' class="number"' if number else ""
