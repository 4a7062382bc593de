"""The audit lists every number, date and name, and what explains it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from framelines.audit import DATE, NUMBER, audit, shares
from framelines.checks import check_tables
from framelines.tables import write_table
from framelines.text import short_hash
from tests.conftest import SPLIT, TEXT
from tests.test_checks import claim

POST = TEXT[: SPLIT - 2]


@pytest.mark.parametrize(
    ("text", "numbers", "dates"),
    [
        ("12 tanks and 4,000 men in 23mm", ["12", "4,000", "23"], []),
        ("Dozens of men, one tank, the Second", ["Dozens", "one", "Second"], []),
        ("In May they may go on Friday", [], ["May", "Friday"]),
        ("someone had a tonne", [], []),
        ("عشرات الآلاف في أغسطس", ["عشرات"], ["أغسطس"]),
        ("وثلاثة جنود", ["وثلاثة"], []),
    ],
)
def test_expressions(text: str, numbers: list[str], dates: list[str]) -> None:
    assert [m.group() for m in NUMBER.finditer(text)] == numbers
    assert [m.group() for m in DATE.finditer(text)] == dates


def reason(words: str, why: str) -> dict[str, Any]:
    start = POST.index(words)
    span = {"start": start, "end": start + len(words), "hash": short_hash(words)}
    return {"doc_id": "post", **span, "reason": why, "note": ""}


def test_what_rows_explain_and_what_they_do_not(tiny: Path) -> None:
    write_table(pd.DataFrame([claim("post-c01", "captured 12 tanks")]), tiny, "claims")
    write_table(pd.DataFrame([reason("2019", "background_year")]), tiny, "not_coded")
    found = audit(check_tables(tiny), tiny / "raw")
    text = {"post": POST, "bridge": TEXT[SPLIT:]}
    listed = [
        (text[r.doc_id][r.start : r.end], r.kind, r.explained_by)
        for r in found.sort_values(["doc_id", "start"]).itertuples()
    ]
    assert listed == [
        ("4", "number", ""),
        ("3", "number", ""),
        ("May", "date", ""),
        ("2019", "number", "not_coded"),
        ("12", "number", "claims"),
    ]
    table = shares(found, check_tables(tiny)["not_coded"])
    row = table[table["reason"] == "background_year"].iloc[0]
    assert (row["expressions"], row["share"]) == (1, 0.25)
