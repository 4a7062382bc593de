"""From invented texts of two outlets, by rules alone, to the pages on timelines and framing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import small

from framelines.tables.schema import check_tables, write_table, written

TEXTS = {
    "2020-03-02_Post_a": "The Syrian army captured Saraqib on 1 March. Strikes on Idlib killed "
    "five civilians on 1 March.",
    "2020-03-03_Post_b": "The army seized Khan Shaykhun on 2 March. 20 terrorists died there.",
    "2020-03-05_Post_c": "Government forces retook Ariha on 4 March.",
    "2020-03-02_Ford_a": "Regime forces occupied Saraqib on 29 February. Strikes on Idlib killed "
    "eight civilians on 1 March.",
    "2020-03-03_Ford_b": "Khan Shaykhun fell to regime forces yesterday, sources said.",
    "2020-03-06_Bote_a": "Die Truppen nahmen gestern die Stadt ein, zwölf Soldaten fielen.",
    "2020-03-05_Ford_c": "Rebels captured two soldiers near Ariha on 4 March.",
}
PAGES = ("02-timeline-comparison", "03-narrative-framing")


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = small.checkout(tmp_path_factory.mktemp("coded") / "checkout", *PAGES)
    for name, text in TEXTS.items():
        small.write(folder / "texts" / f"{name}.txt", text)
    with small.forking(folder):
        small.run(folder, "corpus", str(folder / "texts"), "river-war")
        told = small.run(folder, "code", "river-war")
        assert "3 events" in told and "1 texts in de were not read" in told
        yield folder


def test_from_texts_to_coded_tables_and_again(coded: Path) -> None:
    tables = check_tables(coded / "data" / "river-war", with_texts=True)
    assert set(tables["events"]["event_id"]) == {
        "rules-taking-saraqib-2020-02-29", "rules-violence-idlib-2020-03-01",
        "rules-taking-khan-shaykhun-2020-03-02",
    }  # fmt: skip
    events = tables["claims"].query("kind == 'killed'").groupby("event_id")["value_min"]
    assert sorted(events.get_group("rules-violence-idlib-2020-03-01")) == [5, 8]
    taken = tables["captures"].set_index("lemma")["event_id"]
    assert taken["capture"] == taken["occupy"] == "rules-taking-saraqib-2020-02-29"
    case = coded / "notebooks" / "cases" / "river-war.yaml"
    said = case.read_text(encoding="utf-8")
    assert "coder: rules" in said and "places: [syria]" in said
    folder = coded / "data" / "river-war"
    for name in ("events", "claims", "coders"):
        mine = (rows := written(folder, name)).head(1).assign(event_id="rules-old", coder="anna")
        write_table(pd.concat([rows, mine]), folder, name)
    before = small.bytes_of(coded / "data"), case.read_bytes()
    small.run(coded, "code", "river-war")
    assert before == (small.bytes_of(coded / "data"), case.read_bytes())


@pytest.mark.parametrize("page", PAGES)
def test_pages_on_codes_of_rules_build_and_say_so_first(coded: Path, page: str) -> None:
    small.run(coded, "run", page, "river-war")
    executed = json.loads((coded / "build/executed/river-war" / f"{page}.ipynb").read_text())
    said = "".join(str(o) for c in executed["cells"] for o in c.get("outputs", []))
    others = [said.find(word) % len(said) for word in ("No finding", "Figure 1", "Table 1")]
    assert said.index("Rules coded this case") < min(others)
    if page == PAGES[0]:  # two tolls of one deed are set against each other
        table = (coded / "reports/river-war/tables/02-disputes.csv").read_text(encoding="utf-8")
        assert "Ford: 8" in table and "Post: 5" in table and "contradiction" in table
