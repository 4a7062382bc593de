"""What the coding has not explained: numbers, dates and names that no row covers."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import regex

from framelines.checks import Tables
from framelines.corpus import document_text
from framelines.features import COUNTED
from framelines.locate import in_context
from framelines.mentions import find_mentions, labels_of
from framelines.text import Span

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred hundreds thousand thousands million millions billion billions dozen dozens tens "
    "half third first second fourth fifth sixth seventh eighth ninth tenth once twice several "
    # Arabic, with the clitics that press prose puts before them.
    "واحد واحدة اثنين اثنان ثلاثة ثلاث أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشر عشرات "
    "مئات آلاف مليون الأول الأولى الثاني الثانية الثالث الرابع الخامس السادس السابع الثامن التاسع "
    "العاشر الأربعين نصف نصفها"
).split()
_DATES = (
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow "
    "muharram safar rabi’ jumada rajab sha’ban ramadan shawwal dhul-qa’dah dhul-hijjah summer "
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر أمس اليوم"
).split()


def _alternatives(words: list[str]) -> str:
    return "|".join(regex.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))


NUMBER = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])(?:\p{{N}}[\p{{N}}.,]*\p{{N}}|\p{{N}}|(?:(?<!\p{{L}})[وبلف]?"
    rf"(?:{_alternatives(_NUMBERS)}))(?![\p{{L}}]))",
    regex.IGNORECASE,
)
# May and March are months only with their capital; in lower case they are verbs.
_VERBS = ("may", "march")
DATE = regex.compile(
    rf"(?<!\p{{L}})(?:May|March|(?i:{_alternatives([w for w in _DATES if w not in _VERBS])}))"
    rf"(?!\p{{L}})"
)
COVERING = ("claims", "not_coded")


def _expressions(
    text: str, labels: dict[tuple[str, ...], dict[str, str]]
) -> Iterator[tuple[Span, str]]:
    for match in NUMBER.finditer(text):
        yield match.span(), "number"
    for match in DATE.finditer(text):
        yield match.span(), "date"
    for mention in find_mentions(text, labels):
        yield (mention["start"], mention["end"]), "actor"


def _spans(frame: pd.DataFrame, doc_id: str) -> list[Span]:
    own = frame[frame["doc_id"] == doc_id]
    return list(zip(own["start"].astype(int), own["end"].astype(int), strict=True))


def _inside(span: Span, spans: list[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _explained(tables: Tables, doc_id: str, span: Span, kind: str) -> str:
    """Which table explains an expression, or "" where none does."""
    regions = tables["regions"]
    left_out = regions[~regions["kind"].isin(COUNTED)]
    covering = ("naming_mentions",) if kind == "actor" else COVERING
    for name, frame in (("regions", left_out), *((n, tables[n]) for n in covering)):
        if _inside(span, _spans(frame, doc_id)):
            return name
    return ""


def audit(tables: Tables, texts: Path) -> pd.DataFrame:
    """Return every number, date expression and actor label of the texts, with what explains it.

    One row an expression: doc_id, start, end, kind, explained_by (empty where nothing does). Text
    of an article inside another is looked at once, in the inner one.
    """
    rows = []
    for doc in tables["documents"].to_dict("records"):
        text = document_text(tables["documents"], doc["doc_id"], texts)
        labels = labels_of(tables["namings"], doc["doc_id"], doc["language"])
        inner = tables["documents"].query("contained_in == @doc['doc_id']")
        begins = doc["start"]
        holes = [(int(r.start) - begins, int(r.end) - begins) for r in inner.itertuples()]
        for span, kind in _expressions(text, labels):
            if not _inside(span, holes):
                explained = _explained(tables, doc["doc_id"], span, kind)
                rows.append((doc["doc_id"], *span, kind, explained))
    return pd.DataFrame(rows, columns=["doc_id", "start", "end", "kind", "explained_by"])


def shares(found: pd.DataFrame, not_coded: pd.DataFrame) -> pd.DataFrame:
    """Return what explains the expressions: one row a kind, table and reason, with its share."""
    reasons = {
        (row.doc_id, at): row.reason
        for row in not_coded.itertuples()
        for at in range(int(str(row.start)), int(str(row.end)))
    }
    reason = [
        reasons.get((row.doc_id, row.start), "") if row.explained_by == "not_coded" else ""
        for row in found.itertuples()
    ]
    table = found.assign(reason=reason).groupby(["kind", "explained_by", "reason"], sort=True)
    counts = table.size().rename("expressions").reset_index()
    counts["share"] = counts["expressions"] / counts.groupby("kind")["expressions"].transform("sum")
    return counts


def passages(tables: Tables, texts: Path, found: pd.DataFrame) -> list[str]:
    """Return one line an expression: document, start, kind, and the words around it."""
    lines = []
    for row in found.to_dict("records"):
        text = document_text(tables["documents"], row["doc_id"], texts)
        passage = in_context(text, (row["start"], row["end"]), 50)
        lines.append(f"{row['doc_id']} {row['start']} {row['kind']}: {passage}")
    return lines
