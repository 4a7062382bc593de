"""Agreement of coders in a small corpus counted by hand, and in one simulated from known slips."""

from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import toys
from toys import Row

from framelines.analyses import trust
from framelines.methods.agreement import alpha_of
from framelines.methods.estimate import random_stream
from framelines.tables.case import Case

FRAMES = ("divine_sanction", "liberation", "victimhood")
LENGTH = 100
DRAWING = {"draws": 60, "seed": 1, "permutations": 99}
SLIPS = {"divine_sanction": 0.02, "liberation": 0.05, "victimhood": 0.45}
DAY = {"event_date": "2019-05-03", "event_calendar": "gregorian"}
MONTH = {"event_date": "2019-05", "event_calendar": "gregorian"}
RELATIVE = {"event_date": "yesterday", "event_calendar": "relative"}


def make(codes: list[Row], documents: int = 2, sentences: int = 4, **more: list[Row]) -> Case:
    """A toy of documents d00 (red), d01 (blue) and so on, with sentences of LENGTH characters."""
    ids = zip([f"d{i:02d}" for i in range(documents)], cycle(("red-news", "blue-news")))
    texts = [toys.document(doc, source, "2019-05-04") for doc, source in ids]
    spans = [{"sentence": s, "start": s * LENGTH, "end": s * LENGTH + 99} for s in range(sentences)]
    rows = {"frame_codes": codes, "documents": texts, "naming_mentions": [], "acts": []} | more
    kind = {"kind": "text", "chunk": 0}
    rows["sentences"] = [text | kind | span for text in texts for span in spans]
    rows["frames"] = [{"frame_id": f, "kind": "frame", "name": f.title()} for f in FRAMES]
    rows["coders"] = [{"coder": "first", "kind": "person", "label": "a student"}]
    rows["coders"] += [{"coder": "machine", "kind": "rules", "label": "word lists"}]
    return replace(toys.toy(rows.pop("claims", []), **rows), parameters=DRAWING)


def code(coder: str, doc: int, sentence: int, *frames: str) -> list[Row]:
    keys: Row = {"coder": coder, "doc_id": f"d{doc:02d}"}
    keys |= {"start": sentence * LENGTH, "end": sentence * LENGTH + 99}
    return [{**keys, "frame_id": frame} for frame in frames or ("none",)]


def claim(coder: str, doc: int, start: int, number: int, **more: Any) -> Row:
    row: Row = {"coder": coder, "start": start, "end": start + 20}
    row |= {"doc_id": f"d{doc:02d}", "claim_id": f"d{doc:02d}-c{number:02d}"}
    return row | {"kind": "killed", "event_calendar": "none"} | more


# Document and sentence, and the frames that a coder saw in it.
CODED = {
    "first": "00 liberation victimhood,01 liberation,02,03 furniture,10 unclear,11 liberation"
    ",12 liberation",
    "second": "00 liberation,01 divine_sanction,02,03 liberation repeat,10,11 liberation",
    "adjudicated": "12 liberation",
}
BY_HAND = []
for coder, sentences in CODED.items():
    for at, *frames in map(str.split, sentences.split(",")):
        BY_HAND += code(coder, int(at[0]), int(at[1]), *frames)


def test_frames_by_hand_which_one_coder_or_rules_beside_a_person_do_not_establish() -> None:
    case = make(BY_HAND)
    table = trust.frame_agreement(case).set_index("code")
    # Five sentences: furniture by one coder goes, and what only an adjudicator shared.
    assert set(table["n"]) == {5} and set(table["documents"]) == {2}
    (alpha,) = alpha_of([[1, 1, 0, 0, 1], [1, 0, 0, 0, 1]])(np.ones((1, 5)))
    assert tuple(table.loc["liberation", ["seen", "value"]]) == (3, pytest.approx(alpha))
    assert not table.at["divine_sanction", "established"]
    assert trust.weak_frames(make(code("first", 0, 0) + BY_HAND)) == set(FRAMES)
    alone = [row for row in BY_HAND if row["coder"] != "second"]
    rules = [row | {"coder": "machine"} for row in alone]
    for case in map(make, (alone, [], alone[:1], alone + rules)):
        assert trust.agreement_table(case).empty and trust.second_coder(case) == ""
        assert trust.weak_frames(case) == set(FRAMES)
        found = trust.how_far(case)
        assert found["established"] == 0 and found["why"].startswith("no sentence")
    assert trust.coded_sentences(make([])).empty
    assert trust.second_coder(make([*BY_HAND, *rules])) == "second"


def simulated(*coders: str, documents: int = 14) -> Case:
    """Every coder sees the truth with the slips above, in 12 sentences a document."""
    rng = random_stream(1, "simulated corpus")
    truth, codes, claims = rng.random((documents, 12, 3)) < 0.4, [], []
    for coder in coders:
        slips = rng.random(truth.shape) < np.array(list(SLIPS.values()))
        for doc, sentence in np.ndindex(truth.shape[:2]):
            seen = (truth ^ slips)[doc, sentence]
            frames = (f for f, s in zip(FRAMES, seen, strict=True) if s)
            codes += code(coder, doc, sentence, *frames)
            start = sentence * LENGTH + int(rng.integers(0, 6))
            kind = {"kind": "wounded" if rng.random() < 0.2 else "killed"}
            claims.append(claim(coder, doc, start, sentence, **kind))
    return make(codes, documents, 12, claims=claims)


def test_slips_decide_what_is_established_and_order_and_names_nothing() -> None:
    case = simulated("first", "second")
    table = trust.frame_agreement(case).set_index("code")
    assert trust.weak_frames(case) == {"victimhood"}
    # Two coders with slips of 5 % each over a rate of 40 %: 1 − .095 / (2 · .41 · .59).
    row = table.loc["liberation"]
    assert row["low"] < 1 - 0.095 / (2 * 0.41 * 0.59) < row["high"]
    found = trust.how_far(case)
    assert (found["established"], found["sentences"]) == (2, 168)
    assert (found["coder"], found["second"]) == ("a student", "second")
    few = trust.frame_agreement(simulated("first", "second", documents=4))
    assert few["value"].notna().all() and few["low"].isna().all()
    one, other = simulated("first", "second"), toys.shuffled(simulated("first", "zoe"))
    pd.testing.assert_frame_equal(*map(trust.agreement_table, (one, other)))


SHARED = [row for c in ("first", "second") for d in (0, 1) for s in (0, 1) for row in code(c, d, s)]
CLAIMS = [
    claim("first", 0, 0, 1, value_min=8, value_max=8, event_id="e1", **DAY),
    claim("first", 0, 40, 2, kind="event", event_id="e1", place_id="hill;town") | DAY,
    claim("first", 0, 110, 3, value_min=10, value_max=20, event_id="e2"),
    claim("first", 0, 190, 4, event_id="e2", value_min=5),
    claim("first", 0, 210, 5, event_id="e3"),
    claim("first", 1, 5, 1, event_id="e2", value_min=100, value_max=100),
    claim("second", 0, 2, 1, value_min=8, value_max=8, event_id="x") | RELATIVE,
    claim("second", 0, 42, 2, kind="event", event_id="x", place_id="town;hill") | MONTH,
    claim("second", 0, 112, 3, value_min=20, value_max=20, event_id="y"),
    claim("second", 0, 188, 4, event_id="y", value_min=5),
    claim("second", 1, 5, 1, event_id="z", value_min=100, value_max=100),
    claim("second", 1, 60, 2, event_id="z"),
]


def test_claims_by_hand() -> None:
    alone = [*code("first", 0, 2), *code("first", 0, 3)]
    case = make([*SHARED, *alone], claims=CLAIMS)
    table = trust.agreement_table(case)
    table = table[table["table"] == "claims"].set_index(["measure", "code"])

    def found(measure: str, field: str = "") -> tuple[Any, int]:
        row = table.loc[(measure, field)]
        return pytest.approx(row["value"]), int(row["n"])

    # Only one has coded the sentence of the claim at 210; that at 190 begins in a shared one.
    assert found("F1 of spans") == (10 / 11, 11) and found("share alike", "value") == (3 / 4, 4)
    # Whatever the calendar, the days count: yesterday is the third of May; the month only holds it.
    assert found("share alike", "event_date") == (1 / 2, 2)
    assert found("alpha", "kind") == (1, 5) and found("alpha", "place_id")[1] == 1
    # Whoever fills no cell of a field did not code it.
    bare = [one | {"kind": ""} if one["coder"] == "second" else one for one in CLAIMS]
    other = trust.agreement_table(make([*SHARED, *alone], claims=bare)).set_index("code")
    assert other.at["kind", "n"] == 0 < other.at["value", "n"]
