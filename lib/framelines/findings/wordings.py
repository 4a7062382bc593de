"""Estimands of framing: names, frames, verbs and voices of two groups set against each other.

The functions of the library make the rows; here they are made once for what the specifications
share, narrowed, and handed to the same contrast. Rows that are the same are never set against each
other twice, whatever the choices that led to them.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pandas as pd

from framelines import framing, voices
from framelines.case import Case
from framelines.coded import Pair, pair_of, sentence_events
from framelines.coder_error import coded_sentences
from framelines.contrasts import (
    PERMUTATIONS,
    Contrast,
    contrast,
    matched,
    paired_contrast,
    share_table,
)
from framelines.findings.bench import POINTS, Bench, Estimate, share
from framelines.findings.samples import EVERYTHING, NONE, double_coded
from framelines.problems import DataError, Problem
from framelines.resampling import MIN_UNITS
from framelines.timelines.statements import camps

ROLES = {"took": "own takings", "lost": "own losses"}
UNITS = ("texts", "matched_events")
BOOTSTRAP = "95 % bootstrap interval over {}"


def of_contrast(made: Contrast, measures: str, paired: bool = False, least: float = 1) -> Estimate:
    """Return a contrast of shares as an estimate in percentage points.

    Where a group has fewer than `least` rows to count among there is no estimate: a share of so few
    is no rate.
    """
    few = min(made.n_first, made.n_second)
    if 0 < few < least:
        measures = f"{measures}, {made.first} minus {made.second}"
        why = f"not estimable: a group has {few:.0f} to count among, and {least:.0f} are asked"
        return Estimate("", measures, POINTS, n=made.n_first + made.n_second, why=why)
    reasons = [r for r in made.why.split("; ") if r and not r.startswith("no test")]
    bounded = made.low is not None and made.high is not None
    counts = [
        f"{made.k_first:.0f} of {made.n_first:.0f}",
        f"{made.k_second:.0f} of {made.n_second:.0f}",
    ]
    events = f"mean over {made.units_first} matched events, " if paired else ""
    ends = (100 * (made.low or 0), 100 * (made.high or 0)) if bounded else (float("nan"),) * 2
    return Estimate(
        "",
        f"{measures}, {made.first} minus {made.second}",
        POINTS,
        effect=100 * made.effect,
        low=ends[0],
        high=ends[1],
        p=float("nan") if made.p is None else made.p,
        interval=BOOTSTRAP.format(made.resampled) if bounded else "",
        n=made.n_first + made.n_second,
        detail=events + " against ".join(counts),
        why="; ".join(reasons),
    )


def _sample(bench: Bench, coder: str) -> tuple[Case, str]:
    """The case that a coder is read in, and the coder's name in the tables."""
    if coder == EVERYTHING:
        return bench.case, "first"
    case: Case = bench.once("double coded", lambda: double_coded(bench.case))
    return case, coder


def _without(rows: pd.DataFrame, left_out: str) -> pd.DataFrame:
    return rows if left_out == NONE else rows[rows["source_id"] != left_out]


def _value(rows: pd.DataFrame, columns: Sequence[str]) -> Hashable:
    """What a contrast sees of its rows, by value."""
    return tuple(tuple(rows[c]) for c in columns)


def _contrast(
    bench: Bench,
    rows: pd.DataFrame,
    case: Case,
    pair: Pair,
    key: str,
    measures: str,
    how: tuple[str, float],
) -> list[Estimate]:
    """The contrast of rows, made once for rows of the same value."""
    settings: dict[str, Any] = {"draws": bench.draws, "seed": bench.seed}
    settings["permutations"] = PERMUTATIONS

    def over_texts() -> Contrast:
        return contrast(rows, pair, key, **settings)

    def over_events() -> Contrast:
        told: pd.DataFrame = bench.once(("events", id(case)), lambda: sentence_events(case))
        # A coder who works without the table of events names them freely; those match nothing.
        told = told[told["event_id"].isin(set(case["events"]["event_id"]))]
        return paired_contrast(matched(rows, told, pair), pair.first, pair.second, key, **settings)

    paired = how[0] == "matched_events"
    columns = ["doc_id", "sentence", "chunk", "hit", "of", pair.column]
    rows = rows[columns]
    value = ("contrast", key, paired, pair, _value(rows, columns))
    made = bench.once(value, over_events if paired else over_texts)
    return [of_contrast(made, measures, paired, how[1])]


def _rows(
    bench: Bench, coder: str, table: str, make: Callable[..., pd.DataFrame], **choices: Any
) -> tuple[Case, pd.DataFrame]:
    """The rows of a table under choices, made once, and the case that they come from."""
    case, name = _sample(bench, coder)
    key = ("rows", table, coder, tuple(sorted(choices.items())))
    return case, bench.once(key, lambda: make(case, coder=name, **choices))


def _hits(rows: pd.DataFrame, hit: pd.Series) -> pd.DataFrame:
    return rows.assign(hit=hit.astype(float), of=1.0)


def _naming(
    bench: Bench,
    coder: str,
    left_out: str,
    pair: Pair,
    whom: str,
    how: tuple[str, float],
    **choices: Any,
) -> list[Estimate]:
    case, rows = _rows(bench, coder, "naming", framing.mentions, **choices)
    rows = _without(rows[rows["relation"] == "foe"], left_out)
    rows = _hits(rows, rows["stance"] == "derogatory")
    measures = f"derogatory share of the mentions of {whom}"
    return _contrast(bench, rows, case, pair, f"derogatory naming of {whom}", measures, how)


def naming_contrast(
    bench: Bench,
    *,
    scope: str = "theatre_sentences",
    left_out: str = NONE,
    ambiguous_labels: str = "as_coded",
    coder: str = EVERYTHING,
    resampling: str = "texts",
    least: float = MIN_UNITS,
) -> list[Estimate]:
    """Return the derogatory share of mentions of the opponent, first camp minus second."""
    pair = pair_of(bench.case)
    more = {"scope": scope, "ambiguous": ambiguous_labels}
    return _naming(bench, coder, left_out, pair, "the opponent", (resampling, least), **more)


def frame_contrast(
    bench: Bench,
    *,
    scope: str = "theatre_sentences",
    coder: str = EVERYTHING,
    left_out: str = NONE,
    frame: str = "divine_sanction",
    resampling: str = "texts",
    least: float = MIN_UNITS,
) -> list[Estimate]:
    """Return the share of coded sentences with a frame, first camp minus second.

    `first_all_sentences` are all that the first coder coded; any other coder, the first too, is
    read within the sentences that all coded.
    """
    measures = f"share of coded sentences with {frame}"
    case, name = _sample(bench, coder)
    if not (case["frame_codes"]["coder"] == name).any():
        return [Estimate("", measures, POINTS, n=0, why=f"not estimable: no coder {name} here")]
    case, rows = _rows(bench, coder, "frames", coded_sentences, scope=scope)
    if frame not in rows:
        fix, where = "Name a frame of frames.csv", f"case {bench.case.name}"
        raise DataError([Problem(where, "there is no such frame", value=frame, fix=fix)])
    rows = _without(rows, left_out)
    rows = _hits(rows, rows[frame])
    return _contrast(bench, rows, case, pair_of(bench.case), frame, measures, (resampling, least))


def capture_verbs(
    bench: Bench,
    *,
    scope: str = "matched_events",
    left_out: str = NONE,
    coder: str = EVERYTHING,
) -> list[Estimate]:
    """Return how many wordings of own takings, and of own losses, are favourable, by camp."""
    # Which events both sides tell hangs on who is left out: rows cannot be left out later.
    more = {"scope": scope, "left_out": left_out}
    _, verbs = _rows(bench, coder, "verbs", framing.capture_verbs, **more)
    table = framing.favourable_wording(verbs, by="camp", draws=bench.draws, seed=bench.seed)
    rows = {(row["camp"], row["role"]): row for row in table.to_dict("records")}
    estimates = []
    for camp in sorted(camps(bench.case)):
        for role, what in ROLES.items():
            row = rows.get((camp, role), {"k": 0, "n": 0, "low": None, "high": None})
            bounded = pd.notna(row["low"])
            lemmas = verbs[(verbs["camp"] == camp) & (verbs["role"] == role)]
            lemmas = lemmas[lemmas["modality"] == "realised"]["lemma"]
            none = "not estimable: no such wording"
            estimates.append(
                share(
                    f"{camp}: {what}",
                    f"favourable wordings of {what}",
                    row["k"],
                    row["n"],
                    low=row["low"] if bounded else float("nan"),
                    high=row["high"] if bounded else float("nan"),
                    interval=BOOTSTRAP.format(row["resampled"]) if bounded else "",
                    detail=", ".join(sorted(set(lemmas))),
                    why=""
                    if bounded
                    else "no interval: too few texts, or none is favourable"
                    if row["n"]
                    else none,
                )
            )
    return estimates


GENRES_NAMING = (("opinion", "interview"), ("report",))
GENRES_ATTRIBUTION = (("report",), ("opinion",))


def naming_by_group(
    bench: Bench,
    *,
    reposts: str = "out",
    left_out: str = NONE,
    scope: str = "whole_texts",
    coder: str = EVERYTHING,
    resampling: str = "texts",
    least: float = MIN_UNITS,
    first: Sequence[str] = GENRES_NAMING[0],
    second: Sequence[str] = GENRES_NAMING[1],
) -> list[Estimate]:
    """Return the derogatory share of mentions of armed opponents, by genre."""
    pair = pair_of(bench.case, "genre", tuple(first), tuple(second))
    more = {"scope": scope, "reposts": reposts}
    return _naming(bench, coder, left_out, pair, "armed opponents", (resampling, least), **more)


def attribution_by_group(
    bench: Bench,
    *,
    reposts: str = "out",
    hedged: str = "counted",
    left_out: str = NONE,
    scope: str = "whole_texts",
    coder: str = EVERYTHING,
    resampling: str = "texts",
    least: float = MIN_UNITS,
    first: Sequence[str] = GENRES_ATTRIBUTION[0],
    second: Sequence[str] = GENRES_ATTRIBUTION[1],
) -> list[Estimate]:
    """Return the share of claims that are attributed to somebody, by genre."""
    more = {"scope": scope, "reposts": reposts, "hedged": hedged}
    case, rows = _rows(bench, coder, "claims", voices.claims, **more)
    rows = _without(rows, left_out)
    rows = _hits(rows, rows["attribution"] != "own_voice")
    pair = pair_of(bench.case, "genre", tuple(first), tuple(second))
    key, measures = "claims attributed to somebody", "share of claims attributed to somebody"
    return _contrast(bench, rows, case, pair, key, measures, (resampling, least))


def other_voice(
    bench: Bench,
    *,
    reposts: str = "out",
    left_out: str = NONE,
    scope: str = "whole_texts",
    coder: str = EVERYTHING,
) -> list[Estimate]:
    """Return the share of claims in the other side's words, and how many stand at a distance."""
    more = {"scope": scope, "reposts": reposts, "hedged": "counted"}
    _, rows = _rows(bench, coder, "claims", voices.claims, **more)
    rows = _without(rows, left_out)
    rows = _hits(rows, rows["attribution"] == "enemy_media").assign(group="all")
    told = rows[rows["hit"] > 0]
    key = ("other voice", _value(rows, ["doc_id", "chunk", "hit"]))
    table: pd.DataFrame = bench.once(
        key,
        lambda: share_table(
            rows, ["group"], "other voice source", draws=bench.draws, seed=bench.seed
        ),
    )
    none: dict[Any, Any] = {"k": 0, "n": 0, "low": None, "high": None}
    row = table.iloc[0].to_dict() if len(table) else none
    bounded = pd.notna(row["low"])
    return [
        share(
            "claims",
            "claims attributed to the other side or its media",
            int(row["k"]),
            int(row["n"]),
            low=row["low"] if bounded else float("nan"),
            high=row["high"] if bounded else float("nan"),
            interval=BOOTSTRAP.format(row["resampled"]) if bounded else "",
            why="" if bounded else "no interval: too few texts, or no such claim",
        ),
        share(
            "hedged or denied",
            "of those, claims that are hedged or denied where they stand",
            int(told["certainty"].isin(["hedged", "denied"]).sum()),
            len(told),
            why="" if len(told) else "not estimable: no such claim",
        ),
    ]


def pair_for(case: Case, function: str, given: dict[str, Sequence[str]]) -> Pair | None:
    """Return the two groups whose outlets a finding leaves out one by one; None without groups."""
    defaults = {
        "framing.naming_by_group": GENRES_NAMING,
        "framing.attribution_by_group": GENRES_ATTRIBUTION,
    }
    if function not in defaults:
        return pair_of(case) if case.compare else None
    first, second = defaults[function]
    groups = (tuple(given.get("first", first)), tuple(given.get("second", second)))
    return pair_of(case, "genre", *groups)
