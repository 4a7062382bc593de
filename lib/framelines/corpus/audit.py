"""Names in the texts, counted and never guessed; and numbers, dates and names without a row."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import regex

from framelines import write_whole
from framelines.corpus.documents import Row, Tables, read_documents, read_raw, spans_of, texts_of
from framelines.corpus.features import COUNTED, regions_by_document
from framelines.corpus.finders import pattern
from framelines.corpus.names import find_mentions, labels_of

# The repository holds no run of so many words of a text.
RUN = 8
WORD = regex.compile(r"[^\W_]+")
CODER = "first"
MENTION = ["coder", "doc_id", "start", "end", "hash", "label", "actor_id", "stance"]


def build_mentions(tables: Tables, folder: Path) -> Path:
    """Write the first coder's naming mentions of all counted sentences anew; return the path.

    `folder` holds the tables. Raises `DataError` where the texts are not here.
    """
    rows: list[Row] = []
    sentences, stored = tables["sentences"], tables["naming_mentions"]
    spans = spans_of(sentences[sentences["kind"].isin(COUNTED)])
    for doc, text in read_documents(tables["documents"], texts_of(folder)):
        labels = labels_of(tables["namings"], doc["doc_id"], doc["language"])
        for begin, end in spans[doc["doc_id"]]:
            for found in find_mentions(text[begin:end], labels):
                span = {"start": found["start"] + begin, "end": found["end"] + begin}
                rows.append({"coder": CODER, "doc_id": doc["doc_id"], **found, **span})
    both = pd.concat([pd.DataFrame(rows), stored[stored["coder"] != CODER]])[MENTION]
    ordered = both.sort_values(["coder", "doc_id", "start", "end"], kind="stable")
    content = ordered.to_csv(index=False, lineterminator="\n")
    return write_whole(folder / "naming_mentions.csv", content)


def audit(tables: Tables, folder: Path) -> pd.DataFrame:
    """Return every number, date expression and actor label of the texts, with what explains it.

    One row an expression: doc_id, start, end, kind, explained_by; where nothing does, `passage`
    holds the words around it. What the word lists of a language do not hold is not found.
    """
    rows, regions = [], regions_by_document(tables)
    covered = {name: spans_of(tables[name]) for name in ("claims", "not_coded", "naming_mentions")}
    for doc, text in read_documents(tables["documents"], texts_of(folder)):
        doc_id = doc["doc_id"]
        left_out = [span for span, kind in regions[doc_id] if kind not in COUNTED]
        labels = labels_of(tables["namings"], doc_id, doc["language"])
        found = [((m["start"], m["end"]), "actor") for m in find_mentions(text, labels)]
        for kind, words in (("number", "number"), ("date", "day_word")):
            matches = pattern(words, doc["language"]).finditer(text)
            found += [(match.span(), kind) for match in matches]
        for (start, end), kind in found:
            names = ["naming_mentions"] if kind == "actor" else ["claims", "not_coded"]
            places = {"regions": left_out} | {name: covered[name][doc_id] for name in names}
            around = (n for n, own in places.items() for a, b in own if a <= start and end <= b)
            explained = next(around, "")
            # The 50 characters around it on one line, itself between ⟦ and ⟧.
            passage = f"{text[max(0, start - 50) : start]}⟦{text[start:end]}⟧{text[end : end + 50]}"
            passage = "" if explained else " ".join(passage.split())
            rows.append((doc_id, start, end, kind, explained, passage))
    columns = ["doc_id", "start", "end", "kind", "explained_by", "passage"]
    return pd.DataFrame(rows, columns=columns)


def _runs(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    found = [(match.start(), match.group().lower()) for match in WORD.finditer(text)]
    for i in range(len(found) - RUN + 1):
        yield found[i][0], tuple(word for _, word in found[i : i + RUN])


def runs_of_texts(folder: Path, files: list[Path]) -> dict[Path, list[int]]:
    """Return the files that hold `RUN` words of the texts on end, and in which lines they begin.

    `folder` holds the tables. Raises `DataError` where the texts are not here.
    """
    known = {run for path in texts_of(folder).glob("*.txt") for _, run in _runs(read_raw(path))}
    found = {}
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
        lines = {text.count("\n", 0, at) + 1 for at, run in _runs(text) if run in known}
        if lines:
            found[path] = sorted(lines)
    return found
