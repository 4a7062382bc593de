"""The findings that were declared for the framing analysis, each with what became of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import yaml

from framelines.case import Case
from framelines.coded import SCOPES, pair_of
from framelines.contrasts import Contrast
from framelines.corpus import REPO
from framelines.formats import counted
from framelines.frames import frame_by_event, frame_contrast
from framelines.framing_report.details import without_outlets
from framelines.framing_report.words import enter, group_name, percent
from framelines.naming import naming_by_event, naming_by_group, naming_contrast
from framelines.outputs import Outputs
from framelines.permutation import LEVEL
from framelines.resampling import MIN_UNITS
from framelines.verbs import capture_verbs, events_side_by_side, favourable_wording
from framelines.voices import attribution_by_group, other_voice

DECLARED = REPO / "notebooks" / "findings.yaml"
NOTEBOOK = "03"
HOLDS = "Holds, tested"
LISTED = "Holds in these texts, untested"
OPEN = "Not decided by this corpus"
WEAK = "Not established"
COUNTED = "A count, no contrast"
# More events than these are listed in their figure alone.
MOST_EVENTS = 8
# YAML reads a bare yes and no as truth values.
KNOWN = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Settings:
    """What every declared analysis is run with."""

    draws: int
    seed: int
    permutations: int
    weak: tuple[str, ...] = ()

    @property
    def resampling(self) -> dict[str, Any]:
        """Return the settings that every contrast takes."""
        return dict(draws=self.draws, seed=self.seed, permutations=self.permutations)

    @property
    def effects(self) -> dict[str, Any]:
        """Return the settings where the effect alone is read: next to no draws."""
        return dict(draws=9, seed=self.seed, permutations=9)


def declared(case: str, notebook: str = NOTEBOOK) -> list[dict[str, Any]]:
    """Return the findings that `notebooks/findings.yaml` declares for a case and a notebook."""
    content = yaml.safe_load(DECLARED.read_text(encoding="utf-8")).get(case) or []
    return [f for f in content if str(f["analysis"]["notebook"]).zfill(2) == notebook]


def verdict(made: Contrast, without: Iterable[float], events: Iterable[float] = ()) -> str:
    """Return what a contrast comes to, by rules that know neither side.

    `without` are the effects with one outlet left out, `events` those of single events. It holds,
    tested, where p is at most 5 %, the interval leaves out zero, and neither the mean over events
    nor an outlet left out turns its sign. Where there is no test it holds in these texts if no
    single event turns the sign either. Otherwise it is not decided.
    """
    sign = _sign(made.effect)
    listed = [e for e in events if not np.isnan(e)]
    if made.p is not None and listed:
        listed = [float(np.mean(listed))]
    if sign == 0 or any(_sign(e) == -sign for e in [*without, *listed]):
        return OPEN
    if made.p is None:
        return LISTED
    away = made.low is not None and made.high is not None and (made.low > 0 or made.high < 0)
    return HOLDS if made.p <= LEVEL and away else OPEN


def _sign(effect: float) -> int:
    return 0 if np.isnan(effect) else int(np.sign(round(effect, 12)))


def _range(values: pd.Series) -> str:
    low, high = percent(values.min()), percent(values.max())
    return f"stays at {low} points" if low == high else f"runs from {low} to {high} points"


def _listed(events: pd.DataFrame) -> str:
    """Return the events one by one with k of n of either group."""
    return "; ".join(
        f"{r['event']} ({r['k_first']:.0f} of {r['n_first']:.0f} against "
        f"{r['k_second']:.0f} of {r['n_second']:.0f})"
        for r in events.sort_values("event_id", kind="stable").to_dict("records")
    )


def _stability(out: Outputs, key: str, events: pd.DataFrame | None, without: pd.DataFrame) -> str:
    """Enter what single events and single outlets say, and return the sentence that tells it."""
    said = ""
    if events is not None and len(events):
        unit = counted(len(events), "event").partition(" ")[2]
        out.number(f"{key}_events", len(events), unit=unit, source="events.csv")
        out.number(f"{key}_by_event", _range(events["difference"]), source="events.csv")
        said += " Over the {@_events:unit} told by both the difference {@_by_event}"
        if len(events) <= MOST_EVENTS:
            out.number(f"{key}_listed", _listed(events), source="events.csv")
            said += ": {@_listed}"
        said += "."
    alone = without.loc[without["left_out"] != "none", "effect"].dropna()
    if len(alone):
        out.number(f"{key}_without", _range(alone))
        said += " With any one outlet left out of a group that has several it {@_without}."
    return said


def _say(out: Outputs, key: str, finding: dict[str, Any], came: str, text: str, shows: str) -> str:
    out.number(f"{key}_finding", str(finding["name"]))
    out.number(f"{key}_verdict", came)
    head = "**{@_finding}.** *{@_verdict}.* "
    out.finding((head + text).replace("@", key), shows=shows)
    return came


def _contrast(
    case: Case,
    out: Outputs,
    finding: dict[str, Any],
    made: Contrast,
    without: pd.DataFrame,
    events: pd.DataFrame | None,
    words: tuple[str, str, str],
    weak: bool = False,
) -> str:
    """Say a finding that is a difference of two shares; `words` are key, sentence and figure."""
    key, text, shows = words
    enter(out, key, made)
    single = [] if events is None else events["difference"]
    came = WEAK if weak else verdict(made, without["effect"], single)
    if np.isnan(made.effect):
        return _say(out, key, finding, came, "{@_certainty}.", shows)
    text += ": a difference of {@_effect:unit} ({@_certainty}). The unit is the document, "
    text += "{@_units_first} and {@_units_second} of them."
    text += _stability(out, key, events, without)
    if weak:
        text += " Coders have shown no sufficient agreement on it, so nothing is claimed."
    elif came == LISTED:
        text += " No side at large is meant."
    return _say(out, key, finding, came, text, shows)


WHERE = {"theatre_sentences": "sentences on the theatre", "whole_texts": "sentences"}
BOTH = "{@_k_first} of {@_n_first} %s in {@_name_first} texts ({@_first:unit}) and {@_k_second} "
BOTH += "of {@_n_second} in {@_name_second} texts ({@_second:unit}) %s"


def _scope(finding: dict[str, Any]) -> str:
    return str(finding["choices"].get("scope", SCOPES)[0])


def _naming(case: Case, out: Outputs, finding: dict[str, Any], by: Settings) -> str:
    scope = _scope(finding)
    made = naming_contrast(case, scope=scope, **by.resampling)
    text = BOTH % ("mentions of the opponent", f"are derogatory, in {WHERE[scope]}")
    without = without_outlets(case, pair_of(case), naming_contrast, scope=scope, **by.effects)
    words = ("naming", text, "naming-by-event")
    return _contrast(case, out, finding, made, without, naming_by_event(case), words)


def _naming_by_group(case: Case, out: Outputs, finding: dict[str, Any], by: Settings) -> str:
    made = naming_by_group(case, **by.resampling)
    pair = pair_of(case, "genre", ("opinion", "interview"), ("report",))
    text = "Among the articles that this host selected, " + BOTH
    text %= ("mentions of armed opponents", "are derogatory")
    words = ("naming", text, "naming-contrast")
    without = without_outlets(case, pair, naming_by_group, **by.effects)
    return _contrast(case, out, finding, made, without, None, words)


def _frame(case: Case, out: Outputs, finding: dict[str, Any], by: Settings) -> str:
    scope = _scope(finding)
    made = frame_contrast(case, scope=scope, **by.resampling)
    text = BOTH % (f"coded {WHERE[scope]}", "carry the frame of divine sanction")
    words = ("frame", text, "frame-contrasts")
    without = without_outlets(case, pair_of(case), frame_contrast, scope=scope, **by.effects)
    weak = "divine_sanction" in by.weak
    events = frame_by_event(case)
    return _contrast(case, out, finding, made, without, events, words, weak)


def _attribution(case: Case, out: Outputs, finding: dict[str, Any], by: Settings) -> str:
    made = attribution_by_group(case, **by.resampling)
    pair = pair_of(case, "genre", ("report",), ("opinion",))
    text = "Among the articles that this host selected, " + BOTH
    text %= ("claims", "are attributed to somebody")
    words = ("attribution", text, "attribution-contrast")
    without = without_outlets(case, pair, attribution_by_group, **by.effects)
    return _contrast(case, out, finding, made, without, None, words)


def _captures(case: Case, out: Outputs, finding: dict[str, Any], by: Settings) -> str:
    verbs = capture_verbs(case)
    told = verbs[(verbs["modality"] == "realised") & (verbs["event_id"] != "")]
    kind = told.assign(good=told["stance"] == "favourable").groupby(["event_id", "role"])["good"]
    events = kind.any().unstack("role").reindex(columns=["took", "lost"]).dropna()
    taker, loser = (int(events[role].astype(bool).sum()) for role in ("took", "lost"))
    wording = favourable_wording(
        capture_verbs(case, scope="all_takings"), by="camp", draws=by.draws, seed=by.seed
    )
    counts = wording.pivot(index="camp", columns="role", values=["k", "n"]).fillna(0).astype(int)
    listed = [
        f"{group_name(str(camp))} {r['k', 'took']} of {r['n', 'took']} when its side took, "
        f"{r['k', 'lost']} of {r['n', 'lost']} when it lost"
        for camp, r in counts.iterrows()
    ]
    unit = counted(len(events), "change of control", "changes of control").partition(" ")[2]
    out.number("verbs_events", len(events), unit=unit, source="captures.csv")
    out.number("verbs_taker", taker, source="captures.csv")
    out.number("verbs_loser", loser, source="captures.csv")
    out.number("verbs_all", "; ".join(listed), source="captures.csv")
    beside = events_side_by_side(told).set_index("event_id")
    tellers = [c for c in beside if c != "event"]
    tales = [
        f"{row['event']} ({'; '.join(f'{group_name(t)} {row[t]}' for t in tellers if row[t])})"
        for row in beside.loc[events.index].to_dict("records")
    ]
    out.number("verbs_listed", "; ".join(tales) or "none", source="captures.csv")
    came = LISTED if taker and not loser else OPEN
    text = (
        "Of {@_events:unit} that both camps tell, the texts of the side that took the place word "
        "the taking favourably in {@_taker}, those of the side that lost it in {@_loser}; so "
        "few allow no test. Event by event, (+) marking favourable wordings: {@_listed}. Over all "
        "takings, also those that one camp alone tells: {@_all}."
    )
    return _say(out, "verbs", finding, came, text, "verbs-by-event" if len(events) else "verbs")


def _other_voice(case: Case, out: Outputs, finding: dict[str, Any], by: Settings) -> str:
    table = other_voice(case, draws=by.draws, seed=by.seed)
    row = table.iloc[0]
    out.number("voice_k", int(row["k"]), source="claims.csv")
    out.number("voice_n", int(row["n"]), unit="claims", source="claims.csv")
    out.number("voice_share", 100 * row["share"], unit="%", digits=1, source="claims.csv")
    has = pd.notna(row["low"])
    low, high = (percent(row[c]) for c in ("low", "high"))
    interval = f"95 % interval {low} to {high} % over the {row['resampled']} of these texts"
    out.number("voice_interval", interval if has else "no interval")
    tellers = sorted(table.loc[(table["k"] > 0) & (table.index > 0), "source"])
    out.number("voice_tellers", ", ".join(tellers) or "no outlet", source="claims.csv")
    out.number("voice_distanced", int(row["hedged"] + row["denied"]), source="claims.csv")
    text = (
        "{@_k} of {@_n:unit} are attributed to the other side or its media ({@_share:unit}; "
        "{@_interval}; the unit is the document), told by {@_tellers}. Hedged or denied where they "
        "stand: {@_distanced}."
    )
    if row["k"] < MIN_UNITS:
        text += " So few cannot show whether the other side is mostly kept at a distance."
    return _say(out, "voice", finding, COUNTED, text, "other-voice" if row["k"] else "attribution")


SAID_BY: dict[str, Callable[[Case, Outputs, dict[str, Any], Settings], str]] = {
    "framing.naming_contrast": _naming,
    "framing.naming_by_group": _naming_by_group,
    "framing.frame_contrast": _frame,
    "framing.capture_verbs": _captures,
    "framing.attribution_by_group": _attribution,
    "framing.other_voice": _other_voice,
}


def say_findings(case: Case, out: Outputs, by: Settings) -> pd.DataFrame:
    """Say every finding declared for this notebook, whatever came out, and return the list.

    Columns: finding, estimand, expected, known before, came out as. Empty where a case declares
    nothing. The figures and tables that the findings name must be made before `out.close`.
    """
    rows = []
    for finding in declared(case.name):
        came = SAID_BY[finding["analysis"]["function"]](case, out, finding, by)
        row = {"finding": finding["name"], "estimand": " ".join(finding["estimand"].split())}
        row |= {
            "expected": finding["direction"],
            "known before": KNOWN.get(finding["known_before"], "partly"),
        }
        rows.append(row | {"came out as": came})
    columns = ["finding", "estimand", "expected", "known before", "came out as"]
    return pd.DataFrame(rows, columns=columns)
