"""Reference rows from UCDP GED and ACLED: what monitors count, apart from what the texts tell.

Columns as the codebooks of both have them. Headlines and notes are texts of others and stay out.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from framelines import REPO
from framelines.build.exchange import Row, check_with, written
from framelines.errors import DataError, Problem, Problems
from framelines.methods.dates import OPEN, DateInterval, date_problem, gregorian
from framelines.tables.case import read_case_file
from framelines.tables.schema import write_table

UCDP = "id type_of_violence side_a side_b country latitude longitude where_prec where_coordinates "
UCDP += "event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians "
UCDP += "deaths_unknown best high low"
ACLED = "event_id_cnty event_date time_precision sub_event_type actor1 actor2 country location "
ACLED += "latitude longitude geo_precision fatalities"
ONE_SIDED = "3"
WORDS = "high medium low".split()


def _day(stated: str) -> date:
    try:
        return date.fromisoformat(stated[:10])
    except ValueError:
        return datetime.strptime(stated, "%d %B %Y").date()


def _around(day: date, how: str) -> DateInterval:
    """The days that one day stands for: itself, the week around it, its month or its year."""
    if how == "week":
        return gregorian(f"{day}").widen(3, 3)
    return gregorian(f"{day}"[: {"month": 7, "year": 4}.get(how, 10)])


def _ucdp(row: Row) -> Row:
    """A row of UCDP GED; a range of days is its own, a lone imprecise day becomes one."""
    first, last = _day(row["date_start"]), _day(row["date_end"])
    when, where = int(row["date_prec"]), int(row["where_prec"])
    around = _around(first, {2: "week", 3: "week", 4: "month", 5: "year"}.get(when, "day"))
    days = around if first == last else DateInterval(first, last)
    low, high = int(row["low"]), int(row["high"])
    a, b = row["side_a"], row["side_b"]
    what = f"violence of {a} against civilians" if row["type_of_violence"] == ONE_SIDED else ""
    # By data/INTRODUCTION.md: a wide range is low, a sum of single events at most medium.
    rank = max(int(when > 1 or where > 2 or row["event_clarity"] != "1"), 2 * (high > 2 * low + 2))
    rank = max(rank, 2 * (when > 3 or where > 5))
    dead = f"{a} {row['deaths_a']}, {b} {row['deaths_b']}, civilians {row['deaths_civilians']}"
    named = re.sub(" (town|city|village)$", "", row["where_coordinates"])
    made = {"ref_id": f"ucdp-{row['id']}", "date_from": f"{days.first}", "date_to": f"{days.last}"}
    made |= {"event": f"{what or f'fighting of {a} and {b}'}, {row['where_coordinates']}"}
    made |= {"quantity": "deaths, all sides (low to high)", "quality": WORDS[rank]}
    made |= {"value_min": str(low), "value_max": str(high), "place_id": named * (where <= 2)}
    made |= {"according_to": f"UCDP ({dead}, unknown {row['deaths_unknown']})"}
    made |= {"note": f"best estimate {row['best']}; date_prec {when}, where_prec {where}"}
    made |= {"title": f"UCDP Georeferenced Event Dataset, event {row['id']}"}
    return made | {"url": "https://ucdp.uu.se/downloads/"}


def _acled(row: Row) -> Row:
    """A row of ACLED; precision 2 is a week around the day, 3 its month."""
    when, where = int(row["time_precision"]), int(row["geo_precision"])
    days = _around(_day(row["event_date"]), {2: "week", 3: "month"}.get(when, "day"))
    who = " and ".join(filter(None, (row["actor1"], row["actor2"])))
    rank = min(max(when, where), 3) - 1
    made = {"ref_id": f"acled-{row['event_id_cnty'].lower()}", "according_to": "ACLED"}
    made |= {"date_from": f"{days.first}", "date_to": f"{days.last}"}
    made |= {"event": f"{row['sub_event_type'].lower()}: {who}, {row['location']}"}
    made |= {"quantity": "reported deaths, all sides", "quality": WORDS[rank]}
    made |= {"value_min": row["fatalities"], "value_max": row["fatalities"]}
    made |= {"place_id": row["location"] * (where == 1), "url": "https://acleddata.com/"}
    made |= {"note": f"time_precision {when}, geo_precision {where}"}
    return made | {"title": f"ACLED, event {row['event_id_cnty']}"}


KNOWN: list[tuple[str, Callable[[Row], Row]]] = [(UCDP, _ucdp), (ACLED, _acled)]


def _filters(days: str, box: str) -> tuple[DateInterval, list[float]]:
    problems, ends = Problems(), [-180.0, -90.0, 180.0, 90.0]
    if days and (why := date_problem(days, "gregorian")) is not None:
        known = "days in EDTF, such as 2017-04-01/2017-04-30"
        problems.add("DAYS", f"no days {why}".strip(), value=days, allowed=known)
    if box:
        numbers = re.fullmatch(",".join([r" *(-?\d+(?:\.\d+)?) *"] * 4), box)
        ends = [float(n) for n in numbers.groups()] if numbers else [1, 1, 0, 0]
    if ends[0] > ends[2] or ends[1] > ends[3]:
        known = "west,south,east,north in degrees, such as 35.5,32,42.4,37.4"
        problems.add("BOX", "no box", value=box, allowed=known)
    problems.raise_if_any()
    return gregorian(days) if days else OPEN, ends


def _places(folder: Path) -> dict[str, str]:
    """The place of every name that is the name of one alone, in lower case."""
    names = written(folder, "place_names").rename(columns={"variant": "name"})
    both = pd.concat([written(folder, "places"), names])[["name", "place_id"]]
    both["name"] = both["name"].str.casefold()
    return dict(both.drop_duplicates().drop_duplicates("name", keep=False).to_numpy())


def _read(place: Path) -> tuple[pd.DataFrame, Callable[[Row], Row]]:
    try:
        wanted = {*UCDP.split(), *ACLED.split()}
        how = {
            "dtype": str,
            "keep_default_na": False,
            "index_col": False,
            "usecols": wanted.__contains__,
        }
        whole = pd.read_csv(place.expanduser(), **how)
    except (OSError, ValueError) as error:
        raise DataError([Problem(place.name, f"no table in UTF-8: {error}")]) from None
    lacking = {of: {*columns.split()} - {*whole.columns} for columns, of in KNOWN}
    of = min(lacking, key=lambda of: len(lacking[of]))
    if lacking[of]:
        what = "neither UCDP GED nor ACLED: columns are missing"
        raise DataError([Problem(place.name, what, value=", ".join(sorted(lacking[of])))])
    # HDX puts a line of tags under the header.
    return whole[~whole["country"].str.startswith("#")], of


def reference(place: Path, name: str, days: str, country: str, box: str, root: Path = REPO) -> int:
    """Add the events of a UCDP GED or ACLED export to reference.csv of a case.

    Filtered by `days` in EDTF, with any of which a row must overlap, by country, and by a box in
    degrees. Rows that are there already stay. Prints what was added and which rows cannot be read.
    Raises `DataError`, with nothing written, for another file and where nothing can be added.
    """
    span, (west, south, east, north) = _filters(days, box)
    folder = root / read_case_file(name, root).data
    old, names, problems = written(folder, "reference"), _places(folder), Problems()
    whole, of = _read(place)
    # Yemen is "Yemen (North Yemen)" in UCDP.
    lands = whole["country"].str.casefold().str.partition(" (")[0]
    added, known = dict[str, Row](), set(old["ref_id"])
    for line, row in whole[lands.eq(country.casefold()) | (country == "")].iterrows():
        try:
            made = of({str(c): " ".join(v.split()) for c, v in row.items()})
            inside = west <= float(row["longitude"]) <= east
            inside &= south <= float(row["latitude"]) <= north
        except ValueError as error:
            problems.add(place.name, f"it cannot be read: {error}", row=int(str(line)) + 2)
            continue
        early = span.last and made["date_from"] > f"{span.last}"
        late = span.first and made["date_to"] < f"{span.first}"
        if inside and not early and not late:
            made |= {"case": name, "origin": "monitor", "part_of_day": "unknown"}
            made |= {"outcome": "killed", "place_id": names.get(made["place_id"].casefold(), "")}
            added.setdefault(made["ref_id"], made)
    new = [row for key, row in added.items() if key not in known]
    if not added:
        filters = f"DAYS {days or 'all'}, COUNTRY {country or 'all'}, BOX {box or 'all'}"
        lands = ", ".join(sorted({*whole["country"]})[:12])
        problems.add(place.name, "no row fits", value=filters, allowed=f"countries: {lands}")
        problems.raise_if_any()
    table = pd.concat([old, pd.DataFrame(new, columns=list(old))]).fillna("")
    check_with(folder, {"reference": table})
    if new:
        write_table(table, folder, "reference")
    print(f"{len(new)} events added to reference.csv, {len(added) - len(new)} were known")
    print("".join(f"not taken: {problem}\n" for problem in problems.found), end="")
    return 0
