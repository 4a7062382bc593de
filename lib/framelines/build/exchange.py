"""Out to the programs that people code in, and back into located rows; what monitors count."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from framelines import REPO, write_all
from framelines.build.marks import KINDS, LAYERS, ONLY, WRITERS, Marked, Row, fold, place, read
from framelines.corpus.documents import read_documents, texts_of
from framelines.corpus.texts import short_hash, words
from framelines.errors import DataError, Problem, Problems
from framelines.methods.dates import date_problem, days_text, gregorian
from framelines.tables.case import CODED, CaseFile, add_to_case, read_case_file
from framelines.tables.schema import COLUMNS, ID, changed, check_tables, fields_of, key_of, written

# What is known of a code beside its row of a table.
BESIDE = ("row", "where", "words", "kind")
NOBODY, NEUTRAL = "none", COLUMNS["neutral"]


def _of_case(name: str, root: Path) -> tuple[CaseFile, Path, dict[str, str]]:
    """The file of a case, its folder, and its texts by document, checked."""
    said = read_case_file(name, root)
    documents = check_tables(root / said.data, with_texts=True)["documents"]
    mine = documents[[name in names.split(";") for names in documents["cases"]]]
    pairs = read_documents(mine, texts_of(root / said.data))
    return said, root / said.data, {row["doc_id"]: text for row, text in pairs}


def export(name: str, to: str, coder: str, root: Path = REPO) -> int:
    """Write the texts of a case with a coder's codes as suggestions, for `to` of `WRITERS`.

    `coder` is the case's if none is named; `none` leaves the texts bare. Into build/export/, which
    git ignores, for they hold texts. Raises `DataError` for an unknown program or coder.
    """
    said, folder, texts = _of_case(name, root)
    tables = [written(folder, table).assign(table=table) for table in LAYERS]
    codes = pd.concat(tables).fillna("").astype({"start": int, "end": int})
    coders = {NOBODY, *codes["coder"]}
    for what, value, known in (("TO", to, {*WRITERS}), ("CODER", coder or NOBODY, coders)):
        if value not in known:
            listed = ", ".join(sorted(known))
            raise DataError([Problem(what, "there is none such", value=value, allowed=listed)])
    codes = codes[codes["coder"].eq(coder or said.coder) & codes["doc_id"].isin(texts)]
    codes = codes.assign(kind=codes["table"].map(ONLY).fillna(codes["kind"]))
    out = root / "build" / "export" / name / to
    write_all({out / file: content for file, content in WRITERS[to](texts, codes).items()})
    print(f"{out.relative_to(root)}: {len(texts)} texts, {len(codes)} codes as suggestions")
    return 0


def _row(code: Row, text: str, theirs: str, actors: dict[str, Row]) -> Row:
    """A code with the row of its table, in which stands what goes without saying.

    Raises `ValueError`, in words, where it has no place in its text.
    """
    if code["kind"] not in KINDS:
        raise ValueError("there is no such label")
    table, (start, end) = KINDS[code["kind"]], place(text, code, theirs)
    own = {"start": f"{start}", "end": f"{end}", "hash": short_hash(text[start:end])}
    term = " ".join(words(text[start:end]))
    made = {"label": term, "lemma": term}
    made |= actors.get(term, {}) if table == "naming_mentions" else {}
    made |= {c: "none" for c, other in COLUMNS["none_without"].items() if not code.get(other)}
    said = made | {name: value for name, value in code.items() if value} | own
    row = {column: said.get(column, NEUTRAL.get(column, "")) for column in fields_of(table)}
    if row.get("claim_id") == "":
        digest = short_hash(" ".join(row.values()))[:4]
        row["claim_id"] = f"{code['doc_id']}-{start}-{end}-{digest}"
    filled = ", ".join(f"{c} {row[c]}" for c in row if c in NEUTRAL and c not in said)
    odd = ", ".join(name for name in code if code[name] and name not in (*row, *BESIDE))
    moved = table * any(code.get(end) not in (None, "", own[end]) for end in ("start", "end"))
    return code | row | {"table": table, "filled": filled, "odd": odd, "moved": moved}


def _rows(
    found: list[Marked], texts: dict[str, str], coder: str, folder: Path, left: list[Problem]
) -> pd.DataFrame:
    """The codes with their rows, by table and key; what is none goes into `left`."""
    # A label that one actor alone bears names it, and a text that one document alone has is its.
    names = written(folder, "namings").query("doc_id == ''").drop_duplicates(["label", "actor_id"])
    names = names.drop_duplicates("label", keep=False).set_index("label")
    actors = names[["actor_id", "stance"]].to_dict("index")
    folded, rows = Counter(fold(text)[0] for text in texts.values()), dict[str, Row]()
    ids = {f: i for i, text in texts.items() if folded[f := fold(text)[0]] == 1}
    ids |= {i: i for i in texts}
    for one in found:
        named = (ids[name] for name in (*one.names, fold(one.text)[0]) if name in ids)
        one.doc_id = next(named, "")
    coded = Counter(one.doc_id for one in found if one.codes and one.text)
    for one in found:
        if not one.doc_id or (one.codes and coded[one.doc_id] > 1):
            what = "its text is none of this case, or that of two documents: tell its doc_id"
            if one.doc_id:
                what = f"{coded[one.doc_id]} files or tasks have codes of this text: take in one's"
            line = one.codes[0]["row"] if one.codes else None
            met = one.doc_id or one.names[0] or " ".join(one.text.split()[:4])
            left.append(Problem(one.where, what, line, value=met))
            continue
        for code in one.codes:
            code |= {"where": one.where, "doc_id": one.doc_id, "coder": coder}
            try:
                row = _row(code, texts[one.doc_id], one.text, actors)
                key = f"{row['table']} ({', '.join(row[c] for c in key_of(row['table']))})"
                if key in rows:
                    raise ValueError("another code says the same of these words, or begins here")
                rows[key] = row
            except ValueError as error:
                where, quoted = f"{code.get('start')}, {code.get('end')}", code.get("words", "")
                value = f"{code['kind']} [{where}): {' '.join(quoted.split()[:4])}"
                known = None if code["kind"] in KINDS else ", ".join(KINDS)
                left.append(Problem(one.where, str(error), code["row"], value=value, allowed=known))
    return pd.DataFrame([*rows.values()], [*rows]).fillna("")


def _write(
    folder: Path, coders: pd.DataFrame, rows: pd.DataFrame, whole: set[str], left: list[Problem]
) -> pd.DataFrame:
    """Return the rows that pass the checks, and are written; the others go into `left`.

    They take the place of their coder's in the same texts; in those in `whole`, of all kinds.
    """
    while len(rows):
        new = {"coders": coders}
        for table in LAYERS:
            old, own = written(folder, table), rows[rows["table"] == table]
            # Where nothing of a text could be taken and something was lost, the old codes stay.
            docs = {*own["doc_id"]} | (whole & {*rows["doc_id"]} if left else whole)
            gone = old["coder"].isin(rows["coder"]) & old["doc_id"].isin(docs)
            new[table] = pd.concat([old[~gone], own]).astype({"start": int, "end": int})
        try:
            with changed(folder, new):
                return rows
        except DataError as error:
            keys = [f"{Path(p.where).stem} {str(p.row).partition(' ')[2]}" for p in error.problems]
            bad = [(k, p) for k, p in zip(keys, error.problems, strict=True) if k in rows.index]
            if not bad:
                raise
            left += [replace(p, **rows.loc[key, ["where", "row"]]) for key, p in bad]
            rows = rows.drop(index=[key for key, _ in bad])
    raise DataError(left or [Problem("FROM", "there is no code in it")])


def _with_coder(folder: Path, coder: str, coded: set[str]) -> pd.DataFrame:
    """The table of coders with this one in it, who must be a person, and all who coded before."""
    coders = written(folder, "coders")
    others = {NOBODY, *coders.loc[coders["kind"] != "person", "coder"]}
    if coder in others or not re.fullmatch(ID, coder):
        known = f"a-z, 0-9 and single hyphens, such as anna; not {', '.join(sorted(others))}"
        raise DataError([Problem("CODER", "no name of a person", value=coder, allowed=known)])
    names = pd.Series(sorted({coder, *coded} - {*coders["coder"]}), dtype=str)
    new = pd.DataFrame({"coder": names, "label": "the coder " + names})
    return pd.concat([coders, new.assign(kind="person", events="shared")])


def take_in(place: Path, name: str, coder: str, root: Path = REPO) -> int:
    """Take the codes of a file or folder into the tables of a case, as those of `coder`.

    In the texts of the file they take the place of the coder's codes of the same kinds. Prints what
    was taken, moved and filled in, and a line for each code that could not be taken. Raises
    `DataError`, with nothing written, where none could.
    """
    said, folder, texts = _of_case(name, root)
    coded = {who for table in CODED for who in written(folder, table)["coder"]}
    coders, main, found = _with_coder(folder, coder, coded), said.coder, [*read(place)]
    left = [one for one in found if isinstance(one, Problem)]
    marked = [one for one in found if isinstance(one, Marked)]
    rows = _rows(marked, texts, coder, folder, left)
    rows = _write(folder, coders, rows, {one.doc_id for one in marked if one.text}, left)
    if main not in coded and "coder" not in said.model_fields_set:
        add_to_case(name, root, f"# Whose codes the analyses read.\ncoder: {coder}\n")
        main = coder
    said_of = {f"taken as codes of {coder}": "table", "moved to the words they quote": "moved"}
    said_of |= {"filled in": "filled", "left out, for no table has it": "odd"}
    for what, column in said_of.items():
        count = rows[column].str.split(", ").explode().value_counts().sort_index()
        told = ", ".join(f"{one} ({n})" for one, n in count.items() if one)
        print(f"{what}: {told}\n" * bool(told), end="")
    if main != coder:
        print(f"the analyses read the codes of {main}: `coder` in notebooks/cases/{name}.yaml")
    print("".join(f"not taken: {problem}\n" for problem in left), end="")
    return 0


def _monitored(place: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table of a monitor, without columns that nobody asks for, and what they mean."""
    columns = {name: {*of["columns"].split()} for name, of in COLUMNS["monitors"].items()}
    how: Any = {"usecols": set().union(*columns.values()).__contains__, "index_col": False}
    try:
        with place.open(encoding="utf-8-sig") as file:
            how["sep"] = max(",;\t", key=file.readline().count)
        whole = pd.read_csv(place, dtype=str, keep_default_na=False, **how)
    except (OSError, ValueError):
        raise DataError([Problem(place.name, "no table in UTF-8")]) from None
    name = min(columns, key=lambda name: len(columns[name] - {*whole}))
    if lacking := columns[name] - {*whole}:
        what = f"neither {' nor '.join(columns)}: columns are missing"
        raise DataError([Problem(place.name, what, value=", ".join(sorted(lacking)))])
    # HDX puts a line of tags under the header.
    whole, of = whole[~whole["country"].str.startswith("#")], COLUMNS["monitors"][name]
    for column in of["days"]:  # as 4 April 2017, or with an hour
        spelt = pd.to_datetime(whole[column].str.strip(), format="%d %B %Y", errors="coerce")
        whole[column] = spelt.dt.strftime("%Y-%m-%d").fillna(whole[column].str[:10])
    return whole, of


def _event(event: Row, of: dict[str, Any], places: dict[str, str]) -> Row:
    """A row of the reference; a lone imprecise day is all days about it. Raises `ValueError`."""
    counts = (*of["deaths"], *of["low"], *of["medium"])
    forms = dict.fromkeys(counts, r"\d+(\.0)?") | dict.fromkeys(of["days"], r"\d{4}-\d\d-\d\d")
    forms |= dict.fromkeys(("latitude", "longitude"), r"-?\d+(\.\d+)?")
    if odd := [f"{n} is {event[n]!r}" for n in forms if not re.fullmatch(forms[n], event[n])]:
        raise ValueError(f"{', '.join(odd)}: no whole number, day or degrees")
    numbers = {name: int(float(event[name])) for name in counts}
    low, high = (numbers[name] for name in of["deaths"])
    if low > high:
        raise ValueError(f"the least of dead, {low}, is above the most, {high}")
    over = {h: any(numbers[c] > n for c, n in of[h].items()) for h in "low medium unsure".split()}
    quality = "low" if over["low"] or high > 2 * low + 2 else "medium" if over["medium"] else "high"
    first, last = (f"{date.fromisoformat(event[column])}" for column in of["days"])
    span = of["around"].get(event[of["time"]]) if first == last else ""
    lone = first[: {"month": 7, "year": 4}.get(span, 10)]
    since, until = gregorian(lone if first == last else f"{first}/{last}")
    week = 3 * (span == "week")
    said = of["row"] | of["but"].get(event[of["by"]], {})
    row = {column: form.format_map(event).strip(" ,") for column, form in said.items()}
    named = re.sub(" (town|city|village)$", "", row["place_id"]).casefold()
    row |= {"place_id": "" if over["unsure"] else places.get(named, ""), "quality": quality}
    row |= {"ref_id": row["ref_id"].lower(), "value_min": f"{low}", "value_max": f"{high}"}
    return row | {"date_from": days_text(since - week), "date_to": days_text(until + week)}


def reference(place: Path, name: str, days: str, country: str, box: str, root: Path = REPO) -> int:
    """Add the events of a UCDP GED or ACLED export to reference.csv of a case.

    Filtered by `days` in EDTF, with any of which a row must overlap, by country, and by a box in
    degrees. Rows that are there already stay. Prints what was added and which rows cannot be read.
    Raises `DataError`, with nothing written, for another file and where nothing can be added.
    """
    problems, ends = Problems(), re.findall(r"-?\d+(?:\.\d+)?", box or "-180,-90,180,90")
    if reason := date_problem(days, "gregorian"):
        known = "days in EDTF, such as 2017-04-01/2017-04-30"
        problems.add("DAYS", reason, value=days, allowed=known)
    west, south, east, north = map(float, ends) if len(ends) == 4 else (1, 1, 0, 0)
    if west > east or south > north:
        known = "west,south,east,north in degrees, such as 35.5,32,42.4,37.4"
        problems.add("BOX", "no box", value=box, allowed=known)
    problems.raise_if_any()
    folder, span = root / read_case_file(name, root).data, gregorian(days)
    old, (whole, of) = written(folder, "reference"), _monitored(place)
    names = written(folder, "place_names").rename(columns={"variant": "name"})
    names = pd.concat([written(folder, "places"), names])[["name", "place_id"]]
    names = names.assign(name=names["name"].str.casefold()).drop_duplicates()
    # A name that two places bear is none.
    places = dict(names.drop_duplicates("name", keep=False).to_numpy())
    # Yemen is "Yemen (North Yemen)" in UCDP.
    land = re.escape(country.strip().casefold()) + r"($| \()" if country else ""
    rows = dict[str, Row]()
    for line, event in whole[whole["country"].str.casefold().str.match(land)].iterrows():
        try:
            row = _event({str(c): " ".join(v.split()) for c, v in event.items()}, of, places)
            inside = west <= float(event["longitude"]) <= east
            inside &= south <= float(event["latitude"]) <= north
        except ValueError as error:
            problems.add(place.name, f"it cannot be read: {error}", row=int(str(line)) + 2)
            continue
        since, until = gregorian(f"{row['date_from']}/{row['date_to']}")
        if inside and since <= span[1] and until >= span[0]:
            rows.setdefault(row["ref_id"], row | {"case": name})
    if not rows:
        filters = f"DAYS {days or 'all'}, COUNTRY {country or 'all'}, BOX {box or 'all'}"
        listed = ", ".join(sorted({*whole["country"]})[:12])
        problems.add(place.name, "no row fits", value=filters, allowed=f"countries: {listed}")
        problems.raise_if_any()
    new = pd.DataFrame([row for ref_id, row in rows.items() if ref_id not in {*old["ref_id"]}])
    with changed(folder, {"reference": pd.concat([old, new])} if len(new) else {}):
        print(f"{len(new)} events added to reference.csv, {len(rows) - len(new)} were known")
    print("".join(f"not taken: {problem}\n" for problem in problems), end="")
    return 0
