"""Whether a finding survives: what was expected, and what every specification makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from framelines.findings.bench import NO_DIFFERENCE
from framelines.findings.declared import Finding
from framelines.permutation import LEVEL

ABOVE, BELOW, EQUAL = "above", "below", "equal to"
SIGNS = {ABOVE: 1, BELOW: -1, EQUAL: 0}
# What a specification makes of a claim.
HOLDS, AGAINST, NO_ESTIMATE = "holds", "against", ""

SURVIVES = "Survives"
UNTESTED = "Its sign survives, untested"
SIGN_ONLY = "Its sign survives, its verdict does not"
FALLS = "Does not survive"
FAILS = "Not as expected"
STEADY = "The same throughout"
MOVES = "Moves"
NOWHERE = "Not estimable"


@dataclass(frozen=True)
class Claim:
    """What a part of a finding claims of its estimate: above, below, or equal to a number.

    `parts` is the end of the names of the parts that it is about. `choice` names a choice and two
    of its values where the claim is that the first gives more than the second. `first` is the camp
    that a difference is stated for: a case that swaps its sides swaps the claim too.
    """

    relation: str
    than: float = 0.0
    parts: str = ""
    choice: tuple[str, str, str] | None = None
    first: str = ""


# What the declared directions say in words, as far as a number can contradict it. Where none is
# declared, the claim is the sign of the main specification.
CLAIMS: Mapping[tuple[str, str], tuple[Claim, ...]] = {
    ("palmyra", "date-agreement"): (
        Claim(ABOVE, choice=("calendar", "calibrated", "umm_al_qura")),
    ),
    ("palmyra", "enemy-losses"): (Claim(ABOVE, 1.0),),
    ("palmyra", "garrison-ratio"): (Claim(ABOVE, 1.0, first="islamic_state"),),
    ("palmyra", "own-losses"): (Claim(BELOW, 1.0),),
    ("palmyra", "capture-verbs"): (
        Claim(ABOVE, 0.0, "own takings"),
        Claim(EQUAL, 0.0, "own losses"),
    ),
    ("palmyra", "divine-sanction"): (Claim(ABOVE, 0.0, first="islamic_state"),),
    ("idlib", "fall-of-khan-shaykhun"): (Claim(ABOVE, 1.0),),
    ("idlib", "lead-over-reference"): (Claim(BELOW, 0.0),),
    ("idlib", "naming-by-genre"): (Claim(ABOVE, 0.0),),
    ("idlib", "attribution-by-genre"): (Claim(ABOVE, 0.0),),
    ("idlib", "other-sides-voice"): (Claim(ABOVE, 0.5, "hedged or denied"),),
    ("example", "calendar-offset"): (Claim(EQUAL, 1.0),),
    ("example", "enemy-losses"): (Claim(ABOVE, 1.0),),
    ("example", "derogatory-naming"): (Claim(BELOW, 0.0, first="north"),),
    ("example", "divine-sanction"): (Claim(BELOW, 0.0, first="north"),),
}


def claim_of(finding: Finding, part: str, rows: pd.DataFrame, first: str = "") -> Claim | None:
    """Return what a part of a finding claims, or None where a count claims nothing.

    `rows` are those of the part in `run`, `first` the first camp that the case compares.
    """
    declared = CLAIMS.get((finding.case, finding.id), ())
    for claim in declared:
        if part.endswith(claim.parts):
            if claim.first and first and claim.first != first:
                turned = {ABOVE: BELOW, BELOW: ABOVE}
                return Claim(turned.get(claim.relation, claim.relation), claim.than)
            return claim
    unit = str(rows["unit"].iloc[0])
    if declared or not finding.analysis.signed or unit not in NO_DIFFERENCE:
        return None
    main = rows.loc[rows["main"], "effect"].iloc[0] - NO_DIFFERENCE[unit]
    if np.isnan(main) or main == 0:
        return None
    return Claim(ABOVE if main > 0 else BELOW, NO_DIFFERENCE[unit])


def _by_choice(rows: pd.DataFrame, choice: tuple[str, str, str], others: list[str]) -> pd.DataFrame:
    """One row a setting of the other choices: the effect of the first value minus the second's."""
    name, more, less = choice
    keys = [c for c in others if c != name] or ["finding"]
    wide = rows.assign(value=rows[name].astype(str)).pivot_table(
        index=keys, columns="value", values="effect", aggfunc="first", dropna=False, sort=False
    )
    wide = wide.reindex(columns=[more, less])
    n = rows[rows[name].astype(str) == more].drop_duplicates(keys).set_index(keys)["n"]
    found = pd.DataFrame({"effect": wide[more] - wide[less], "n": n})
    return found.assign(low=np.nan, high=np.nan, p=np.nan, interval="").reset_index(drop=True)


def judged(finding: Finding, rows: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """Return what every specification makes of a claim: one row a specification of the part.

    Columns: outcome (`holds`, `against`, empty without an estimate), bounded (whether it has ends),
    clear (its ends leave out the number of the claim, on its side), tested, passed (p at most 5 %).
    """
    if claim.choice:
        rows = _by_choice(rows, claim.choice, list(finding.choices))
    away = (rows["effect"] - claim.than).round(9)
    sign = SIGNS[claim.relation]
    holds = away.eq(0) if sign == 0 else np.sign(away) == sign
    bounded = rows["low"].notna() & rows["interval"].ne("")
    low, high = rows["low"] - claim.than, rows["high"] - claim.than
    clear = {1: low > 0, -1: high < 0, 0: (low <= 0) & (high >= 0)}[sign]
    known = rows["effect"].notna()
    outcome = np.where(~known, NO_ESTIMATE, np.where(holds, HOLDS, AGAINST))
    tested = rows["p"].notna() & known
    return pd.DataFrame(
        {
            "outcome": outcome,
            "bounded": bounded & known,
            "clear": clear & bounded & known & holds,
            "tested": tested,
            "passed": tested & (rows["p"] <= LEVEL) & holds,
        },
        index=rows.index,
    )


def verdict(table: pd.DataFrame) -> str:
    """Return what the specifications of `judged` come to together.

    It survives where it holds in all, and where a test or an interval agrees in all that have one;
    its sign survives untested where none has either.
    """
    known = table[table["outcome"] != NO_ESTIMATE]
    if known.empty:
        return NOWHERE
    holds = known["outcome"] == HOLDS
    if not holds.any():
        return FAILS
    if not holds.all():
        return FALLS
    asked = known[known["tested"] | known["bounded"]]
    if asked.empty:
        return UNTESTED
    agrees = (asked["clear"] | ~asked["bounded"]) & (asked["passed"] | ~asked["tested"])
    return SURVIVES if agrees.all() else SIGN_ONLY


def counted(table: pd.DataFrame | None) -> dict[str, int]:
    """Return the counts of `judged`: holds of judged, clear of bounded, passed of tested."""
    names = ("bounded", "clear", "tested", "passed")
    if table is None:
        return dict.fromkeys(("holds", "judged", *names), 0)
    found = {name: int(table[name].sum()) for name in names}
    found["holds"] = int((table["outcome"] == HOLDS).sum())
    return found | {"judged": int((table["outcome"] != NO_ESTIMATE).sum())}
