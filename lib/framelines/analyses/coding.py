"""How far the coder `rules` errs: its rows on the bundled articles against those of their coder.

The rows stand in `rules/` beside the tables (texts are not on every machine; `framelines measure`
makes them anew), with the package's lists of names alone, as a new user has them. Rows of two
coders meet where their spans overlap, each once. Goals were set before anything was measured.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import pandas as pd

from framelines import REPO
from framelines.methods.agreement import match_spans
from framelines.methods.calendars import stated_interval
from framelines.methods.dates import gregorian
from framelines.tables.schema import resources

DATA, FAKES = REPO / "data", REPO / "data" / "fa-kes"
COLUMNS = "code language rules coder both precision recall f1 seen unseen goal".split()
ANY_OVERLAP = 1e-9
PEOPLE = "kind in ('killed', 'wounded', 'killed_or_wounded', 'captured_persons')"
DEAD = "kind in ('killed', 'killed_or_wounded')"
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
# The crowd gives at most one number of dead civilians and one of dead combatants an article.
CROWD = (
    ("dead: the place", "claims", DEAD, "", ""),
    ("dead: the number", "claims", DEAD, "value_min", ""),
    ("dead: the number, and civilians or combatants", "claims", DEAD, "value_min target_id", ""),
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


def seen(doc_id: str) -> bool:
    """Return whether an article is of the half whose misses were looked at: a hash decides."""
    return int(sha256(doc_id.encode()).hexdigest(), 16) % 2 == 1


@cache
def measured(folder: Path = DATA) -> pd.DataFrame:
    """Return the errors of `rules`, one row a kind of code and language: columns `COLUMNS`.

    `rules` and `coder` count the rows of either, `both` those that are alike; of shared claims
    those that both made; of the crowd's numbers those of rules that meet one. `seen` and `unseen`
    are F1 in the half of the articles that `seen` tells, and in the other. Without rows where there
    is no `rules/`.
    """
    if not (folder / "rules" / "claims.csv").is_file():
        return pd.DataFrame(columns=COLUMNS)
    by = ["code", "language", "goal"]
    whole, *halves = (_errors(folder, half).set_index(by) for half in (None, True, False))
    table = whole.assign(precision=whole["both"] / whole["rules"])
    table["recall"] = whole["both"] / whole["coder"]
    for name, half in zip(("f1", "seen", "unseen"), (whole, *halves), strict=True):
        table[name] = 2 * half["both"] / (half["rules"] + half["coder"])
    return table.reset_index()[COLUMNS]


def _errors(folder: Path, half: bool | None) -> pd.DataFrame:
    """The counts of `measured`, in all articles or in those of one half."""
    tables = {}
    for name in ("actors", "documents", "sentences", "claims", "naming_mentions", "captures"):
        path = folder / resources()[name]["path"]
        tables[name] = _read(path) if path.is_file() else pd.DataFrame()
    documents = tables["documents"]
    if half is not None:
        documents = documents[documents["doc_id"].map(seen) == half]
    languages, found = dict(documents[["doc_id", "language"]].to_numpy()), []
    sides = dict(tables["actors"][["actor_id", "side"]].to_numpy())
    first = "first" if folder != FAKES else "crowd"
    for code, name, which, columns, goal in ASKED if first == "first" else CROWD:
        kept = [_read(folder / "rules" / f"{name}.csv"), tables[name].query(f"coder == '{first}'")]
        kept = [f.query(which).assign(language=f["doc_id"].map(languages)) for f in kept]
        if first == "crowd":  # whoever is no civilian is a combatant
            sides = dict.fromkeys({*kept[0]["target_id"]} - {"civilians", ""}, "combatants")
        for language in sorted(kept[0]["language"].dropna().unique()):
            pairs = _pairs(*(own := [f[f["language"] == language] for f in kept]))
            sizes = [len(pairs)] * 2 if "shared" in code else [len(f) for f in own]
            sizes[0] = len(pairs) if first == "crowd" else sizes[0]
            found.append((code, language, *sizes, _alike(pairs, columns, sides), goal))
    if first == "first":
        days = _days(tables, languages, _read(folder / "rules" / "dates.csv"))
        found.append(("days that a sentence states", "all", *days, "share .90"))
    return pd.DataFrame(found, columns=["code", "language", "rules", "coder", "both", "goal"])


def _days(
    tables: dict[str, pd.DataFrame], languages: dict[str, str], dates: pd.DataFrame
) -> tuple[int, int, int]:
    """How many days rules and coder read in sentences that the coder dates, and both alike.

    Each counts once a sentence, and in the documents of `languages`.
    """
    sentences = tables["sentences"][["doc_id", "start"]].sort_values("start")
    sentences = sentences.assign(at=sentences["start"])
    published = dict(tables["documents"][["doc_id", "published"]].to_numpy())
    own = tables["claims"].query("coder == 'first' and date_basis == 'sentence'")
    found = []
    for frame in (own[own["event_date"] != ""], dates):
        frame = frame[frame["doc_id"].isin(list(languages))].sort_values("start")
        placed = pd.merge_asof(frame, sentences, on="start", by="doc_id")
        cells = placed[["event_date", "event_calendar", "doc_id"]].to_numpy()
        by = ((stated, name, gregorian(published[doc_id])) for stated, name, doc_id in cells)
        days = [str(stated_interval(*one, "umm_al_qura", None)) for one in by]
        found.append(placed.assign(days=days)[["doc_id", "at", "days"]].drop_duplicates())
    coder, rules = found[0], found[1].merge(found[0][["doc_id", "at"]].drop_duplicates())
    return len(rules), len(coder), len(coder.merge(rules))


@cache
def dead(folder: Path = FAKES) -> pd.DataFrame:
    """Return of civilians, combatants and all dead of FA-KES: `articles`, and those `found`.

    Found are those whose number of the crowd rules read as one of dead, wherever it stands; of all
    dead also those where it is the sum of two such. `seen` and `unseen` are the shares found in
    either half. Without rows where nobody measured.
    """
    path, rows = folder / "rules" / "claims.csv", []
    if folder != FAKES or not path.is_file():
        return pd.DataFrame(columns=["of", "articles", "found", "seen", "unseen"])
    said = pd.read_csv(path).query(DEAD).groupby("doc_id")[["value_min", "value_max"]]
    ends = {doc_id: {*own.to_numpy().ravel()} for doc_id, own in said}
    crowd = pd.read_csv(folder / "claims.csv").query("kind == 'killed'")
    for doc_id, own in crowd.groupby("doc_id"):
        numbers = ends.get(doc_id, set())
        sums = numbers | {a + b for a in numbers for b in numbers if a != b}
        coded = dict(own[["target_id", "value_min"]].to_numpy())
        rows += [(of, n in numbers, seen(doc_id)) for of, n in coded.items()]
        rows.append(("all dead", sum(coded.values()) in sums, seen(doc_id)))
    table = pd.DataFrame(rows, columns=["of", "found", "half"])
    halves = table.pivot_table(index="of", columns="half", values="found")
    halves = halves.rename(columns={True: "seen", False: "unseen"})
    counts = table.groupby("of")["found"].agg(articles="size", found="sum")
    return counts.join(halves[["seen", "unseen"]]).reset_index()


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
