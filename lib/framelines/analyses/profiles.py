"""Source profiles: what each outlet publishes, how it writes, and who hosts whom."""

from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses.findings import estimand
from framelines.analyses.trust import coded_sentences, frame_names
from framelines.corpus.features import COUNTED
from framelines.methods.contrasts import shares
from framelines.methods.dates import gregorian
from framelines.methods.estimate import POINTS, Estimate, share
from framelines.tables.case import Case
from framelines.tables.rows import rows

KEYS = ["doc_id", "sentence"]
# Words for the foe are hostile by creed or by label; both count.
HOSTILE = dict.fromkeys(("sectarian_names", "derogatory_names"), "hostile")
LEXICON_OF = {"attribution_verbs": "attributions", **HOSTILE}
LISTED = ("places", "hedges", "boosters", "first_person_plural", "sacred", "legal")
LISTED_WORDS = ["Places", "Hedges", "Boosters", "First person plural"]
LISTED_WORDS += ["Sacred vocabulary", "Legal vocabulary"]
# From the lexicons, where a corpus is not coded yet: a word of a list is no code.
COUNTS = ("figures", "attributions", "hostile")
BY_CODES = ("Figures claimed", "Attributed claims", "Derogatory namings")
BY_WORDS = ("Tokens with a digit", "Attribution verbs", "Hostile words")
MATTER = ("both", "contained", "captions")


def metrics(case: Case) -> pd.DataFrame:
    """Return the rates of a case: metric, label, above, below, scale, unit.

    Figures, attributions and derogatory names come from the codes where the case's coder has any,
    else from the lexicons.
    """
    counted = BY_CODES if case.coder in set(case["claims"]["coder"]) else BY_WORDS
    words = dict(zip((*LISTED, *COUNTS), (*LISTED_WORDS, *counted), strict=True))
    found = [
        ("sentence_length", "Sentence length", "text_tokens", "text_sentences", 1, "words"),
        ("long_words", "Long words", "long_words", "tokens", 100, "% of words"),
        ("mattr", "Diversity (MATTR)", "mattr_tokens", "mattr_weight", 1, "types per token"),
        ("quoted", "Quoted speech", "quoted_letters", "letters", 100, "% of letters"),
        *((name, label, name, "tokens", 1000, "per 1,000 words") for name, label in words.items()),
    ]
    return pd.DataFrame(found, columns=["metric", "label", "above", "below", "scale", "unit"])


def inventory(case: Case) -> pd.DataFrame:
    """Return one row a document: what it is, when, by whom, where, and how long.

    `first_day` and `last_day` are the days that it can have been published on; `tokens` are those
    of the running text; `own` is false for reposts, `hosted` true where another page published it.
    """
    sources = case["sources"][["source_id", "name", "bloc"]].rename(columns={"name": "source"})
    found = case["documents"].merge(sources, on="source_id", validate="m:1")
    spans = [gregorian(str(p)) if p else None for p in found["published"]]
    found = found.assign(
        first_day=[s.first if s else None for s in spans],
        last_day=[s.last if s else None for s in spans],
        own=found["duplicate_of"] == "",
        hosted=found["published_in"] != found["source_id"],
    )
    found = found.merge(case["diversity"][["doc_id", "tokens"]], on="doc_id", how="left")
    order = ["first_day", "last_day", "doc_id"]
    return found.sort_values(order, kind="stable").reset_index(drop=True)


def by_source(case: Case) -> pd.DataFrame:
    """Return one row an outlet: documents, reposts, tokens, days, languages, genres."""

    def listed(values: pd.Series) -> str:
        return ", ".join(str(v).replace("_", " ") for v in sorted(set(values)))

    grouped = inventory(case).groupby(["source_id", "source", "bloc"], sort=True)
    return grouped.agg(
        documents=("doc_id", "size"),
        reposts=("own", lambda own: int((~own).sum())),
        tokens=("tokens", "sum"),
        first_day=("first_day", "min"),
        last_day=("last_day", "max"),
        languages=("language", listed),
        genres=("genre", listed),
    ).reset_index()


def sentence_counts(case: Case) -> pd.DataFrame:
    """Return what the rates of `metrics` are made of, one row a counted sentence.

    Columns: doc_id, sentence, source_id, own (false in reposts), and every column that `metrics`
    names. Lexical diversity is known a document and stands in its first sentence, by its words.
    """
    about = inventory(case)[["doc_id", "source_id", "own"]]
    found = case["sentences"].merge(about, on="doc_id", validate="m:1")
    found = found[found["kind"].isin(COUNTED) & (found["tokens"] > 0)]
    is_text = found["kind"] == "text"
    found = found.assign(
        text_tokens=found["tokens"].where(is_text, 0),
        text_sentences=is_text.astype(int),
        quoted_letters=found["letters"] * found["quoted"],
    )
    hits = case["lexicon_hits"]
    hits = hits.assign(name=hits["lexicon"].replace(LEXICON_OF))
    counted = {n: own.groupby(KEYS)["count"].sum() for n, own in hits.groupby("name")}
    if case.coder in set(case["claims"]["coder"]):
        claims, names = rows(case, "claims"), rows(case, "naming_mentions")
        has_figure = claims[["value_min", "value_max"]].notna().any(axis=1)
        marked = {
            "figures": claims[has_figure | (claims["qualifier"] != "")],
            "attributions": claims[claims["attribution"] != "own_voice"],
            "hostile": names[names["stance"] == "derogatory"],
        }
        counted |= {name: own.groupby(KEYS).size() for name, own in marked.items()}
    at = pd.MultiIndex.from_frame(found[KEYS])
    for name in (*LISTED, *COUNTS):
        own = counted[name].reindex(at).fillna(0).to_numpy() if name in counted else None
        found[name] = found.get(name, 0) if own is None else own
    known = case["diversity"].dropna(subset=["mattr"]).set_index("doc_id")
    first = ~found.duplicated("doc_id")
    weight = found["doc_id"].map(known["tokens"]).where(first).fillna(0.0)
    value = found["doc_id"].map(known["mattr"]).fillna(0.0)
    return found.assign(mattr_weight=weight, mattr_tokens=weight * value)


def rates(case: Case) -> pd.DataFrame:
    """Return one row an outlet and metric: value, 95 % interval over documents, and labels.

    The interval covers these texts, never the outlet, and needs ten documents. Reposts stay out.
    """
    counts = sentence_counts(case).query("own")
    parts = [
        counts[["source_id", "doc_id"]].assign(
            metric=m.metric, hit=counts[m.above].astype(float), of=counts[m.below]
        )
        for m in metrics(case).itertuples()
    ]
    found = shares(pd.concat(parts), ["metric", "source_id"])
    found = found.rename(columns={"share": "value"}).drop(columns=["k", "n"])
    found = metrics(case)[["metric", "label", "unit", "scale"]].merge(found, on="metric")
    ends = ["value", "low", "high"]
    found[ends] = found[ends].mul(found.pop("scale"), axis=0)
    return found.merge(by_source(case)[["source_id", "source", "bloc", "tokens"]], on="source_id")


def repeated_matter(case: Case) -> pd.DataFrame:
    """Return what stands in the corpus twice: document, repeats, of."""
    documents = case["documents"]
    labels = documents.set_index("doc_id")["label"]
    found = [
        (row.label, "repost of" if row.duplicate_of else "contained in", labels.get(other, other))
        for row in documents.itertuples()
        if (other := str(row.duplicate_of or row.contained_in))
    ]
    repeats = case["regions"][case["regions"]["kind"] == "repeat"]
    for doc_id, number in repeats.groupby("doc_id", sort=True).size().items():
        found.append((labels[doc_id], "as caption", f"own headline ×{number}"))
    return pd.DataFrame(found, columns=["document", "repeats", "of"])


def twins(case: Case, matter: str = "both") -> pd.DataFrame:
    """Return every sentence that is not counted because it repeats, with the one that it repeats.

    One row a sentence: doc_id, sentence, of_doc, of_sentence. `matter` is contained (articles
    inside others), captions (headlines that recur), or both.
    """
    columns = [*KEYS, "of_doc", "of_sentence"]
    sentences = case["sentences"][[*KEYS, "start", "kind"]]
    documents = case["documents"][["doc_id", "start", "contained_in"]]
    start = documents.set_index("doc_id")["start"]
    inner = documents.assign(shift=documents["start"] - documents["contained_in"].map(start))
    inner = inner[["doc_id", "contained_in", "shift"]].dropna().merge(sentences, on="doc_id")
    inner = inner[inner["kind"].isin(COUNTED)].assign(start=lambda t: t["start"] + t["shift"])
    inner = inner.rename(columns={"doc_id": "of_doc", "sentence": "of_sentence"})
    inner = inner.rename(columns={"contained_in": "doc_id"}).drop(columns="kind")
    outer = sentences[sentences["kind"] == "contained"]
    contained = outer.merge(inner, on=["doc_id", "start"])[columns]
    heads = sentences[sentences["kind"] == "headline"].sort_values("start")
    heads = heads.drop_duplicates("doc_id").rename(columns={"sentence": "of_sentence"})
    heads = heads[["doc_id", "of_sentence"]].assign(of_doc=heads["doc_id"])
    captions = sentences[sentences["kind"] == "repeat"].merge(heads, on="doc_id")[columns]
    wanted = {"contained": [contained], "captions": [captions], "both": [contained, captions]}
    return pd.concat(wanted[matter], ignore_index=True)


@estimand("findings.effect_of_reposts", choices={"matter": MATTER}, main={"matter": "both"})
def effect_of_reposts(case: Case, *, matter: str = "both") -> list[Estimate]:
    """Return how many rates move by a tenth, and the largest change of a frame's share.

    Articles that stand inside others, and headlines that recur as captions, are counted again
    where they recur. Lexical diversity is left out: it cannot be had from counts.
    """
    names, source = frame_names(case), case["documents"].set_index("doc_id")["source_id"]
    coded = coded_sentences(case)[[*KEYS, *names]].assign(coded=1)
    counts = sentence_counts(case).merge(coded, on=KEYS, how="left")
    counts[[*names, "coded"]] = counts[[*names, "coded"]].astype(float).fillna(0)
    originals = counts.rename(columns={"doc_id": "of_doc", "sentence": "of_sentence"})
    pairs = twins(case, matter)
    again = pairs.merge(originals.drop(columns="source_id"), on=["of_doc", "of_sentence"])
    again = again.assign(source_id=again["doc_id"].map(source))
    once = counts[counts["own"]]
    every = [once, pd.concat([once, again[counts.columns]], ignore_index=True)]
    before, after = (t.groupby("source_id").sum(numeric_only=True) for t in every)
    wanted = metrics(case).query("metric != 'mattr'")
    above, below = list(wanted["above"]), list(wanted["below"])
    rate, twice = (t[above].to_numpy(float) / t[below].to_numpy(float) for t in (before, after))
    moves = np.abs(twice[rate > 0] / rate[rate > 0] - 1).round(9)
    what = "rates of the profiles that move by a tenth of themselves or more"
    found = [share("rates that move", what, int((moves >= 0.1).sum()), len(moves))]
    what = "largest change of an outlet’s share of a frame in sentences"
    words: dict[str, Any] = {"part": "largest change of a frame", "unit": POINTS, "measures": what}
    if not coded.shape[0]:
        return [*found, Estimate(**words, why=("not estimable: no sentence is coded",))]
    shares_of = [t[list(names)].div(t["coded"], axis=0) for t in (before, after)]
    change = (100 * (shares_of[1] - shares_of[0])).round(9).stack()
    frame_of = change.abs().idxmax()
    outlet = case["sources"].set_index("source_id")["name"][frame_of[0]]
    detail = f"{names[frame_of[1]]}, {outlet}" if change[frame_of] else ""
    return [*found, Estimate(float(change[frame_of]), **words, n=(len(pairs),), detail=detail)]
