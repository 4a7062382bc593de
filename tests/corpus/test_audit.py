"""Labels are found longest first and never twice; the audit lists what no row explains."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from framelines import REPO
from framelines.corpus import audit as a
from framelines.corpus import finders, names

NAMINGS = """
blue-army;army;en; / blue-army;blue army;en; / league;islamic state;en; / league;al-qaeda;en;
union;u.s.;en; / red-league;bandits;en; / blue-army;bandits;en;red-1 / none;army of locusts;en;
red-league;العصابة;ar;
"""
ROWS = [row.split(";") for row in NAMINGS.strip().replace("\n", " / ").split(" / ")]
LABELS = pd.DataFrame(ROWS, columns="actor_id label language doc_id".split())
LABELS["stance"] = "neutral"


def found(text: str, doc_id: str = "x", language: str = "en") -> list[tuple[str, str]]:
    mentions = names.find_mentions(text, names.labels_of(LABELS, doc_id, language))
    assert all(m["end"] <= n["start"] for m, n in zip(mentions, mentions[1:], strict=False))
    return [(text[m["start"] : m["end"]], m["actor_id"]) for m in mentions]


def test_the_longest_label_of_the_document_and_its_language_wins() -> None:
    assert found("An army of locusts, then the army") == [("army", "blue-army")]
    assert found("bandits") == [("bandits", "red-league")]
    assert found("bandits", doc_id="red-1") == [("bandits", "blue-army")]
    assert found("قالت العِصابة", language="ar") == [("العِصابة", "red-league")]
    assert found("قالت العصابة") == []


NAMED = {
    "The Blue Army's army left": ["Blue Army's", "army"],
    "the Islamic State-held town": ["Islamic State"],
    "U.S.-backed men": ["U.S."],
    "the Blue\u00a0Army‑led side": ["Blue\u00a0Army"],
    "an al-Qaeda-linked group": ["al-Qaeda"],
    "Ar\u00admy-run camps": ["Ar\u00admy"],
    "al Qaeda, un-army and Islamic statecraft": [],
}


def test_an_actor_is_named_also_in_a_compound() -> None:
    assert {text: [words for words, _ in found(text)] for text in NAMED} == NAMED


EXPRESSIONS = {
    "12 tanks and 4,000 men in 23mm": "12 4,000 23",
    "Dozens of men, one tank, the Second": "Dozens one Second",
    "In May they may go on Friday": "May Friday",
    **dict.fromkeys(("someone had a tonne in a T55", "a spring of the river sat in the sun"), ""),
}


def test_expressions() -> None:
    patterns = [finders.pattern(words, "en") for words in ("number", "day_word")]
    for text, expected in EXPRESSIONS.items():
        assert [m.group() for one in patterns for m in one.finditer(text)] == expected.split()


WHOLE = {
    "fr": "janv.;avant-hier;cet été | centaines de milliers;poignée de",
    "tr": "Mart;hafta sonu | yüz binlerce;birkaç;düzinelerce",
    "fa": "ژانویه;اردیبهشت | صدها هزار;چندین;میلیون‌ها",
    "ru": "март;дек.;летом | сотни тысяч;несколько;пару;тысячу",
    "ar": "رجب;غداً;الأسبوع المقبل;كانون الثاني;ايلول;الاربعاء | مئات الآلاف;عشرات آلاف;بضعة;ألفين",
    "en": "Sept.;Fridays;tonight;Sha‘ban;Dhu al-Hijjah;last spring;fortnight"
    " | hundreds of thousands;several;dozens;scores;twentieth;zero",
}


@pytest.mark.parametrize("language", WHOLE)
def test_expressions_of_every_language_are_known_whole(language: str) -> None:
    patterns = ("day_word", "number")
    for pattern, lines in zip(patterns, WHOLE[language].split(" | "), strict=True):
        for line in lines.split(";"):
            assert finders.pattern(pattern, language).search(f"x {line} x").group() == line


@pytest.mark.parametrize("number", ["20 billion", "9" * 400, "a trillion trillion"])
def test_numbers_that_no_war_counts_are_no_figures(number: str) -> None:
    assert finders.find_figures(f"They killed {number} men", "en") == []


def test_what_rows_explain_and_what_they_do_not(corner: Any, tmp_path: Path) -> None:
    text = "In May 2019 the army took 12 tanks; the army fled, 3 days later."

    def spans(words: str) -> pd.DataFrame:
        at = text.index(words)
        row = {"coder": "first", "doc_id": "post", "start": at, "end": at + len(words)}
        return pd.DataFrame([row])

    tables = corner(post=text) | {"namings": LABELS, "claims": spans("took 12 tanks")}
    tables |= {"not_coded": spans("2019"), "naming_mentions": spans("army")}
    table = a.audit(tables, tmp_path).sort_values("start")
    words = [text[start:end] for start, end in table[["start", "end"]].values]
    assert words == ["May", "2019", "army", "12", "army", "3"]
    assert list(table["kind"]) == ["date", *["number", "actor"] * 2, "number"]
    assert [*table["explained_by"]] == ["", "not_coded", "naming_mentions", "claims", "", ""]
    assert "In ⟦May⟧ 2019" in table["passage"].iloc[0] and table["passage"].iloc[1] == ""
    empty = tables | {name: tables[name].iloc[:0] for name in ("namings", "claims", "not_coded")}
    assert set(a.audit(empty, tmp_path)["explained_by"]) == {""}


def test_the_mentions_of_the_example_are_what_the_library_counts(tmp_path: Path) -> None:
    folder = REPO / "data" / "example"
    names = ("documents", "namings", "naming_mentions", "features/sentences")
    tables = {n: pd.read_csv(folder / f"{n}.csv", keep_default_na=False) for n in names}
    tables["sentences"] = tables["features/sentences"]
    stored = tables["naming_mentions"].query("coder == 'first'")
    other = tables["naming_mentions"].head(1).assign(coder="anna")
    tables["naming_mentions"] = pd.concat([stored, other])
    (tmp_path / "raw").symlink_to(folder / "raw")
    written = pd.read_csv(a.build_mentions(tables, tmp_path), keep_default_na=False)
    own = written.query("coder == 'first'")[a.MENTION].values.tolist()
    assert sorted(own) == sorted(stored[a.MENTION].values.tolist())
    assert list(written["coder"].value_counts()) == [len(stored), 1]
