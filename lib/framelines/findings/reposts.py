"""What counting twice would do: matter inside other articles, and headlines used as captions."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coder_error import coded_sentences
from framelines.features import COUNTED
from framelines.findings.bench import POINTS, Bench, Estimate, share
from framelines.frames import frame_names
from framelines.profiles import metrics, text_units

MATTER = ("contained", "captions", "both")
SIZES = ["kind", "tokens", "long_words", "letters", "figures", "quoted"]
LOCATED = ("claims", "naming_mentions")
# Lexical diversity is known for whole texts alone; counts cannot tell what a repetition would do.
NOT_FROM_COUNTS = ("mattr",)
KEYS = ["doc_id", "sentence"]
# A rate that moves by this many per cent of itself is one that a reader would print otherwise.
A_TENTH = 10
# One sentence that is not counted: its document and number, and those of the one that it repeats.
Twin = tuple[str, int, str, int]


def _contained(case: Case) -> Iterator[Twin]:
    """Sentences of a host that stand in an article inside it, with those of that article."""
    documents = case["documents"].set_index("doc_id")
    sentences = case["sentences"]
    for doc_id, row in documents[documents["contained_in"] != ""].iterrows():
        host = row["contained_in"]
        if host not in documents.index:
            continue
        shift = int(row["start"]) - int(documents.at[host, "start"])
        inner = sentences[(sentences["doc_id"] == doc_id) & sentences["kind"].isin(COUNTED)]
        numbers = dict(zip(inner["start"] + shift, inner["sentence"], strict=True))
        outer = sentences[(sentences["doc_id"] == host) & (sentences["kind"] == "contained")]
        for start, number in zip(outer["start"], outer["sentence"], strict=True):
            if start in numbers:
                yield str(host), int(number), str(doc_id), int(numbers[start])


def _captions(case: Case) -> Iterator[Twin]:
    """Sentences that repeat a headline, with the headline of the same document."""
    sentences = case["sentences"].sort_values(["doc_id", "start"], kind="stable")
    heads = sentences[sentences["kind"] == "headline"].drop_duplicates("doc_id")
    head = dict(zip(heads["doc_id"], heads["sentence"], strict=True))
    for doc_id, number in sentences.loc[sentences["kind"] == "repeat", KEYS].itertuples(
        index=False
    ):
        if doc_id in head:
            yield str(doc_id), int(number), str(doc_id), int(head[doc_id])


def twins(case: Case, matter: str = "both") -> pd.DataFrame:
    """Return every sentence that is not counted because it repeats, with the one that it repeats.

    One row a sentence: doc_id, sentence, of_doc, of_sentence. Raises `ValueError` for another
    `matter` than `contained`, `captions` or `both`.
    """
    if matter not in MATTER:
        raise ValueError(f"no such matter: {matter!r}; allowed: {', '.join(MATTER)}")
    found = list(_contained(case)) if matter != "captions" else []
    found += list(_captions(case)) if matter != "contained" else []
    return pd.DataFrame(found, columns=[*KEYS, "of_doc", "of_sentence"])


def _sentences(case: Case, pairs: pd.DataFrame) -> pd.DataFrame:
    """The sentences, with the sizes of the original where one repeats; each a chunk of its own."""
    table = case["sentences"].set_index(KEYS)
    where = pd.MultiIndex.from_frame(pairs[KEYS])
    source = pd.MultiIndex.from_arrays([pairs["of_doc"], pairs["of_sentence"]])
    sizes = table.loc[source, SIZES].set_axis(where)
    table.loc[where, SIZES] = sizes
    table.loc[where, "chunk"] = float(np.nan_to_num(table["chunk"].max())) + 1
    return table.reset_index()[list(case["sentences"].columns)]


def counted_twice(case: Case, matter: str = "both") -> Case:
    """Return the case with repeated matter counted again where it stands again.

    Sizes of sentences, hits of lexicons, claims and mentions are copied from the original; frame
    codes stand there already, flagged as repeated, and lose that flag.
    """
    pairs = twins(case, matter)
    if pairs.empty:
        return case
    tables = {**case.tables, "sentences": _sentences(case, pairs)}
    originals = pairs.rename(columns={"sentence": "to", "doc_id": "to_doc"})
    originals = originals.rename(columns={"of_doc": "doc_id", "of_sentence": "sentence"})
    again = case["lexicon_hits"].merge(originals, on=KEYS)
    again = again.assign(doc_id=again["to_doc"], sentence=again["to"])
    columns = list(case["lexicon_hits"].columns)
    known = case["lexicon_hits"].merge(pairs[KEYS], on=KEYS, how="left", indicator=True)
    kept = known.loc[known["_merge"] == "left_only", columns]
    tables["lexicon_hits"] = pd.concat([kept, again[columns]], ignore_index=True)
    spans = case["sentences"].set_index(KEYS)[["start", "end"]]
    for name in LOCATED:
        tables[name] = _located(case[name], pairs, spans)
    codes = case["frame_codes"]
    starts = {(d, spans.at[(d, n), "start"]) for d, n in pairs[KEYS].itertuples(index=False)}
    at = pd.Series(list(zip(codes["doc_id"], codes["start"], strict=True)), index=codes.index)
    tables["frame_codes"] = codes[~(at.isin(starts) & (codes["frame_id"] == "repeat"))]
    return replace(case, tables=tables)


def _located(rows: pd.DataFrame, pairs: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """The rows, and a copy in every repeating sentence that holds none of its own."""
    parts = [rows]
    for pair in pairs.itertuples(index=False):
        here, there = (pair.doc_id, pair.sentence), (pair.of_doc, pair.of_sentence)
        (start, end), (first, last) = (spans.loc[k].astype(int) for k in (here, there))
        own = rows[(rows["doc_id"] == here[0]) & rows["start"].between(start, end - 1)]
        if len(own):
            continue
        mine = rows[(rows["doc_id"] == there[0]) & rows["start"].between(first, last - 1)]
        shift = start - first
        parts.append(
            mine.assign(doc_id=here[0], start=mine["start"] + shift, end=mine["end"] + shift)
        )
    return pd.concat(parts, ignore_index=True)


def _rates(case: Case) -> pd.DataFrame:
    units = text_units(case)
    sums = units.groupby("source", sort=True).sum(numeric_only=True)
    wanted = [m for m in metrics(case) if m.name not in NOT_FROM_COUNTS]
    found = [
        pd.DataFrame(
            {
                "kind": "profile",
                "measure": metric.label,
                "unit": metric.unit,
                "value": metric.scale * sums[metric.numerator] / sums[metric.denominator],
            }
        )
        for metric in wanted
    ]
    return pd.concat(found).reset_index()


def _frames(case: Case) -> pd.DataFrame:
    sentences = coded_sentences(case, "first")
    names = frame_names(case)
    shares = 100 * sentences.groupby("source", sort=True)[list(names)].mean()
    found = [
        pd.DataFrame({"kind": "frame", "measure": n, "unit": "% of sentences", "value": shares[f]})
        for f, n in names.items()
    ]
    return pd.concat(found).reset_index()


def effect_of_reposts(case: Case, *, matter: str = "both") -> pd.DataFrame:
    """Return every rate of the profiles and share of a frame, once and with repeats counted twice.

    One row an outlet and measure: source, kind (`profile` or `frame`), measure, unit, once, twice,
    change, and relative (in per cent of once; NaN where that is 0). `matter` says what is counted
    twice: articles inside others (`contained`), headlines that recur (`captions`), or `both`.
    Lexical diversity is left out: it cannot be had from counts.
    """
    again = counted_twice(case, matter)
    keys = ["source", "kind", "measure", "unit"]
    parts = [pd.concat([_rates(c), _frames(c)], ignore_index=True) for c in (case, again)]
    table = parts[0].merge(parts[1], on=keys, suffixes=("_once", "_twice"))
    table = table.rename(columns={"value_once": "once", "value_twice": "twice"})
    change = (table["twice"] - table["once"]).round(12)
    relative = 100 * change / table["once"].where(table["once"] != 0)
    return table.assign(change=change, relative=relative)


def _largest(table: pd.DataFrame, column: str) -> pd.Series:
    """The row with the largest change; of equal ones the first by outlet and measure."""
    ordered = table.assign(size=table[column].abs().round(9)).sort_values(
        ["size", "source", "measure"], ascending=[False, True, True], kind="stable"
    )
    return ordered.iloc[0]


def largest_effects(bench: Bench, *, matter: str = "both") -> list[Estimate]:
    """Return how many rates move by a tenth, and the largest change of a rate and of a share."""
    table = effect_of_reposts(bench.case, matter=matter)
    repeated = len(twins(bench.case, matter))
    rates = table[(table["kind"] == "profile") & table["relative"].notna()]
    shares = table[(table["kind"] == "frame") & table["change"].notna()]
    moved = int((rates["relative"].abs() >= A_TENTH).sum())
    what = "rates of the profiles that move by a tenth of themselves or more"
    estimates = [share("rates that move", what, moved, len(rates))]
    for part, rows, column, unit, name in (
        ("largest change of a rate", rates, "relative", "%", "rate, in per cent of itself"),
        ("largest change of a frame", shares, "change", POINTS, "share of a frame in sentences"),
    ):
        measures = f"largest change of an outlet’s {name}"
        if rows.empty:
            estimates.append(Estimate(part, measures, unit, n=0, why="not estimable: no rates"))
            continue
        top = _largest(rows, column)
        detail = f"{top['measure']}, {top['source']}"
        effect = float(top[column])
        estimates.append(Estimate(part, measures, unit, effect=effect, n=repeated, detail=detail))
    return estimates
