"""Rows of UCDP GED and ACLED, all of them invented, as rows of the reference."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small import write

from framelines.build.references import reference
from framelines.build.store import columns_of, written
from framelines.errors import DataError

GED = """9 1 Alba Borea Arda 35.5 36.5 1 Ford+town 1 1 2017-04-04 2017-04-04 3 8 0 1 12 14 11
7 3 Alba Civilians Arda 35.9 36.5 4 Vale 2 4 2017-04-01 2017-04-30 0 0 5 0 5 40 2
8 1 Alba Borea Arda 35.9 36.5 6 Arda 1 5 2016-05-01 2016-05-01 0 0 0 5 5 5 5
5 2 Crow Dove Elsewhere 1 1 1 Mere 1 1 2017-04-04 2017-04-04 1 0 0 0 1 1 1
6 1 Alba Borea Arda 35.5 36.5 1 Ford 1 1 soon 2017-04-04 1 0 0 0 1 1 1
4 1 Alba Borea Arda 35.5 36.5 1 Ford 1 1 2017-04-04 2017-04-04 1 0 0 0 1 1 7"""
EVENTS = """ARD12 04+April+2017 2 Armed+clash Alba Borea Arda Ford 35.5 36.5 1 10
ARD13 2017-05-31 3 Air/drone+strike Alba Crow Arda Ford 35.5 36.5 2 0"""
COLUMNS = ["ref_id", "date_from", "date_to", "value_min", "value_max", "quality", "place_id"]


@pytest.fixture
def war(tiny: Path) -> Path:
    write(tiny.parent / "notebooks" / "cases" / "tiny.yaml", "title: Tiny\ndata: data\n")
    write(tiny / "places.csv", "place_id,name,kind\nford,Ford,town\nfar,Far,town\n")
    for name, of, rows in (("ged", "UCDP GED", GED), ("acled", "ACLED", EVENTS)):
        columns = [*columns_of("monitors")[of]["columns"].split(), "source_headline"]
        cells = [[*row.split(), "A headline"] for row in rows.splitlines()]
        table = pd.DataFrame(cells, columns=columns).replace(r"\+", " ", regex=True)
        table[columns[::-1]].to_csv(tiny.parent / f"{name}.csv", index=False)
    return tiny


def take(folder: Path, name: str = "ged.csv", **filters: str) -> pd.DataFrame:
    chosen = {"days": "", "country": "", "box": "", **filters}
    reference(folder.parent / name, "tiny", root=folder.parent, **chosen)
    return written(folder, "reference").set_index("ref_id")


def test_events_are_rows_with_days_and_quality(war: Path, capsys: Any) -> None:
    found = take(war, country="arda")
    told = capsys.readouterr().out
    assert "3 events added" in told and "not taken: ged.csv, row 6: it cannot be read" in told
    assert "row 7: it cannot be read: the least of dead, 7, is above the most, 1" in told
    assert found.at["ucdp-9", "according_to"] == "UCDP (Alba 3, Borea 8, civilians 0, unknown 1)"
    found = take(war, "acled.csv")
    assert [",".join(row) for row in found.reset_index()[COLUMNS].to_numpy()] == [
        "acled-ard12,2017-04-01,2017-04-07,10,10,medium,ford",  # a week around the day
        "acled-ard13,2017-05-01,2017-05-31,0,0,low,",  # its month
        "ucdp-7,2017-04-01,2017-04-30,2,40,low,",
        "ucdp-8,2016-01-01,2016-12-31,5,5,low,",  # some day of its year
        "ucdp-9,2017-04-04,2017-04-04,11,14,high,ford",
    ]
    assert list(found["event"].str.partition(", ")[0])[1:] == [
        *["Air/drone strike: Alba and Crow", "violence of Alba against civilians"],
        *["fighting of Alba and Borea"] * 2,
    ]
    assert set(found["origin"]) == {"monitor"} and set(found["event_id"]) == {""}
    assert "headline" not in (war / "reference.csv").read_text()


def test_again_nothing_changes_and_what_a_person_wrote_stays(war: Path) -> None:
    assert list(take(war, days="2017-04", box="36,35,37,35.6").index) == ["ucdp-9"]
    text = (war / "reference.csv").read_text().replace("best estimate 12", "ours")
    write(war / "reference.csv", text)
    take(war, days="2017-04", box="36,35,37,35.6")
    assert (war / "reference.csv").read_text() == text
    # A country is named as its file has it, or without what stands in brackets.
    events = war.parent / "acled.csv"
    write(events, events.read_text().replace("Arda", "Arda (Old Arda)"))
    assert len(take(war, "acled.csv", country="arda")) == 3
    assert len(take(war, "acled.csv", country="Arda (Old Arda)")) == 3
    (war / "reference.csv").unlink()
    assert list(take(war, days="2017-04-02/..").index) == ["ucdp-5", "ucdp-7", "ucdp-9"]


REFUSED: dict[str, dict[str, str]] = {
    "DAYS: no EDTF date.*met 'April'; allowed: days in EDTF": {"days": "April"},
    "BOX: no box; met '40,30,20,10'": {"box": "40,30,20,10"},
    "no row fits.*allowed: countries: Arda, Elsewhere": {"country": "Nowhere"},
    "neither UCDP GED nor ACLED": {"name": "data/places.csv"},
    "no table in UTF-8": {"name": "none.csv"},
}


def test_filters_that_fit_nothing_are_said(war: Path) -> None:
    for said, filters in REFUSED.items():
        with pytest.raises(DataError, match=said):
            take(war, **filters)
    assert not (war / "reference.csv").exists()
