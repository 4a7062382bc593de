"""The calendar of every source: its anchors, its calibration, and the days of all its claims.

*Anchors* are events in other countries that a source dates and that references which are no party
to the war date beyond doubt; `calibration` estimates from them how many days the source's Hijri
calendar lies off Umm al-Qura. Compared events are never anchors; they check the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from framelines.calibration import (
    ERROR_PRIOR,
    ERROR_REACH,
    OFFSETS,
    STAY,
    verdicts,
)
from framelines.case import Case
from framelines.conversion import Offsets, check_setting, convert, stated_interval, tabular
from framelines.dates import DateInterval, calendar_of, edtf, hijri
from framelines.intervals import gap_days
from framelines.kept import kept

ROLES = ("event", "report", "as_of", "window")
SINGLE_DAY = r"\d{4}-\d\d-\d\d"


def _root(place: str, parents: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while parents.get(place) and place not in seen:
        seen.add(place)
        place = parents[place]
    return place


def _hijri_claims(case: Case, coder: str) -> pd.DataFrame:
    claims = case["claims"]
    mine = (claims["coder"] == coder) & (claims["event_calendar"] == "hijri")
    mine &= (claims["event_id"] != "") & (claims["modality"] == "realised")
    sources = case["documents"][["doc_id", "source_id"]]
    found = claims[mine].merge(sources, on="doc_id", validate="m:1")
    # An event's own row before its figures, a first mention before its repetitions.
    found["later"] = (found["repeats"] != "").astype(int) + 2 * (found["kind"] != "event")
    columns = [
        "source_id",
        "doc_id",
        "claim_id",
        "start",
        "event_id",
        "kind",
        "event_date",
        "later",
    ]
    return found[columns].rename(columns={"kind": "claim_kind", "event_date": "stated"})


def _references(case: Case, name: str, after_midnight: str) -> pd.DataFrame:
    rows = case["reference"]
    rows = rows[(rows["case"] == name) & (rows["event_id"] != "")]
    first, last = pd.to_datetime(rows["date_from"]), pd.to_datetime(rows["date_to"])
    # The Hijri day begins at sunset: an evening belongs to the next one, though a writer may not
    # count so; and an hour that is not told may be one of the evening.
    late = rows["part_of_day"].isin(["evening", "night", "unknown"])
    early = (rows["part_of_day"] == "after_midnight") & (after_midnight == "both")
    day = pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "event_id": rows["event_id"],
            "ref_id": rows["ref_id"],
            "place_id": rows["place_id"],
            "origin": rows["origin"],
            "quality": rows["quality"].map({"high": 0, "medium": 1, "low": 2}),
            "part_of_day": rows["part_of_day"],
            "reference_first": first,
            "reference_last": last,
            "open_first": first.where(~early, first - day),
            "open_last": last.where(~late, last + day),
        }
    )


def _matches(case: Case, name: str, coder: str, after_midnight: str) -> pd.DataFrame:
    references = _references(case, name, after_midnight)
    found = _hijri_claims(case, coder).merge(references, on="event_id")
    width = (found["open_last"] - found["open_first"]).dt.days
    single = found["stated"].str.fullmatch(SINGLE_DAY).astype(bool)
    order = ["source_id", "event_id", "vague", "later", "doc_id", "start", "claim_id"]
    order += ["quality", "width", "ref_id"]
    found = found.assign(width=width, vague=~single)
    return found.sort_values(order, kind="stable").reset_index(drop=True)


def _use_one_each(found: pd.DataFrame) -> pd.DataFrame:
    """Name the first row of every source and event that nothing speaks against as used."""
    free = found["reason"] == ""
    keys = found[["source_id", "event_id"]].where(free)
    used = free & ~keys.duplicated()
    another = "another row of the same source and event is used"
    return found.assign(used=used, reason=found["reason"].where(~free | used, another))


def anchors(case: Case, *, coder: str = "first", after_midnight: str = "day") -> pd.DataFrame:
    """Return every match of a Hijri-dated claim with an anchor row of the reference.

    One row a match, so that each can be contested: source_id, doc_id, claim_id, event_id, ref_id,
    stated, month, umm_al_qura (c), the reference's days and hour, the open days, `low` and `high`
    (open days minus c, in days; all between weigh alike), `tabular` (tabular day minus c), whether
    it is used, and if not why. One is used for each event and source. An evening leaves its
    day and the next open, and so does an hour that is not told; after midnight the day alone, or
    with `after_midnight="both"`, for a sensitivity check, also the one before.
    """
    found = _matches(case, "anchors", coder, after_midnight)
    day = ~found["vague"].astype(bool)
    computed = pd.to_datetime(found["stated"].where(day).map(_computed_day, na_action="ignore"))
    civil = pd.to_datetime(found["stated"].where(day).map(_civil_day, na_action="ignore"))
    places = case["places"]
    parents = dict(zip(places["place_id"].astype(str), places["parent"].astype(str), strict=True))
    own = case["reference"].loc[case["reference"]["case"] == case.name, "place_id"]
    counts = pd.Series([_root(p, parents) for p in own[own != ""]], dtype=object).value_counts()
    theatre = min(counts[counts == counts.max()].index) if len(counts) else ""
    country = pd.Series([_root(p, parents) for p in found["place_id"]], dtype=object)
    reason = pd.Series("", index=found.index, dtype=object)
    reason[(country == theatre) & (found["place_id"] != "")] = "in the theatre’s own country"
    reason[found["origin"] == "belligerent"] = "dated by a party to the war"
    reason[~day] = "the claim names no single day"
    found = found.assign(
        month=found["stated"].str[:7],
        umm_al_qura=computed,
        low=(found["open_first"] - computed).dt.days,
        high=(found["open_last"] - computed).dt.days,
        tabular=(civil - computed).dt.days,
        reason=reason,
    )
    limit = max(OFFSETS) + ERROR_REACH
    far = (found["low"] > limit) | (found["high"] < -limit)
    found.loc[far & (found["reason"] == ""), "reason"] = f"more than {limit} days apart"
    return _use_one_each(found).drop(columns=["vague", "later", "start", "quality", "width"])


def _computed_day(text: str) -> date | None:
    return hijri(text).first


def _civil_day(text: str) -> date | None:
    return tabular(text).first


@dataclass(frozen=True)
class Calibration:
    """The matches of a case with its anchors, and the verdict on every source and Hijri month."""

    anchors: pd.DataFrame
    months: pd.DataFrame

    def offsets(self, source_id: str) -> dict[str, int]:
        """Return the offsets in days of a source's calibrated months, such as `{"1438-03": 1}`."""
        rows = self.months[(self.months["source_id"] == source_id) & self.months["calibrated"]]
        return dict(zip(rows["month"], rows["offset"].astype(int), strict=True))

    def verdict(self, source_id: str) -> str:
        """Return `calibrated` where every month with anchors is, else `not calibrated`."""
        rows = self.months[self.months["source_id"] == source_id]
        return "calibrated" if len(rows) and rows["calibrated"].all() else "not calibrated"


def calibrate(
    case: Case, *, coder: str = "first", prior: float = ERROR_PRIOR, stay: float = STAY
) -> Calibration:
    """Return the calibration of every Hijri-dated source of a case by its anchors.

    A case without such sources, or without anchors, gives empty tables: nothing is calibrated.
    """
    found = anchors(case, coder=coder)
    return Calibration(found, verdicts(found, prior=prior, stay=stay))


def compared(case: Case, *, coder: str = "first") -> pd.DataFrame:
    """Return the Hijri-dated claims of events that the reference dates in the theatre itself.

    One row an event and source: source_id, claim_id, event_id, ref_id, stated, reference_first,
    reference_last (an evening, or an hour that is not told, adds no day here). Rows of parties to
    the war are left out. For `held_out`; none of them enters the calibration.
    """
    found = _matches(case, case.name, coder, "day")
    found = found[found["origin"] != "belligerent"]
    found = found[~found.duplicated(["source_id", "event_id"])]
    columns = ["source_id", "claim_id", "event_id", "ref_id", "stated"]
    return found[[*columns, "reference_first", "reference_last"]].reset_index(drop=True)


def held_out(pairs: pd.DataFrame, calibration: Calibration) -> pd.DataFrame:
    """Return how far stated days lie from the reference before and after calibration.

    `pairs` needs source_id, stated (Hijri), reference_first and reference_last, and keeps its other
    columns. Adds gap_umm_al_qura and gap_calibrated, days from the stated to the reference
    (0 where they share a day), and `calibrated`, whether the months of the date are.
    """
    rows = []
    for row in pairs.to_dict("records"):
        offsets = calibration.offsets(row["source_id"])
        told = DateInterval(row["reference_first"].date(), row["reference_last"].date())
        stated = row["stated"]
        months = [side[:7] for side in stated.split("/")]
        gaps = [gap_days(convert(stated, s, offsets), told) for s in ("umm_al_qura", "calibrated")]
        rows.append((*gaps, all(month in offsets for month in months)))
    columns = ["gap_umm_al_qura", "gap_calibrated", "calibrated"]
    added = pd.DataFrame(rows, columns=columns, index=pairs.index)
    return pd.concat([pairs, added], axis=1)


def _days(
    claims: pd.DataFrame,
    role: str,
    published: Mapping[str, DateInterval],
    setting: str | int,
    offsets: Mapping[str, Offsets],
) -> pd.DataFrame:
    texts = claims["window" if role == "window" else f"{role}_date"]
    named = texts.map(calendar_of) if role == "window" else claims[f"{role}_calendar"]
    known: dict[tuple[str, str, str], DateInterval] = {}
    keys = list(zip(texts, named, claims["doc_id"], strict=True))
    for (text, calendar, doc_id), source_id in zip(keys, claims["source_id"], strict=True):
        if (text, calendar, doc_id) not in known:
            days = stated_interval(text, calendar, published[doc_id], setting, offsets[source_id])
            known[text, calendar, doc_id] = days
    spans = [known[key] for key in keys]
    return pd.DataFrame(
        {
            f"{role}_first": pd.to_datetime(pd.Series([s.first for s in spans], dtype=object)),
            f"{role}_last": pd.to_datetime(pd.Series([s.last for s in spans], dtype=object)),
        }
    )


@kept
def claim_days(
    case: Case, setting: str | int = "calibrated", calibration: Calibration | None = None
) -> pd.DataFrame:
    """Return the claims with their source and the first and last day of every date that they state.

    Adds source_id and, for event, report, as_of and window, `<role>_first` and `<role>_last` as
    timestamps; NaT where the date is open or none is stated (`intervals.day_numbers` turns such
    columns into numbers). `setting` is the parameter `calendar` of the notebooks: `calibrated`,
    `umm_al_qura`, `hull` or an offset in days. The calibration is estimated where none is given.
    Raises `ValueError` for an unknown setting.
    """
    setting = check_setting(setting)
    if setting == "calibrated" and calibration is None:
        calibration = calibrate(case)
    documents = case["documents"]
    claims = case["claims"].merge(
        documents[["doc_id", "source_id"]], on="doc_id", how="left", validate="m:1"
    )
    published = {
        d: edtf(p) for d, p in zip(documents["doc_id"], documents["published"], strict=True)
    }
    offsets = {
        s: calibration.offsets(s) if calibration else {} for s in set(documents["source_id"])
    }
    parts = [_days(claims, role, published, setting, offsets) for role in ROLES]
    return pd.concat([claims, *parts], axis=1)
