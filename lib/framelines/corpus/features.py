"""From texts to counts that may be shared: no sentence can be read back from them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from framelines import REPO, write_whole
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
    different = [len(set(types[i : i + window])) for i in range(len(types) - window + 1)]
    return sum(different) / (window * len(different))


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


def _counted_words(text: str, sentence: Span, regions: list[Region]) -> list[str]:
    """Words of a sentence in counted form, without those of a dateline or link inside it."""
    start, end = sentence
    left_out = [s for s, kind in regions if kind not in COUNTED and _overlap(s, sentence)]
    forms = [
        texts.counted_form(text[start + s : start + e])
        for s, e in texts.tokens(text[start:end])
        if not any(_overlap((start + s, start + e), span) for span in left_out)
    ]
    return [form for form in forms if form]


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
    doc_id: str, text: str, regions: list[Region], terms: Terms
) -> dict[str, list[tuple]]:
    """Return the rows of the feature tables for one document, as `COLUMNS` has them.

    A document of less than `CHUNK_TOKENS` has no row of `chunks`: its order could be guessed.
    """
    spans = texts.sentences(text)
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
    chunks: Counter[tuple[int, str]] = Counter()
    for number, (span, kind, found) in enumerate(zip(spans, kinds, counted, strict=True)):
        chunks.update((chunk_of[number], word) for word in found)
        letters = [sum(c.isalpha() for c in word) for word in found]
        measures = (len(found), sum(n > LONG_WORD for n in letters), sum(letters))
        figures = sum(word[0].isdigit() for word in found)
        quoted = sum(_overlap(span, quote) for quote in quotes) / (span[1] - span[0])
        place = (doc_id, number, *span, chunk_of[number] if found else "", kind)
        rows["sentences"].append((*place, *measures, figures, f"{quoted:.3f}"))
        hits = Counter((group, term) for _, group, term in texts.longest_matches(found, terms))
        rows["lexicon_hits"] += [(doc_id, number, *hit, n) for hit, n in sorted(hits.items())]
    types = [word for found in counted for word in found]
    if len(types) >= CHUNK_TOKENS:
        rows["chunks"] = [(doc_id, *key, count) for key, count in sorted(chunks.items())]
    ratio = mattr(types)
    diversity = "" if ratio is None else f"{ratio:.6g}"
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


def _of_document(
    terms: dict[str, Terms], item: tuple[Row, str, list[Region]]
) -> dict[str, list[tuple]]:
    doc, text, regions = item
    return document_features(doc["doc_id"], text, regions, terms.get(doc["language"], {}))


def build_features(tables: Tables, folder: Path, mapped: Mapped = map) -> list[Path]:
    """Write the feature tables of the corpus in `folder` from its texts; return their paths.

    `mapped` may work on several texts at once. Raises `DataError` where nobody holds them here.
    """
    terms, regions = lexicon_terms(tables), regions_by_document(tables)
    rows: dict[str, list[tuple]] = {name: [] for name in COLUMNS}
    documents = read_documents(tables["documents"], texts_of(folder))
    items = ((doc, text, regions[doc["doc_id"]]) for doc, text in documents)
    for found in mapped(partial(_of_document, terms), items):
        for name, more in found.items():
            rows[name] += more
    written = []
    for name, columns in COLUMNS.items():
        frame = pd.DataFrame(rows[name], columns=columns.split())
        content = frame.sort_values("doc_id", kind="stable").to_csv(
            index=False, lineterminator="\n"
        )
        written.append(write_whole(folder / "features" / f"{name}.csv", content))
    return written
