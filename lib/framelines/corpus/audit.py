"""Names in the texts, counted and never guessed; and numbers, dates and names without a row."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import regex

from framelines import write_whole
from framelines.corpus.documents import Row, Tables, in_context, read_documents, texts_of
from framelines.corpus.features import COUNTED, regions_by_document
from framelines.corpus.texts import (
    APOSTROPHES,
    Span,
    Terms,
    add_term,
    languages_of,
    longest_matches,
    parts,
    short_hash,
    word_list,
)

CODER = "first"
# Words that a label list gives to nobody, such as the ceasefire's “regime”.
NOBODY = "none"
MENTION = ["coder", "doc_id", "start", "end", "hash", "label", "actor_id", "stance"]
COVERING = ("claims", "not_coded")


# Mentions.


def labels_of(namings: pd.DataFrame, doc_id: str, language: str) -> Terms:
    """Return the labels that hold in a document, by their words cut at hyphens.

    A label that the document has for itself goes before the same label of all documents.
    """
    own = namings[(namings["language"] == language) & namings["doc_id"].isin(["", doc_id])]
    ordered = own.sort_values(["doc_id", "label"], kind="stable").to_dict("records")
    by_words = {tuple(word for word, _ in parts(row["label"])): row for row in ordered}
    labels: Terms = {}
    for units, row in by_words.items():
        add_term(labels, units, "labels", row)
    return labels


def labels_by_document(tables: Tables) -> dict[str, Terms]:
    """Return the labels that hold in each document, by doc_id; most share those of a language."""
    namings, documents = tables["namings"], tables["documents"]
    special = set(namings["doc_id"])
    common = {code: labels_of(namings, "", code) for code in documents["language"].unique()}
    return {
        doc_id: labels_of(namings, doc_id, code) if doc_id in special else common[code]
        for doc_id, code in zip(documents["doc_id"], documents["language"], strict=True)
    }


def find_mentions(text: str, labels: Terms) -> list[Row]:
    """Return every mention: start, end, hash, label, actor_id, stance; longest label first.

    Mentions never overlap. Labels of `NOBODY` take their words and give no mention. A label is
    found at the beginning of a compound as well (Islamic State-held).
    """
    units = parts(text)
    found = []
    for (first, after), _, row in longest_matches([word for word, _ in units], labels):
        if row["actor_id"] != NOBODY:
            start, end = units[first][1][0], units[after - 1][1][1]
            span = {"start": start, "end": end, "hash": short_hash(text[start:end])}
            found.append({**span, **{k: row[k] for k in ("label", "actor_id", "stance")}})
    return found


def counted_mentions(tables: Tables, texts: Path) -> pd.DataFrame:
    """Return the mentions of every document, as rows of `naming_mentions` of the first coder.

    Page furniture, bylines, repeated headlines and articles inside another are left out, as in all
    counts.
    """
    rows: list[Row] = []
    sentences = tables["sentences"]
    counted = sentences[sentences["kind"].isin(COUNTED)]
    spans = {doc_id: own[["start", "end"]] for doc_id, own in counted.groupby("doc_id")}
    labels = labels_by_document(tables)
    for doc, text in read_documents(tables["documents"], texts):
        own = spans.get(doc["doc_id"], counted.iloc[:0])
        for begin, end in zip(own["start"], own["end"], strict=True):
            for found in find_mentions(text[begin:end], labels[doc["doc_id"]]):
                span = {"start": found["start"] + begin, "end": found["end"] + begin}
                rows.append({"coder": CODER, "doc_id": doc["doc_id"], **found, **span})
    return pd.DataFrame(rows, columns=MENTION)


def build_mentions(tables: Tables, folder: Path) -> Path:
    """Write the first coder's naming mentions from the texts; rows of other coders stay.

    Raises `DataError` where the texts are not here.
    """
    stored = tables["naming_mentions"]
    counted = counted_mentions(tables, texts_of(folder))
    both = pd.concat([counted, stored.loc[stored["coder"] != CODER, MENTION]], ignore_index=True)
    ordered = both.sort_values(["coder", "doc_id", "start", "end"], kind="stable")
    return write_whole(
        folder / "naming_mentions.csv", ordered.to_csv(index=False, lineterminator="\n")
    )


# What no row explains.


def _pattern(words: frozenset[str], prefix: str = "") -> str:
    """One of the words, the longest first; any apostrophe for ’, any space for _."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    joined = "|".join(regex.escape(word) for word in ordered)
    joined = joined.replace("’", f"[{APOSTROPHES}]").replace("_", r"\s+")
    return rf"(?<![\p{{L}}\p{{N}}]){prefix}(?:{joined})(?!\p{{L}})"


# Arabic prose puts clitics and the article before a word.
_CLITICS = "(?:[وف]?(?:[بك]?(?:ال)?|لل?))"
NUMBER = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])(?:\p{{N}}[\p{{N}}.,٫٬]*\p{{N}}|\p{{N}})[%٪]?"
    rf"|{_pattern(word_list('numbers'), _CLITICS)}",
    regex.IGNORECASE,
)
DATE = regex.compile(
    rf"(?i:{_pattern(word_list('dates'), _CLITICS)})|{_pattern(word_list('capital_dates'))}"
)


def _expressions(text: str, labels: Terms) -> Iterator[tuple[Span, str]]:
    for match in NUMBER.finditer(text):
        yield match.span(), "number"
    for match in DATE.finditer(text):
        yield match.span(), "date"
    for mention in find_mentions(text, labels):
        yield (mention["start"], mention["end"]), "actor"


def _inside(span: Span, spans: list[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _spans_of(frame: pd.DataFrame | None) -> dict[str, list[Span]]:
    """The spans of a table by document; none of a table that is missing or empty."""
    found: dict[str, list[Span]] = defaultdict(list)
    if frame is not None:
        for doc_id, start, end in zip(frame["doc_id"], frame["start"], frame["end"], strict=True):
            found[doc_id].append((int(start), int(end)))
    return found


def audit(tables: Tables, texts: Path) -> pd.DataFrame:
    """Return every number, date expression and actor label of the texts, with what explains it.

    One row an expression: doc_id, start, end, kind, explained_by (empty where nothing does). Text
    of an article inside another is looked at once, in the inner one. What a language's lists do
    not hold is not found: see `unread`.
    """
    rows = []
    regions, labels = regions_by_document(tables), labels_by_document(tables)
    covered = {name: _spans_of(tables.get(name)) for name in (*COVERING, "naming_mentions")}
    for doc, text in read_documents(tables["documents"], texts):
        doc_id = doc["doc_id"]
        own = regions.get(doc_id, [])
        holes = [span for span, kind in own if kind == "contained"]
        left_out = [span for span, kind in own if kind not in (*COUNTED, "contained")]
        for span, kind in _expressions(text, labels[doc_id]):
            if _inside(span, holes):
                continue
            names = ("naming_mentions",) if kind == "actor" else COVERING
            places = [("regions", left_out), *((n, covered[n][doc_id]) for n in names)]
            explained = next((name for name, spans in places if _inside(span, spans)), "")
            rows.append((doc_id, *span, kind, explained))
    found = pd.DataFrame(rows, columns=["doc_id", "start", "end", "kind", "explained_by"])
    return found.sort_values("doc_id", kind="stable", ignore_index=True)


def unread(documents: pd.DataFrame) -> pd.Series:
    """Return the number of documents by language whose numbers and dates the audit cannot read.

    Digits it reads in every language.
    """
    known = languages_of("numbers") & languages_of("dates")
    return documents.loc[~documents["language"].isin(known), "language"].value_counts()


def shares(found: pd.DataFrame, not_coded: pd.DataFrame) -> pd.DataFrame:
    """Return what explains the expressions: one row a kind, table and reason, with its share."""
    reasons = {
        (doc_id, at): reason
        for doc_id, start, end, reason in _columns(not_coded, "doc_id", "start", "end", "reason")
        for at in range(int(start), int(end))
    }
    reason = [
        reasons.get((doc_id, start), "") if explained == "not_coded" else ""
        for doc_id, start, explained in _columns(found, "doc_id", "start", "explained_by")
    ]
    table = found.assign(reason=reason).groupby(["kind", "explained_by", "reason"], sort=True)
    counts = table.size().rename("expressions").reset_index()
    counts["share"] = counts["expressions"] / counts.groupby("kind")["expressions"].transform("sum")
    return counts


def _columns(frame: pd.DataFrame, *names: str) -> Iterator[tuple]:
    return zip(*(frame[name] for name in names), strict=True)


def passages(tables: Tables, texts: Path, found: pd.DataFrame) -> list[str]:
    """Return one line an expression: document, start, kind, and the words around it."""
    documents = tables["documents"]
    lines = []
    for doc, text in read_documents(documents[documents["doc_id"].isin(found["doc_id"])], texts):
        for row in found[found["doc_id"] == doc["doc_id"]].to_dict("records"):
            passage = in_context(text, (row["start"], row["end"]), 50)
            lines.append(f"{doc['doc_id']} {row['start']} {row['kind']}: {passage}")
    return lines
