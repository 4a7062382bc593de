"""Which frames stand in whose sentences: shares, contrasts, co-occurrence, coders side by side."""

from collections.abc import Collection
from itertools import combinations
from typing import Unpack

import numpy as np
import pandas as pd

from framelines.case import Case
from framelines.coded import Pair, Which, event_labels, pair_of, sentence_events
from framelines.coder_error import (
    CoderError,
    coded_sentences,
    coder_errors,
    drawn_errors,
    rogan_gladen,
)
from framelines.contrasts import (
    PERMUTATIONS,
    SHARE_COLUMNS,
    Contrast,
    Draws,
    contrast,
    contrast_table,
    drawn_shares,
    interval_of,
    matched,
    resampling_units,
    share_table,
)
from framelines.problems import DataError, Problem

# Below this many sentences in the whole comparison a frame is not established, nor is it absent.
RARE = 5
CORRECTED = ["corrected", "corrected_low", "corrected_high", "correction"]


def frame_names(case: Case) -> dict[str, str]:
    """Return the printed name of every frame, flags left out."""
    frames = case["frames"][case["frames"]["kind"] == "frame"]
    return dict(zip(frames["frame_id"], frames["name"], strict=True))


def _hits(sentences: pd.DataFrame, frame: str) -> pd.DataFrame:
    if frame not in sentences and not sentences.empty:
        fix = "Name a frame of frames.csv"
        raise DataError([Problem("frames.csv", "there is no such frame", value=frame, fix=fix)])
    carries = sentences[frame].astype(float) if frame in sentences else 0.0
    return sentences.assign(hit=carries, of=1.0)


def status_of(frame: str, sentences: int, weak: Collection[str]) -> str:
    """Return weak, not established, or nothing: what a summary may say of a frame."""
    return "weak" if frame in weak else "not established" if sentences < RARE else ""


def frame_shares(
    case: Case,
    *,
    by: str = "source",
    weak: Collection[str] = (),
    coder: str = "first",
    draws: int,
    seed: int,
    **which: Unpack[Which],
) -> pd.DataFrame:
    """Return one row a group and frame: k of n sentences, share, interval, corrected share, status.

    `by` is source, bloc or camp. `corrected` carries the coder's error by Rogan and Gladen, with
    an interval that resamples texts and double-coded sample alike; `correction` says against whom,
    or why it is not estimable. Frames in `weak` stay in the table but not in summaries.
    """
    sentences = coded_sentences(case, coder, **which)
    errors = {e.frame: e for e in coder_errors(case, coder)}
    parts = []
    for frame, name in frame_names(case).items():
        rows = _hits(sentences, frame)
        key = f"frames {by} {frame}"
        table = share_table(rows, [by], key, draws=draws, seed=seed)
        mended = [
            _corrected_share(errors.get(frame), rows[rows[by] == g], k / n, key, draws, seed)
            for g, k, n in table[[by, "k", "n"]].itertuples(index=False)
        ]
        table[CORRECTED] = pd.DataFrame(mended, columns=CORRECTED, index=table.index)
        status = status_of(frame, int(table["k"].sum()), weak)
        parts.append(table.assign(frame=frame, name=name, status=status))
    columns = [by, *SHARE_COLUMNS, *CORRECTED, "frame", "name", "status"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _corrected_share(
    error: CoderError | None, rows: pd.DataFrame, share: float, key: str, draws: int, seed: int
) -> tuple[float, float, float, str]:
    nothing = (np.nan, np.nan, np.nan)
    if error is None:
        return *nothing, "not estimable: one coder only"
    if error.why:
        return *nothing, error.why
    value = float(rogan_gladen(share, np.array(error.sensitivity), np.array(error.specificity)))
    units, name = resampling_units(rows.assign(group="all"), ["all"])
    if not name:
        return value, np.nan, np.nan, f"against {error.reference}; too few texts for an interval"
    drawn = drawn_shares(units, "all", f"corrected {key}", draws, seed)
    mended = rogan_gladen(drawn, *drawn_errors(error, draws, seed))
    return value, *interval_of(mended, len(units)), f"against {error.reference}"


def frame_contrast(
    case: Case,
    frame: str = "divine_sanction",
    *,
    pair: Pair | None = None,
    scope: str = "theatre_sentences",
    coder: str = "first",
    left_out: str | None = None,
    reposts: bool | str = False,
    **draws: Unpack[Draws],
) -> Contrast:
    """Return the share of coded sentences with a frame, first group minus second."""
    which: Which = {"scope": scope, "left_out": left_out, "reposts": reposts}
    rows = _hits(coded_sentences(case, coder, **which), frame)
    return contrast(rows, pair or pair_of(case), frame, **draws)


def frame_contrasts(
    case: Case,
    *,
    pair: Pair | None = None,
    weak: Collection[str] = (),
    scope: str = "theatre_sentences",
    coder: str = "first",
    left_out: str | None = None,
    draws: int,
    seed: int,
    permutations: int = PERMUTATIONS,
) -> pd.DataFrame:
    """Return the contrast of every frame: `Contrast`, frame, name, status, corrected, p_holm.

    `corrected` is the difference of the corrected shares, with the interval that carries the
    coder's error; empty where that is not estimable (see `correction`). `p_holm` allows for the
    number of frames that were tested (Holm 1979, Scandinavian Journal of Statistics 6(2):65–70).
    """
    pair = pair or pair_of(case)
    sentences = coded_sentences(case, coder, scope=scope, left_out=left_out)
    errors = {e.frame: e for e in coder_errors(case, coder)}
    names = frame_names(case)
    found, mended, status = [], [], []
    for frame in names:
        rows = _hits(sentences, frame)
        made = contrast(rows, pair, frame, draws=draws, seed=seed, permutations=permutations)
        found.append(made)
        mended.append(_corrected_effect(errors.get(frame), rows, pair, made, draws, seed))
        status.append(status_of(frame, int(made.k_first + made.k_second), weak))
    table = contrast_table(found, frame=list(names), name=list(names.values()), status=status)
    table[CORRECTED] = pd.DataFrame(mended, columns=CORRECTED, index=table.index)
    return table.assign(p_holm=holm(table["p"].where(table["status"] == "")))


def holm(p_values: pd.Series) -> pd.Series:
    """Return p-values adjusted by Holm's step-down procedure; those that are missing stay out."""
    ordered = p_values.dropna().sort_values(kind="stable")
    steps = ordered * np.arange(len(ordered), 0, -1)
    return steps.cummax().clip(upper=1.0).reindex(p_values.index)


def _corrected_effect(
    error: CoderError | None, rows: pd.DataFrame, pair: Pair, made: Contrast, draws: int, seed: int
) -> tuple[float, float, float, str]:
    nothing = (np.nan, np.nan, np.nan)
    if error is None or error.why or np.isnan(made.effect):
        return *nothing, error.why if error else "not estimable: one coder only"
    se, sp = np.array(error.sensitivity), np.array(error.specificity)
    points = [float(rogan_gladen(v, se, sp)) for v in (made.value_first, made.value_second)]
    effect = points[0] - points[1]
    if made.low is None:
        return effect, np.nan, np.nan, f"against {error.reference}; too few texts for an interval"
    rows = rows.assign(group=pair.of(rows[pair.column]))
    groups = (pair.first, pair.second)
    units, _ = resampling_units(rows[rows["group"] != ""], groups)
    errors = drawn_errors(error, draws, seed)
    key = made.measure
    a, b = (rogan_gladen(drawn_shares(units, g, key, draws, seed), *errors) for g in groups)
    interval = interval_of(a - b, int(units["group"].value_counts().min()))
    return effect, *interval, f"against {error.reference}"


def frame_by_event(
    case: Case, frame: str = "divine_sanction", *, pair: Pair | None = None, coder: str = "first"
) -> pd.DataFrame:
    """Return the events that both groups tell: how many of their sentences carry the frame.

    A sentence tells an event where a coded row ties it to it. Columns as in `contrasts.matched`,
    and the event's label.
    """
    rows = _hits(coded_sentences(case, coder), frame)
    table = matched(rows, sentence_events(case), pair or pair_of(case))
    table.insert(1, "event", [event_labels(case).get(e, e) for e in table["event_id"]])
    return table


def cooccurrence(
    case: Case,
    *,
    weak: Collection[str] = (),
    coder: str = "first",
    **which: Unpack[Which],
) -> pd.DataFrame:
    """Return one row a pair of frames: how many sentences carry each and both, lift, and phi.

    Weak and rare frames are left out. `lift` is the count of both over that expected if they were
    independent, `phi` the correlation of the two; both describe, and are no test.
    """
    sentences = coded_sentences(case, coder, **which)
    names = frame_names(case)
    counts = {f: int(sentences[f].sum()) for f in names}
    kept = [f for f in names if not status_of(f, counts[f], weak)]
    found = []
    for a, b in combinations(kept, 2):
        n, both = len(sentences), int((sentences[a] & sentences[b]).sum())
        expected = counts[a] * counts[b] / n
        spread = np.sqrt(counts[a] * (n - counts[a]) * counts[b] * (n - counts[b]))
        phi = (n * both - counts[a] * counts[b]) / spread if spread else np.nan
        row: dict[str, object] = {
            "first": a,
            "second": b,
            "first_name": names[a],
            "second_name": names[b],
        }
        row |= {"n_first": counts[a], "n_second": counts[b], "both": both, "sentences": n}
        found.append(row | {"expected": expected, "lift": both / expected, "phi": phi})
    columns = ["first", "second", "first_name", "second_name", "n_first", "n_second", "both"]
    return pd.DataFrame(found, columns=[*columns, "sentences", "expected", "lift", "phi"])


def coders_side_by_side(
    case: Case, *, by: str = "camp", coders: tuple[str, str] = ("first", "second")
) -> pd.DataFrame:
    """Return shares of every frame by each of two coders, in the sentences that both coded.

    One row a frame and group, and one for all: n, the sentences of either and of both, shares, and
    positive agreement. A gap between groups that one coder alone sees is the coder's.
    """
    keys = ["doc_id", "sentence"]
    a, b = (coded_sentences(case, coder) for coder in coders)
    names = frame_names(case)
    both = a[[*keys, by, *names]].merge(b[[*keys, *names]], on=keys, suffixes=("", "_other"))
    found = []
    for frame, name in names.items():
        for group in ["all", *sorted(set(both[by]))]:
            own = both if group == "all" else both[both[by] == group]
            one, two = own[frame].astype(bool), own[f"{frame}_other"].astype(bool)
            k1, k2, k12, n = int(one.sum()), int(two.sum()), int((one & two).sum()), len(own)
            row: dict[str, object] = {"frame": frame, "name": name, by: group, "n": n}
            row |= {"k_first": k1, "k_second": k2, "k_both": k12}
            row |= {"share_first": k1 / n if n else np.nan, "share_second": k2 / n if n else np.nan}
            row |= {"positive_agreement": 2 * k12 / (k1 + k2) if k1 + k2 else np.nan}
            found.append(row)
    return pd.DataFrame(found)
