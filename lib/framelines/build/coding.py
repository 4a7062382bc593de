"""`make code`: the coder `rules` reads the texts of a case into its tables."""

from pathlib import Path
from typing import Any

import pandas as pd

from framelines import REPO, write_whole
from framelines.analyses.coding import DEAD, coder_of
from framelines.build.cluster import mapped
from framelines.corpus import coder
from framelines.corpus import names as lists
from framelines.corpus.documents import raw_folder, read_documents, spans_of, texts_of
from framelines.corpus.features import COUNTED
from framelines.tables.case import add_to_case, data_folders, read_case_file
from framelines.tables.schema import Tables, changed, check_tables, fields_of, key_of, written

CODED = ("claims", "naming_mentions", "captures")
LABEL = "rules for words and numbers, without a person"
SOURCE = "the package’s list; well known, to a tenth of a degree; approximate"


def coded(tables: Tables, folder: Path, names: lists.Names) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of `rules` for the counted sentences of the documents, by table."""
    spans = spans_of(tables["sentences"][tables["sentences"]["kind"].isin(COUNTED)])
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in coder.TABLES}
    documents = read_documents(tables["documents"], texts_of(folder))
    items = ((doc, text, spans[doc["doc_id"]]) for doc, text in documents)
    for found in mapped(lambda of: coder.code_document(of[0], of[1], of[2], names), items):
        for name, more in found.items():
            rows[name] += more
    return rows


def code(name: str, root: Path = REPO) -> int:
    """Code the texts of a case by rules; earlier rows of `rules` go, those of others stay.

    Names of actors and places that are met and that the tables lack are added to them, and where
    the case reads the codes of `rules` also the events that two sources tell. Raises `DataError`
    for an unknown case, tables that do not pass, and texts that are not here; then nothing is
    written.
    """
    said = read_case_file(name, root)
    folder, tables = root / said.data, check_tables(root / said.data)
    others = any((tables[table]["coder"] != coder.CODER).any() for table in CODED)
    first = "coder" not in said.model_fields_set and not others
    reads = first or said.coder == coder.CODER
    mine = tables["documents"]["cases"].str.split(";").map(lambda cases: name in cases)
    documents = tables["documents"][mine]
    made = coded(tables | {"documents": documents}, folder, lists.Names(tables))
    events = coder.match_events(made["claims"], documents, name) if reads else []
    of_claim = {claim["claim_id"]: claim["event_id"] for claim in made["claims"]}
    for capture in made["captures"]:
        capture["event_id"] = of_claim.get(capture.get("claim_id", ""), "")
    about = dict(coder=coder.CODER, kind="rules", label=LABEL, events="shared" if reads else "own")
    new = {table: pd.DataFrame(made[table]) for table in CODED}
    new |= {"events": pd.DataFrame(events), "coders": pd.DataFrame([about])}
    new |= _names_met(made, set(documents["language"]))
    if not reads:  # labels and spellings are also what others' mentions are counted by
        del new["namings"], new["place_names"]
    old = {table: written(folder, table) for table in new}
    # Earlier rows of rules for these texts go; those of other cases and coders stay.
    for table in (*CODED, "coders"):
        gone = old[table]["coder"] == coder.CODER
        if table != "coders":
            gone &= old[table]["doc_id"].isin(documents["doc_id"])
        old[table] = old[table][~gone]
    # So do events of an earlier run, but for those that codes of others or the reference name.
    named = pd.concat([old["claims"], old["captures"], written(folder, "reference")])["event_id"]
    gone = old["events"]["event_id"].str.startswith(f"{coder.CODER}-")
    gone &= (old["events"]["case"] == name) & ~old["events"]["event_id"].isin(named)
    old["events"] = old["events"][~gone]
    whole = {table: _added(old[table], frame, table) for table, frame in new.items()}
    with changed(folder, whole):
        pass
    if first:
        lines = "# Whose codes are read: those of make code.\ncoder: rules\n"
        widest = ", ".join(sorted(whole["places"].query("parent == ''")["place_id"]))
        if widest and not said.theatre:
            lines += f"theatre:\n  name: {name}\n  places: [{widest}]\n"
        add_to_case(name, root, lines)
    counts = ", ".join(f"{len(made[table])} {table.replace('_', ' ')}" for table in CODED)
    print(f"{name}: {counts}, {len(events)} events told by two sources or more")
    unread = documents.loc[~documents["language"].isin(lists.LANGUAGES), "language"].value_counts()
    for language, n in unread.items():
        print(f"{n} texts in {language} were not read: the rules know no word of it")
    if whole["places"].empty:
        print("no place of these texts is known: name theirs, as docs/your-corpus.md says")
    return 0


def _added(old: pd.DataFrame, new: pd.DataFrame, table: str) -> pd.DataFrame:
    """A table as it is written with the rows that it lacks."""
    both = pd.concat([old, new]).reindex(columns=list(fields_of(table)))
    cells = both.map(lambda c: f"{c:.10g}" if isinstance(c, float) and c == c else c).fillna("")
    located = {c: int for c in ("start", "end") if c in cells}
    return cells.drop_duplicates(key_of(table)).astype(located)


def _names_met(made: dict[str, list[dict[str, Any]]], languages: set[str]) -> Tables:
    """Rows of actors, namings, places and place_names for the names that were met."""
    rows = [row for table in CODED for row in made[table]]

    def ids(columns: str) -> set[str]:
        return {i for row in rows for c in columns.split() for i in row.get(c, "").split(";")}

    actors, places, names = lists.known_actors(), lists.known_places(), lists.known_place_names()
    labels, met = {row["label"] for row in made["naming_mentions"]}, ids("place_id")
    while more := set(places.loc[places["place_id"].isin(met), "parent"]) - met - {""}:
        met |= more
    return {
        "actors": actors[actors["actor_id"].isin(ids("actor_id target_id taker_id loser_id"))],
        "namings": lists.known_namings()[lists.known_namings()["label"].isin(labels)],
        "places": places[places["place_id"].isin(met)].assign(coordinate_source=SOURCE),
        "place_names": names[names["place_id"].isin(met) & names["language"].isin(languages)],
    }


def measure() -> list[Path]:
    """Write the rows of rules for the articles of every `rules/` folder whose texts are here.

    Tables and columns are those that stand there: no text goes into them. Only the starting lists
    of names are used. Beside a crowd only the dead are written, since it coded no other figures.
    """
    names, paths = lists.Names(), list[Path]()
    for folder in (f for f in data_folders() if (f / "rules").is_dir() and raw_folder(f)):
        made = coded(check_tables(folder), folder, names)
        for path in sorted((folder / "rules").glob("*.csv")):
            frame = pd.DataFrame(made[path.stem])[[*pd.read_csv(path, nrows=0)]]
            frame = frame.query(DEAD) if coder_of(folder)[1] else frame
            paths.append(write_whole(path, frame.to_csv(index=False, lineterminator="\n")))
    return paths
