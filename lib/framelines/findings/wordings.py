"""Estimands of framing: names, frames, verbs and voices of two groups set against each other."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from framelines import framing
from framelines.case import Case
from framelines.coded import Pair, pair_of
from framelines.contrasts import Contrast
from framelines.findings.bench import POINTS, Bench, Estimate, share
from framelines.timelines.statements import camps

CODERS = ("first", "second", "adjudicated")
# The first coder read everything, the others a sample; within it the coder alone differs.
EVERYTHING = "first_all_sentences"
# No test is reported here, so that the permutations of the library are kept few.
PERMUTATIONS = 19
ROLES = {"took": "own takings", "lost": "own losses"}


def of_contrast(made: Contrast, measures: str) -> Estimate:
    """Return a contrast of shares as an estimate in percentage points."""
    reasons = [r for r in made.why.split("; ") if r and not r.startswith("no test")]
    bounded = made.low is not None and made.high is not None
    counts = [
        f"{made.k_first:.0f} of {made.n_first:.0f}",
        f"{made.k_second:.0f} of {made.n_second:.0f}",
    ]
    ends = (100 * (made.low or 0), 100 * (made.high or 0)) if bounded else (float("nan"),) * 2
    return Estimate(
        "",
        f"{measures}, {made.first} minus {made.second}",
        POINTS,
        effect=100 * made.effect,
        low=ends[0],
        high=ends[1],
        interval=f"95 % bootstrap interval over {made.resampled}" if bounded else "",
        n=made.n_first + made.n_second,
        detail=" against ".join(counts),
        why="; ".join(reasons),
    )


def naming_contrast(
    bench: Bench,
    *,
    scope: str = "theatre_sentences",
    left_out: str = "none",
    ambiguous_labels: str = "as_coded",
) -> list[Estimate]:
    """Return the derogatory share of mentions of the opponent, first camp minus second."""
    made = framing.naming_contrast(
        bench.case,
        scope=scope,
        left_out=left_out,
        ambiguous_labels=ambiguous_labels,
        draws=bench.draws,
        seed=bench.seed,
        permutations=PERMUTATIONS,
    )
    return [of_contrast(made, "derogatory share of the mentions of the opponent")]


def double_coded(case: Case) -> Case:
    """Return the case with the frame codes of the sentences that all of its `CODERS` coded."""
    codes = case["frame_codes"]
    known = [c for c in CODERS if (codes["coder"] == c).any()]
    keys = pd.MultiIndex.from_frame(codes[["doc_id", "start"]])
    shared = keys
    for coder in known:
        shared = shared.intersection(keys[codes["coder"] == coder])
    return replace(case, tables={**case.tables, "frame_codes": codes[keys.isin(shared)]})


def frame_contrast(
    bench: Bench,
    *,
    scope: str = "theatre_sentences",
    coder: str = EVERYTHING,
    left_out: str = "none",
    frame: str = "divine_sanction",
) -> list[Estimate]:
    """Return the share of coded sentences with a frame, first camp minus second.

    `first_all_sentences` are all that the first coder coded; any other coder, the first too, is
    read within the sentences that all coded.
    """
    case = bench.case
    if coder != EVERYTHING:
        case = bench.once("double coded", lambda: double_coded(bench.case))
    name = "first" if coder == EVERYTHING else coder
    measures = f"share of coded sentences with {frame}"
    if not (case["frame_codes"]["coder"] == name).any():
        return [Estimate("", measures, POINTS, n=0, why=f"not estimable: no coder {name} here")]
    made = framing.frame_contrast(
        case,
        frame,
        scope=scope,
        coder=name,
        left_out=left_out,
        draws=bench.draws,
        seed=bench.seed,
        permutations=PERMUTATIONS,
    )
    return [of_contrast(made, measures)]


def capture_verbs(
    bench: Bench, *, scope: str = "matched_events", left_out: str = "none"
) -> list[Estimate]:
    """Return how many wordings of own takings, and of own losses, are favourable, by camp."""
    verbs = framing.capture_verbs(bench.case, scope=scope, left_out=left_out)
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
                    interval=f"95 % bootstrap interval over {row['resampled']}" if bounded else "",
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
    left_out: str = "none",
    first: Sequence[str] = GENRES_NAMING[0],
    second: Sequence[str] = GENRES_NAMING[1],
) -> list[Estimate]:
    """Return the derogatory share of mentions of armed opponents, by genre."""
    made = framing.naming_by_group(
        bench.case,
        first=first,
        second=second,
        reposts=reposts,
        left_out=left_out,
        draws=bench.draws,
        seed=bench.seed,
        permutations=PERMUTATIONS,
    )
    return [of_contrast(made, "derogatory share of the mentions of armed opponents")]


def attribution_by_group(
    bench: Bench,
    *,
    reposts: str = "out",
    hedged: str = "counted",
    left_out: str = "none",
    first: Sequence[str] = GENRES_ATTRIBUTION[0],
    second: Sequence[str] = GENRES_ATTRIBUTION[1],
) -> list[Estimate]:
    """Return the share of claims that are attributed to somebody, by genre."""
    made = framing.attribution_by_group(
        bench.case,
        first=first,
        second=second,
        hedged=hedged,
        reposts=reposts,
        left_out=left_out,
        draws=bench.draws,
        seed=bench.seed,
        permutations=PERMUTATIONS,
    )
    return [of_contrast(made, "share of claims attributed to somebody")]


def other_voice(bench: Bench, *, reposts: str = "out") -> list[Estimate]:
    """Return the share of claims in the other side's words, and how many stand at a distance."""
    table = framing.other_voice(bench.case, reposts=reposts, draws=bench.draws, seed=bench.seed)
    row = table[table["source"] == "all"].iloc[0]
    bounded = pd.notna(row["low"])
    return [
        share(
            "claims",
            "claims attributed to the other side or its media",
            int(row["k"]),
            int(row["n"]),
            low=row["low"] if bounded else float("nan"),
            high=row["high"] if bounded else float("nan"),
            interval=f"95 % bootstrap interval over {row['resampled']}" if bounded else "",
            why="" if bounded else "no interval: too few texts, or no such claim",
        ),
        share(
            "hedged or denied",
            "of those, claims that are hedged or denied where they stand",
            int(row["hedged"] + row["denied"]),
            int(row["k"]),
            why="" if row["k"] else "not estimable: no such claim",
        ),
    ]


def pair_for(case: Case, function: str, given: dict[str, Sequence[str]]) -> Pair:
    """Return the two groups whose outlets a finding leaves out one by one."""
    defaults = {
        "framing.naming_by_group": GENRES_NAMING,
        "framing.attribution_by_group": GENRES_ATTRIBUTION,
    }
    if function not in defaults:
        return pair_of(case)
    first, second = defaults[function]
    groups = (tuple(given.get("first", first)), tuple(given.get("second", second)))
    return pair_of(case, "genre", *groups)
