"""`make code`: the coder `rules` reads the texts of a case into its tables."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from framelines import REPO, write_whole
from framelines.corpus import coder
from framelines.corpus.documents import read_documents, texts_of
from framelines.corpus.features import COUNTED
from framelines.corpus.names import (
    Names,
    known_actors,
    known_namings,
    known_place_names,
    known_places,
)
from framelines.corpus.texts import sentences, short_hash
from framelines.methods.dates import gregorian
from framelines.tables.case import CaseFile, read_case_file
from framelines.tables.schema import Tables, check_tables, fields_of, resources, write_table

CODED = ("claims", "naming_mentions", "captures")
LABEL = "rules for words and numbers, without a person"
SOURCE = "the package’s list; well known, to a tenth of a degree; approximate"


def coded(documents: pd.DataFrame, sentences: pd.DataFrame, texts: Path, names: Names) -> Tables:
    """Return the rows of `rules` for the counted sentences of documents, by table of `CODED`."""
    counted = sentences[sentences["kind"].isin(COUNTED)]
    spans = {doc_id: own for doc_id, own in counted.groupby("doc_id", sort=False)}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in CODED}
    for doc, text in read_documents(documents, texts):
        own = spans.get(doc["doc_id"], counted.iloc[:0])[["start", "end"]]
        whole = [(int(start), int(end)) for start, end in own.to_numpy()]
        for name, more in coder.code_document(doc, text, whole, names).items():
            rows[name] += more
    return {name: pd.DataFrame(found) for name, found in rows.items()}


def code(name: str, root: Path = REPO) -> int:
    """Code the texts of a case by rules; earlier rows of `rules` go, those of others stay.

    Names of actors and places that are met and that the tables lack are added to them, and where
    the case reads the codes of `rules` also the events that two sources tell. Raises `DataError`
    for an unknown case, tables that do not pass, and texts that are not here; then nothing is
    written.
    """
    said = read_case_file(name, root)
    folder = root / said.data
    tables = check_tables(folder)
    documents = tables["documents"]
    documents = documents[[name in cases.split(";") for cases in documents["cases"]]]
    names = Names.of(tables["namings"], tables["place_names"], tables["actors"])
    made = coded(documents, tables["sentences"], texts_of(folder), names)
    file = root / "notebooks" / "cases" / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    others = any((tables[table]["coder"] != coder.CODER).any() for table in CODED)
    first = "coder" not in yaml.load(text, Loader=yaml.BaseLoader) and not others
    reads = first or said.coder == coder.CODER
    claims = made["claims"].to_dict("records")
    new = {"events": coder.match_events(claims, documents, name) if reads else []}
    made["claims"] = pd.DataFrame(claims)
    _tie_captures(made)
    new |= _names_met(made, tables)
    if not reads:  # labels and spellings are also what others' mentions are counted by
        del new["namings"], new["place_names"]
    about = {"kind": "rules", "label": LABEL, "events": "shared" if reads else "own"}
    new["coders"] = [{"coder": coder.CODER, **about}]
    # Rows of rules for other cases of these tables stay, as do those of all other coders.
    mine = set(documents["doc_id"])
    old = {
        t: f[(f["coder"] != coder.CODER) | ~f["doc_id"].isin(mine)]
        for t, f in ((t, tables[t]) for t in CODED)
    }
    own = tables["events"]["event_id"].str.startswith(f"{coder.CODER}-")
    old["events"] = tables["events"][~(own & (tables["events"]["case"] == name))]
    old["coders"] = tables["coders"][tables["coders"]["coder"] != coder.CODER]
    rows = made | {table: pd.DataFrame(found) for table, found in new.items()}
    changed = {t: _added(old.get(t, tables[t]), frame, t) for t, frame in rows.items()}
    _write(folder, changed)
    if first:
        write_whole(file, f"{text.rstrip()}\n{_settings(name, said, changed['places'])}")
    counts = ", ".join(f"{len(made[table])} {table.replace('_', ' ')}" for table in CODED)
    print(f"{name}: {counts}, {len(new['events'])} events told by two sources or more")
    return 0


def _settings(name: str, said: CaseFile, places: pd.DataFrame) -> str:
    """What a case file lacks: whose codes are read, and where the case is fought."""
    lines = "# Whose codes are read: those of make code.\ncoder: rules\n"
    widest = sorted(places.loc[places["parent"] == "", "place_id"])
    if said.theatre or not widest:
        return lines
    return f"{lines}theatre:\n  name: {name}\n  places: [{', '.join(widest)}]\n"


def _added(old: pd.DataFrame, new: pd.DataFrame, table: str) -> pd.DataFrame:
    """A table with the rows that it lacks: whole numbers without a point, empty cells for none."""
    both = pd.concat([old.astype(object), new.astype(object)], ignore_index=True)
    both = both.reindex(columns=list(fields_of(table)))
    cells = both.map(lambda c: f"{c:.10g}" if isinstance(c, float) and c == c else c).fillna("")
    return cells.drop_duplicates(resources()[table]["schema"]["primaryKey"], keep="first")


def _tie_captures(made: Tables) -> None:
    """Captures are of the event of the claim that tells the same taking."""
    claims, captures = made["claims"], made["captures"]
    rows = claims.to_dict("records") if len(claims) else []
    taken = [row for row in rows if row["note"] == "taking"]

    def event(row: dict[str, Any]) -> str:
        own = (c for c in taken if c["doc_id"] == row["doc_id"])
        return next((c["event_id"] for c in own if c["start"] <= row["start"] < c["end"]), "")

    captures["event_id"] = [event(row) for row in captures.to_dict("records")]
    for frame in (claims, captures):
        frame["note"] = ""


def _ids(made: Tables, columns: str) -> set[str]:
    """All ids in the columns of the coded tables that have them."""
    cells = (made[t][c] for t in CODED for c in columns.split() if c in made[t])
    return {one for column in cells for cell in column for one in cell.split(";")} - {""}


def _names_met(made: Tables, tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Rows of actors, namings, places and place_names for the names that were met."""
    ids = _ids(made, "actor_id target_id taker_id loser_id")
    known, actors = known_actors(), []
    for actor_id in sorted(ids):
        row = known.get(actor_id, {"name": actor_id, "side": "unassigned", "kind": "unknown"})
        about = {key: row[key] for key in ("name", "side", "kind")}
        actors.append({"actor_id": actor_id, **about, "note": ""})
    mentions = made["naming_mentions"]
    labels = set(mentions["label"]) if len(mentions) else set()
    listed = known_namings()
    namings = listed[listed["label"].isin(labels)].to_dict("records")
    met = _ids(made, "place_id")
    places = known_places().set_index("place_id", drop=False)
    while more := {places.at[p, "parent"] for p in met if p in places.index} - met - {""}:
        met |= more
    kept = places[places["place_id"].isin(met)]
    columns = ["place_id", "name", "kind", "parent", "lat", "lon"]
    rows = kept[columns].assign(coordinate_source=SOURCE).to_dict("records")
    for row in rows:  # as a table of numbers writes them
        row |= {axis: f"{float(row[axis]):.10g}" for axis in ("lat", "lon")}
    names = known_place_names()
    languages = set(tables["documents"]["language"])
    names = names[names["place_id"].isin(met) & names["language"].isin(languages)]
    return {
        "actors": actors,
        "namings": namings,
        "places": rows,
        "place_names": names.to_dict("records"),
    }


def _write(folder: Path, changed: Tables) -> None:
    """Write tables all or none: they are checked in a copy first."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "data" / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("raw", "*.md"))
        for table, frame in changed.items():
            write_table(frame, copy, table)
        check_tables(copy)
    for table, frame in changed.items():
        write_table(frame, folder, table)


def measure(fakes: str, root: Path = REPO) -> list[Path]:
    """Write the rows of rules for the bundled articles, and whether FA-KES's dead are found.

    `fakes` is `fakes.csv` of FA-KES, or empty: its table then stays as it is. Only the starting
    lists of names are used. No text goes into the tables.
    """
    folder = root / "data"
    tables, nobody = check_tables(folder), pd.DataFrame(columns=["actor_id", "kind"])
    names = Names.of(pd.DataFrame(), pd.DataFrame(), nobody)
    made = coded(tables["documents"], tables["sentences"], texts_of(folder), names)
    kept = {
        "claims": "kind target_id value_min value_max qualifier attribution certainty",
        "naming_mentions": "actor_id stance",
        "captures": "lemma stance modality",
        "dates": "event_date event_calendar",
    }
    counted = tables["sentences"][tables["sentences"]["kind"].isin(COUNTED)]
    dates = []
    for doc, text in read_documents(tables["documents"], texts_of(folder)):
        for start, end in counted.loc[
            counted["doc_id"] == doc["doc_id"], ["start", "end"]
        ].to_numpy():
            by = gregorian(doc["published"])
            for date in coder.dates_of(text[start:end], doc["language"], by):
                at = (start + date.start, start + date.end)
                digest = short_hash(text[at[0] : at[1]])
                dates.append((doc["doc_id"], *at, digest, date.stated, date.calendar))
    columns = ["doc_id", "start", "end", "hash", *kept["dates"].split()]
    made["dates"] = pd.DataFrame(dates, columns=columns)
    tables = {n: made[n][["doc_id", "start", "end", "hash", *c.split()]] for n, c in kept.items()}
    if fakes:
        tables["fa-kes"] = _dead(Path(fakes), names)
    return [
        write_whole(folder / "rules" / f"{n}.csv", f.to_csv(index=False, lineterminator="\n"))
        for n, f in tables.items()
    ]


def _dead(fakes: Path, names: Names) -> pd.DataFrame:
    """For every article of FA-KES whether the coded numbers of dead are among those found."""
    rows = []
    articles = pd.read_csv(fakes, encoding="latin-1").drop_duplicates("article_content")
    for row in articles.to_dict("records"):
        text = f"{row['article_title']}.\n{row['article_content']}"
        doc = {"doc_id": str(row["unit_id"]), "language": "en", "published": "2018"}
        claims = coder.code_document(doc, text, sentences(text), names)["claims"]
        of_dead = [c for c in claims if c["kind"] in ("killed", "killed_or_wounded")]
        ends = {float(c[end]) for c in of_dead for end in ("value_min", "value_max") if c[end]}
        sums = ends | {a + b for a in ends for b in ends if a != b}
        coded_as = {"civilians": (row["nb_civilians"], ends)}
        coded_as["combatants"] = (row["nb_noncivilians"], ends)
        people = ("children", "civilians", "noncivilians", "women")
        coded_as["all dead"] = (sum(row[f"nb_{of}"] for of in people), sums)
        rows += [(row["unit_id"], of, int(n in s)) for of, (n, s) in coded_as.items() if n > 0]
    return pd.DataFrame(rows, columns=["unit_id", "of", "found"]).sort_values(["unit_id", "of"])
