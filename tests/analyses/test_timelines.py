"""Calendars, days, silence: the planted truth of the example, the findings, small cases by hand."""

import math
from typing import Any

import pandas as pd
from toys import TRUTH, case_of, claim, document, event, figure, known, toy

from framelines.analyses import claims as c
from framelines.analyses import disputes as d
from framelines.analyses import timelines as t
from framelines.methods.calendars import OFFSETS, calibrate, offsets_of, posterior
from framelines.methods.dates import days_text, gregorian


def test_calendar_leads_and_sites_taken_twice_in_the_real_cases() -> None:
    case = case_of("palmyra")
    found = t.calendar_offset(case, months=["1438-03", "1438-04"])
    told = [(e.part, e.value, e.low, e.high, e.n) for e in found]
    assert told == [("1438-03", 1, 1, 1, (11,)), ("1438-04", 1, 1, 1, (11,))]
    assert "7 of a single day" in found[0].detail
    assert "above 0.999 with any one left out; probability 0.998 with any two" in found[0].detail
    held = t.calibration_panels(case).query("panel == 'check'")
    assert list(held["gap_calibrated"]) == [0] * 4 and (held["gap_umm_al_qura"] != 0).all()
    agreed = [t.date_agreement(case, calendar=one)[0] for one in ("umm_al_qura", "hull")]
    assert [(e.k, e.n) for e in agreed] == [((0,), (4,)), ((4,), (4,))]
    assert t.leads(case_of("idlib"))["lead"].value_counts().to_dict() == {"same": 3, "open": 2}
    assert t.lead(case_of("idlib"))[0].detail.startswith("the same day as the reference (Al-")
    assert [d.taken_twice(case_of(name)).value for name in ("palmyra", "example")] == [4, 0]
    assert d.taken_twice(case_of("palmyra"), across_documents="one_source").value == 5


def test_the_planted_calendar_and_silence_are_found() -> None:
    case, planted = case_of("example"), TRUTH["calendar"]
    offset = planted["realised"]["offset_days"]
    found = [(e.part, e.value) for e in t.calendar_offset(case)]
    assert found == [(month, offset) for month in planted["months"]]
    table = t.date_agreement_table(case, calendar="umm_al_qura")
    assert set(table.loc[table["verdict"] == "certainly_different", "gap"]) == {1.0}
    (after,) = t.date_agreement(case)
    assert after.k == after.n == (len(planted["compared_events"]),)
    planted = TRUTH["silence"]
    table = t.coverage(case)
    silent = table[table["state"] == t.SILENT]
    assert list(silent["event_id"]) == [planted["planted"][0]["event"]]
    none = table["event_id"] == planted["not_at_risk"][0]["event"]
    assert set(table.loc[none, "state"]) == {t.NOT_AT_RISK}
    assert (t.coverage(case, risk_set="publication")["state"] == t.SILENT).sum() > 1
    assert table.groupby("camp")["at_risk"].sum()["south"] == 17


def test_claims_and_reference_name_side_voice_days_and_readings() -> None:
    told = c.claims(case_of("example")).set_index("claim_id")
    row = told.loc["lantern-09-digest-c03"]
    assert (row["target_side"], row["camp"], row["voice"]) == ("north", "south", "The Lantern")
    assert row["window_last"] - row["window_first"] == 2
    assert told.loc["digest-02-bridge-c03", "voice"] == "quoted in Valley Digest"
    case = toy([figure("r1-c1", "raid", 50, qualifier="more_than", value_max=None)])
    row = c.claims(case).iloc[0]
    assert (row["low"], row["high"], row["close_low"], row["close_high"]) == (51, math.inf, 51, 100)
    assert (row["stated"], row["told"], row["covers_first"]) == (50, "more than 50", row["first"])
    rows = [known("x1", "raid", value=3, value_max=4, target="blue-army")]
    rows += [known("x2", "raid", value=3, target="red", origin="belligerent", quality="low")]
    rows += [known("x3", "raid", value=3), known("x4", "", value=3, target="red")]
    rows += [known("x5", "raid", "2019-05-04", quality="low")]
    case = toy([], events=[event("raid")], reference=rows)
    found = c.reference(case, "any").set_index("claim_id")
    assert list(found["kind"]) == ["killed", "event", "killed", "event"]
    columns = ["target_id", "target_side", "low", "high", "told"]
    assert list(found.loc["x1", columns]) == ["blue-army", "blue", 3, 4, "3 to 4"]
    assert list(found.loc["x2", columns[:2]]) == ["", "red"]
    # A party to the war is no reference, and the best quality dates an event.
    assert "x2" not in set(c.reference(case)["claim_id"])
    day = c.reference_days(case).iloc[0]
    assert days_text(day["first"], day["last"]) == "2019-05-03"


def matches(last: Any = (), **changes: Any) -> pd.DataFrame:
    """The anchors of a case with three matches, the claim or the row of the last one changed."""
    claims = [claim(f"r1-c{n}", f"e{n}", event_calendar="hijri") for n in (1, 2, 3)]
    rows = [known(f"x{n}", f"e{n}", f"2016-12-0{n}", case="anchors") for n in (1, 2, 3)]
    claims = [one | {"event_date": f"1438-03-0{n}"} for n, one in enumerate(claims, 1)]
    claims[2] |= dict(last)
    return c.anchors(toy(claims, reference=[*rows[:2], rows[2] | changes]))


def test_anchors_and_why_a_match_is_none() -> None:
    found = matches(part_of_day="evening")
    assert list(found["low"]) == [1, 1, 1] and list(found["high"]) == [1, 1, 2]
    assert list(found["tabular"]) == [1, 1, 1] and set(found["month"]) == {"1438-03"}
    assert found["umm_al_qura"][0] == gregorian("2016-11-30")[0] and found["used"].all()
    again = {"event_id": "e2", "event_date": "1438-03-02", "repeats": "r1-c2"}
    for found, reason in (
        (matches({"event_date": "1438-03"}), "the claim names no single day"),
        (matches(date_from="2017-06-01", date_to="2017-06-01"), "more than 5 days apart"),
        (matches(origin="belligerent"), "dated by a party to the war"),
        (matches(place_id="ford"), "in the theatre’s own country"),
        (matches(again), "another row of the same source and event is used"),
    ):
        assert list(found["used"]) == [True, True, False]
        assert list(found["reason"]) == ["", "", reason]
        assert len(posterior(found, without=1)) == 2 * len(OFFSETS)
    none = calibrate(c.anchors(toy([])))
    assert none.empty and offsets_of(none, "paper") == {}


def states(case: Any, **choices: str) -> pd.DataFrame:
    return t.coverage(case, **choices).pivot(index="event_id", columns="source", values="state")


def test_silence_needs_an_event_before_publication_on_the_theatre_and_in_the_told_window() -> None:
    documents = [document("r1", "red-news", "2019-05-10"), document("r2", "red-news", "2019-05-04")]
    documents.append(document("b1", "blue-news", theatre="elsewhere"))
    days = {"r1-c1": ("start", "2019-05-01"), "r1-c2": ("end", "2019-05-08")}
    days["r2-c1"] = days["r1-c1"]
    told = [claim(i, e, event_date=day, place_id="ford") for i, (e, day) in days.items()]
    when = {"inside": "05-05", "before": "04-20", "after": "05-09", "late": "05-11"}
    references = [known(f"x-{e}", e, f"2019-{day}") for e, day in when.items()]
    about = {"events": [event(e) for e in (*when, "start", "end")], "documents": documents}
    case = toy(told, **about, reference=references)
    found, wide = (
        states(case, risk_set=one).loc[list(when)] for one in ("told_window", "publication")
    )
    assert list(found["Red News"]) == [t.SILENT, *[t.NOT_AT_RISK] * 3]
    assert list(found["Blue News"]) == [t.NOT_AT_RISK] * 4
    assert list(wide["Red News"]) == [*[t.SILENT] * 3, t.NOT_AT_RISK]
    alone = t.coverage(toy(told, **about))
    assert not alone["at_risk"].any() and not alone["listed"].any()
    assert t.coverage(toy([claim("r1-c1", "")])).empty
    rows = [claim("r1-c1", "a", modality="planned"), claim("r1-c2", "b", certainty="hedged")]
    rows += [claim("r1-c3", "c", certainty="denied"), claim("r1-c4", "d")]
    rows += [claim("r1-c5", "e", modality="negated")]
    table = states(toy(rows))
    assert list(table["Red News"]) == ["partly", "partly", "denied", "told", "denied"]
    assert set(table["Blue News"]) == {t.NOT_AT_RISK}


def test_places_told_and_events_that_a_figure_alone_dates() -> None:
    base, where = {"parent": "vale", "kind": "town"}, {"ford": 35, "mill": 36, "hill": None}
    places = [{"place_id": p, "name": p, "lat": at, "lon": at, **base} for p, at in where.items()]
    places.append({**places[0], "place_id": "vale", "parent": "", "kind": "region"})
    told = {"r1-c1": "ford;hill", "r1-c2": "mill", "b1-c1": "ford;vale"}
    case = toy([claim(i, "raid", place_id=p) for i, p in told.items()], places=places)
    found = t.places_told(case)[["place", "claims", "by"]].to_numpy().tolist()
    assert found == [["ford", 2, "red + blue"], ["mill", 1, "red"]]
    hijri = {"event_calendar": "hijri", "date_basis": "document", "window": ""}
    rows = [figure("r1-c1", "raid", 9, **hijri, event_date="1440-08-27")]
    rows += [claim("r1-c2", "siege", **hijri, event_date="1440-08-26/1440-08-29")]
    rows += [figure("r1-c3", "siege", 4, **hijri, event_date="1440-08-28")]
    rows += [figure("r1-c4", "war", 9, **hijri, event_date="1440-08-27", scope="cumulative")]
    references = [known(f"x-{e}", e, "2019-05-02") for e in ("raid", "siege", "war")]
    table = t.date_agreement_table(toy(rows, reference=references), calendar="umm_al_qura")
    assert list(table["claim_id"]) == ["r1-c1", "r1-c2"]


def test_spread_of_day_and_lead() -> None:
    days = {"r1-c1": "2019-05-03", "r1-c2": "../2019-05-02"}
    days |= {"b1-c1": "2019-05-06", "b1-c2": "2019-05"}
    rows = [claim(i, "fall", event_date=day) for i, day in days.items()]
    lemmas = ((rows[0], "enter"), (rows[2], "secure"))
    captures = [{**row, "lemma": lemma, "start": 0, "end": 4} for row, lemma in lemmas]
    taking = {"events": [event("fall", "taking")]}
    case = toy(rows, captures=captures, **taking)
    ordered = ["r1-c2", "r1-c1", "b1-c1", "b1-c2"]
    assert list(t.days_of_event(case, event_id="fall")["claim_id"]) == ordered
    found = t.spread_of_day(case, event_id="fall")
    assert (found.value, found.low, found.n) == (3, 3, (2,))
    control = t.days_of_event(case, event_id="fall", wording="full_control_only")
    assert set(control["claim_id"]) == {"b1-c1", "b1-c2"}
    copies = [document("r1", "red-news", contained_in="b1"), document("b1", "blue-news")]
    one = toy(rows[:1], captures=captures, documents=copies, **taking)
    for left_out, n in (("none", 2), ("red-news", 1)):
        told = t.days_of_event(one, event_id="fall", reposts="in", left_out=left_out)
        assert list(told["wording"]) == ["enter"] * n
    assert t.spread_of_day(toy([claim("r1-c1", "raid")]), event_id="raid").why
    rows = [rows[0], claim("b1-c1", "fall", event_date="../2019-05-04")]
    case = toy(rows, reference=[known("x", "fall", "2019-05-05")], **taking)
    table = t.leads(case).set_index("source")[["lead_least", "lead_most", "lead"]]
    assert list(table.loc["Red News"]) == [-2, -2, "before"]
    assert list(table.loc["Blue News"]) == [-math.inf, -1, "before"]
    assert (lead := t.lead(case)[0]).value == -2
    assert lead.detail == "2 days before the reference (Red News)"
