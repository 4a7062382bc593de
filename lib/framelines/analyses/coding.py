"""How far the coder `rules` errs: its rows on the bundled articles against those of their coder.

The rows stand in `data/rules/` (texts are not on every machine; `framelines measure` makes them
anew), with the package's lists of names alone, as a new user has them. Rows of two coders meet
where their spans overlap, each once. Goals were set before anything was measured.
"""

from functools import cache
from pathlib import Path

import pandas as pd

from framelines import REPO
from framelines.methods.agreement import match_spans
from framelines.methods.calendars import stated_interval
from framelines.methods.dates import OPEN, gregorian
from framelines.tables.schema import read_tables

DATA = REPO / "data"
COLUMNS = "code language rules coder both precision recall f1 goal".split()
ANY_OVERLAP = 1e-9
PEOPLE = "kind in ('killed', 'wounded', 'killed_or_wounded', 'captured_persons')"
STATED = "kind != 'event' and (value_min == value_min or value_max == value_max)"
# What is asked: code, table, which rows of it, the column that must be alike, and the goal.
ASKED = (
    ("figures with a number", "claims", STATED, "", "recall .95, precision .85"),
    ("all figures", "claims", f"({STATED}) or (kind != 'event' and qualifier != '')", "", ""),
    ("killed, wounded, captured: value", "claims", PEOPLE, "number", "F1 .75"),
    ("the same, and who suffers it", "claims", PEOPLE, "number suffers", "F1 .75"),
    ("names of actors", "naming_mentions", "", "", "F1 .85"),
    ("names of actors: who is meant", "naming_mentions", "", "actor_id", ""),
    ("names of actors: stance", "naming_mentions", "", "stance", ""),
    ("verbs of taking", "captures", "", "", "F1 .75"),
    ("verbs of taking: stance", "captures", "", "stance", ""),
    ("attribution of shared claims", "claims", "", "attribution", ""),
    ("certainty of shared claims", "claims", "", "certainty", ""),
)


def _pairs(rules: pd.DataFrame, coder: pd.DataFrame) -> pd.DataFrame:
    """The rows of both that meet, side by side; columns of the coder end in `_coder`."""
    found = []
    for doc_id in sorted({*rules["doc_id"]} & {*coder["doc_id"]}):
        own = [f[f["doc_id"] == doc_id].reset_index(drop=True) for f in (rules, coder)]
        keys = [list(zip(f["start"], f["end"], f.index.map(str), strict=True)) for f in own]
        met = match_spans(keys[0], keys[1], ANY_OVERLAP)
        both = [f.loc[[pair[i] for pair in met]].reset_index() for i, f in enumerate(own)]
        found.append(both[0].join(both[1], rsuffix="_coder"))
    return pd.concat(found) if found else pd.DataFrame()


def _alike(pairs: pd.DataFrame, columns: str) -> int:
    """How many pairs agree in the columns; of lists of sides one in common is enough."""

    def same(row: dict[str, str]) -> bool:
        lists = ((row[c].split(";"), row[f"{c}_coder"].split(";")) for c in columns.split())
        return all({*one} & {*two} for one, two in lists)

    return sum(same(row) for row in pairs.to_dict("records"))


@cache
def measured(folder: Path = DATA) -> pd.DataFrame:
    """Return the errors of `rules`, one row a kind of code and language: columns `COLUMNS`.

    `rules` and `coder` count the rows of either, `both` those that are alike; of shared claims
    those that both made. Without rows where there is no `rules/`.
    """
    if not (folder / "rules" / "claims.csv").is_file():
        return pd.DataFrame(columns=COLUMNS)
    tables, read = read_tables(folder), {}
    sides = dict(zip(tables["actors"]["actor_id"], tables["actors"]["side"], strict=True))
    for name in ("claims", "naming_mentions", "captures", "dates"):
        own = pd.read_csv(folder / "rules" / f"{name}.csv", dtype={"event_date": str})
        text = own.columns.difference(["start", "end", "value_min", "value_max"])
        own[text] = own[text].fillna("")
        read[name] = own.assign(by="rules")
        if name in tables:
            first = tables[name][tables[name]["coder"] == "first"].assign(by="coder")
            read[name] = pd.concat([read[name], first[[*own.columns, "by"]]], ignore_index=True)
    claims = read["claims"]
    figure = claims[["kind", "value_min", "value_max", "qualifier"]].map(str)
    claims["number"] = figure.agg(" ".join, axis=1)
    who = claims["target_id"].str.split(";")
    claims["suffers"] = who.map(lambda ids: ";".join(sides.get(i, i) for i in ids))
    languages, found = tables["documents"].set_index("doc_id")["language"], []
    for code, name, which, columns, goal in ASKED:
        kept = read[name].query(which) if which else read[name]
        for language, own in kept.groupby(kept["doc_id"].map(languages), sort=True):
            one, two = (own[own["by"] == by] for by in ("rules", "coder"))
            pairs = _pairs(one, two)
            sizes = (len(pairs), len(pairs)) if "shared" in code else (len(one), len(two))
            found.append((code, language, *sizes, _alike(pairs, columns), goal))
    days, same = _days(tables, read["dates"])
    found.append(("days that a sentence states", "all", days, days, same, "share .90"))
    table = pd.DataFrame(found, columns=[*COLUMNS[:5], "goal"])
    shares = {"precision": table["both"] / table["rules"], "recall": table["both"] / table["coder"]}
    shares["f1"] = 2 * table["both"] / (table["rules"] + table["coder"])
    return table.assign(**shares)[COLUMNS]


def _days(tables: dict[str, pd.DataFrame], dates: pd.DataFrame) -> tuple[int, int]:
    """How many days the coder reads in sentences, each once a sentence; and rules among them."""
    sentences = tables["sentences"][["doc_id", "start"]].sort_values("start")
    sentences = sentences.assign(at=sentences["start"])
    published = tables["documents"].set_index("doc_id")["published"]
    own = tables["claims"].query("coder == 'first' and date_basis == 'sentence'")
    found = []
    for frame in (own[own["event_date"] != ""], dates):
        placed = pd.merge_asof(frame.sort_values("start"), sentences, on="start", by="doc_id")
        cells = placed[["event_date", "event_calendar", "doc_id"]].to_numpy()
        by = {doc_id: gregorian(day) if day else OPEN for doc_id, day in published.items()}
        days = [str(stated_interval(s, c, by[d], "umm_al_qura", None)) for s, c, d in cells]
        found.append(placed.assign(days=days)[["doc_id", "at", "days"]].drop_duplicates())
    return len(found[0]), len(found[0].merge(found[1]))


def dead(folder: Path = DATA) -> pd.DataFrame:
    """Return of civilians, combatants and all dead of FA-KES: `articles`, and those `found`.

    Found are those whose coded number rules read as one of dead; of all dead also those where it
    is the sum of two such, for the crowd's total adds up. Without rows where nobody measured.
    """
    path = folder / "rules" / "fa-kes.csv"
    table = pd.read_csv(path) if path.is_file() else pd.DataFrame(columns=["of", "found"])
    return table.groupby("of")["found"].agg(articles="size", found="sum").reset_index()


def caution() -> tuple[str, dict[str, float]]:
    """Return what a page must say first whose codes are those of rules, with its numbers."""
    table, articles = measured(), dead().set_index("of")
    said = "Rules coded this case, and no person. "
    if table.empty or articles.empty:
        return f"{said}How far they err is not known here.", {}
    own = table[table["language"] != "ar"].set_index("code")
    stated, f1 = own.loc["figures with a number"], own["f1"]
    numbers = {"rules_recall": stated["recall"], "rules_precision": stated["precision"]}
    numbers |= {"rules_losses": f1["killed, wounded, captured: value"]}
    numbers |= {"rules_suffer": f1["the same, and who suffers it"]}
    numbers |= {"rules_names": f1["names of actors"], "rules_verbs": f1["verbs of taking"]}
    numbers |= {"rules_days": f1["days that a sentence states"]}
    words = (
        "In hand-coded English articles they find {rules_recall} of the numbers, with a precision "
        "of {rules_precision}. Their F1 is {rules_losses} for killed, wounded and captured; it is "
        "{rules_suffer} where the side must be right too. For names it is {rules_names}, for verbs "
        "of taking {rules_verbs}. Of the days they read {rules_days} alike."
    )
    return said + words, {key: float(value) for key, value in numbers.items()}
