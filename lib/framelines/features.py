"""From texts to counts that may be shared: no sentence can be read back from them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from framelines.corpus import REPO, document_text, raw_folder
from framelines.problems import DataError, Problem
from framelines.schema import TABLES
from framelines.tables import read_table, write_table
from framelines.text import Span, normalise, quotations, sentences, tokens

CHUNK_TOKENS = 200
MATTR_WINDOW = 50
MTLD_THRESHOLD = 0.72
LONG_WORD = 6
# An author's own words; all other regions are the page's or repeat what stands elsewhere.
COUNTED = ("text", "headline", "subheading", "list", "caption")

Terms = dict[tuple[str, ...], list[tuple[str, str]]]
Row = dict[str, Any]


def mattr(types: list[str], window: int = MATTR_WINDOW) -> float | None:
    """Return the moving-average type–token ratio (Covington & McFall 2010, JQL 17(2):94–100).

    `types` are the tokens in order; None where the text is shorter than the window.
    """
    if len(types) < window:
        return None
    counts = Counter(types[:window])
    total = len(counts)
    for old, new in zip(types, types[window:], strict=False):
        counts[new] += 1
        counts[old] -= 1
        if counts[old] == 0:
            del counts[old]
        total += len(counts)
    return total / (window * (len(types) - window + 1))


def _mtld_one_way(types: list[str], threshold: float) -> float:
    factors, seen, length = 0.0, set[str](), 0
    for token in types:
        seen.add(token)
        length += 1
        if len(seen) / length < threshold:
            factors, seen, length = factors + 1, set(), 0
    if length:
        factors += (1 - len(seen) / length) / (1 - threshold)
    return len(types) / factors if factors else float(len(types))


def mtld(types: list[str], threshold: float = MTLD_THRESHOLD) -> float | None:
    """Return the measure of textual lexical diversity, the mean of both reading directions.

    McCarthy & Jarvis 2010, Behavior Research Methods 42(2):381–392. None below 50 tokens, where
    it depends on a single factor.
    """
    if len(types) < MATTR_WINDOW:
        return None
    return (_mtld_one_way(types, threshold) + _mtld_one_way(types[::-1], threshold)) / 2


def _terms(lexicons: pd.DataFrame, place_names: pd.DataFrame, language: str) -> Terms:
    """Terms by their words; one term may stand in several lexicons."""
    found: Terms = {}
    for row in lexicons[lexicons["language"] == language].itertuples():
        found.setdefault(tuple(str(row.term).split()), []).append((str(row.lexicon), str(row.term)))
    for variant in sorted(set(place_names.loc[place_names["language"] == language, "variant"])):
        key = tuple(normalise(variant[s:e]) for s, e in tokens(variant))
        if key and ("places", " ".join(key)) not in found.get(key, []):
            found.setdefault(key, []).append(("places", " ".join(key)))
    return found


def find_terms(words: list[str], terms: Terms) -> Counter[tuple[str, str]]:
    """Count the terms of each lexicon in `words`; in a lexicon the longest term wins its words."""
    longest = max((len(key) for key in terms), default=0)
    counts: Counter[tuple[str, str]] = Counter()
    free_from: dict[str, int] = {}
    for start in range(len(words)):
        for length in range(min(longest, len(words) - start), 0, -1):
            for lexicon, term in terms.get(tuple(words[start : start + length]), ()):
                if free_from.get(lexicon, 0) <= start:
                    counts[lexicon, term] += 1
                    free_from[lexicon] = start + length
    return counts


def _overlap(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _kind(sentence: Span, regions: list[tuple[Span, str]]) -> str:
    """The kind of the region that covers more than half of a sentence, else `text`."""
    for span, kind in regions:
        if _overlap(sentence, span) * 2 > sentence[1] - sentence[0]:
            return kind
    return "text"


def _counted_words(text: str, sentence: Span, regions: list[tuple[Span, str]]) -> list[str]:
    """Normalised words of a sentence, without those of a dateline or link that stands in it."""
    left_out = [span for span, kind in regions if kind not in COUNTED]
    start = sentence[0]
    return [
        normalise(text[start + s : start + e])
        for s, e in tokens(text[slice(*sentence)])
        if not any(_overlap((start + s, start + e), span) for span in left_out)
    ]


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
    doc_id: str, text: str, regions: list[tuple[Span, str]], terms: Terms
) -> dict[str, list[Row]]:
    """Return the rows of the four feature tables for one document.

    `regions` are the parts that are not running text, counted from the document's start. A
    document with fewer than `CHUNK_TOKENS` tokens gives no row of `chunks`: its words could be put
    in order again.
    """
    spans = sentences(text)
    kinds = [_kind(span, regions) for span in spans]
    counted = [
        _counted_words(text, span, regions) if kind in COUNTED else []
        for span, kind in zip(spans, kinds, strict=True)
    ]
    chunk_of = _assign_chunks([len(found) for found in counted])
    quotes = quotations(text)
    rows: dict[str, list[Row]] = {"chunks": [], "sentences": [], "lexicon_hits": []}
    chunks: dict[int, Counter[str]] = {}
    for number, (span, kind, found) in enumerate(zip(spans, kinds, counted, strict=True)):
        chunks.setdefault(chunk_of[number], Counter()).update(found)
        letters = [sum(c.isalpha() for c in word) for word in found]
        quoted = sum(_overlap(span, quote) for quote in quotes) / (span[1] - span[0])
        rows["sentences"].append(
            {
                "doc_id": doc_id,
                "sentence": number,
                "start": span[0],
                "end": span[1],
                "chunk": chunk_of[number] if found else "",
                "kind": kind,
                "tokens": len(found),
                "long_words": sum(n > LONG_WORD for n in letters),
                "letters": sum(letters),
                "figures": sum(word[0].isdigit() for word in found),
                "quoted": f"{quoted:.3f}",
            }
        )
        for (lexicon, term), count in sorted(find_terms(found, terms).items()):
            key = {"doc_id": doc_id, "sentence": number, "lexicon": lexicon, "term": term}
            rows["lexicon_hits"].append({**key, "count": count})
    types = [word for found in counted for word in found]
    if len(types) >= CHUNK_TOKENS:
        rows["chunks"] = [
            {"doc_id": doc_id, "chunk": chunk, "token": token, "count": count}
            for chunk, counts in sorted(chunks.items())
            for token, count in sorted(counts.items())
        ]
    rows["diversity"] = [_diversity(doc_id, types)]
    return rows


def _diversity(doc_id: str, types: list[str]) -> Row:
    values = {"mattr": mattr(types), "mtld": mtld(types)}
    printed = {k: "" if v is None else f"{v:.6g}" for k, v in values.items()}
    return {"doc_id": doc_id, "tokens": len(types), "types": len(set(types)), **printed}


def _regions_of(doc: Row, documents: pd.DataFrame, regions: pd.DataFrame) -> list[tuple[Span, str]]:
    """The regions of a document, articles that it contains among them, counted from its start."""
    own = regions[regions["doc_id"] == doc["doc_id"]]
    found = [((int(r.start), int(r.end)), str(r.kind)) for r in own.itertuples()]
    inner = documents[documents["contained_in"] == doc["doc_id"]]
    for r in inner.itertuples():
        found.append(((int(r.start) - doc["start"], int(r.end) - doc["start"]), "contained"))
    return sorted(found, key=lambda item: (item[1] != "contained", item[0]))


def stream(tables: Path, folder: Path) -> Iterator[dict[str, list[Row]]]:
    """Yield the feature rows of one document after another, so that memory stays flat."""
    documents = read_table(tables, "documents")
    regions = read_table(tables, "regions")
    place_names = read_table(tables, "place_names")
    lexicons = read_table(REPO / "data", "lexicons")
    terms = {code: _terms(lexicons, place_names, code) for code in ("en", "ar")}
    for doc in documents.to_dict("records"):
        text = document_text(documents, doc["doc_id"], folder)
        marked = _regions_of(doc, documents, regions)
        yield document_features(doc["doc_id"], text, marked, terms[doc["language"]])


def build_features(tables: Path) -> list[Path]:
    """Write the feature tables of the corpus in `tables` from its texts; return their paths.

    Raises `DataError` where nobody holds the texts here.
    """
    folder = raw_folder(tables)
    if folder is None:
        fix = "Put them into data/raw/, or name their folder: make features CORPUS=folder"
        raise DataError([Problem("data/raw", "the texts are not here", fix=fix)])
    collected: dict[str, list[Row]] = {}
    for rows in stream(tables, folder):
        for name, new in rows.items():
            collected.setdefault(name, []).extend(new)
    for name, found in collected.items():
        if not found:  # what an earlier corpus left is no feature of this one
            (tables / TABLES[name].file).unlink(missing_ok=True)
    return [
        write_table(pd.DataFrame(found), tables, name) for name, found in collected.items() if found
    ]
