"""Source profiles: what each outlet publishes, how it writes, and who hosts whom."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.dates import edtf
from framelines.features import COUNTED
from framelines.resampling import MIN_UNITS, Estimate, random_stream, ratio

PER = 1000


@dataclass(frozen=True)
class Metric:
    """A ratio of two sums over units of text, times `scale`."""

    name: str
    label: str
    numerator: str
    denominator: str
    scale: float
    unit: str


def _per_thousand(name: str, label: str) -> Metric:
    return Metric(name, label, name, "tokens", PER, "per 1,000 words")


_COMMON = (
    Metric("sentence_length", "Sentence length", "text_tokens", "text_sentences", 1, "words"),
    Metric("long_words", "Long words", "long_words", "tokens", 100, "% of words"),
    Metric("mattr", "Diversity (MATTR)", "mattr_tokens", "mattr_weight", 1, "types per token"),
    Metric("quoted", "Quoted speech", "quoted_letters", "letters", 100, "% of letters"),
    _per_thousand("places", "Places"),
    _per_thousand("hedges", "Hedges"),
    _per_thousand("boosters", "Boosters"),
    _per_thousand("first_person_plural", "First person plural"),
    _per_thousand("sacred", "Sacred vocabulary"),
    _per_thousand("legal", "Legal vocabulary"),
)
# From the codes, where a corpus is coded.
_CODED = (
    _per_thousand("figures", "Figures claimed"),
    _per_thousand("attributions", "Attributed claims"),
    _per_thousand("hostile", "Derogatory namings"),
)
# From the lexicons, where it is not coded yet: a word of a list is no code.
_UNCODED = (
    _per_thousand("figures", "Tokens with a digit"),
    _per_thousand("attributions", "Attribution verbs"),
    _per_thousand("hostile", "Hostile words"),
)
FIRST_CODER = "first"
# Words for the foe are hostile by creed or by label; both count.
HOSTILE = ("sectarian_names", "derogatory_names")


def metrics(case: Case) -> tuple[Metric, ...]:
    """Return the rates of a case: from its codes where the first coder has any, else from words."""
    return _COMMON + (_CODED if _is_coded(case) else _UNCODED)


def _is_coded(case: Case) -> bool:
    return bool((case["claims"]["coder"] == FIRST_CODER).any())


def inventory(case: Case) -> pd.DataFrame:
    """Return one row a document: what it is, when, by whom, where, and how long.

    `first_day` and `last_day` are the days that it can have been published on; `tokens` are those
    of the running text, and `own` is false for reposts and for articles inside another.
    """
    documents = case["documents"].merge(_source_columns(case), on="source_id", validate="m:1")
    spans = [edtf(str(p)) for p in documents["published"]]
    documents = documents.assign(
        first_day=[s.first for s in spans],
        last_day=[s.last for s in spans],
        own=documents["duplicate_of"] == "",
    )
    lengths = case["diversity"][["doc_id", "tokens"]]
    documents = documents.merge(lengths, on="doc_id", how="left", validate="1:1")
    order = ["first_day", "last_day", "doc_id"]
    return documents.sort_values(order, kind="stable").reset_index(drop=True)


def _source_columns(case: Case) -> pd.DataFrame:
    columns = case["sources"][["source_id", "name", "kind", "bloc", "camp"]]
    return columns.rename(columns={"name": "source", "kind": "source_kind"})


def text_units(case: Case) -> pd.DataFrame:
    """Return counts a chunk of text: the smallest unit that is resampled.

    One row a (doc_id, chunk) of documents that are no repost, with the sums that `metrics` name.
    Lexical diversity is known a document and stands in its first chunk, weighted by its tokens.
    """
    documents = inventory(case)
    own = documents.loc[documents["own"], ["doc_id", "source_id", "source", "bloc", "language"]]
    rows = case["sentences"].merge(own, on="doc_id", validate="m:1")
    rows = rows[rows["kind"].isin(COUNTED) & (rows["tokens"] > 0)]
    is_text = rows["kind"] == "text"
    rows = rows.assign(
        text_tokens=rows["tokens"].where(is_text, 0),
        text_sentences=is_text.astype(int),
        quoted_letters=rows["letters"] * rows["quoted"],
    )
    counted = [_hits_by_sentence(case), *([_codes_by_sentence(case)] if _is_coded(case) else [])]
    for counts in counted:
        rows = rows.drop(columns=[c for c in counts.columns if c in _FROM_CODES and c in rows])
        rows = rows.merge(counts, on=["doc_id", "sentence"], how="left")
    rows = rows.fillna(0)
    keys = ["source_id", "source", "bloc", "language", "doc_id", "chunk"]
    sums = sorted({name for m in metrics(case) for name in (m.numerator, m.denominator)})
    units = rows.groupby(keys, sort=True)[[s for s in sums if s in rows]].sum().reset_index()
    return _add_diversity(units, case)


_FROM_CODES = tuple(metric.name for metric in _CODED)
_LEXICON_OF = {"attribution_verbs": "attributions", **dict.fromkeys(HOSTILE, "hostile")}


def _hits_by_sentence(case: Case) -> pd.DataFrame:
    hits = case["lexicon_hits"]
    lexicon = hits["lexicon"].replace(_LEXICON_OF)
    wide = hits.assign(lexicon=lexicon).pivot_table(
        index=["doc_id", "sentence"], columns="lexicon", values="count", aggfunc="sum", fill_value=0
    )
    wanted = [m.name for m in (*_COMMON, *_UNCODED) if m.denominator == "tokens"]
    wanted = [name for name in wanted if name not in ("figures", "long_words")]
    return wide.reindex(columns=wanted, fill_value=0).reset_index()


def _codes_by_sentence(case: Case) -> pd.DataFrame:
    """Figures and attributed claims by the sentence that they begin in, and derogatory namings."""
    claims = case["claims"][case["claims"]["coder"] == FIRST_CODER]
    has_figure = claims[["value_min", "value_max"]].notna().any(axis=1)
    mentions = case["naming_mentions"]
    mentions = mentions[mentions["coder"] == FIRST_CODER]
    counted = {
        "figures": claims[has_figure | (claims["qualifier"] != "")],
        "attributions": claims[claims["attribution"] != "own_voice"],
        "hostile": mentions[mentions["stance"] == "derogatory"],
    }
    index = case["sentences"][["doc_id", "sentence", "start"]]
    table = index.set_index(["doc_id", "sentence"])[[]]
    for name, rows in counted.items():
        table[name] = sentence_of(rows, index).value_counts().reindex(table.index, fill_value=0)
    return table.reset_index()


def sentence_of(rows: pd.DataFrame, sentences: pd.DataFrame) -> pd.MultiIndex:
    """Return (doc_id, sentence) of the sentence in which each coded row begins."""
    keys: list[tuple[str, int]] = []
    starts = {doc: group.sort_values("start") for doc, group in sentences.groupby("doc_id")}
    for doc_id, start in zip(rows["doc_id"], rows["start"], strict=True):
        own = starts[doc_id]
        at = int(np.searchsorted(own["start"].to_numpy(), start, side="right")) - 1
        keys.append((doc_id, int(own["sentence"].iloc[max(at, 0)])))
    return pd.MultiIndex.from_tuples(keys, names=["doc_id", "sentence"])


def _add_diversity(units: pd.DataFrame, case: Case) -> pd.DataFrame:
    found = case["diversity"].dropna(subset=["mattr"]).set_index("doc_id")
    first = ~units.duplicated("doc_id") & units["doc_id"].isin(found.index)
    weight = units["doc_id"].map(found["tokens"]).where(first, 0.0).fillna(0.0)
    value = units["doc_id"].map(found["mattr"]).fillna(0.0)
    return units.assign(mattr_weight=weight, mattr_tokens=weight * value)


def _resampled(units: pd.DataFrame, metric: Metric) -> tuple[pd.DataFrame, str]:
    """Documents where there are enough of them, else chunks: what an interval may rest on."""
    sums = [metric.numerator, metric.denominator]
    by_document = units.groupby("doc_id", sort=True)[sums].sum()
    if len(by_document) >= MIN_UNITS or metric.name == "mattr":
        return by_document, "documents"
    return units.groupby(["doc_id", "chunk"], sort=True)[sums].sum(), "chunks"


def _estimate(units: pd.DataFrame, metric: Metric, draws: int, seed: int) -> tuple[Estimate, str]:
    resampled, unit = _resampled(units, metric)
    rng = random_stream(seed, "profile", metric.name, str(units["source_id"].iloc[0]))
    found = ratio(
        metric.scale * resampled[metric.numerator].to_numpy(dtype=np.float64),
        resampled[metric.denominator].to_numpy(dtype=np.float64),
        draws=draws,
        rng=rng,
    )
    return found, unit


def rates(case: Case, *, draws: int, seed: int) -> pd.DataFrame:
    """Return one row an outlet and metric: value, 95 % interval, and what was resampled.

    The interval covers these texts (documents, or chunks where an outlet has fewer than
    `MIN_UNITS` documents), never the outlet; it is empty with fewer units or no hit. Reposts are
    left out.
    """
    units = text_units(case)
    rows = []
    for source_id, own in units.groupby("source_id", sort=True):
        for metric in metrics(case):
            if own[metric.denominator].sum() == 0:
                continue
            found, unit = _estimate(own, metric, draws, seed)
            rows.append(
                {
                    "source_id": source_id,
                    "source": own["source"].iloc[0],
                    "bloc": own["bloc"].iloc[0],
                    "language": own["language"].iloc[0],
                    "metric": metric.name,
                    "label": metric.label,
                    "unit": metric.unit,
                    "value": found.value,
                    "low": found.low,
                    "high": found.high,
                    "resampled": unit if found.low is not None else "",
                    "units": found.units,
                    "tokens": own["tokens"].sum(),
                }
            )
    return pd.DataFrame(rows)


def by_source(case: Case) -> pd.DataFrame:
    """Return one row an outlet: documents, words, days, languages, readability.

    `lix` is words a sentence plus per cent of long words (Björnsson 1968, Läsbarhet).
    """
    documents = inventory(case)
    units = text_units(case)
    rows = []
    for source_id, own in documents.groupby("source_id", sort=True):
        text = units[units["source_id"] == source_id]
        words = text["text_tokens"].sum() / max(text["text_sentences"].sum(), 1)
        long_share = 100 * text["long_words"].sum() / max(text["tokens"].sum(), 1)
        rows.append(
            {
                "source_id": source_id,
                "source": own["source"].iloc[0],
                "bloc": own["bloc"].iloc[0],
                "documents": len(own),
                "reposts": int((~own["own"]).sum()),
                "tokens": int(own["tokens"].sum()),
                "first_day": own["first_day"].min(),
                "last_day": own["last_day"].max(),
                "languages": ", ".join(sorted(set(own["language"]))),
                "genres": ", ".join(sorted(set(own["genre"]))),
                "lix": words + long_share,
                "mtld": _weighted_mtld(case, own["doc_id"]),
            }
        )
    return pd.DataFrame(rows)


def _weighted_mtld(case: Case, doc_ids: pd.Series) -> float:
    found = case["diversity"]
    found = found[found["doc_id"].isin(doc_ids)].dropna(subset=["mtld"])
    total = found["tokens"].sum()
    return float((found["mtld"] * found["tokens"]).sum() / total) if total else float("nan")


def hosts(case: Case) -> pd.DataFrame:
    """Return who hosts whom: one row a pair of writer and host, with documents and words.

    `hosted` is true where writer and host differ; reposts and contained articles are counted too.
    """
    documents = inventory(case)
    names = case["sources"].set_index("source_id")["name"]
    grouped = documents.groupby(["source_id", "published_in"], sort=True)
    table = grouped.agg(documents=("doc_id", "size"), tokens=("tokens", "sum")).reset_index()
    table["writer"] = table["source_id"].map(names)
    table["host"] = table["published_in"].map(names)
    table["hosted"] = table["source_id"] != table["published_in"]
    return table


def repeated_matter(case: Case) -> pd.DataFrame:
    """Return what stands in the corpus twice: reposts, articles in others, captions."""
    documents = case["documents"]
    labels = documents.set_index("doc_id")["label"]
    rows = []
    for row in documents.itertuples():
        if row.duplicate_of or row.contained_in:
            kind = "repost of" if row.duplicate_of else "contained in"
            other = str(row.duplicate_of or row.contained_in)
            rows.append({"document": row.label, "repeats": kind, "of": labels.get(other, other)})
    repeats = case["regions"][case["regions"]["kind"] == "repeat"]
    for doc_id, group in repeats.groupby("doc_id", sort=True):
        times = f"own headline, {len(group)} times"
        rows.append({"document": labels[doc_id], "repeats": "as caption", "of": times})
    return pd.DataFrame(rows, columns=["document", "repeats", "of"])


def extremes(table: pd.DataFrame, metric: str, language: str = "en") -> tuple[pd.Series, pd.Series]:
    """Return the rows of `rates` with the highest and the lowest value of a metric.

    Only outlets in `language` are compared: lexicons of two languages count different things.
    """
    rows = table[(table["metric"] == metric) & (table["language"] == language)]
    ordered = rows.sort_values(["value", "source_id"], ascending=[False, True], kind="stable")
    return ordered.iloc[0], ordered.iloc[-1]


def with_interval(row: pd.Series) -> str:
    """Return a rate with its interval in words, or with why there is none."""
    value = f"{row['value']:.1f}"
    if row["value"] == 0:
        return f"{value} (none was met in {int(row['tokens']):,} words)"
    if pd.isna(row["low"]):
        return f"{value} (no interval: {int(row['units'])} chunks or documents)"
    return f"{value} (95 % interval {row['low']:.1f} to {row['high']:.1f})"
