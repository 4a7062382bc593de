"""The explorer: every claim once, lanes as wide as what is open, whole without its script."""

import html
import re

import pandas as pd
import pytest

from framelines.analyses.accounts import accounts
from framelines.report import explorer, pages
from framelines.tables.case import load_case


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return accounts(load_case("example"))


def test_every_claim_of_the_coder_has_one_row(table: pd.DataFrame) -> None:
    case = load_case("example")
    told = case["claims"].query("coder == 'first'")["claim_id"]
    own = table[~table["is_reference"]]["claim_id"]
    assert own.is_unique and {*own} <= {*told}
    row = table.set_index("claim_id").loc["courier-01-vennick-c03"]
    assert (row["what"], row["told"], row["days"]) == (
        "killed of League of Lower Arda", "17", "2017-02-03",
    )  # fmt: skip
    assert (row["names"], row["words"]) == ("league fighters", "named official")
    # The reference stands first in each event, and only where somebody tells it.
    first = table[table["event_id"] != ""].drop_duplicates("event_id").set_index("event_id")
    told_by_reference = table[table["is_reference"]]["event_id"].unique()
    assert first.loc[told_by_reference, "is_reference"].all()


def test_a_lane_covers_the_days_that_each_account_leaves_open() -> None:
    day = pd.Timestamp("2017-02-01").toordinal()
    ends = [(day, day), (day, day + 27), (-float("inf"), day + 6)]
    rows = pd.DataFrame(ends, columns=["first", "last"]).assign(
        teller=["Reference", "North", "South"], event_id="e"
    )
    colors = {"Reference": "#000", "North": "#111", "South": "#222"}
    lane = explorer._lane(rows, colors)
    assert (lane["first"], lane["last"]) == ("2017-02-01", "2017-02-28")
    bars = [(bar["left"], bar["width"], bar["open"]) for bar in lane["bars"]]
    assert bars == [(0, 3.6, False), (0, 100, False), (0, 25, True)]
    alone = explorer._lane(rows.head(1), colors)
    assert (alone["first"], alone["last"]) == ("2017-01-26", "2017-02-07")
    nothing = rows.assign(first=-float("inf"), last=float("inf"))
    assert explorer._lane(nothing, colors) == {"bars": []}


def test_the_page_is_whole_and_its_script_alone_may_run(table: pd.DataFrame) -> None:
    page = explorer.render("example").read_text(encoding="utf-8")
    page = html.unescape(page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and {*table["claim_id"]} <= {*ids}
    assert {h for h in re.findall(r'href="#([^"]+)"', page)} <= {*ids}
    assert page.count("<script>") == 1 and "script-src 'sha256-" in page
    assert len(page) < 150_000


def test_a_claim_anywhere_leads_to_its_row() -> None:
    page = '<td title="a-c1">a-c1, b-c2</td><code>a-c11</code>'
    linked = pages.linked(page, frozenset({"a-c1"}))
    link = '<a href="explore.html#a-c1">a-c1</a>'
    assert linked == f'<td title="a-c1">{link}, b-c2</td><code>a-c11</code>'
