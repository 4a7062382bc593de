"""From invented texts of two outlets, by rules alone, to the pages on timelines and framing."""

import json
import shutil
from pathlib import Path

import pytest
import small

from framelines import REPO

TEXTS = {
    "2020-03-02_Post_a": "The Syrian army captured Saraqib on 1 March. Strikes on Idlib killed "
    "five civilians on 1 March.",
    "2020-03-03_Post_b": "The army seized Khan Shaykhun on 2 March, a spokesman said.",
    "2020-03-05_Post_c": "Government forces retook Ariha on 4 March.",
    "2020-03-02_Ford_a": "Regime forces occupied Saraqib on 29 February. Strikes on Idlib killed "
    "eight civilians on 1 March.",
    "2020-03-03_Ford_b": "Khan Shaykhun fell to regime forces on 2 March, sources said.",
    "2020-03-05_Ford_c": "Rebels captured two soldiers near Ariha on 4 March.",
}
PAGES = ("02-timeline-comparison", "03-narrative-framing")


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small.checkout(tmp_path_factory.mktemp("coded") / "checkout")
    for page in PAGES:
        shutil.copy2(REPO / "notebooks" / f"{page}.ipynb", folder / "notebooks")
    place = folder / "texts"
    place.mkdir()
    for name, text in TEXTS.items():
        (place / f"{name}.txt").write_text(text, encoding="utf-8")
    small.run(folder, "corpus", str(place), "river-war")
    assert "3 events" in small.run(folder, "code", "river-war")
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_pages_on_codes_of_rules_build_and_say_so_first(coded: Path, page: str) -> None:
    small.run(coded, "run", page, "river-war")
    executed = json.loads((coded / "build/executed/river-war" / f"{page}.ipynb").read_text())
    said = "".join(str(o) for c in executed["cells"] for o in c.get("outputs", []))
    first = said.index("Rules coded this case")
    assert first < min(
        said.find(word) % len(said) for word in ("No finding", "Figure 1", "Table 1")
    )


def test_two_tolls_of_one_deed_are_set_against_each_other(coded: Path) -> None:
    small.run(coded, "run", PAGES[0], "river-war")
    table = (coded / "reports/river-war/tables/02-disputes.csv").read_text(encoding="utf-8")
    assert "Ford: 8" in table and "Post: 5" in table and "contradiction" in table
