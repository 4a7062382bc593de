"""How a table fits a page in TeX: columns that wrap, the size of the type, one page or several.

Widths are reckoned in characters. A table that fits at its own width stays as it is; in any other
every column wraps, at a share of the line that has room for its longest word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# At its own size a table of so many characters fits a column of text.
FITS = 74
# How many characters a line holds, by the size of the type.
SIZES = {"footnotesize": 96, "scriptsize": 112, "tiny": 150}
GAP = 2
# More lines than these do not fit one page.
PAGE = 44


@dataclass(frozen=True)
class Layout:
    """Columns of a table, the size of its type (empty: as it is), and whether it needs pages."""

    columns: str
    size: str
    long: bool


def layout(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Layout:
    """Return how a table of texts, as they are shown, is laid out."""
    texts = [[head, *(row[i] for row in rows)] for i, head in enumerate(heads)]
    longest = [max(map(len, column)) for column in texts]
    if sum(longest) + GAP * len(longest) <= FITS:
        return Layout("".join("r" if n else "l" for n in numeric), "", len(rows) > PAGE)
    words = [_longest_word(column) + GAP for column in texts]
    size = next((name for name, line in SIZES.items() if sum(words) <= line), [*SIZES][-1])
    line = SIZES[size]
    shares = _shares(longest, words, line)
    columns = "".join(
        _paragraph(share, number) for share, number in zip(shares, numeric, strict=True)
    )
    lines = sum(
        max(
            -(-len(text) // max(1, int(share * line)))
            for text, share in zip(row, shares, strict=True)
        )
        for row in rows
    )
    return Layout(columns, size, lines > PAGE)


def _paragraph(share: float, number: bool) -> str:
    side = "raggedleft" if number else "raggedright"
    return rf">{{\{side}\arraybackslash}}p{{\dimexpr {share:.3f}\linewidth-2\tabcolsep}}"


def _longest_word(texts: Sequence[str]) -> int:
    # TeX breaks lines after hyphens too.
    return max((len(word) for text in texts for word in text.replace("-", "- ").split()), default=0)


def _shares(longest: Sequence[int], words: Sequence[int], line: int) -> list[float]:
    """Return the share of the line of every column: its longest word, and more for long texts."""
    wanted = [max(0, size + GAP - word) ** 0.7 for size, word in zip(longest, words, strict=True)]
    rest, total = max(0, line - sum(words)), sum(wanted) or 1.0
    room = max(line, sum(words))
    return [
        round((word + rest * more / total) / room, 3)
        for word, more in zip(words, wanted, strict=True)
    ]
