"""From texts to counts that may be shared: no sentence can be read back from them."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import lru_cache
from itertools import chain
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
    names = tables.get("place_names", pd.DataFrame(columns=["language", "variant"]))
    places = names.assign(lexicon="places", term=names["variant"].map(texts.words).str.join(" "))
    found = defaultdict[str, Terms](dict)
    for row in pd.concat([lexicons, places]).to_dict("records"):
        form, own = texts.words(row["term"]), found[row["language"]]
        texts.add_term(own, form, row["lexicon"], row["term"])
    return found


def _share(span: Span, covers: Iterable[Span]) -> float:
    """Return how much of a span others cover."""
    begin, stop = span
    covered = sum(max(0, min(stop, end) - max(begin, start)) for start, end in covers)
    return covered / (stop - begin)


@lru_cache(maxsize=200_000)
def _measured(word: str) -> tuple[int, int, int]:
    """Letters of a counted form, and 1 where it is long, and where it is a figure."""
    letters = sum(map(str.isalpha, word))
    return letters, int(letters > LONG_WORD), int(word[0].isdigit())


def _counted_words(text: str, sentence: Span, regions: list[Region]) -> list[str]:
    """Words of a sentence in counted form, without those of a dateline or link inside it."""
    start, own = sentence[0], text[slice(*sentence)]
    left_out = [(s - start, e - start) for (s, e), kind in regions if kind not in COUNTED]
    if not left_out:
        return texts.words(own)
    counted = (own[s:e] for s, e in texts.tokens(own) if not _share((s, e), left_out))
    return [*filter(None, map(texts.counted_form, counted))]


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
    doc_id, own_terms = doc["doc_id"], terms.get(doc["language"], {})
    quotes, sentences = texts.quotations(text), list[tuple[Span, str, list[str]]]()
    for span in texts.sentences(text):
        # A sentence is of the kind of the region that covers more than half of it.
        kind = next((kind for region, kind in regions if _share(span, [region]) > 0.5), "text")
        words = _counted_words(text, span, regions) if kind in COUNTED else []
        sentences.append((span, kind, words))
    chunk_of = _assign_chunks([len(words) for *_, words in sentences])
    rows: dict[str, list[tuple]] = {name: [] for name in COLUMNS}
    chunks, types = defaultdict[int, list[str]](list), list[str]()
    for number, (span, kind, words) in enumerate(sentences):
        types += words
        chunks[chunk_of[number]] += words
        letters, long, figures = map(sum, zip((0, 0, 0), *map(_measured, words), strict=True))
        place = (doc_id, number, *span, chunk_of[number] if words else "", kind)
        measures = (len(words), long, letters, figures, f"{_share(span, quotes):.3f}")
        rows["sentences"].append((*place, *measures))
        if not own_terms.keys().isdisjoint(words):
            met = Counter(tuple(of) for _, *of in texts.longest_matches(words, own_terms))
            rows["lexicon_hits"] += [(doc_id, number, *of, n) for of, n in sorted(met.items())]
    if len(types) >= CHUNK_TOKENS:
        for chunk, own in chunks.items():
            counts = Counter(own)
            rows["chunks"] += [(doc_id, chunk, word, counts[word]) for word in sorted(counts)]
    diversity = "" if (ratio := mattr(types)) is None else f"{ratio:.6g}"
    rows["diversity"] = [(doc_id, len(types), len(set(types)), diversity)]
    return rows


def regions_by_document(tables: Tables) -> dict[str, list[Region]]:
    """Return the regions by doc_id, counted from its start; contained articles stand first."""
    found, documents = defaultdict[str, list[Region]](list), tables["documents"]
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
    regions, terms = regions_by_document(tables), lexicon_terms(tables)
    paths = {name: folder / "features" / f"{name}.csv" for name in COLUMNS}
    documents = read_documents(tables["documents"], texts_of(folder))
    items = ((doc, text, regions.get(doc["doc_id"], [])) for doc, text in documents)
    with ExitStack() as stack:
        writers = {}
        for name, path in paths.items():
            draft = stack.enter_context(being_written(path))
            file = stack.enter_context(io.TextIOWrapper(draft, "utf-8", newline=""))
            writers[name] = csv.writer(file, lineterminator="\n")
        heads = {name: [columns.split()] for name, columns in COLUMNS.items()}
        made = mapped(lambda of: document_features(of[0], of[1], of[2], terms), items)
        for found in chain([heads], made):
            for name, rows in found.items():
                writers[name].writerows(rows)
    return [*paths.values()]
