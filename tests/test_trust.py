"""Agreement of coders in a small corpus counted by hand, and in one simulated from known slips."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from framelines import trust, trust_claims
from framelines.agreement import adjusted_rand, alpha, b_cubed
from framelines.case import Case, load_case
from framelines.outputs import Outputs
from framelines.resampling import random_stream
from framelines.schema import TABLES
from framelines.tables import empty_table
from framelines.trust_report import how_far

FRAMES = ("divine_sanction", "liberation", "victimhood")
FLAGS = ("none", "furniture", "fragment", "repeat", "unclear")
LENGTH = 100


def filled(name: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """A typed table; columns that a row does not give are empty."""
    rows = list(rows)
    if not rows:
        return empty_table(name)
    table = empty_table(name)
    frame = pd.DataFrame(rows).reindex(columns=TABLES[name].names)
    for column in frame.columns:
        numeric = table[column].dtype.kind in "if" or column.startswith("value_")
        frame[column] = frame[column] if numeric else frame[column].fillna("")
    return frame


def make(
    codes: list[dict[str, Any]],
    *,
    documents: int = 2,
    sentences: int = 4,
    **tables: list[dict[str, Any]],
) -> Case:
    """A case of documents d00 (red), d01 (blue) and so on, sentences of LENGTH characters."""
    ids = [f"d{i:02d}" for i in range(documents)]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    rows["sources"] = [{"source_id": b, "name": b.title(), "bloc": b} for b in ("red", "blue")]
    rows["documents"] = [
        {"doc_id": d, "label": f"Article {d}", "source_id": ("red", "blue")[i % 2]}
        | {"published": "2019-05-04", "start": 0, "end": sentences * LENGTH, "language": "en"}
        for i, d in enumerate(ids)
    ]
    rows["sentences"] = [
        {"doc_id": d, "sentence": s, "start": s * LENGTH, "end": s * LENGTH + 99, "kind": "text"}
        | {"tokens": 20, "long_words": 0, "letters": 80, "figures": 0, "quoted": 0.0}
        for d in ids
        for s in range(sentences)
    ]
    rows["diversity"] = [{"doc_id": d, "tokens": 20 * sentences, "types": 9} for d in ids]
    rows["frames"] = [{"frame_id": f, "kind": "frame", "name": f.title()} for f in FRAMES]
    rows["frames"] += [{"frame_id": f, "kind": "flag", "name": f} for f in FLAGS]
    rows["frame_codes"] = codes
    rows |= tables
    built = {name: filled(name, found) for name, found in rows.items()}
    return Case("simulated", "Simulated", None, {}, Path(), built)


def code(coder: str, doc: int, sentence: int, *frames: str) -> list[dict[str, Any]]:
    span = {"start": sentence * LENGTH, "end": sentence * LENGTH + 99}
    keys = {"coder": coder, "doc_id": f"d{doc:02d}", **span}
    return [{**keys, "frame_id": frame} for frame in frames or ("none",)]


def claim(coder: str, doc: int, start: int, number: int, **more: Any) -> dict[str, Any]:
    row = {"coder": coder, "doc_id": f"d{doc:02d}", "claim_id": f"d{doc:02d}-c{number:02d}"}
    row |= {"start": start, "end": start + 20, "kind": "killed", "event_calendar": "none"}
    row |= {"attribution": "own_voice", "certainty": "asserted", "modality": "realised"}
    return row | more


def with_rows(case: Case, **tables: pd.DataFrame) -> Case:
    return Case(case.name, case.title, None, {}, case.folder, {**case.tables, **tables})


SLIPS = {"divine_sanction": 0.02, "liberation": 0.05, "victimhood": 0.45}


def simulated(coders: tuple[str, ...] = ("first", "second"), documents: int = 14) -> Case:
    """Every coder sees the truth with the slips above, in 12 sentences a document."""
    rng = random_stream(1, "simulated corpus")
    truth = rng.random((documents, 12, 3)) < 0.4
    codes, claims, captures = [], [], []
    for coder in coders:
        slips = rng.random(truth.shape) < np.array(list(SLIPS.values()))
        for doc, sentence in np.ndindex(truth.shape[:2]):
            seen = (truth ^ slips)[doc, sentence]
            codes += code(
                coder, doc, sentence, *(f for f, s in zip(FRAMES, seen, strict=True) if s)
            )
            start = sentence * LENGTH + int(rng.integers(0, 6))
            slip = rng.random() < 0.2
            figure = {"value_min": 3 + sentence + slip, "value_max": 3 + sentence + slip}
            kind = {"kind": ("wounded" if slip else "killed"), "qualifier": "exact"}
            event = {"event_id": f"{coder}-{sentence // 3}"}
            claims.append(claim(coder, doc, start, sentence, **figure, **kind, **event))
            span = {"coder": coder, "doc_id": f"d{doc:02d}", "start": start + 30, "end": start + 40}
            lemma = {"lemma": "seize" if slip else "take", "stance": "neutral"}
            captures.append({**span, **lemma, "modality": "realised"})
    size = {"documents": documents, "sentences": 12}
    return make(codes, **size, claims=claims, captures=captures)


def relabelled(case: Case, names: dict[str, str], seed: int) -> Case:
    """The case with its coders renamed, its events renamed for one, and all rows shuffled."""
    tables = {}
    for name, table in case.tables.items():
        table = table.sample(frac=1, random_state=seed).reset_index(drop=True)
        if "coder" in table:
            table["coder"] = table["coder"].replace(names)
        tables[name] = table
    return with_rows(case, **tables)


# --- frames --------------------------------------------------------------------------------------

BY_HAND = [
    *code("first", 0, 0, "liberation", "victimhood"),
    *code("first", 0, 1, "liberation"),
    *code("first", 0, 2),
    *code("first", 0, 3, "furniture"),
    *code("first", 1, 0, "unclear"),
    *code("first", 1, 1, "liberation", "repeat"),
    *code("first", 1, 2, "liberation"),
    *code("second", 0, 0, "liberation"),
    *code("second", 0, 1, "divine_sanction"),
    *code("second", 0, 2, "none"),
    *code("second", 0, 3, "liberation"),
    *code("second", 1, 0, "none"),
    *code("second", 1, 1, "liberation"),
    *code("adjudicated", 1, 2, "liberation"),
]


def test_frames_by_hand() -> None:
    table = trust.frame_agreement(make(BY_HAND)).set_index("frame_id")
    # Five sentences: furniture by one coder goes, and what only an adjudicator shared.
    assert set(table["sentences"]) == {5} and set(table["documents"]) == {2}
    row = table.loc["liberation"]
    assert (row["n_first"], row["n_second"]) == (3, 2)
    assert row["alpha"] == pytest.approx(alpha([[1, 1, 0, 0, 1], [1, 0, 0, 0, 1]]))
    assert row["positive_agreement"] == pytest.approx(4 / 5)
    assert table["rare"].all() and not trust.frame_agreement(simulated())["rare"].any()
    assert "n_adjudicated" not in table and set(table.index) == set(FRAMES)
    # Seen once, by one coder: alpha is 0 in five sentences, and never established.
    assert not table.loc["divine_sanction", "established"]
    assert table.loc["divine_sanction", "positive_agreement"] == 0


def test_the_bar_is_met_at_the_bar_and_not_without_a_value() -> None:
    same = [row for c in ("first", "second") for s in range(4) for row in code(c, 0, s)]
    table = trust.frame_agreement(make(same))
    assert table["alpha"].isna().all() and not table["established"].any()
    assert trust.weak_frames(make(same)) == sorted(FRAMES)


def test_one_coder_or_none_establishes_nothing() -> None:
    alone = make([row for row in BY_HAND if row["coder"] != "second"])
    assert trust.frame_agreement(alone, 20, 1)["alpha"].isna().all()
    assert trust.weak_frames(alone) == sorted(FRAMES)
    assert trust.weak_frames(make([])) == sorted(FRAMES)
    assert trust_claims.claim_agreement(alone).empty
    assert trust.frame_agreement_by_bloc(alone).empty


def test_slips_decide_what_is_established() -> None:
    table = trust.frame_agreement(simulated(), 400, 1).set_index("frame_id")
    assert trust.weak_frames(simulated()) == ["victimhood"]
    # Two coders with slips of 5 % each over a rate of 40 %: 1 − .095 / (2 · .41 · .59).
    row = table.loc["liberation"]
    assert row["low"] < 1 - 0.095 / (2 * 0.41 * 0.59) < row["high"]
    assert table.loc["victimhood", "low"] < 0.01 < table.loc["victimhood", "high"]
    assert set(table["resampled"]) == {"documents, then sentences"}
    few = trust.frame_agreement(simulated(documents=4), 50, 1)
    assert set(few["resampled"]) == {"sentences in these documents"}


def test_blocs_part_the_sentences() -> None:
    case = simulated()
    table = trust.frame_agreement_by_bloc(case, 50, 1)
    assert sorted(set(table["bloc"])) == ["blue", "red"] and len(table) == 2 * len(FRAMES)
    red = case["documents"].loc[case["documents"]["source_id"] == "red", "doc_id"]
    codes = case["frame_codes"]
    alone = with_rows(case, frame_codes=codes[codes["doc_id"].isin(red)])
    found = table[table["bloc"] == "red"]["alpha"]
    assert list(found) == list(trust.frame_agreement(alone)["alpha"])


@pytest.mark.parametrize("names", [{"first": "second", "second": "first"}, {"first": "zoe"}])
def test_names_of_coders_and_order_of_rows_change_nothing(names: dict[str, str]) -> None:
    case = simulated()
    other = relabelled(case, names, 3)
    columns = ["alpha", "low", "high", "positive_agreement"]
    one, two = (trust.frame_agreement(c, 60, 2) for c in (case, other))
    pd.testing.assert_frame_equal(one[columns], two[columns])
    one, two = (trust_claims.claim_agreement(c, 60, 2) for c in (case, other))
    pd.testing.assert_frame_equal(one, two)
    one, two = (trust_claims.span_agreement(c, "captures", 60, 2) for c in (case, other))
    pd.testing.assert_frame_equal(one, two)


def test_identical_coders_agree_fully() -> None:
    case = simulated(("first",))
    tables = {
        name: pd.concat([case[name], case[name].assign(coder="second")], ignore_index=True)
        for name in ("frame_codes", "claims", "captures")
    }
    twins = with_rows(case, **tables)
    table = trust.frame_agreement(twins, 30, 1)
    assert (table["alpha"] == 1).all() and (table["positive_agreement"] == 1).all()
    assert table["low"].isna().all()
    claims = trust_claims.claim_agreement(twins, 30, 1)
    assert (claims["value"].dropna() == 1).all() and len(claims["value"].dropna()) > 10


def test_a_third_coder_is_picked_up_by_every_table() -> None:
    case = simulated(("first", "second", "human-a"))
    names = ["all", "first, human-a", "first, second", "human-a, second"]
    frames = trust.frame_agreement(case, 30, 1)
    assert list(dict.fromkeys(frames["coders"])) == names
    assert frames["n_human-a"].notna().sum() == 3 * len(FRAMES)
    together = frames[frames["coders"] == "all"].set_index("frame_id")
    units, matrices = trust.frame_matrix(case, trust.coders(case))
    assert matrices["liberation"].shape == (3, 14 * 12) == (3, len(units))
    assert together.loc["liberation", "alpha"] == alpha(matrices["liberation"])
    for table in (
        trust_claims.claim_agreement(case),
        trust_claims.span_agreement(case, "captures"),
    ):
        assert list(dict.fromkeys(table["coders"])) == names
    assert "coded_human-a" in trust.coverage(case)


# --- claims --------------------------------------------------------------------------------------

SHARED = [row for c in ("first", "second") for d in (0, 1) for s in (0, 1) for row in code(c, d, s)]
EVERYTHING = [*SHARED, *code("first", 0, 2), *code("first", 0, 3)]
DAY = {"event_date": "2019-05-03", "event_calendar": "gregorian"}
FIRST = [
    claim("first", 0, 0, 1, value_min=8, value_max=8, qualifier="exact", event_id="e1", **DAY),
    claim("first", 0, 40, 2, kind="event", event_id="e1", place_id="hill;town", **DAY),
    claim("first", 0, 110, 3, value_min=10, value_max=20, qualifier="range", event_id="e2"),
    claim("first", 0, 190, 4, event_id="e2", repeats="d00-c03", value_min=5, qualifier="exact"),
    claim("first", 0, 210, 5, event_id="e3"),
    claim("first", 1, 5, 1, event_id="e2", value_min=100, value_max=100, qualifier="exact"),
]
SECOND = [
    claim("second", 0, 2, 1, value_min=8, value_max=8, qualifier="exact", event_id="x", **DAY)
    | {"event_date": "yesterday", "event_calendar": "relative"},
    claim("second", 0, 42, 2, kind="event", event_id="x", place_id="town;hill")
    | {"event_date": "2019-05", "event_calendar": "gregorian"},
    claim("second", 0, 112, 3, value_min=20, value_max=20, qualifier="up_to", event_id="y"),
    claim("second", 0, 188, 4, event_id="y", value_min=5, qualifier="exact"),
    claim("second", 1, 5, 1, event_id="z", value_min=100, value_max=100, qualifier="exact"),
    claim("second", 1, 60, 2, event_id="z"),
]


def by_hand(repeats: str = "counted") -> pd.DataFrame:
    case = make(EVERYTHING, claims=[*FIRST, *SECOND])
    table = trust_claims.claim_agreement(case)
    assert set(table["coders"]) == {"all"}
    return table[table["repeats"] == repeats].set_index(["measure", "field"])


def test_claims_by_hand() -> None:
    table = by_hand()

    def found(measure: str, field: str = "") -> tuple[float, int]:
        row = table.loc[(measure, field)]
        return pytest.approx(row["value"]), int(row["n"])

    # Only one has coded the sentence of the claim at 210; that at 190 begins in a shared one.
    assert found("unitising F1") == (10 / 11, 11)
    assert found("exact share", "value") == (3 / 4, 4)
    # Whatever the calendar, the days count: yesterday is the third of May; the month only holds it.
    assert found("identical", "event_date") == (1 / 2, 2)
    assert found("overlapping", "event_date") == (1, 2)
    kinds = alpha([["killed", "event", *["killed"] * 3]] * 2)
    assert found("nominal alpha", "kind") == (kinds, 5)
    assert found("nominal alpha", "place_id")[1] == 1
    # The event row has no qualifier; of the others one of four differs.
    qualifiers = alpha([["exact", "range", "exact", "exact"], ["exact", "up_to", "exact", "exact"]])
    assert found("nominal alpha", "qualifier") == (qualifiers, 4)
    logs = np.log10([[8, np.sqrt(200), 5, 100], [8, 20, 5, 100]])
    assert found("alpha of logarithms", "value") == (alpha(logs, "interval"), 4)
    one, two = ["e1", "e1", "e2", "e2", "e2"], ["x", "x", "y", "y", "z"]
    assert found("B-cubed F1", "event_id") == (b_cubed(one, two)[2], 5)
    assert found("adjusted Rand index", "event_id") == (adjusted_rand(one, two), 5)
    # Alike in all: none of the dated ones by calendar; the repeat at 190. The last one's event is
    # another by the rest of the rows.
    assert found("alike in every field") == (2 / 11, 11)


def test_claims_that_repeat_can_be_left_out() -> None:
    assert by_hand("left out").loc[("unitising F1", ""), "n"] == 10
    assert by_hand("left out").loc[("unitising F1", ""), "value"] == pytest.approx(8 / 10)


def test_matching_ignores_what_a_claim_says() -> None:
    other = [{**row, "kind": "wounded", "event_id": "q", "value_min": 1.0} for row in SECOND]
    case = make(EVERYTHING, claims=[*FIRST, *other])
    table = trust_claims.claim_agreement(case).set_index(["repeats", "measure", "field"])
    assert table.loc[("counted", "unitising F1", ""), "value"] == pytest.approx(10 / 11)


def test_claims_of_a_simulated_corpus() -> None:
    table = trust_claims.claim_agreement(simulated(), 400, 1)
    table = table[table["repeats"] == "counted"].set_index(["measure", "field"])
    assert table.loc[("unitising F1", ""), "value"] == 1
    row = table.loc[("exact share", "value")]
    # Both slip or neither: .8² + .2².
    assert row["low"] < 0.68 < row["high"] and row["resampled"] == "documents, then rows"
    # Events are the same partition under other names.
    assert table.loc[("adjusted Rand index", "event_id"), "value"] == pytest.approx(1)
    assert table.loc[("alike in every field", ""), "value"] == pytest.approx(row["value"])


def test_captures_and_mentions_likewise() -> None:
    table = trust_claims.span_agreement(simulated(), "captures", 50, 1).set_index("field")
    assert table.loc["lemma", "value"] == pytest.approx(0, abs=0.2)
    mentions = [
        {"coder": c, "doc_id": "d00", "start": s, "end": s + 5, "label": "army", "actor_id": actor}
        | {"stance": "neutral"}
        for c, s, actor in [("first", 3, "a"), ("first", 50, "b"), ("second", 3, "a"),
                            ("second", 50, "a"), ("second", 350, "a")]
    ]  # fmt: skip
    table = trust_claims.span_agreement(make(SHARED, naming_mentions=mentions), "naming_mentions")
    values = table.set_index(["measure", "field"])["value"]
    assert values["unitising F1", ""] == 1
    assert values["nominal alpha", "actor_id"] == pytest.approx(alpha([["a", "b"], ["a", "a"]]))
    empty = trust_claims.span_agreement(make(SHARED), "captures")
    assert set(empty["n"]) == {0} and empty["value"].isna().all()


# --- coverage and report -------------------------------------------------------------------------


def test_coverage_by_hand() -> None:
    case = make([*EVERYTHING, *code("adjudicated", 1, 0)], claims=[*FIRST, *SECOND])
    sentences = case["sentences"].copy()
    sentences.loc[3, "kind"] = "furniture"
    table = trust.coverage(with_rows(case, sentences=sentences)).set_index("doc_id")
    assert list(table.loc["d00", ["codable", "coded_first", "coded_second"]]) == [3, 3, 2]
    assert list(table.loc["d01", ["codable", "coded_first", "coded_adjudicated"]]) == [4, 2, 1]
    # Claims of the coder who covers most, in 80 words a document.
    assert table.loc["d00", "claims"] == 5
    assert table.loc["d00", "claims_per_1000_words"] == pytest.approx(62.5)


def report(case: Case, folder: Path) -> Outputs:
    """Run `how_far` with its files below `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMELINES_STAGING", str(folder))
        out = Outputs("simulated", "02")
        how_far(case, out, 40, 1)
        out.close()
    return out


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def test_how_far_writes_what_it_names_and_the_same_bytes_twice(tmp_path: Path) -> None:
    case = simulated()
    out = report(case, tmp_path / "a")
    assert out.numbers["trust_weak"]["text"] == "Victimhood"
    assert out.numbers["trust_established"]["value"] == 2
    assert out.numbers["trust_others"]["text"] == "none"
    assert set(out.figures) == {"trust-agreement"}
    assert set(out.tables) == {"trust-coverage", "trust-by-bloc", "trust-rows"}
    rows = pd.read_csv(tmp_path / "a/reports/simulated/tables/02-trust-rows.csv")
    assert rows["value"].notna().any() and rows["without_repeats"].notna().any()
    report(relabelled(case, {}, 5), tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_third_coder_is_picked_up_by_the_report(tmp_path: Path) -> None:
    out = report(simulated(("first", "human-a", "second")), tmp_path)
    assert out.numbers["trust_others"]["text"] == "human-a"
    assert out.numbers["trust_coders"]["text"] == "first, human-a and second"
    assert set(out.tables) == {"trust-coverage", "trust-by-bloc", "trust-rows", "trust-pairs"}
    found = files(tmp_path)
    for name in ("tables/02-trust-coverage", "tables/02-trust-pairs", "tables/02-trust-rows"):
        assert b"human-a" in found[f"reports/simulated/{name}.csv"]
    assert b"human-a" in found["figures/simulated/02-trust-agreement.csv"]


def test_with_one_coder_there_is_no_figure(tmp_path: Path) -> None:
    out = report(simulated(("first",)), tmp_path)
    assert out.figures == {} and set(out.tables) == {"trust-coverage"}
    assert "trust_weak" not in out.numbers
    out = report(make([]), tmp_path)
    assert out.tables == {}


def test_the_example_has_coverage() -> None:
    case = load_case("example")
    table = trust.coverage(case)
    assert len(table) == len(case["documents"])
    for coder in trust.coders(case):
        assert (table[f"coded_{coder}"] <= table["codable"]).all()
    assert table["claims"].sum() <= len(case["claims"])
