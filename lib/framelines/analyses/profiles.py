"""Source profiles: what each outlet publishes, how it writes, in which words, and what recurs."""

import re
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses.claims import Row, joined
from framelines.analyses.findings import estimand
from framelines.analyses.framing import NOBODY, TEXTS, compared, groups_of, hits_of, of_outlets
from framelines.analyses.trust import KEYS, coded_sentences, frame_names
from framelines.analyses.words import Names, glossed
from framelines.corpus.features import COUNTED
from framelines.methods.contrasts import shares
from framelines.methods.dates import days_text, gregorian
from framelines.methods.estimate import POINTS, Estimate, share
from framelines.methods.keyness import Keyness, keyness
from framelines.tables.case import Case
from framelines.tables.rows import documents, rows
from framelines.tables.schema import read_tables

# Words for the foe are hostile by creed or by label; both count.
LEXICON_OF = {"sectarian_names": "hostile", "derogatory_names": "hostile"}
LEXICON_OF |= {"attribution_verbs": "attributions"}
LISTED = {"places": "Places", "hedges": "Hedges", "boosters": "Boosters"}
LISTED |= {"first_person_plural": "First person plural", "sacred": "Sacred vocabulary"}
LISTED["legal"] = "Legal vocabulary"
# What is counted by codes, and by words where a corpus is not coded yet: a word is no code.
COUNTS = {
    "figures": ("Figures claimed", "Tokens with a digit"),
    "attributions": ("Attributed claims", "Attribution verbs"),
    "hostile": ("Derogatory namings", "Hostile words"),
}


def _is_coded(case: Case) -> bool:
    # Who codes names has read whole texts; of others, what is not coded may yet stand there.
    return case.coder in set(case["naming_mentions"]["coder"])


def metrics(case: Case) -> pd.DataFrame:
    """Return the rates of a case: metric, label, above, below, scale, unit."""
    words = LISTED | {name: labels[not _is_coded(case)] for name, labels in COUNTS.items()}
    found = [
        ("sentence_length", "Sentence length", "text_tokens", "text_sentences", 1, "words"),
        ("long_words", "Long words", "long_words", "tokens", 100, "% of words"),
        ("mattr", "Diversity (MATTR)", "mattr_tokens", "mattr_weight", 1, "types per token"),
        ("quoted", "Quoted speech", "quoted_letters", "letters", 100, "% of letters"),
        *((name, label, name, "tokens", 1000, "per 1,000 words") for name, label in words.items()),
    ]
    return pd.DataFrame(found, columns=["metric", "label", "above", "below", "scale", "unit"])


def by_source(case: Case) -> pd.DataFrame:
    """Return one row an outlet: documents, reposts, tokens of text, days, languages, genres."""
    found = documents(case, reposts="in").merge(case["documents"][["doc_id", "published"]])
    found = found.merge(case["diversity"][["doc_id", "tokens"]], on="doc_id", how="left")
    days = [[*map(days_text, gregorian(day))] for day in found["published"]]
    found[["first", "last"]] = pd.DataFrame(days).replace("…", None)
    found["genre"] = found["genre"].str.replace("_", " ")
    words = partial(joined, by=", ")
    return found.groupby(["source_id", "source", "bloc"], as_index=False).agg(
        documents=("doc_id", "size"),
        reposts=("duplicate_of", lambda own: (own != "").sum()),
        tokens=("tokens", "sum"),
        first_day=("first", "min"),
        last_day=("last", "max"),
        languages=("language", words),
        genres=("genre", words),
    )


def sentence_counts(case: Case) -> pd.DataFrame:
    """Return what the rates of `metrics` are made of, one row a counted sentence; own: no repost.

    Lexical diversity is known a document and stands in its first sentence, by its words.
    """
    about = documents(case, reposts="in")
    about = about.assign(own=about["duplicate_of"] == "")[["doc_id", "source_id", "own"]]
    found = case["sentences"].merge(about, on="doc_id", validate="m:1")
    found = found[found["kind"].isin(COUNTED) & (found["tokens"] > 0)]
    is_text = found["kind"] == "text"
    found = found.assign(
        text_tokens=found["tokens"].where(is_text, 0),
        text_sentences=is_text.astype(int),
        quoted_letters=found["letters"] * found["quoted"],
    )
    hits = case["lexicon_hits"].assign(name=lambda h: h["lexicon"].replace(LEXICON_OF))
    counted = {n: own.groupby(KEYS)["count"].sum() for n, own in hits.groupby("name")}
    if _is_coded(case):
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
        if name in counted:
            found[name] = counted[name].reindex(at).fillna(0).to_numpy()
        elif name != "figures":  # which are counted with the words: no list has them
            found[name] = 0
    known = case["diversity"].dropna(subset=["mattr"]).set_index("doc_id")
    first = ~found.duplicated("doc_id")
    weight = found["doc_id"].map(known["tokens"]).where(first).fillna(0.0)
    value = found["doc_id"].map(known["mattr"]).fillna(0.0)
    return found.assign(mattr_weight=weight, mattr_tokens=weight * value)


def rates(case: Case) -> pd.DataFrame:
    """Return one row an outlet and metric: value, 95 % interval over documents, and labels.

    Reposts stay out, and metrics of which no outlet has any.
    """
    counts, wanted = sentence_counts(case).query("own"), metrics(case)
    about = counts[["source_id", "doc_id"]]
    parts = [
        about.assign(metric=m.metric, hit=counts[m.above].astype(float), of=counts[m.below])
        for m in wanted.itertuples()
    ]
    found = shares(pd.concat(parts), ["metric", "source_id"]).drop(columns=["k", "n"])
    found = found.rename(columns={"share": "value"})
    found = wanted[["metric", "label", "unit", "scale"]].merge(found, on="metric")
    ends = ["value", "low", "high"]
    found[ends] = found[ends].mul(found.pop("scale"), axis=0)
    # What nobody has any of is no measure of how they write: often there is no list for it.
    found = found[found.groupby("metric")["value"].transform("any")]
    about = by_source(case)[["source_id", "source", "bloc", "tokens", "languages"]]
    found = found.merge(about, on="source_id")
    # Nor is a zero where no list knows the language.
    listed = case["lexicon_hits"].query("lexicon != 'places'")["doc_id"].unique()
    known = set(case["documents"].set_index("doc_id").loc[listed, "language"])
    unread = found.pop("languages").str.split(", ").map(known.isdisjoint)
    return found[~(unread & found["metric"].isin([*LISTED, *COUNTS]) & found["value"].eq(0))]


def counted_again(case: Case, counts: pd.DataFrame, matter: str = "both") -> pd.DataFrame:
    """Return the rows of `sentence_counts` that repeat, of the document in which they recur.

    `matter`: contained (articles inside others), captions (headlines that recur), or both.
    """
    about = case["documents"].set_index("doc_id")
    inside, heads = about["contained_in"], counts[counts["kind"] == "headline"]
    hosts = counts["doc_id"].map(inside[inside.isin(inside.index)])
    repeats = case["sentences"].loc[lambda s: s["kind"] == "repeat", ["doc_id"]]
    again = {
        "contained": counts.assign(doc_id=hosts).dropna(subset=["doc_id"]),
        "captions": repeats.merge(heads.drop_duplicates("doc_id"), on="doc_id"),
    }
    found = pd.concat([t for n, t in again.items() if matter in (n, "both")], ignore_index=True)
    return found.assign(source_id=found["doc_id"].map(about["source_id"]))


@estimand(
    "findings.effect_of_reposts",
    choices={"matter": ("both", "contained", "captions")},
    main={"matter": "both"},
)
def effect_of_reposts(case: Case, *, matter: str = "both") -> list[Estimate]:
    """Return how many rates move by a tenth, and the largest change of a frame's share.

    `matter` (see `counted_again`) counts twice; lexical diversity cannot be had from counts.
    """
    names = frame_names(case)
    coded = coded_sentences(case)[[*KEYS, *names]].astype(dict.fromkeys(names, float))
    counts = sentence_counts(case).merge(coded.assign(coded=1), on=KEYS, how="left")
    counts = counts.fillna(dict.fromkeys([*names, "coded"], 0.0))
    once, again = counts[counts["own"]], counted_again(case, counts, matter)
    every = [once, pd.concat([once, again], ignore_index=True)]
    before, after = (t.groupby("source_id").sum(numeric_only=True) for t in every)
    after = after.reindex(before.index)  # what has reposts alone has no rate that could move
    wanted = metrics(case).query("metric != 'mattr'")
    above, below = list(wanted["above"]), list(wanted["below"])
    rate, twice = (t[above].to_numpy(float) / t[below].to_numpy(float) for t in (before, after))
    moves = np.abs(twice[rate > 0] / rate[rate > 0] - 1).round(9)
    what = "rates of the profiles that move by a tenth of themselves or more"
    found = [share("rates that move", what, int((moves >= 0.1).sum()), len(moves))]
    measures = "largest change of an outlet’s share of a frame in sentences"
    words: Row = {"part": "largest change of a frame", "unit": POINTS, "measures": measures}
    if coded.empty:
        return [*found, Estimate(**words, why=("not estimable: no sentence is coded",))]
    shares_of = [t[list(names)].div(t["coded"], axis=0) for t in (before, after)]
    change = (100 * (shares_of[1] - shares_of[0])).round(9).stack()
    frame_of = change.abs().idxmax()
    outlet = case["sources"].set_index("source_id")["name"][frame_of[0]]
    detail = f"{names[frame_of[1]]}, {outlet}" if change[frame_of] else ""
    return [*found, Estimate(float(change[frame_of]), **words, n=(len(again),), detail=detail)]


def several(words: Names) -> tuple[str, ...]:
    """Return words that a declaration gives as one or as a list."""
    return (words,) if isinstance(words, str) else tuple(words)


def word_hits(case: Case, words: Names, **which: str) -> pd.DataFrame:
    """Return the texts that have words in the tables; `hit` where they use one of `words`."""
    own = documents(case, **which)
    own = own[own["doc_id"].isin(case["chunks"]["doc_id"].unique())]
    return hits_of(own, own["doc_id"].isin(_using(case, several(words))))


@cache
def _using(case: Case, words: tuple[str, ...]) -> frozenset[str]:
    """The texts with chunks that use one of some words; each word is looked at once."""
    tokens = case["chunks"]["token"]
    ends = [re.escape(w.rstrip("*")) + (r"\w*" if w.endswith("*") else "") for w in words]
    met = {t for t in tokens.unique() if re.fullmatch("|".join(ends), t)}
    return frozenset(case["chunks"].loc[tokens.isin(met), "doc_id"])


@estimand("framing.word_use", choices=TEXTS, hits_of_texts=word_hits)
def word_use(case: Case, *, words: Names, unit: str = "outlets", **which: Any) -> Estimate:
    """Return the share of texts that use one of some words, first group minus second.

    `liberat*` stands for all that begin so. Texts too short to have a chunk do not enter.
    """
    key = f"texts that use {', '.join(several(words))}"
    return compared(case, key, word_hits, words=words, unit=unit, **which)


@cache
def key_terms(case: Case) -> Keyness:
    """Return the words, of the language of most documents, that set `groups_of` apart.

    The prior is made of all texts of the case's folder, those of other cases included. Labels are
    dealt as in `framing.compared`: over outlets where the groups are of enough of them.
    """
    here, every = documents(case), read_tables(case.folder)
    language = here["language"].mode().iloc[0]
    texts = every["documents"].query("duplicate_of == '' and language == @language")
    chunks = every["chunks"][every["chunks"]["doc_id"].isin(texts["doc_id"])]
    words = chunks[~chunks["token"].str[:1].str.isdigit().astype(bool)]
    prior, here = words.groupby("token")["count"].sum(), here[here["language"] == language]
    drawn = {key: case.drawing[key] for key in ("seed", "permutations")}
    pair = groups_of(case) or NOBODY
    dealt = "source_id" if of_outlets(pair, here) else "doc_id"
    return keyness(case["chunks"], here, pair, background=prior, dealt=dealt, **drawn)


def leading_terms(case: Case, found: Keyness, each: int = 10) -> pd.DataFrame:
    """Return the leading terms of either group: `Keyness.table`, `group` that has more, `label`."""
    table = found.table.assign(group=np.where(found.table["z"] > 0, *found.groups))
    table = table.groupby("group", sort=False).head(each).sort_values("z", ascending=False)
    return table.assign(label=table["term"].map(glossed(case)))
