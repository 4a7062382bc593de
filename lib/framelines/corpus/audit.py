"""Names in the texts, counted and never guessed; and numbers, dates and names without a row."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import regex

from framelines.corpus import texts
from framelines.corpus.documents import Row, Tables, in_context, read_documents, read_raw, texts_of
from framelines.corpus.features import COUNTED, regions_by_document, write_changed
from framelines.corpus.texts import Span, Terms

# The repository holds no run of so many words of a text.
RUN = 8
WORD = regex.compile(r"[^\W_]+")
# Words that a label list gives to nobody, such as the ceasefire's “regime”.
NOBODY = "none"
MENTION = ["coder", "doc_id", "start", "end", "hash", "label", "actor_id", "stance"]
EXPRESSION = ["doc_id", "start", "end", "kind", "explained_by", "reason", "passage"]


def labels_of(tables: Tables) -> dict[str, Terms]:
    """Return the labels that hold in each document, by doc_id.

    A label that the document has for itself goes before the same label of all documents.
    """
    found: dict[str, Terms] = {}
    made: dict[tuple[str, str], Terms] = {}
    namings, documents = tables["namings"], tables["documents"]
    special = set(namings["doc_id"])
    rows = namings.sort_values(["doc_id", "label"], kind="stable").to_dict("records")
    for doc_id, language in zip(documents["doc_id"], documents["language"], strict=True):
        key = (language, doc_id if doc_id in special else "")
        if key not in made:
            own = [r for r in rows if r["language"] == language and r["doc_id"] in ("", key[1])]
            by_parts = {tuple(form for form, _ in texts.parts(r["label"])): r for r in own}
            made[key] = {}
            for units, row in by_parts.items():
                texts.add_term(made[key], units, "labels", row)
        found[doc_id] = made[key]
    return found


def find_mentions(text: str, labels: Terms) -> list[Row]:
    """Return every mention: start, end, hash, label, actor_id, stance; longest label first.

    Mentions never overlap. Labels of `NOBODY` take their words and give no mention. A label is
    found at the beginning of a compound as well (Islamic State-held).
    """
    units = texts.parts(text)
    found = []
    for (first, after), _, row in texts.longest_matches([form for form, _ in units], labels):
        if row["actor_id"] != NOBODY:
            start, end = units[first][1][0], units[after - 1][1][1]
            span = {"start": start, "end": end, "hash": texts.short_hash(text[start:end])}
            found.append({**span, **{k: row[k] for k in ("label", "actor_id", "stance")}})
    return found


def counted_mentions(tables: Tables, folder: Path, coder: str = "first") -> pd.DataFrame:
    """Return the mentions of every document, as rows of `naming_mentions` of one coder.

    `folder` holds the tables. Page furniture, bylines, repeated headlines and articles inside
    another are left out, as in all counts. Raises `DataError` where the texts are not here.
    """
    rows: list[Row] = []
    labels, sentences = labels_of(tables), tables["sentences"]
    spans = _spans_of(sentences[sentences["kind"].isin(COUNTED)])
    for doc, text in read_documents(tables["documents"], texts_of(folder)):
        for begin, end in spans[doc["doc_id"]]:
            for found in find_mentions(text[begin:end], labels[doc["doc_id"]]):
                span = {"start": found["start"] + begin, "end": found["end"] + begin}
                rows.append({"coder": coder, "doc_id": doc["doc_id"], **found, **span})
    return pd.DataFrame(rows, columns=MENTION)


def build_mentions(tables: Tables, folder: Path, coder: str = "first") -> Path:
    """Write the naming mentions of one coder anew from the texts; rows of other coders stay.

    Returns the path of the table in `folder`; raises as `counted_mentions`.
    """
    stored = tables["naming_mentions"]
    others = stored.loc[stored["coder"] != coder, MENTION]
    both = pd.concat([counted_mentions(tables, folder, coder), others])
    ordered = both.sort_values(["coder", "doc_id", "start", "end"], kind="stable")
    content = ordered.to_csv(index=False, lineterminator="\n")
    return write_changed(folder / "naming_mentions.csv", content)


def _pattern(section: str, prefix: str = "") -> str:
    """One of the words of a list, the longest first; any apostrophe for ’, any space for _."""
    ordered = sorted(texts.word_list(section), key=lambda word: (-len(word), word))
    joined = "|".join(regex.escape(word) for word in ordered)
    joined = joined.replace("’", f"[{texts.APOSTROPHES}]").replace("_", r"\s+")
    return rf"(?<![\p{{L}}\p{{N}}]){prefix}(?:{joined})(?!\p{{L}})"


# Arabic prose puts clitics and the article before a word.
_CLITICS = "(?:[وف]?(?:[بك]?(?:ال)?|لل?))"
NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}])(?:\p{N}[\p{N}.,٫٬]*\p{N}|\p{N})[%٪]?" + f"|{_pattern('numbers', _CLITICS)}",
    regex.IGNORECASE,
)
DATE = regex.compile(f"(?i:{_pattern('dates', _CLITICS)})|{_pattern('capital_dates')}")


def _expressions(text: str, labels: Terms) -> Iterator[tuple[Span, str]]:
    for kind, pattern in (("number", NUMBER), ("date", DATE)):
        for match in pattern.finditer(text):
            yield match.span(), kind
    for mention in find_mentions(text, labels):
        yield (mention["start"], mention["end"]), "actor"


def _spans_of(frame: pd.DataFrame) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for doc_id, start, end in zip(frame["doc_id"], frame["start"], frame["end"], strict=True):
        found[doc_id].append((int(start), int(end)))
    return found


def _covering(span: Span, spans: list[Span]) -> Span | None:
    return next((other for other in spans if other[0] <= span[0] and span[1] <= other[1]), None)


def audit(tables: Tables, folder: Path) -> pd.DataFrame:
    """Return every number, date expression and actor label of the texts, with what explains it.

    One row an expression: doc_id, start, end, kind, explained_by and reason (of `not_coded`), both
    empty where nothing does; then passage holds the words around it. An article inside another is
    looked at once. What a language's lists do not hold is not found: see `unread`.
    """
    rows = []
    regions, labels = regions_by_document(tables), labels_of(tables)
    names = ("claims", "not_coded", "naming_mentions")
    covered = {name: _spans_of(tables[name]) for name in names}
    not_coded = tables["not_coded"]
    where = zip(not_coded["doc_id"], not_coded["start"], not_coded["end"], strict=True)
    reasons = dict(zip(where, not_coded["reason"], strict=True))
    for doc, text in read_documents(tables["documents"], texts_of(folder)):
        doc_id, own = doc["doc_id"], regions[doc["doc_id"]]
        holes = [span for span, kind in own if kind == "contained"]
        left_out = [span for span, kind in own if kind not in (*COUNTED, "contained")]
        for span, kind in _expressions(text, labels[doc_id]):
            if _covering(span, holes):
                continue
            of_kind = names[2:] if kind == "actor" else names[:2]
            places = [("regions", left_out), *((name, covered[name][doc_id]) for name in of_kind)]
            met = ((name, _covering(span, spans)) for name, spans in places)
            explained, by = next(((name, by) for name, by in met if by), ("", span))
            reason = reasons.get((doc_id, *by), "") if explained == "not_coded" else ""
            passage = "" if explained else in_context(text, span, 50)
            rows.append((doc_id, *span, kind, explained, reason, passage))
    return pd.DataFrame(rows, columns=EXPRESSION).sort_values("doc_id", kind="stable")


def unread(documents: pd.DataFrame) -> pd.Series:
    """Return the number of documents by language whose words of number and date are not listed.

    The audit finds digits and names in them, and nothing else.
    """
    known = set(texts.word_lists()["numbers"]) & set(texts.word_lists()["dates"])
    return documents.loc[~documents["language"].isin(known), "language"].value_counts()


def _runs(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    found = [(match.start(), match.group().lower()) for match in WORD.finditer(text)]
    for i in range(len(found) - RUN + 1):
        yield found[i][0], tuple(word for _, word in found[i : i + RUN])


def runs_of_texts(folder: Path, files: list[Path]) -> dict[Path, list[int]]:
    """Return the files that hold `RUN` words of the texts on end, with the lines where they begin.

    `folder` holds the tables. Files that are no UTF-8 are passed over. Raises `DataError` where
    the texts are not here.
    """
    known = {run for path in texts_of(folder).glob("*.txt") for _, run in _runs(read_raw(path))}
    found = {}
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
        lines = {text.count("\n", 0, at) + 1 for at, run in _runs(text) if run in known}
        if lines:
            found[path] = sorted(lines)
    return found
