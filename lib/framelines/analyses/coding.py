"""How far the coder `rules` errs: its rows on the bundled articles against those of their coder.

The rows stand in `rules/` beside the tables (texts are not on every machine; `framelines measure`
makes them anew), with the package's lists of names alone, as a new user has them. Rows of two
coders meet where their spans overlap, each once. Goals were set before anything was measured.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import pandas as pd
import yaml

from framelines import REPO
from framelines.corpus.names import LANGUAGES
from framelines.methods.agreement import matched
from framelines.methods.dates import gregorian, stated_interval

DATA, KNOWN = REPO / "data", {*LANGUAGES}
COLUMNS = "code language rules coder both precision recall f1 seen unseen goal".split()
ANY_OVERLAP = 1e-9
# By the name of what is asked, beside a `person` or a `crowd`.
_TEXT = Path(__file__).with_name("asked.yaml").read_text(encoding="utf-8")
ASKED: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(_TEXT)
DEAD = ASKED["crowd"]["dead: the place"]["rows"]
OTHERS = f"kind != 'event' and not {DEAD}"


def _pairs(rules: pd.DataFrame, coder: pd.DataFrame) -> pd.DataFrame:
    """The rows of both that meet, side by side; columns of the coder end in `_coder`."""
    frames = [f.reset_index(drop=True).rename_axis("id").reset_index() for f in (rules, coder)]
    met = matched(frames[0], frames[1], ANY_OVERLAP)
    both = [f.loc[[pair[n] for pair in met]].reset_index(drop=True) for n, f in enumerate(frames)]
    return both[0].join(both[1], rsuffix="_coder")


def _alike(pairs: pd.DataFrame, columns: str, sides: dict[str, str]) -> list[bool]:
    """Which pairs agree in the columns; of lists one in common is enough, of targets a side."""

    def ids(cell: str, column: str) -> set[str]:
        return {sides.get(i, i) if column == "target_id" else i for i in cell.split(";")}

    rows = pairs.to_dict("records")
    return [all(ids(r[c], c) & ids(r[f"{c}_coder"], c) for c in columns.split()) for r in rows]


def _read(path: Path) -> pd.DataFrame:
    """A table as it is written, with whole numbers for places in a text."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.astype({c: int for c in ("start", "end") if c in frame})


def seen(doc_id: str) -> bool:
    """Return whether an article is of the half whose misses were looked at: a hash decides."""
    return int(sha256(doc_id.encode()).hexdigest(), 16) % 2 == 1


def coder_of(folder: Path) -> tuple[str, bool]:
    """Return who coded most claims of a folder, and whether of figures the dead alone: a crowd."""
    claims = _read(folder / "claims.csv")
    coder = claims["coder"].mode().get(0, "")
    return coder, bool(coder) and claims.query("coder == @coder").query(OTHERS).empty


@cache
def measured(folder: Path = DATA) -> pd.DataFrame:
    """Return the errors of `rules`, one row a kind of code and language: columns `COLUMNS`.

    `rules` and `coder` count the rows of either, `both` those that are alike; of shared claims
    those that both made; beside a crowd those of rules that meet one of its own. `seen` and
    `unseen` are F1 in the half of the articles that `seen` tells, and in the other. Without rows
    where there is no `rules/`.
    """
    if not (folder / "rules" / "claims.csv").is_file():
        return pd.DataFrame(columns=COLUMNS)
    (coder, crowd), rows = coder_of(folder), []
    documents = _read(folder / "documents.csv").set_index("doc_id")
    sides = dict(_read(folder / "actors.csv")[["actor_id", "side"]].to_numpy())
    for code, of in ASKED["crowd" if crowd else "person"].items():
        own, days = _read(folder / "rules" / f"{of['table']}.csv"), of["table"] == "dates"
        others = _read(folder / f"{'claims' if days else of['table']}.csv")
        others = others[others["coder"] == coder].query(of["rows"])
        if days:
            own, others, both = _days(folder, documents, own, others)
        else:
            own = own.query(of["rows"])
            if crowd:  # whoever is no civilian is a combatant
                sides = dict.fromkeys({*own["target_id"]} - {"civilians", ""}, "combatants")
            pairs = _pairs(own, others)
            own = pairs if "shared" in code or crowd else own
            others = pairs if "shared" in code else others
            both = pairs[_alike(pairs, of.get("alike", ""), sides)]
        for whose, frame in (("rules", own), ("coder", others), ("both", both)):
            rows.append(frame[["doc_id"]].assign(code=code, goal=of.get("goal", ""), of=whose))
    every = pd.concat(rows, ignore_index=True)
    every["language"] = every["doc_id"].map(documents["language"])
    every = every[every["language"].isin(LANGUAGES)]  # no rule reads another
    by, half = ["code", "language", "goal", "of"], every["doc_id"].map(seen)
    parts = {"f1": every, "seen": every[half], "unseen": every[~half]}
    found = {n: f.groupby(by, sort=False).size().unstack(fill_value=0) for n, f in parts.items()}
    table = found["f1"].assign(precision=lambda f: f["both"] / f["rules"])
    table["recall"] = table["both"] / table["coder"]
    for name, own in found.items():
        table[name] = 2 * own["both"] / (own["rules"] + own["coder"])
    return table.reset_index()[COLUMNS]


def _days(folder: Path, documents: pd.DataFrame, *tables: pd.DataFrame) -> list[pd.DataFrame]:
    """The days of rules and coder in sentences that the coder dates, and those that are alike.
    Each counts once a sentence.
    """
    sentences = _read(folder / "features" / "sentences.csv")[["doc_id", "start"]]
    sentences, found = sentences.sort_values("start").assign(at=lambda f: f["start"]), []
    for frame in tables:
        placed = pd.merge_asof(frame.sort_values("start"), sentences, on="start", by="doc_id")
        published = placed["doc_id"].map(documents["published"]).map(gregorian)
        stated = zip(placed["event_date"], placed["event_calendar"], published, strict=True)
        days = [str(stated_interval(*cells)) for cells in stated]
        found.append(placed.assign(days=days)[["doc_id", "at", "days"]].drop_duplicates())
    rules, coder = found[0].merge(found[1][["doc_id", "at"]].drop_duplicates()), found[1]
    return [rules, coder, rules.merge(coder)]


def dead(folder: Path) -> pd.DataFrame:
    """Return of civilians and combatants in how many `articles` a crowd has dead.

    `found` are those whose number rules read as one of dead, wherever it stands. Without rows where
    nobody measured, or where the coder is no crowd.
    """
    path = folder / "rules" / "claims.csv"
    if not path.is_file() or not coder_of(folder)[1]:
        return pd.DataFrame(columns=["of", "articles", "found"])
    numbers = _read(path).melt("doc_id", ["value_min", "value_max"])[["doc_id", "value"]]
    crowd = _read(folder / "claims.csv").query("kind == 'killed'")
    crowd = crowd[["doc_id", "target_id", "value_min"]].set_axis(["doc_id", "of", "value"], axis=1)
    told = crowd.merge(numbers.drop_duplicates(), how="left", indicator="found")
    told["found"] = told["found"] == "both"
    return told.groupby("of")["found"].agg(articles="size", found="sum").reset_index()


def caution(folder: Path, case: str) -> tuple[str, dict[str, float]]:
    """Return what a page must say first of a case whose codes are those of rules, with numbers."""
    documents, table = _read(folder / "documents.csv"), measured()
    languages = {*documents["language"][[case in c.split(";") for c in documents["cases"]]]}
    read, rest = (", ".join(sorted(s)) for s in (languages & KNOWN, languages - KNOWN))
    said = "Rules coded this case, and no person." + f" They read no text in {rest}." * bool(rest)
    if table.empty or "en" not in languages:
        return said + f" How far they err in {read} is hardly known." * bool(read), {}
    own = table[table["language"] == "en"].set_index("code")
    numbers = {f"rules_{n}": own.at["figures with a number", n] for n in ("recall", "precision")}
    asked = {of["number"]: code for code, of in ASKED["person"].items() if "number" in of}
    numbers |= {number: own.at[code, "f1"] for number, code in asked.items()}
    words = (
        " In hand-coded English articles they find {rules_recall} of the numbers, with a precision "
        "of {rules_precision}. Their F1 is {rules_losses} for killed, wounded and captured; it is "
        "{rules_suffer} where the side must be right too. For names it is {rules_names}, for verbs "
        "of taking {rules_verbs}. Of the days they read {rules_days} alike. "
        "Misses in half of these articles had been seen when lists were widened: others may fare "
        "worse. Beyond English and Arabic nothing was measured."
    )
    return said + words, {key: float(value) for key, value in numbers.items()}
