"""Source profiles: what each outlet publishes, how it writes, in which words, and what recurs."""

import re
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from framelines.analyses.claims import Row, glossed, joined, lookup
from framelines.analyses.findings import Names, estimand
from framelines.analyses.framing import TEXTS, contrasted, groups_of, hits_of, of_outlets
from framelines.analyses.trust import KEYS, coded_sentences, frame_names
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
    """Return the rates of a case: metric, label, unit, and by what a ratio is multiplied."""
    words = LISTED | {name: labels[not _is_coded(case)] for name, labels in COUNTS.items()}
    found = [
        ("sentence_length", "Sentence length", "words", 1),
        ("long_words", "Long words", "% of words", 100),
        ("mattr", "Diversity (MATTR)", "types per token", 1),
        ("quoted", "Quoted speech", "% of letters", 100),
        *((name, label, "per 1,000 words", 1000) for name, label in words.items()),
    ]
    return pd.DataFrame(found, columns=["metric", "label", "unit", "scale"])


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


def rate_hits(case: Case) -> pd.DataFrame:
    """Return what the rates of `metrics` are made of: of `of` words or letters `hit` are met.

    One row a metric and counted sentence, with its kind and whether its document is its `own` and
    no repost. Lexical diversity has one row a document, by its words.
    """
    about = documents(case, reposts="in")
    about = about.assign(own=about["duplicate_of"] == "")[["doc_id", "source_id", "own"]]
    found = case["sentences"].merge(about, on="doc_id", validate="m:1")
    found = found[found["kind"].isin(COUNTED) & (found["tokens"] > 0)].set_index(KEYS)
    words, is_text = found["tokens"], found["kind"] == "text"
    made = {"sentence_length": (words.where(is_text, 0), is_text.astype(int))}
    made["long_words"] = found["long_words"], words
    made["quoted"] = found["letters"] * found["quoted"], found["letters"]
    hits = case["lexicon_hits"].replace({"lexicon": LEXICON_OF})
    marked = {name: hits[hits["lexicon"] == name] for name in (*LISTED, *COUNTS)}
    # No list has figures: they are counted with the words.
    marked["figures"] = found.reset_index().assign(count=found["figures"].to_numpy())
    if _is_coded(case):
        claims, names = rows(case, "claims"), rows(case, "naming_mentions")
        has_figure = claims[["value_min", "value_max"]].notna().any(axis=1)
        marked["figures"] = claims[has_figure | (claims["qualifier"] != "")]
        marked["attributions"] = claims[claims["attribution"] != "own_voice"]
        marked["hostile"] = names[names["stance"] == "derogatory"]
    for name, own in marked.items():
        counts = own.reindex(columns=[*KEYS, "count"]).fillna({"count": 1})
        made[name] = counts.groupby(KEYS)["count"].sum().reindex(found.index).fillna(0), words
    known = case["diversity"].dropna(subset=["mattr"]).merge(about, on="doc_id")
    known = known.assign(metric="mattr", hit=known["mattr"] * known["tokens"], of=known["tokens"])
    parts = [found.assign(metric=m, hit=h, of=of).reset_index() for m, (h, of) in made.items()]
    columns = [*KEYS, "source_id", "own", "kind", "metric", "hit", "of"]
    return pd.concat([part.reindex(columns=columns) for part in (known, *parts)])


def rates(case: Case) -> pd.DataFrame:
    """Return one row an outlet and metric: value, 95 % interval over documents, and labels.

    Reposts stay out, and metrics of which no outlet has any.
    """
    found = shares(rate_hits(case).query("own"), ["metric", "source_id"])
    found = found.drop(columns=["k", "n"]).rename(columns={"share": "value"})
    found = metrics(case).merge(found, on="metric")
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


def counted_again(case: Case, hits: pd.DataFrame, matter: str = "both") -> pd.DataFrame:
    """Return the hits of sentences that repeat, of the document in which they recur.

    `matter`: contained (articles inside others), captions (headlines that recur), or both.
    """
    about = case["documents"].set_index("doc_id")
    inside, heads = about["contained_in"], hits[hits["kind"] == "headline"]
    hosts = hits["doc_id"].map(inside[inside.isin(inside.index)])
    repeats = case["sentences"].loc[lambda s: s["kind"] == "repeat", ["doc_id"]]
    again = {
        "contained": hits.assign(doc_id=hosts).dropna(subset=["doc_id"]),
        "captions": repeats.merge(heads.drop_duplicates(["doc_id", "metric"]), on="doc_id"),
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
    about, names = [*KEYS, "source_id", "kind"], frame_names(case)
    coded = coded_sentences(case).rename(columns={"region": "kind"} | names)
    frames = coded.melt(about, list(names.values()), "metric", "hit").assign(own=True, of=1.0)
    every = pd.concat([rate_hits(case).query("metric != 'mattr'"), frames.astype({"hit": float})])
    once, again = every[every["own"]], counted_again(case, every, matter)
    by = (pd.concat(t).groupby(["source_id", "metric"]) for t in ([once], [once, again]))
    rate, twice = (own["hit"].sum() / own["of"].sum() for own in by)
    twice = twice.reindex(rate.index)  # what has reposts alone has no rate that could move
    framed = rate.index.isin(names.values(), level="metric")
    moves = (twice / rate - 1)[~framed & (rate > 0)].abs().round(9)
    what = "rates of the profiles that move by a tenth of themselves or more"
    found = [share("rates that move", what, int((moves >= 0.1).sum()), len(moves))]
    measures = "an outlet’s share of a frame in sentences"
    words: Row = {"part": "largest change of a frame", "unit": POINTS, "measures": measures}
    if coded.empty:
        return [*found, Estimate(**words, why=("not estimable: no sentence is coded",))]
    change = (100 * (twice - rate))[framed].round(9)
    outlet, frame = change.abs().idxmax()
    value, repeated = change[outlet, frame], int((again["metric"] == "quoted").sum())
    detail = f"{frame}, {lookup(case, 'sources', 'name')[outlet]}" if value else ""
    return [*found, Estimate(float(value), **words, n=(repeated,), detail=detail)]


def several(words: Names) -> tuple[str, ...]:
    """Return words that a declaration gives as one or as a list."""
    return (words,) if isinstance(words, str) else tuple(words)


def word_hits(case: Case, *, words: Names, **which: str) -> pd.DataFrame:
    """Return the texts that have words in the tables; `hit` where they use one of `words`.

    `liberat*` stands for all that begin so. Texts too short to have a chunk do not enter.
    """
    own = documents(case, **which)
    own = own[own["doc_id"].isin(_using(case, ("*",)))]
    return hits_of(own, own["doc_id"].isin(_using(case, several(words))))


def _words(words: Names, **_: Any) -> str:
    return f"texts that use {', '.join(several(words))}"


word_use = contrasted("framing.word_use", word_hits, _words, TEXTS)


@cache
def _using(case: Case, words: tuple[str, ...]) -> frozenset[str]:
    """The texts with chunks that use one of some words; each word is looked at once."""
    tokens = case["chunks"]["token"]
    ends = [re.escape(w.rstrip("*")) + ".*" * w.endswith("*") for w in words]
    met = {t for t in tokens.unique() if re.fullmatch("|".join(ends), t)}
    return frozenset(case["chunks"].loc[tokens.isin(met), "doc_id"])


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
    pair = groups_of(case)
    dealt = "source_id" if of_outlets(pair, here) else "doc_id"
    return keyness(case["chunks"], here, pair, background=prior, dealt=dealt, **drawn)


def leading_terms(case: Case, found: Keyness, each: int = 10) -> pd.DataFrame:
    """Return the leading terms of either group: `Keyness.table`, `group` that has more, `label`."""
    table = found.table.assign(group=np.where(found.table["z"] > 0, *found.groups))
    table = table.groupby("group", sort=False).head(each).sort_values("z", ascending=False)
    return table.assign(label=table["term"].map(glossed(case)))
