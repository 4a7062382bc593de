"""What coding errors do to a share, where a sample was coded twice; and shares with intervals."""

from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from framelines.case import Case
from framelines.coded import Which, coded_rows
from framelines.formats import counted
from framelines.resampling import MIN_UNITS, random_stream, resampling_weights

Floats = npt.NDArray[np.float64]
REFERENCES = ("adjudicated", "second")
# Sentences with one of these flags are nobody's own statement, or stand elsewhere already.
NOT_CODED = ("furniture", "fragment", "repeat")
CELLS = ["both", "only_coder", "only_reference", "neither"]
# A correction divides by sensitivity + specificity − 1; below this it adds more than it mends.
LEAST_YOUDEN = 0.2
LEAST_SENTENCES = 10


def rogan_gladen(share: Floats | float, sensitivity: Floats, specificity: Floats) -> Floats:
    """Return the true share behind an apparent one, cut to [0, 1].

    (q + sp − 1) / (se + sp − 1), Rogan & Gladen 1978, American Journal of Epidemiology
    107(1):71–76. NaN where se + sp is not above 1.
    """
    youden = np.asarray(sensitivity + specificity - 1, dtype=np.float64)
    above = np.asarray(share + specificity - 1, dtype=np.float64)
    shape = np.broadcast_shapes(youden.shape, above.shape)
    youden, above = np.broadcast_to(youden, shape), np.broadcast_to(above, shape)
    found = np.divide(above, youden, out=np.full(shape, np.nan), where=youden > 0)
    return np.clip(found, 0.0, 1.0)


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of k of n (Wilson 1927, JASA 22(158):209–212); NaN where n is 0.

    It takes the n as independent; sentences of one text are not, so that it is rather too narrow.
    """
    if n == 0:
        return float("nan"), float("nan")
    z = float(stats.norm.ppf(0.5 + level / 2))
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


@dataclass(frozen=True)
class CoderError:
    """How one coder's codes of a frame stand to those of a reference, in sentences coded by both.

    `sensitivity` and `specificity` take the reference as right. `documents` has one row a document
    with the four cells; `why` says why the error cannot be corrected, and is empty where it can.
    """

    frame: str
    coder: str
    reference: str
    both: int
    only_coder: int
    only_reference: int
    neither: int
    sensitivity: float
    specificity: float
    why: str
    documents: pd.DataFrame = field(repr=False, compare=False)


def reference_coder(case: Case, coder: str = "first") -> str | None:
    """Return whose codes a coder's are held against: adjudicated, else second, else nobody."""
    known = set(case["frame_codes"]["coder"])
    return next((r for r in REFERENCES if r in known and r != coder), None)


def coded_sentences(case: Case, coder: str, **which: Unpack[Which]) -> pd.DataFrame:
    """Return the sentences that a coder coded, one row each, with a column of truth a frame.

    Furniture, fragments and repeats are left out; `which` are choices of `coded_rows`.
    """
    frames = case["frames"]
    names = list(frames.loc[frames["kind"] == "frame", "frame_id"])
    rows = coded_rows(case, "frame_codes", coder=coder, **which)
    keys = ["doc_id", "sentence"]
    present = rows.assign(yes=True).pivot_table(
        index=keys, columns="frame_id", values="yes", aggfunc="any", fill_value=False
    )
    flagged = present.reindex(columns=list(NOT_CODED), fill_value=False).astype(bool).any(axis=1)
    wide = present.reindex(columns=names, fill_value=False).astype(bool)[~flagged]
    about = rows.drop(columns=["frame_id", "note", "hash"]).drop_duplicates(keys)
    return about.merge(wide.reset_index(), on=keys, validate="1:1")


def coder_errors(
    case: Case, coder: str = "first", reference: str | None = None
) -> list[CoderError]:
    """Return the error of a coder in every frame; empty where nobody coded the same sentences."""
    reference = reference or reference_coder(case, coder)
    if reference is None:
        return []
    frames = case["frames"]
    names = [str(f) for f in frames.loc[frames["kind"] == "frame", "frame_id"]]
    columns = ["doc_id", "sentence", *names]
    mine, theirs = (coded_sentences(case, c)[columns] for c in (coder, reference))
    both = mine.merge(theirs, on=columns[:2], suffixes=("", "_ref"))
    found = []
    for frame in names:
        a, b = both[frame].astype(bool), both[f"{frame}_ref"].astype(bool)
        cells = pd.DataFrame(
            {"both": a & b, "only_coder": a & ~b, "only_reference": ~a & b, "neither": ~a & ~b}
        ).astype(int)
        documents = cells.assign(doc_id=both["doc_id"]).groupby("doc_id", sort=True).sum()
        found.append(_error(frame, coder, reference, documents))
    return found


def _error(frame: str, coder: str, reference: str, documents: pd.DataFrame) -> CoderError:
    tp, fp, fn, tn = (int(documents[c].sum()) for c in CELLS)
    se = tp / (tp + fn) if tp + fn else float("nan")
    sp = tn / (tn + fp) if tn + fp else float("nan")
    why = ""
    if min(tp + fn, tn + fp) < LEAST_SENTENCES:
        carry = f"{tp + fn} of {counted(tp + fp + fn + tn, 'sentence')} coded twice"
        why = f"not estimable: in {carry}, where {LEAST_SENTENCES} with and without it are needed"
    elif se + sp - 1 < LEAST_YOUDEN:
        why = "not estimable: the two codings hardly agree"
    elif len(documents) < MIN_UNITS:
        twice = counted(len(documents), "document was", "documents were")
        why = f"not estimable: {twice} coded twice, where {MIN_UNITS} are needed"
    return CoderError(frame, coder, reference, tp, fp, fn, tn, se, sp, why, documents)


def drawn_errors(error: CoderError, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return draws of sensitivity and specificity: documents of the sample are resampled."""
    cells = error.documents[CELLS].to_numpy(dtype=np.float64)
    rng = random_stream(seed, "coder error", error.frame)
    tp, fp, fn, tn = (resampling_weights(len(cells), draws, rng) @ cells).T
    with np.errstate(invalid="ignore"):
        return tp / (tp + fn), tn / (tn + fp)


def error_table(errors: list[CoderError]) -> pd.DataFrame:
    """Return one row a frame: the four cells, sensitivity, specificity, why it stays."""
    columns = ["frame", "coder", "reference", *CELLS, "sensitivity", "specificity", "why"]
    return pd.DataFrame([{c: getattr(e, c) for c in columns} for e in errors], columns=columns)
