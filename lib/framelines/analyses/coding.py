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
from framelines.methods.dates import gregorian
from framelines.tables.schema import resources

DATA = REPO / "data"
COLUMNS = "code language rules coder both precision recall f1 goal".split()
ANY_OVERLAP = 1e-9
PEOPLE = "kind in ('killed', 'wounded', 'killed_or_wounded', 'captured_persons')"
STATED = "kind != 'event' and value_min + value_max != ''"
ALL, VALUE = "start >= 0", "kind value_min value_max qualifier"
FIGURES = "kind != 'event' and value_min + value_max + qualifier != ''"
# What is asked: code, table, which rows of it, the column that must be alike, and the goal.
ASKED = (
    ("figures with a number", "claims", STATED, "", "recall .95, precision .85"),
    ("all figures", "claims", FIGURES, "", ""),
    ("killed, wounded, captured: value", "claims", PEOPLE, VALUE, "F1 .75"),
    ("the same, and who suffers it", "claims", PEOPLE, f"{VALUE} target_id", "F1 .75"),
    ("names of actors", "naming_mentions", ALL, "", "F1 .85"),
    ("names of actors: who is meant", "naming_mentions", ALL, "actor_id", ""),
    ("names of actors: stance", "naming_mentions", ALL, "stance", ""),
    ("verbs of taking", "captures", ALL, "", "F1 .75"),
    ("verbs of taking: stance", "captures", ALL, "stance", ""),
    ("attribution of shared claims", "claims", ALL, "attribution", ""),
    ("certainty of shared claims", "claims", ALL, "certainty", ""),
)
# What a page says of F1.
CAUTION = {"losses": ASKED[2][0], "suffer": ASKED[3][0], "names": ASKED[4][0]}
CAUTION |= {"verbs": ASKED[7][0], "days": "days that a sentence states"}


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


def _alike(pairs: pd.DataFrame, columns: str, sides: dict[str, str]) -> int:
    """How many pairs agree in the columns; of lists one in common is enough, of targets a side."""

    def ids(cell: str, column: str) -> set[str]:
        return {sides.get(i, i) if column == "target_id" else i for i in cell.split(";")}

    rows = pairs.to_dict("records")
    return sum(all(ids(r[c], c) & ids(r[f"{c}_coder"], c) for c in columns.split()) for r in rows)


def _read(path: Path) -> pd.DataFrame:
    """A table as it is written, with whole numbers for places in a text."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.astype({c: int for c in ("start", "end") if c in frame})


@cache
def measured(folder: Path = DATA) -> pd.DataFrame:
    """Return the errors of `rules`, one row a kind of code and language: columns `COLUMNS`.

    `rules` and `coder` count the rows of either, `both` those that are alike; of shared claims
    those that both made. Without rows where there is no `rules/`.
    """
    if not (folder / "rules" / "claims.csv").is_file():
        return pd.DataFrame(columns=COLUMNS)
    names = ("actors", "documents", "sentences", "claims", "naming_mentions", "captures")
    tables = {name: _read(folder / resources()[name]["path"]) for name in names}
    sides = dict(tables["actors"][["actor_id", "side"]].to_numpy())
    languages, found = dict(tables["documents"][["doc_id", "language"]].to_numpy()), []
    for code, name, which, columns, goal in ASKED:
        kept = [_read(folder / "rules" / f"{name}.csv"), tables[name].query("coder == 'first'")]
        kept = [f.query(which).assign(language=f["doc_id"].map(languages)) for f in kept]
        for language in sorted({*kept[0]["language"], *kept[1]["language"]}):
            pairs = _pairs(*(own := [f[f["language"] == language] for f in kept]))
            sizes = [len(pairs)] * 2 if "shared" in code else [len(f) for f in own]
            found.append((code, language, *sizes, _alike(pairs, columns, sides), goal))
    days = _days(tables, _read(folder / "rules" / "dates.csv"))
    found.append(("days that a sentence states", "all", *days, "share .90"))
    table = pd.DataFrame(found, columns=[*COLUMNS[:5], "goal"])
    shares = {"precision": table["both"] / table["rules"], "recall": table["both"] / table["coder"]}
    shares["f1"] = 2 * table["both"] / (table["rules"] + table["coder"])
    return table.assign(**shares)[COLUMNS]


def _days(tables: dict[str, pd.DataFrame], dates: pd.DataFrame) -> tuple[int, int, int]:
    """How many days rules and coder read in sentences that the coder dates, and both alike.

    Each counts once a sentence.
    """
    sentences = tables["sentences"][["doc_id", "start"]].sort_values("start")
    sentences = sentences.assign(at=sentences["start"])
    published = dict(tables["documents"][["doc_id", "published"]].to_numpy())
    own = tables["claims"].query("coder == 'first' and date_basis == 'sentence'")
    found = []
    for frame in (own[own["event_date"] != ""], dates):
        placed = pd.merge_asof(frame.sort_values("start"), sentences, on="start", by="doc_id")
        cells = placed[["event_date", "event_calendar", "doc_id"]].to_numpy()
        by = ((stated, name, gregorian(published[doc_id])) for stated, name, doc_id in cells)
        days = [str(stated_interval(*one, "umm_al_qura", None)) for one in by]
        found.append(placed.assign(days=days)[["doc_id", "at", "days"]].drop_duplicates())
    coder, rules = found[0], found[1].merge(found[0][["doc_id", "at"]].drop_duplicates())
    return len(rules), len(coder), len(coder.merge(rules))


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
    table, articles = measured(), dead()
    said = "Rules coded this case, and no person. "
    if table.empty or articles.empty:
        return f"{said}How far they err is not known here.", {}
    own = table[table["language"] != "ar"].set_index("code")
    stated = own.loc["figures with a number"]
    numbers = {"rules_recall": stated["recall"], "rules_precision": stated["precision"]}
    for name, code in CAUTION.items():
        numbers[f"rules_{name}"] = own.at[code, "f1"]
    words = (
        "In hand-coded English articles they find {rules_recall} of the numbers, with a precision "
        "of {rules_precision}. Their F1 is {rules_losses} for killed, wounded and captured; it is "
        "{rules_suffer} where the side must be right too. For names it is {rules_names}, for verbs "
        "of taking {rules_verbs}. Of the days they read {rules_days} alike. "
        "Their lists were widened on these same articles: on other texts they may err more."
    )
    return said + words, {key: float(value) for key, value in numbers.items()}
