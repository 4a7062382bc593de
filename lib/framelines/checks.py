"""What no single column can tell: ids that exist, spans that fit, claims that agree."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from framelines.corpus import check_documents, check_raw_files, document_text, raw_folder
from framelines.dates import DateInterval, check_in_calendar, edtf, gregorian, hijri
from framelines.problems import DataError, Problem, Problems
from framelines.schema import TABLES
from framelines.tables import display_path, read_table
from framelines.text import short_hash

Tables = dict[str, pd.DataFrame]
# Hijri days are read as Umm al-Qura; a calendar some days off is no mistake of the coder.
CALENDAR_SLACK = 3
# These coders use the events of events.csv. Any other names events as it likes: agreement compares
# which claims are put together, not what the event is called.
EVENT_CODERS = ("first", "adjudicated")


def _file(folder: Path, name: str) -> str:
    return display_path(folder / TABLES[name].file)


def read_all(folder: Path) -> Tables:
    """Return every table of the corpus in `folder`.

    Raises `DataError` with the problems of all tables together.
    """
    tables: Tables = {}
    problems = Problems()
    for name, table in TABLES.items():
        # The lexicons are common to all corpora and live beside the real one.
        if name == "lexicons" and not (folder / table.file).exists():
            continue
        try:
            tables[name] = read_table(folder, name)
        except DataError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    return tables


def reference_problems(tables: Tables, folder: Path) -> list[Problem]:
    """Return every id that no table defines."""
    problems = Problems()
    for name, frame in tables.items():
        key = list(TABLES[name].key)
        for column in TABLES[name].columns:
            target = column.references
            if not target or (tables[target].empty and frame.empty):
                continue
            known = set(tables[target][TABLES[target].key[0]])
            bound = frame[column.name] != ""
            if target == "events" and "coder" in frame:
                bound &= frame["coder"].isin(EVENT_CODERS)
            values = frame.loc[bound, column.name]
            for index, value in values.items():
                unknown = [v for v in str(value).split(";") if v not in known]
                if unknown:
                    problems.add(
                        _file(folder, name),
                        f"{target}.csv defines no such id",
                        row=", ".join(str(frame.at[index, k]) for k in key),
                        column=column.name,
                        value=";".join(unknown),
                        fix=f"Mend the id, or add it to {target}.csv",
                    )
    return problems.found


def _pairs_of_a_file(documents: pd.DataFrame) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for _, group in documents.groupby("raw_file", sort=True):
        rows = group.sort_values(["start", "end", "doc_id"], kind="stable").to_dict("records")
        for i, first in enumerate(rows):
            for second in rows[i + 1 :]:
                if second["start"] < first["end"]:
                    yield first, second


def document_problems(tables: Tables, folder: Path) -> list[Problem]:
    """Return spans that end before they begin, and articles that overlap uncontained."""
    documents, file = tables["documents"], _file(folder, "documents")
    problems = Problems()
    for row in documents[documents["start"] >= documents["end"]].itertuples():
        problems.add(file, "the span ends before it begins", row=str(row.doc_id), column="end")
    for first, second in _pairs_of_a_file(documents):
        inside = second["end"] <= first["end"] and second["contained_in"] == first["doc_id"]
        same = first["start"] == second["start"] and first["contained_in"] == second["doc_id"]
        if not inside and not (same and first["end"] <= second["end"]):
            problems.add(
                file,
                f"its span overlaps that of {first['doc_id']}",
                row=second["doc_id"],
                column="start",
                value=f"[{second['start']}, {second['end']})",
                fix="If one article contains the other whole, name it in contained_in",
            )
    return problems.found


def span_problems(tables: Tables, folder: Path, texts: Path | None) -> list[Problem]:
    """Return coded spans outside their document and, where the texts are here, altered ones."""
    problems = Problems()
    documents = tables["documents"].set_index("doc_id")
    lengths = (documents["end"] - documents["start"]).to_dict()
    cache: dict[str, str] = {}
    for name, table in TABLES.items():
        if name not in tables or not {"start", "end", "hash"} <= set(table.names):
            continue
        for row in tables[name].to_dict("records"):
            doc_id, start, end = row["doc_id"], row["start"], row["end"]
            key = ", ".join(str(row[k]) for k in table.key)
            where = {"row": key, "value": f"[{start}, {end})"}
            if not 0 <= start < end <= lengths.get(doc_id, end):
                what = (
                    f"the span lies outside its document, which has {lengths[doc_id]} code points"
                )
                problems.add(_file(folder, name), what, **where)
            elif texts is not None:
                if doc_id not in cache:
                    cache[doc_id] = document_text(tables["documents"], doc_id, texts)
                if short_hash(cache[doc_id][start:end]) != row["hash"]:
                    fix = 'python -m framelines locate DOC "words" prints span and hash'
                    what = "the hash does not match the text at this span"
                    problems.add(_file(folder, name), what, column="hash", fix=fix, **where)
    return problems.found


def _claim_row_problems(row: dict[str, Any], published: DateInterval, file: str) -> Problems:
    problems = Problems()
    key = f"{row['coder']}, {row['claim_id']}"
    if row["value_min"] > row["value_max"]:
        value = f"{row['value_min']:g} > {row['value_max']:g}"
        problems.add(file, "value_min is above value_max", row=key, column="value_min", value=value)
    for role in ("event", "report", "as_of"):
        stated, name = row[f"{role}_date"], row[f"{role}_calendar"]
        reason = check_in_calendar(stated, name) if stated else None
        if reason:
            problems.add(file, f"{reason} ({name})", row=key, column=f"{role}_date", value=stated)
        if stated and name == "none":
            what = "a date is stated, but no calendar"
            problems.add(file, what, row=key, column=f"{role}_calendar", value=name)
    stated, name = row["event_date"], row["event_calendar"]
    if stated and name in ("gregorian", "hijri") and not check_in_calendar(stated, name):
        first = (hijri if name == "hijri" else gregorian)(stated).first
        slack = CALENDAR_SLACK if name == "hijri" else 0
        late = first and published.last and (first - published.last).days > slack
        if late and row["modality"] == "realised":
            problems.add(
                file,
                "the event is dated after its own document",
                row=key,
                column="event_date",
                value=stated,
                allowed=f"up to {published.last}",
            )
    return problems


def _chain_problems(claims: pd.DataFrame, source_of: dict[str, str], file: str) -> list[Problem]:
    """`part_of`, `repeats`, `denies` lead to a claim of the same coder, never in a circle."""
    problems = Problems()
    for coder, own in claims.groupby("coder", sort=True):
        rows = own.set_index("claim_id").to_dict("index")
        for claim_id, row in rows.items():
            key = f"{coder}, {claim_id}"
            for column in ("part_of", "repeats", "denies"):
                other = row[column]
                if other and other not in rows:
                    what = "no claim of this coder has this id"
                    problems.add(file, what, row=key, column=column, value=other)
                elif other and column == "part_of":
                    here = source_of[row["doc_id"]]
                    if source_of[rows[other]["doc_id"]] != here:
                        what = "part_of points to a claim of another source"
                        problems.add(file, what, row=key, column=column, value=other)
            step, seen = row["part_of"], {claim_id}
            while step in rows and step not in seen:
                seen.add(step)
                step = rows[step]["part_of"]
            if step == claim_id:
                what = "part_of leads back to the claim itself"
                problems.add(file, what, row=key, column="part_of", value=row["part_of"])
    return problems.found


def claim_problems(tables: Tables, folder: Path) -> list[Problem]:
    """Return claims whose values, dates or links cannot be right."""
    claims, file = tables["claims"], _file(folder, "claims")
    documents = tables["documents"].set_index("doc_id")
    problems = Problems()
    known = claims[claims["doc_id"].isin(documents.index)]
    for row in known.to_dict("records"):
        published = edtf(str(documents.at[row["doc_id"], "published"]))
        problems.extend(_claim_row_problems(row, published, file).found)
    problems.extend(_chain_problems(known, documents["source_id"].to_dict(), file))
    return problems.found


def naming_problems(tables: Tables, folder: Path) -> list[Problem]:
    """Return labels that two actors claim where no document tells them apart."""
    namings, file = tables["namings"], _file(folder, "namings")
    problems = Problems()
    for (label, doc_id), group in namings.groupby(["label", "doc_id"], sort=True):
        actors = sorted(set(group["actor_id"]))
        if len(actors) > 1:
            problems.add(
                file,
                "more than one actor claims this label" + (f" in {doc_id}" if doc_id else ""),
                row=str(label),
                column="actor_id",
                value=", ".join(actors),
                fix="Give each row the document in which the label means this actor",
            )
    return problems.found


def frame_problems(tables: Tables, folder: Path) -> list[Problem]:
    """Return frame codes for sentences that the splitter does not produce, with the nearest one."""
    codes, file = tables["frame_codes"], _file(folder, "frame_codes")
    spans = {
        doc: list(zip(g["start"], g["end"], strict=True))
        for doc, g in tables["sentences"].groupby("doc_id", sort=True)
    }
    problems = Problems()
    for row in codes.itertuples():
        known = spans.get(row.doc_id, [])
        if known and (row.start, row.end) not in known:
            start = int(str(row.start))
            near = min(known, key=lambda span: abs(span[0] - start))
            problems.add(
                file,
                "the splitter produces no such sentence",
                row=f"{row.coder}, {row.doc_id}, {row.start}, {row.frame_id}",
                value=f"[{row.start}, {row.end})",
                allowed=f"the nearest is [{near[0]}, {near[1]})",
            )
    return problems.found


def check_tables(folder: Path, with_texts: bool = False) -> Tables:
    """Return every table of `folder` after all checks; the texts are read only on demand.

    Raises `DataError` with the problems of all tables together. With `with_texts` a corpus whose
    texts are not here is a problem too.
    """
    tables = read_all(folder)
    texts = raw_folder(folder) if with_texts else None
    problems = Problems()
    if with_texts and texts is None:
        fix = "Put them into data/raw/, or name their folder: make check-corpus CORPUS=folder"
        problems.add(display_path(folder / "raw"), "the texts are not here", fix=fix)
    if texts is not None:
        problems.extend(check_raw_files(folder, texts))
        problems.raise_if_any()
        problems.extend(check_documents(tables["documents"], texts, _file(folder, "documents")))
    problems.extend(reference_problems(tables, folder))
    problems.extend(document_problems(tables, folder))
    problems.raise_if_any()
    problems.extend(span_problems(tables, folder, texts))
    problems.extend(claim_problems(tables, folder))
    problems.extend(naming_problems(tables, folder))
    problems.extend(frame_problems(tables, folder))
    problems.raise_if_any()
    return tables
