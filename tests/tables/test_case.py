"""Cases are read as they are meant, or refused; of their coded rows, those that count."""

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from framelines import REPO
from framelines.analyses import claims, disputes, framing, losses, profiles, timelines, trust
from framelines.corpus.features import COUNTED
from framelines.errors import DataError
from framelines.tables import case as c
from framelines.tables import rows as r
from framelines.tables.schema import check_tables, resources, write_table

ODD = "0;-0;007;1e309;nan;x;é;٣;2017;2017-02-30;1438-05;yesterday;../2100;none;=1+1;-10d".split(";")
USES = (
    *(claims.claims, profiles.by_source, profiles.rates),
    *(timelines.anchor_table, timelines.calibration_panels, timelines.lanes, timelines.coverage),
    *(losses.known_losses, losses.parts_table, disputes.disputes, disputes.questions),
    *(framing.stance_shares, framing.verbs_by_event, framing.agency_hits, profiles.key_terms),
    *(framing.attribution_hits, framing.frame_contrasts, trust.agreement_table),
)
CELLS = st.sampled_from(["", *ODD, "x" * 4000, "a;b", "that of the next row"])
CASES = ["example", "palmyra", "idlib"]
case_of = cache(c.load_case)
X = "title: X\ndata: data\n"
CODE = {"coder": "first", "doc_id": "post", "start": 0, "end": 3, "hash": "0" * 16}
CODE |= {"stance": "neutral"}


@settings(max_examples=6)
@given(st.sampled_from([*resources()]), st.integers(0, 99), st.integers(0, 9999), CELLS)
@example("events", 1, 3, "-10d")  # an event that is of no case, or of another
@example("claims", 13, 5, "-0")
def test_what_is_accepted_can_be_used(table: str, column: int, row: int, value: str) -> None:
    path = Path("data", "example", resources()[table]["path"])
    assume((REPO / path).is_file())
    with TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
        root = Path(scratch)
        shutil.copytree(REPO / "data" / "example", root / "data" / "example")
        frame = pd.read_csv(REPO / path, dtype=str, keep_default_na=False)
        name, at = frame.columns[column % len(frame.columns)], row % len(frame)
        odd = frame[name].iat[(at + 1) % len(frame)] if value.startswith("that") else value
        frame.loc[at, name] = odd
        frame.to_csv(root / path, index=False)
        patch.setattr(c, "REPO", root)
        try:
            case = c.load_case("example", draws=99, permutations=99)
        except DataError:
            return
        for use in USES:
            use(case)


def test_fields_and_parameters_can_be_replaced() -> None:
    case = c.load_case("example", draws=200, seed=3, calendar=1, title="Other", compare=None)
    assert case.parameters == {"draws": 200, "seed": 3, "permutations": 9999, "calendar": "1"}
    assert case.title == "Other" and case.compare is None
    wrong = [("draws", 0), ("draws", -5), ("draws", 10**11), ("permutations", 1)]
    for name, value in [*wrong, ("case_name", "idlib"), ("drawz", 200), ("data", "/etc")]:
        with pytest.raises(DataError, match=f"column (parameters.)?{name}: .*met '{value}'"):
            c.load_case("example", **{name: value})


@pytest.fixture
def cases(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tiny.parent
    folder = root / "notebooks" / "cases"
    folder.mkdir(parents=True)
    monkeypatch.setattr(c, "REPO", root)
    for function in (c.case_names, c.read_case_file):
        monkeypatch.setattr(function, "__defaults__", (root,))
    (folder / "tiny.yaml").write_text(X)
    return folder


def problems(name: str = "tiny") -> str:
    with pytest.raises(DataError) as caught:
        c.load_case(name)
    return str(caught.value)


def test_values_mean_what_a_person_means(cases: Path) -> None:
    for line, field, value in (
        ("title: no", "title", "no"), ("title: 2019", "title", "2019"),
        ("title: 2019-08-22", "title", "2019-08-22"), ("compare: null", "compare", None),
        ("compare: ~", "compare", None), ("compare:", "compare", None),
        ("compare: [no, on]", "compare", ("no", "on")), ("parameters: {draws: 0100}", "draws", 100),
        ("parameters: {seed: 010}", "seed", 10), ("parameters: {calendar: 1}", "calendar", "1"),
        ("parameters: {calendar: umm_al_qura}", "calendar", "umm_al_qura"),
        ("parameters:", "draws", 5000),
        ("theatre: {name: no, places: [010]}", "theatre", {"name": "no", "places": ("010",)}),
    ):  # fmt: skip
        title = "" if line.startswith("title") else "title: X\n"
        text = f"\ufeff{title}data: data\n{line}\n".replace("\n", "\r\n")
        (cases / "tiny.yaml").write_text(text, encoding="utf-8")
        found = c.read_case_file("tiny").model_dump()
        assert (found | found["parameters"])[field] == value, line


def test_files_that_are_refused(cases: Path) -> None:
    for text, words in (
        ("titel: X\ndata: [data]", ["title: this field is missing", "column titel", "column data"]),
        (X + "compare: [a]", ["column compare.1: this field is missing"]),
        (X + "compare: [a, a]", ["compare: the two camps are the same"]),
        (X + "parameters: {draws: 12:30}", ["column parameters.draws", "12:30"]),
        (X + "parameters: {sed: 1}", ["parameters.sed", "draws, seed"]),
        (X + "parameters: {calendar: julian}", ["calendar", "'julian'"]),
        (X + "parameters: {case_name: x}", ["column parameters.case_name"]),
        (X + "scope_days: 2019-08-22", ["column scope_days", "'2019-08-22'"]),
        ("title: X\ndata: data/../..", ["column data: this value", "allowed: a folder of this"]),
        ("- title", ["fields and their values belong here", "allowed: title"]),
        ("", ["fields and their values belong here"]),
        (X + "title: Y", ["row 3: a field stands twice"]),
        ("title: X\n\tdata: data", ["row 2: this is no YAML"]),
        ('title: "X\\nY"\ndata: data', ["column title", "U+000A"]),
        ("title: X\ndata: [data]\ncompare: a", ["column data", "two camps such as [north, south]"]),
        (X + "parameters: {draws: 9}", ["draws", "number from 99 to 100,000"]),
        (X + "parameters: {seed: -1}", ["seed", "met '-1'; allowed: a whole num"]),
        (X + "compare: [blue, mars]", ["'mars'", "allowed: blue, red"]),
    ):
        (cases / "tiny.yaml").write_text(text)
        found = problems()
        words = ["notebooks/cases/tiny.yaml", *words]
        assert [word for word in words if word not in found] == [], found
        assert not re.search("Input|should|valid|[Ee]rror|<|dict|NoneType", found), found


@pytest.mark.parametrize("name", ["My Case", "anchors", "mixed", "a.b", "Ä", "../tiny", "$(x)"])
def test_names_that_no_command_can_read(cases: Path, name: str) -> None:
    (cases / f"{Path(name).name}.yaml").write_text(X)
    assert "no name of a case" in problems(name) and "a-z, 0-9" in problems(name)
    assert "there is no such case; met 'tinny'; allowed: " in problems("tinny")
    (cases / "other.yml").write_text("title: X")
    assert "cases/other.yml: the file of a case ends in .yaml" in problems()


def test_a_case_without_documents_places_or_codes(cases: Path, tiny: Path) -> None:
    (cases / "empty.yaml").write_text(X)
    assert "no document belongs to this case" in problems("empty")
    case = c.load_case("tiny")  # whose theatre is that of most documents
    assert (case.theatre, case.regions) == ("river", ("river",))
    for name in c.CODED:
        found = r.rows(case, name, scope="theatre_sentences", reposts="in")
        assert found.empty and {"doc_id", "sentence", "region", *r.META} <= set(found)
    assert r.sentence_events(case).empty and r.theatre_places(case) == frozenset()
    assert len(r.theatre_sentences(case)) == len(case["sentences"])
    # Ids of a table that is not there are unknown.
    capture = CODE | {"lemma": "take", "modality": "realised", "event_id": "fall", "taker_id": "x"}
    write_table(pd.DataFrame([capture]), tiny, "captures")
    assert list(c.load_case("tiny")["captures"]["event_id"]) == [""]
    assert list(check_tables(tiny)["captures"]["event_id"]) == ["fall"]
    (tiny / "captures.csv").unlink()
    (cases / "tiny.yaml").write_text(X + "coder: second\ntheatre: {name: river, places: [hill]}\n")
    assert c.load_case("tiny").coder == "second"
    write_table(pd.DataFrame([{"place_id": "a", "name": "A", "kind": "town"}]), tiny, "places")
    mention = CODE | {"label": "it", "actor_id": "blue"}
    write_table(pd.DataFrame([mention]), tiny, "naming_mentions")
    told = problems()
    assert "no code is by this coder; met 'second'; allowed: first" in told
    assert "places.csv has no such place; met 'hill'" in told


@pytest.mark.parametrize("name", CASES)
def test_rows_stand_in_a_sentence_that_counts_in_any_order(name: str) -> None:
    case = case_of(name)
    spans = case["sentences"].set_index(["doc_id", "sentence"])
    mixed = {n: frame.sample(frac=1, random_state=5) for n, frame in case.tables.items()}
    for table in c.CODED:
        found = r.rows(case, table)
        pd.testing.assert_frame_equal(found, r.rows(replace(case, tables=mixed), table))
        assert set(found["region"]) <= set(COUNTED) and set(found["coder"]) == {"first"}
        own = spans.loc[list(zip(found["doc_id"], found["sentence"], strict=True))]
        assert found["start"].between(*own[["start", "end"]].to_numpy().T, inclusive="left").all()


def test_coders_sides_and_theatres_and_what_is_said_of_those_unknown() -> None:
    case = case_of("palmyra")
    second, every = (len(r.rows(case, "frame_codes", coder=one)) for one in ("second", "any"))
    assert 0 < len(r.rows(replace(case, coder="second"), "frame_codes")) == second < every
    sides = {"government_camp": "government_side", "islamic_state": "islamic_state", "nobody": ""}
    assert {camp: r.side_of_camp(camp, case["actors"]) for camp in sides} == sides
    places = r.theatre_places(case)
    assert {"palmyra", "palmyra-castle", "t4-airbase", "homs-governorate"} <= places
    assert not {"aleppo-governorate", "mosul", "syria"} & places
    assert [case_of(name).theatre for name in CASES] == ["arda", "palmyra", "idlib"]
    kept = r.theatre_sentences(case).groupby("doc_id").size()
    every = case["sentences"].groupby("doc_id").size()
    assert kept["is-hims-interview"] == every["is-hims-interview"]
    assert 0 < kept["is-operations-digest"] < every["is-operations-digest"]
    assert "lantern-03-signs-first" not in {*r.theatre_sentences(case_of("example"))["doc_id"]}
    wrong: dict[str, Any] = {
        "theatre_sentences, whole_texts": lambda: r.rows(case, "acts", scope="everything"),
        "allowed: none, ": lambda: r.documents(case, left_out="sana"),
        "reposts are in or out": lambda: r.documents(case, reposts="some"),
        "there are no two sides here": lambda: r.pair_of(case_of("idlib")),
    }
    for said, ask in wrong.items():
        with pytest.raises(DataError, match=said):
            ask()


def test_reposts_count_for_their_hosts_when_asked_for_and_free_labels_are_no_events() -> None:
    case = case_of("example")
    assert "digest-01-tamsar-copy" not in set(r.documents(case)["doc_id"])
    once, twice = r.rows(case, "captures"), r.rows(case, "captures", reposts="in")
    original = once[once["doc_id"] == "lantern-02-tamsar"]
    assert len(twice) == len(once) + 2 * len(original)
    once, twice = (r.rows(case_of("idlib"), "frame_codes", reposts=way) for way in ("out", "in"))
    inside = (once["doc_id"] == "st-command-vows").sum()
    assert inside > 0 and len(twice) == len(once) + inside
    keys = ["doc_id", "sentence", "start", "coder", "frame_id"]
    assert not twice.duplicated(keys).any()
    assert (twice.groupby(keys[:2])["start"].nunique() == 1).all()
    case = case_of("idlib")
    example = r.sentence_events(case_of("example"))  # a row takes the place of its event
    assert set(example.loc[example["event_id"] == "vennick-taken", "place_id"]) == {"vennick"}
    second = case["captures"].loc[case["captures"]["coder"] == "second", "event_id"]
    known = {"", *case["events"]["event_id"]}
    assert set(second) - known  # otherwise there is nothing to tell apart here
    assert set(r.sentence_events(case)["event_id"]) <= known
