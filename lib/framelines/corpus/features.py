"""From texts to counts that may be shared: no sentence can be read back from them."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framelines import REPO, being_written
from framelines.corpus import texts
from framelines.corpus.documents import Row, Tables, read_documents, texts_of
from framelines.corpus.texts import Span, Terms

CHUNK_TOKENS, MATTR_WINDOW, LONG_WORD = 200, 50, 6
# An author's own words; all other regions are the page's or repeat what stands elsewhere.
COUNTED = ("text", "headline", "subheading", "list", "caption")
# The feature tables and their columns; rows are in the order of the first ones.
COLUMNS = {
    "chunks": "doc_id chunk token count",
    "sentences": "doc_id sentence start end chunk kind tokens long_words letters figures quoted",
    "lexicon_hits": "doc_id sentence lexicon term count",
    "diversity": "doc_id tokens types mattr",
}

Region = tuple[Span, str]
Mapped = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
# A counted form, its letters, and 1 where it is long, and where it is a figure.
Word = tuple[str, int, int, int]


def mattr(types: list[str], window: int = MATTR_WINDOW) -> float | None:
    """Return the moving-average type–token ratio of tokens in order, None below the window.

    Covington & McFall 2010, Journal of Quantitative Linguistics 17(2):94–100.
    """
    if len(types) < window:
        return None
    last, before = dict[str, int](), list[int]()
    for number, word in enumerate(types):
        before.append(last.get(word, -1))
        last[word] = number
    # A token is the first of its type in the windows that begin after the one before it.
    at, windows = np.arange(len(types)), len(types) - window + 1
    firsts = np.minimum(at, windows - 1) - np.maximum(before, at - window)
    return int(firsts.clip(0).sum()) / (window * windows)


def lexicon_terms(tables: Tables) -> dict[str, Terms]:
    """Return the terms of every language, by counted form: lexicons, and names of `places`."""
    lexicons = tables.get("lexicons", pd.DataFrame())
    if lexicons.empty:  # they are common to all corpora and stand beside the first
        lexicons = pd.read_csv(REPO / "data" / "lexicons.csv", dtype=str, keep_default_na=False)
    found: dict[str, Terms] = defaultdict(dict)
    for row in lexicons.to_dict("records"):
        form = texts.words(row["term"])
        texts.add_term(found[row["language"]], form, row["lexicon"], row["term"])
    for row in tables.get("place_names", pd.DataFrame()).to_dict("records"):
        form = texts.words(row["variant"])
        texts.add_term(found[row["language"]], form, "places", " ".join(form))
    return found


def _overlap(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


@lru_cache(maxsize=200_000)
def _measured(token: str) -> Word | None:
    form = texts.counted_form(token)
    letters = sum(map(str.isalpha, form))
    return (form, letters, int(letters > LONG_WORD), int(form[0].isdigit())) if form else None


def _counted_words(text: str, sentence: Span, regions: list[Region]) -> list[Word]:
    """Words of a sentence in counted form, without those of a dateline or link inside it."""
    start, own = sentence[0], text[slice(*sentence)]
    left_out = [s for s, kind in regions if kind not in COUNTED and _overlap(s, sentence)]
    found = texts.token_texts(own)
    if left_out:
        found = [
            own[s:e]
            for s, e in texts.tokens(own)
            if not any(_overlap((start + s, start + e), span) for span in left_out)
        ]
    return list(filter(None, map(_measured, found)))


def _assign_chunks(lengths: list[int]) -> list[int]:
    """Number the chunk of each sentence: whole sentences until a chunk has enough tokens."""
    numbers, chunk, size = [], 0, 0
    for length in lengths:
        numbers.append(chunk)
        size += length
        if size >= CHUNK_TOKENS:
            chunk, size = chunk + 1, 0
    # What is left over is too short to stand alone and joins the chunk before it.
    return [min(n, chunk - 1) if chunk and size < CHUNK_TOKENS else n for n in numbers]


def document_features(
    doc: Row, text: str, regions: list[Region], terms: dict[str, Terms]
) -> dict[str, list[tuple]]:
    """Return the rows of the feature tables for one document, as `COLUMNS` has them.

    `doc` is its row of documents.csv, `terms` are those of every language. A document of less than
    `CHUNK_TOKENS` has no row of `chunks`: its order could be guessed.
    """
    spans, doc_id, own_terms = texts.sentences(text), doc["doc_id"], terms.get(doc["language"], {})
    # A sentence is of the kind of the region that covers more than half of it.
    covering = ([k for r, k in regions if _overlap(s, r) * 2 > s[1] - s[0]] for s in spans)
    kinds = [found[0] if found else "text" for found in covering]
    counted = [
        _counted_words(text, span, regions) if kind in COUNTED else []
        for span, kind in zip(spans, kinds, strict=True)
    ]
    chunk_of = _assign_chunks([len(found) for found in counted])
    quotes = texts.quotations(text)
    rows: dict[str, list[tuple]] = {name: [] for name in COLUMNS}
    chunks, types = defaultdict[int, list[str]](list), list[str]()
    for number, (span, kind, found) in enumerate(zip(spans, kinds, counted, strict=True)):
        words, letters, long, figures = zip(*found, strict=True) if found else ((),) * 4
        types += words
        chunks[chunk_of[number]] += words
        quoted = sum(_overlap(span, quote) for quote in quotes) / (span[1] - span[0])
        place = (doc_id, number, *span, chunk_of[number] if found else "", kind)
        measures = (len(words), sum(long), sum(letters), sum(figures), f"{quoted:.3f}")
        rows["sentences"].append((*place, *measures))
        if not own_terms.keys().isdisjoint(words):
            met = texts.longest_matches(words, own_terms)
            hits = Counter((group, term) for _, group, term in met)
            rows["lexicon_hits"] += [(doc_id, number, *hit, n) for hit, n in sorted(hits.items())]
    if len(types) >= CHUNK_TOKENS:
        for chunk, own in chunks.items():
            counts = Counter(own)
            rows["chunks"] += [(doc_id, chunk, word, counts[word]) for word in sorted(counts)]
    diversity = "" if (ratio := mattr(types)) is None else f"{ratio:.6g}"
    rows["diversity"].append((doc_id, len(types), len(set(types)), diversity))
    return rows


def regions_by_document(tables: Tables) -> dict[str, list[Region]]:
    """Return the regions by doc_id, counted from its start; contained articles stand first."""
    documents = tables["documents"]
    found: dict[str, list[Region]] = defaultdict(list)
    starts = dict(zip(documents["doc_id"], documents["start"], strict=True))
    for row in documents[documents["contained_in"].isin(starts)].to_dict("records"):
        begin = starts[row["contained_in"]]
        found[row["contained_in"]].append(((row["start"] - begin, row["end"] - begin), "contained"))
    for row in tables.get("regions", pd.DataFrame()).to_dict("records"):
        found[row["doc_id"]].append(((row["start"], row["end"]), row["kind"]))
    for own in found.values():
        own.sort(key=lambda item: (item[1] != "contained", item[0]))
    return found


def build_features(tables: Tables, folder: Path, mapped: Mapped = map) -> list[Path]:
    """Write the feature tables of the corpus in `folder` from its texts; return their paths.

    Rows are written while texts are read, by doc_id. `mapped` may work on several texts at once.
    Raises `DataError` where nobody holds them here; then nothing is written.
    """
    regions, terms, paths = regions_by_document(tables), lexicon_terms(tables), list[Path]()
    documents = read_documents(tables["documents"], texts_of(folder), by="doc_id")
    items = ((doc, text, regions.get(doc["doc_id"], [])) for doc, text in documents)
    with ExitStack() as stack:
        writers = {}
        for name, columns in COLUMNS.items():
            paths.append(folder / "features" / f"{name}.csv")
            draft = stack.enter_context(being_written(paths[-1]))
            file = stack.enter_context(io.TextIOWrapper(draft, "utf-8", newline=""))
            writers[name] = csv.writer(file, lineterminator="\n")
            writers[name].writerow(columns.split())
        for found in mapped(lambda of: document_features(of[0], of[1], of[2], terms), items):
            for name, rows in found.items():
                writers[name].writerows(rows)
    return paths
