"""Reference rows from UCDP GED and ACLED: what monitors count, apart from what the texts tell."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from framelines import REPO
from framelines.build.store import changed, columns_of, written
from framelines.errors import DataError, Problem, Problems
from framelines.methods.dates import Ends, date_problem, days_text, gregorian
from framelines.tables.case import read_case_file

Row = dict[str, str]
MONITOR = {"origin": "monitor", "part_of_day": "unknown", "outcome": "killed"}
SHORT = {"month": 7, "year": 4}  # characters of a day that name its month and its year


def _day(stated: str) -> date:
    try:
        return date.fromisoformat(stated[:10])
    except ValueError:
        return datetime.strptime(stated, "%d %B %Y").date()


def _row(of: dict[str, Any], row: Row) -> Row:
    """A row of the reference; a range of days is its own, a lone imprecise day becomes one."""

    def whole(column: str) -> int:
        if not (stated := row[column].removesuffix(".0")).isdecimal():
            raise ValueError(f"{column} is {row[column]!r}, and no whole number")
        return int(stated)

    first, last = (_day(row[column]) for column in of["days"])
    span, days = of["around"].get(row[of["time"]], "day"), gregorian(f"{first}/{last}")
    if first == last:
        low, high = gregorian(f"{first}"[: SHORT.get(span, 10)])
        days = low - 3 * (span == "week"), high + 3 * (span == "week")
    made = Row()
    for column, said in of["row"].items():
        pattern = said if isinstance(said, str) else said.get(row[said["by"]], said["else"])
        made[column] = pattern.format_map(row).strip(" ,")
    low, high = (whole(of["row"][end].strip("{}")) for end in ("value_min", "value_max"))
    if low > high:
        raise ValueError(f"the least of dead, {low}, is above the most, {high}")
    # By data/INTRODUCTION.md: a wide range is low, a sum of single events at most medium.
    above = [any(whole(c) > n for c, n in of[how].items()) for how in ("medium", "low")]
    quality = "low" if above[1] or high > 2 * low + 2 else "medium" if above[0] else "high"
    named = re.sub(" (town|city|village)$", "", made["place_id"])
    made |= {"place_id": named * (whole(of["place"]) <= of["exact"]), "quality": quality}
    made |= {"ref_id": made["ref_id"].lower(), "value_min": f"{low}", "value_max": f"{high}"}
    return made | MONITOR | {"date_from": days_text(days[0]), "date_to": days_text(days[1])}


def _filters(days: str, box: str) -> tuple[Ends, list[float]]:
    problems, ends = Problems(), [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", box)]
    if reason := date_problem(days, "gregorian"):
        known = "days in EDTF, such as 2017-04-01/2017-04-30"
        problems.add("DAYS", reason, value=days, allowed=known)
    if len(ends) != 4 or ends[0] > ends[2] or ends[1] > ends[3]:
        known = "west,south,east,north in degrees, such as 35.5,32,42.4,37.4"
        problems.add("BOX", "no box", value=box, allowed=known)
    problems.raise_if_any()
    return gregorian(days), ends


def _read(place: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table of a monitor, without columns that nobody asks for, and whose it is."""
    columns = {name: of["columns"].split() for name, of in columns_of("monitors").items()}
    how: Any = {"usecols": {*sum(columns.values(), [])}.__contains__, "index_col": False}
    try:
        whole = pd.read_csv(place, dtype=str, keep_default_na=False, **how)
    except (OSError, ValueError):
        raise DataError([Problem(place.name, "no table in UTF-8 with commas")]) from None
    lacking = {name: {*own} - {*whole.columns} for name, own in columns.items()}
    name = min(lacking, key=lambda name: len(lacking[name]))
    if lacking[name]:
        what = f"neither {' nor '.join(lacking)}: columns are missing"
        raise DataError([Problem(place.name, what, value=", ".join(sorted(lacking[name])))])
    # HDX puts a line of tags under the header.
    return whole[~whole["country"].str.startswith("#")], columns_of("monitors")[name]


def reference(place: Path, name: str, days: str, country: str, box: str, root: Path = REPO) -> int:
    """Add the events of a UCDP GED or ACLED export to reference.csv of a case.

    Filtered by `days` in EDTF, with any of which a row must overlap, by country, and by a box in
    degrees. Rows that are there already stay. Prints what was added and which rows cannot be read.
    Raises `DataError`, with nothing written, for another file and where nothing can be added.
    """
    span, (west, south, east, north) = _filters(days, box or "-180,-90,180,90")
    folder = root / read_case_file(name, root).data
    old, problems, (whole, of) = written(folder, "reference"), Problems(), _read(place)
    names = written(folder, "place_names").rename(columns={"variant": "name"})
    names = pd.concat([written(folder, "places"), names])[["name", "place_id"]]
    names = names.assign(name=names["name"].str.casefold()).drop_duplicates()
    # A name that two places bear is none.
    places = dict(names.drop_duplicates("name", keep=False).to_numpy())
    # Yemen is "Yemen (North Yemen)" in UCDP.
    lands, wanted = whole["country"].str.casefold(), country.strip().casefold()
    fits = lands.eq(wanted) | lands.str.partition(" (")[0].eq(wanted) | (not wanted)
    added, known = dict[str, Row](), set(old["ref_id"])
    for line, row in whole[fits].iterrows():
        try:
            made = _row(of, {str(c): " ".join(v.split()) for c, v in row.items()})
            inside = west <= float(row["longitude"]) <= east
            inside &= south <= float(row["latitude"]) <= north
        except ValueError as error:
            problems.add(place.name, f"it cannot be read: {error}", row=int(str(line)) + 2)
            continue
        low, high = gregorian(f"{made['date_from']}/{made['date_to']}")
        if inside and low <= span[1] and high >= span[0]:
            made |= {"case": name, "place_id": places.get(made["place_id"].casefold(), "")}
            added.setdefault(made["ref_id"], made)
    if not added:
        filters = f"DAYS {days or 'all'}, COUNTRY {country or 'all'}, BOX {box or 'all'}"
        listed = ", ".join(sorted({*whole["country"]})[:12])
        problems.add(place.name, "no row fits", value=filters, allowed=f"countries: {listed}")
        problems.raise_if_any()
    new = [row for key, row in added.items() if key not in known]
    table = {"reference": pd.concat([old, pd.DataFrame(new)])} if new else {}
    with changed(folder, table):
        print(f"{len(new)} events added to reference.csv, {len(added) - len(new)} were known")
    print("".join(f"not taken: {problem}\n" for problem in problems), end="")
    return 0
