"""The explorer: every claim once, lanes as wide as what is open, whole without its script."""

import html
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browser import looked, needs_browser

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
    told = ("killed of League of Lower Arda", "17", "2017-02-03", "league fighters")
    assert tuple(row[["what", "told", "days", "names"]]) == told
    # The reference stands first in each event, and only where somebody tells it.
    first = table[table["event_id"] != ""].drop_duplicates("event_id").set_index("event_id")
    # Two events with one label stay two.
    alike = explorer._events(table.assign(event="A clash"))
    assert len([event for event in alike if event["placed"]]) == len(first)
    told_by_reference = table[table["is_reference"]]["event_id"].unique()
    assert first.loc[told_by_reference, "is_reference"].all()


def _event(name: str, **days: str) -> dict[str, Any]:
    told = {who: [{"claim_id": name + who, "what": "", "day": day}] for who, day in days.items()}
    return {"id": name, "label": name, "placed": True, "accounts": [*told.items()]}


@pytest.mark.slow
@needs_browser
def test_lanes_are_drawn_from_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "REPO", tmp_path)
    days = {"Monitor": "2017-02-01", "North": "2017-02-01 to 2017-02-28"}
    shared = _event("a", **days, South="1438-05-01/..: … to 2017-02-07")
    more = {"events": [shared, _event("b", North="2017-02-01")], "columns": {"day": "Day"}}
    more["sources"] = {"Reference": "", "North": "#111", "South": "#222"}
    page = pages.publish("x/explore.html", "X", [], "explore.html.j2", "explore.js", **more)
    code = """
    const words = (at, of) => [...at.querySelectorAll(of)].map((one) => one.textContent.trim());
    const looks = (lane) => [...lane.querySelectorAll("u")].map((bar) => bar.style.cssText);
    const lanes = [...doc.querySelectorAll(".lanes > li")];
    const drawn = lanes.map((lane) => [looks(lane), words(lane, "p span")]);
    const shown = () => words(doc, ".accounts > tbody:not([hidden]) [scope=rowgroup]");
    const before = shown();
    win.location.hash = "#bNorth";
    await new Promise((done) => setTimeout(done, 200));
    doc.getElementById("search").value = "monitor";
    doc.querySelector("form").dispatchEvent(new win.Event("input"));
    return [drawn, before, shown(), doc.querySelector(".month").open, words(doc, "#count")[0]];
    """
    text = page.read_text(encoding="utf-8")
    ((lanes, before, after, is_open, count),) = looked([(text, 1280, 800, "light")], code, tmp_path)
    sizes = [re.findall(r"(?:left|width|opacity): ([\d.]+)", bar) for bar in lanes[0][0]]
    assert sizes == [["0", "3.6"], ["0", "100"], ["0", "25", "0.4"]]
    assert lanes[0][1] == ["2017-02-01", "2017-02-28"]
    # One day is the middle of two weeks; a claim leads to its event.
    assert lanes[1][1] == ["2017-01-26", "2017-02-07"]
    assert (before, after, is_open, count) == ([], ["b"], False, "1 of 2 events")


def test_the_page_is_whole_and_its_script_alone_may_run(table: pd.DataFrame) -> None:
    page = html.unescape(explorer.render("example").read_text(encoding="utf-8"))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and {*table["claim_id"]} <= {*ids}
    assert {h for h in re.findall(r'href="#([^"]+)"', page)} <= {*ids}
    assert page.count("<script>") == 1 and "script-src 'sha256-" in page


def test_a_claim_anywhere_but_in_a_link_leads_to_its_row() -> None:
    page = '<td title="a-c1">a-c1, b-c2</td><a href="x"><b>a-c1</b></a><code>a-c11</code>'
    linked = pages.linked(page, frozenset({"a-c1"}))
    link = '<a href="explore.html#a-c1">a-c1</a>'
    assert linked == page.replace(">a-c1,", f">{link},")
