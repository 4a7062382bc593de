"""The coder `rules` on invented sentences with known answers, in six languages; the whole way."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framelines.build import coding, ingest
from framelines.corpus import texts
from framelines.corpus.coder import code_document, match_events
from framelines.corpus.finders import find_dates, find_figures
from framelines.corpus.names import Names
from framelines.methods.dates import gregorian
from framelines.tables.schema import check_tables

NONE = pd.DataFrame()
NAMES = Names.of(NONE, NONE, pd.DataFrame(columns=["actor_id", "kind"]))
PUBLISHED = "2020-03-02"


def code(text: str, language: str = "en", names: Names = NAMES) -> dict[str, list[dict[str, Any]]]:
    doc = {"doc_id": "post-1", "language": language, "published": PUBLISHED}
    return code_document(doc, text, texts.sentences(text), names)


def figures(text: str, language: str = "en") -> list[tuple[Any, ...]]:
    """Kind, lowest, highest value and qualifier of the figures that a text claims."""
    kept = [c for c in code(text, language)["claims"] if c["kind"] != "event"]
    return [(c["kind"], c["value_min"], c["value_max"], c["qualifier"]) for c in kept]


FIGURES = [
    ("en", "Twelve soldiers were killed.", ("killed", "12", "12", "exact")),
    ("en", "Shells killed 1,200-1,500 rebels.", ("killed", "1200", "1500", "range")),
    ("en", "Dozens of fighters were wounded.", ("wounded", "", "", "dozens")),
    ("en", "Some 40 people died.", ("killed", "40", "40", "approx")),
    (
        "en",
        "No fewer than half a dozen tanks burned.",
        ("equipment_destroyed", "6", "", "at_least"),
    ),
    ("en", "Twenty-two officers were captured.", ("captured_persons", "22", "22", "exact")),
    ("en", "The blast killed and wounded up to 30 men.", ("killed_or_wounded", "", "30", "up_to")),
    ("en", "Between three and five posts were seized.", ("sites_captured", "3", "5", "range")),
    ("en", "A tank was destroyed.", ("equipment_destroyed", "1", "1", "exact")),
    ("en", "The front lies 40km to the west.", ("distance_km", "40", "40", "exact")),
    ("ar", "مقتل ما لا يقل عن خمسة وعشرين جنديا", ("killed", "25", "", "at_least")),
    ("ar", "إصابة ١٢ مدنيا أمس", ("wounded", "12", "12", "exact")),
    ("ar", "مقتل أكثر من ثلاثة آلاف مسلح", ("killed", "3000", "", "more_than")),
    ("fa", "بیست و دو سرباز کشته شدند", ("killed", "22", "22", "exact")),
    ("fa", "دست‌کم ۱۲ نفر زخمی شدند", ("wounded", "12", "", "at_least")),
    ("tr", "En az 1.200 asker öldü.", ("killed", "1200", "", "at_least")),
    ("tr", "Yirmi iki sivil yaralandı.", ("wounded", "22", "22", "exact")),
    ("fr", "Vingt-deux soldats ont été tués.", ("killed", "22", "22", "exact")),
    ("fr", "Plus de 1 200 civils ont été blessés.", ("wounded", "1200", "", "more_than")),
    ("ru", "Погибли двадцать два солдата.", ("killed", "22", "22", "exact")),
    ("ru", "Не менее 12 человек были ранены.", ("wounded", "12", "", "at_least")),
]


@pytest.mark.parametrize(("language", "text", "told"), FIGURES)
def test_a_figure_with_what_it_counts(language: str, text: str, told: tuple[Any, ...]) -> None:
    assert figures(text, language) == [told]


@pytest.mark.parametrize(
    "text",
    [
        "The 20th soldier died.", "The third officer was killed.", "A man aged 20 fled.",
        "In 2016 rebels were killed.", "They lost 15 percent of the fuel.", "Rebels died on 5 May.",
        "The 4th Division and Brigade 12 cited Resolution 2254.", "A T-72 was lost at 10:30.",
        "It took two weeks.", "The 12-year-old was wounded.", "The M5 was closed for 3 days.",
        "$400 were found.", "One soldier whispered.",
    ],
)  # fmt: skip
def test_what_is_no_count(text: str) -> None:
    assert [f for f in figures(text) if f[1] not in ("", "1")] == []


def test_two_verbs_share_no_figure_and_counted_ones_do_nothing() -> None:
    told = "The Syrian army killed 12 rebels and wounded thirty others near Saraqib."
    claims = [c for c in code(told)["claims"] if c["kind"] != "event"]
    assert [(c["kind"], c["value_min"], c["actor_id"]) for c in claims] == [
        ("killed", "12", "syrian-army"), ("wounded", "30", "syrian-army"),
    ]  # fmt: skip
    assert claims[0]["target_id"] == "armed-opposition" and claims[0]["place_id"] == "saraqib"
    assert figures("12 soldiers killed 3 rebels.")[-1] == ("killed", "3", "3", "exact")


DATES = [
    ("en", "on 28 February", "2020-02-28"), ("en", "on March 30th", "2019-03-30"),
    ("en", "in late June", "2019-06-end"), ("en", "on Friday", "weekday-fri"),
    ("en", "three days ago", "-3d"), ("en", "the 7th of Rabi’ al-Awwal 1438", "1438-03-07"),
    ("en", "on 7 Rajab", "1441-07-07"),
    ("en", "from 3 to 5 January 2020", "2020-01-03/2020-01-05"),
    ("en", "since May 2019", "2019-05/.."), ("en", "in 2016", "2016"),
    ("en", "13/3/2019", "2019-03-13"),
    ("ar", "في ٢٣ أغسطس 2019", "2019-08-23"), ("ar", "أمس", "yesterday"),
    ("ar", "7 رجب 1438", "1438-07-07"),
    ("fa", "۲۳ اوت ۲۰۱۹", "2019-08-23"), ("fa", "دیروز", "yesterday"),
    ("tr", "23 Ağustos 2019'da", "2019-08-23"), ("fr", "le 1er août 2019", "2019-08-01"),
    ("ru", "23 августа 2019 года", "2019-08-23"), ("ru", "три дня назад", "-3d"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "stated"), DATES)
def test_a_date_as_the_tables_write_it(language: str, text: str, stated: str) -> None:
    assert [d.stated for d in find_dates(text, language, gregorian(PUBLISHED))] == [stated]


def test_a_date_of_two_readings_or_without_a_year_to_tell_is_left_out() -> None:
    assert find_dates("on 03/04/2019", "en", gregorian(PUBLISHED)) == []
    for unknown in ("2019/..", "../2026-11-26"):
        assert find_dates("on 5 May", "en", gregorian(unknown)) == []
    assert find_dates("May 5,000 go", "en", gregorian("2020"))[0].stated == "2020-05"


# Language, text; lemma, taker, loser, stance, modality.
TAKINGS = """
en | The Syrian army liberated Saraqib. | liberate | syrian-army || favourable | realised
en | Ariha fell to government forces. | fall | government-forces || neutral | realised
en | Turkey failed to capture Homs. | capture | turkish-government || neutral | attempted
en | It captured Homs from rebels. | capture || armed-opposition | neutral | realised
en | Palmyra was occupied by ISIS. | occupy | islamic-state || unfavourable | realised
ar | سيطرت القوات الحكومية على مدينة سراقب | سيطر | government-forces || neutral | realised
fa | ارتش سوریه شهر سراقب را آزاد کرد | آزاد | syrian-army || favourable | realised
tr | Suriye ordusu Serakib'i ele geçirdi. | ele geçirmek | syrian-army || neutral | realised
fr | L’armée syrienne a repris Saraqeb. | prendre | syrian-army || neutral | realised
ru | Сирийская армия освободила Саракиб. | освободить | syrian-army || favourable | realised
"""


@pytest.mark.parametrize("line", TAKINGS.strip().splitlines())
def test_who_takes_what(line: str) -> None:
    language, text, *told = (part.strip() for part in line.split("|"))
    columns = ("lemma", "taker_id", "loser_id", "stance", "modality")
    assert [[row[c] for c in columns] for row in code(text, language)["captures"]] == [told]


def test_prisoners_and_weapons_are_no_territory() -> None:
    assert code("ISIS captured three soldiers and seized two tanks.")["captures"] == []


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("Shells killed 3 men.", ("own_voice", "asserted")),
        ("A spokesman for the army said that 3 men were killed.", ("named_official", "asserted")),
        ("Local sources said that 3 men were killed.", ("unnamed_source", "asserted")),
        ("The news agency claimed that 3 men were killed.", ("other_media", "hedged")),
        ("The minister denied that 3 men were killed.", ("named_official", "denied")),
    ],
)
def test_in_whose_voice(text: str, voice: tuple[str, str]) -> None:
    [claim] = code(text)["claims"]
    assert (claim["attribution"], claim["certainty"]) == voice


def test_an_announcement_gives_a_deed_its_latest_day_and_no_other_date() -> None:
    text = "A spokesman said on Friday that 3 men were killed. Then 4 men were hurt."
    dates = [(c["event_date"], c["date_basis"]) for c in code(text)["claims"]]
    assert dates == [("../2020-02-28", "sentence"), ("", "none")]


def test_a_voice_goes_on_inside_its_quotation() -> None:
    text = (
        "“Shells fell,” the minister said. “Then 3 men were killed. We left.” Five men were hurt."
    )
    assert [c["attribution"] for c in code(text)["claims"]] == ["named_official", "own_voice"]


def test_names_of_the_tables_come_before_those_of_the_list_and_us_is_no_us() -> None:
    own = [("blue-army", "militants", "en", "neutral", "")]
    namings = pd.DataFrame(own, columns=["actor_id", "label", "language", "stance", "doc_id"])
    names = Names.of(namings, NONE, pd.DataFrame({"actor_id": ["blue-army"], "kind": ["army"]}))
    met = code("Militants told us that the US left. The terrorists stayed.", names=names)
    assert [(m["label"], m["actor_id"], m["stance"]) for m in met["naming_mentions"]] == [
        ("militants", "blue-army", "neutral"), ("us", "united-states", "neutral"),
        ("terrorists", "armed-groups", "derogatory"),
    ]  # fmt: skip
    named = code("ISIS came. The militants left.")["naming_mentions"]
    assert [m["actor_id"] for m in named] == ["islamic-state", "islamic-state"]


WORDS = st.sampled_from(
    "the army killed 12 twenty two rebels in Saraqib on 3 May . , and captured a tank from ISIS “ "
    "said 1,200 - 5% yesterday قتل ١٢ جنديا".split()
)


@given(st.lists(WORDS, max_size=40), st.sampled_from(["en", "ar", "fr"]))
def test_every_span_lies_in_its_text_and_has_its_hash(words: list[str], language: str) -> None:
    text = " ".join(words)
    for rows in code(text, language).values():
        for row in rows:
            assert 0 <= row["start"] < row["end"] <= len(text)
            assert row["hash"] == texts.short_hash(text[row["start"] : row["end"]])


@given(st.integers(0, 999_999), st.sampled_from(["{:,} men", "{} men", "over {} men"]))
def test_a_number_in_digits_is_read_as_it_stands(number: int, form: str) -> None:
    [figure] = find_figures(form.format(number), "en")
    assert figure.low == number and (figure.high == number or math.isnan(figure.high))


TEXTS = {
    "2020-03-02_Post_a": "The Syrian army captured Saraqib on 1 March. Strikes on Idlib killed "
    "five civilians on 1 March.",
    "2020-03-03_Post_b": "The army seized Khan Shaykhun on 2 March. 20 terrorists died there.",
    "2020-03-05_Post_c": "Government forces retook Ariha on 4 March.",
    "2020-03-02_Ford_a": "Regime forces occupied Saraqib on 29 February. Strikes on Idlib killed "
    "eight civilians on 1 March.",
    "2020-03-03_Ford_b": "Khan Shaykhun fell to regime forces yesterday, sources said.",
    "2020-03-05_Ford_c": "Rebels captured two soldiers near Ariha on 4 March.",
}


def test_from_texts_to_coded_tables_and_again(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / "in" / f"{name}.txt").parent.mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.txt").write_text(text, encoding="utf-8")
    ingest.corpus(tmp_path / "in", "river-war", tmp_path)
    folder = tmp_path / "data" / "river-war"
    assert coding.code("river-war", tmp_path) == 0
    tables = check_tables(folder, with_texts=True)
    assert set(tables["events"]["event_id"]) == {
        "rules-taking-saraqib-2020-02-29", "rules-violence-idlib-2020-03-01",
        "rules-taking-khan-shaykhun-2020-03-02",
    }  # fmt: skip
    dead = tables["claims"].query(
        "event_id == 'rules-violence-idlib-2020-03-01' and kind == 'killed'"
    )
    assert sorted(dead["value_min"]) == [5, 8]
    case = (tmp_path / "notebooks" / "cases" / "river-war.yaml").read_text(encoding="utf-8")
    assert "coder: rules" in case and "places: [syria]" in case
    before = {p: p.read_bytes() for p in tmp_path.rglob("*.*") if p.is_file()}
    coding.code("river-war", tmp_path)
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*.*") if p.is_file()}


def test_one_source_alone_or_its_repost_makes_no_event() -> None:
    documents = pd.DataFrame(
        [("a", "post", PUBLISHED, ""), ("b", "ford", PUBLISHED, "a"), ("c", "ford", PUBLISHED, "")],
        columns=["doc_id", "source_id", "published", "duplicate_of"],
    )
    base = {"kind": "killed", "note": "", "event_date": "yesterday", "event_calendar": "relative",
            "modality": "realised", "certainty": "asserted", "place_id": "saraqib",
            "actor_id": "", "target_id": "", "event_id": ""}  # fmt: skip
    claims = [base | {"doc_id": doc_id} for doc_id in "ab"]
    assert match_events(claims, documents, "w") == []
    claims = [base | {"doc_id": doc_id} for doc_id in "ac"]
    assert [e["window"] for e in match_events(claims, documents, "w")] == ["2020-03-01"]
    assert {claim["event_id"] for claim in claims} == {"rules-violence-saraqib-2020-03-01"}
