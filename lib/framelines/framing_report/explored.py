"""What was looked at beyond the declared findings, in a few sentences: leads, no findings."""

from collections.abc import Sequence

import pandas as pd

from framelines import trust
from framelines.case import Case
from framelines.contrasts import Contrast
from framelines.framing_report.details import teller_of
from framelines.framing_report.words import POINTS, group_name, percent
from framelines.keyness import Keyness
from framelines.outputs import Outputs
from framelines.permutation import LEVEL


def unproven_frames(case: Case) -> list[str]:
    """Return the frames that no summary may use, sorted.

    Those whose coders agree too little (`trust.weak_frames`), and those that hardly any sentence
    coded twice carries: whatever their agreement is, it hangs on single sentences.
    """
    table = trust.frame_agreement(case)
    rare = set(table.loc[table["rare"].astype(bool), "frame_id"]) if len(table) else set()
    return sorted(rare | set(trust.weak_frames(case)))


def _frames(out: Outputs, contrasts: pd.DataFrame) -> str:
    """Say how many frames pass, and the largest difference among those that are established."""
    sound = contrasts[(contrasts["status"] == "") & contrasts["effect"].notna()]
    if sound.empty:
        return "No frame is established here, so that none is compared."
    tested = sound[sound["p_holm"].notna()]
    passed = tested.loc[tested["p_holm"] <= LEVEL, "name"]
    order = sound.assign(size=sound["effect"].abs()).sort_values(["size", "frame"], kind="stable")
    row = order.iloc[-1]
    out.number("explored_frames", len(sound), unit="established frames", source="frame_codes.csv")
    out.number("explored_tested", len(tested), source="frame_codes.csv")
    out.number("explored_passed", ", ".join(passed) or "none", source="frame_codes.csv")
    out.number("explored_largest", str(row["name"]).lower(), source="frame_codes.csv")
    out.number("explored_effect", 100 * row["effect"], unit=POINTS, digits=1)
    counts = [f"{row[f'k_{s}']:.0f} of {row[f'n_{s}']:.0f}" for s in ("first", "second")]
    out.number("explored_counts", " against ".join(counts), source="frame_codes.csv")
    known = []
    if pd.notna(row["low"]):
        ends = f"{percent(row['low'])} to {percent(row['high'])}"
        known.append(f"95 % interval {ends} over {row['resampled']} of these texts")
    if pd.notna(row["p_holm"]):
        known.append(f"p = {row['p_holm']:.2f} by Holm, over documents")
    out.number("explored_known", "; ".join(known) or "neither interval nor test")
    said = "Of {explored_frames:unit} none can be tested. "
    if len(tested):
        said = "Of {explored_frames:unit} {explored_tested} can be tested; with the number of "
        said += "tests allowed for these pass: {explored_passed}. "
    said += "The largest difference is that of {explored_largest}, {explored_effect:unit} "
    return said + "({explored_counts} sentences on the theatre; {explored_known})."


def _words(out: Outputs, words: Keyness) -> str:
    beyond = words.table.loc[words.table["p_max"].astype(float) <= LEVEL, "term"]
    out.number("explored_terms", len(words.table), unit="words", source="chunks.csv")
    out.number("explored_beyond", len(beyond), source="chunks.csv")
    out.number("explored_key", ", ".join(beyond) or "none", source="chunks.csv")
    out.number("explored_why", words.why_no_test.removeprefix("no test: "))
    if words.why_no_test:
        return "Of {explored_terms:unit} none can be tested ({explored_why})."
    if beyond.empty:
        return "Of {explored_terms:unit} none passes max-T over documents."
    return "Of {explored_terms:unit} {explored_beyond} pass max-T over documents: {explored_key}."


def _deeds(out: Outputs, deeds: Sequence[Contrast]) -> str:
    told = [d for d in deeds if d.n_first and d.n_second]
    listed = [
        f"{teller_of(d.measure)} {d.k_first:.0f} of {d.n_first:.0f} by its own side and "
        f"{d.k_second:.0f} of {d.n_second:.0f} by the opponent"
        + (f" (p = {d.p:.3f} over documents)" if d.p is not None else " (no test)")
        for d in told
    ]
    out.number("explored_deeds", "; ".join(listed) or "no teller tells acts of both sides")
    return "Violent acts without a named agent: {explored_deeds}."


def say_explored(
    out: Outputs, contrasts: pd.DataFrame, words: Keyness, deeds: Sequence[Contrast]
) -> None:
    """Say what the contrasts of frames, words and acts come to, which nobody had declared.

    `contrasts` is of `frames.frame_contrasts`, `deeds` of `verbs.agency_contrasts`.
    """
    head = "**Looked at, not declared**, {explored_first} against {explored_second}: leads to read "
    head += "on, and no findings. "
    out.number("explored_first", group_name(words.first))
    out.number("explored_second", group_name(words.second))
    out.say(head + " ".join([_frames(out, contrasts), _words(out, words), _deeds(out, deeds)]))
