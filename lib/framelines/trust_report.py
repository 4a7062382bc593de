"""The head of every report that uses codes: how far the coding can be trusted."""

from collections.abc import Sequence

import pandas as pd

from framelines.case import Case
from framelines.figures import trust as figures
from framelines.figures.style import bloc_name
from framelines.formats import number_text
from framelines.outputs import Outputs
from framelines.trust import (
    ADJUDICATED,
    ALL,
    BAR,
    RARE,
    coders,
    coverage,
    frame_agreement,
    frame_agreement_by_bloc,
    main_coder,
    shared_sentences,
)
from framelines.trust_claims import ALIKE, F1, FIELDS, claim_agreement, span_agreement

# Coders of these names are large language models; whoever adds codes takes another name.
LANGUAGE_MODELS = ("first", "second", ADJUDICATED)
CODES = "frame_codes.csv"
VERDICTS = ("right", "arguable", "wrong")


def in_words(names: Sequence[str]) -> str:
    """Return a list as prose has it: `a`, `a and b`, `a, b and c`; "none" without names."""
    if len(names) < 2:
        return names[0] if names else "none"
    return ", ".join(names[:-1]) + " and " + names[-1]


def with_interval(row: pd.Series) -> str:
    """Return an estimate with its interval in words, or with why it has none."""
    if pd.isna(row["value"]):
        return "not estimable"
    value, low, high = (number_text(float(row[name]), 2) for name in ("value", "low", "high"))
    return value if pd.isna(row["low"]) else f"{value} (95 % interval {low} to {high})"


def _who(case: Case, out: Outputs) -> None:
    everybody = sorted(set(case["frame_codes"]["coder"]))
    models = [name for name in everybody if name in LANGUAGE_MODELS]
    others = [name for name in everybody if name not in LANGUAGE_MODELS]
    out.number("trust_coders", in_words(everybody), source=CODES)
    out.number("trust_models", in_words(models), source=CODES)
    out.number("trust_others", in_words(others), source=CODES)
    if models:
        out.say(
            "**Who coded.** Coders in these tables: {trust_coders}. Large language models, working "
            "from the codebook and the texts: {trust_models}; other coders: {trust_others}. Coders "
            "of one kind share their errors, so agreement between them is not accuracy: alpha says "
            "how alike two coders read, not whether they read rightly. Codes say what a sentence "
            "does or claims, never whether it is true."
        )
    else:
        out.say(
            "**Who coded.** Coders in these tables: {trust_coders}. Alpha says how alike coders "
            "read, not whether they read rightly; coders of one kind share their errors. Codes say "
            "what a sentence does or claims, never whether it is true."
        )
    if ADJUDICATED in everybody:
        out.say("The adjudicated codes were made with sight of the others and count in no alpha.")


def _coverage(case: Case, out: Outputs) -> None:
    out.number("trust_main_coder", main_coder(case), source=CODES)
    out.table(
        coverage(case).drop(columns="doc_id").rename(columns={"label": "document"}),
        "trust-coverage",
        caption="What was coded: sentences by document and coder, and claims.",
        footer="Codable: running text, headlines, lists and captions. Claims are those of the "
        "coder {trust_main_coder}, repeats counted; rates are by the words of the running text.",
    )


def _frames(case: Case, out: Outputs, draws: int, seed: int) -> None:
    found = frame_agreement(case, draws, seed)
    table = out.rounded(found[found["coders"] == ALL])
    silent = list(table.loc[table["alpha"].isna(), "name"])
    weak = list(table.loc[table["alpha"].notna() & ~table["established"], "name"])
    rare = list(table.loc[table["alpha"].notna() & table["rare"], "name"])
    documents = int(table["documents"].max())
    out.number("trust_sentences", int(table["sentences"].max()), unit="sentences", source=CODES)
    out.number("trust_documents", documents, unit="documents", source=CODES)
    out.number("trust_frames", len(table), unit="frames", source="frames.csv")
    out.number("trust_established", int(table["established"].sum()), source=CODES)
    out.number("trust_bar", BAR, digits=3)
    out.number("trust_weak", in_words(weak), source=CODES)
    out.number("trust_silent", in_words(silent), source=CODES)
    out.number("trust_rare", in_words(rare), source=CODES)
    out.number("trust_rare_under", RARE, unit="sentences")
    drawn = [text for text in table["resampled"] if text]
    out.number("trust_resampled", drawn[0] if drawn else "nothing: there are too few sentences")
    out.figure(
        figures.agreement(table),
        "trust-agreement",
        data=table.drop(columns="coders"),
        alt="One row a frame, the best agreed on top: alpha with its interval against the bar of "
        "{trust_bar}, and beside it positive agreement with counts by coder. {trust_established} "
        "of {trust_frames:unit} reach the bar.",
        caption="Agreement on frames over {trust_sentences:unit} of {trust_documents:unit} that at "
        "least two coders have coded. Hollow: alpha under {trust_bar}, not established. Lines: "
        "ninety-five per cent intervals, resampled over {trust_resampled}; none where the coders "
        "never differ, which is no certainty, or where too few resamples hold the frame.",
    )
    out.say("{trust_established} of {trust_frames:unit} reach an alpha of {trust_bar}.")
    if weak:
        out.say("**Weak:** the coders agree less than that on {trust_weak}.")
    if silent:
        out.say("**Not estimable:** hardly met in these sentences is {trust_silent}.")
    if rare:
        out.say(
            "**Rare:** no coder sees {trust_rare} in as many as {trust_rare_under:unit}; "
            "whatever alpha is there, it hangs on single sentences."
        )
    if weak or silent:
        out.say(
            "Frames under the bar or without an alpha are drawn hollow in every figure and kept "
            "out of summaries: they are not established, which does not mean that they are absent."
        )
    if len(found) > len(table):
        out.table(
            found[["coders", "name", "alpha", "low", "high", "positive_agreement", "sentences"]],
            "trust-pairs",
            caption="Agreement on frames: all coders together, and each pair of them.",
            digits={"alpha": 2, "low": 2, "high": 2, "positive_agreement": 2},
        )


def _blocs(case: Case, out: Outputs, draws: int, seed: int) -> None:
    table = frame_agreement_by_bloc(case, draws, seed)
    blocs = sorted(set(table["bloc"]))
    if len(blocs) < 2:
        return
    sizes = table.groupby("bloc")["sentences"].max()
    heads = {bloc: f"{bloc_name(bloc)} (n = {sizes[bloc]})" for bloc in blocs}
    wide = table.pivot(index="name", columns="bloc", values="alpha")[blocs]
    if wide.isna().all(axis=None):
        return
    wide = wide.rename(columns=heads).rename_axis("frame").rename_axis(columns=None).reset_index()
    out.table(
        wide,
        "trust-by-bloc",
        caption="Alpha by frame and bloc of sources: errors that differ by side would fake a gap.",
        footer="n: sentences that at least two coders have coded. No value where nothing varies. "
        "With few sentences a single one moves alpha far.",
        digits=dict.fromkeys(heads.values(), 2),
    )


def _rows(case: Case, out: Outputs, draws: int, seed: int) -> None:
    tables = [claim_agreement(case, draws, seed)]
    others = [name for name in FIELDS if name != "claims" and len(case[name])]
    tables += [span_agreement(case, name, draws, seed) for name in others]
    table = pd.concat([part for part in tables if len(part)], ignore_index=True)
    if not table["n"].any():
        out.say("No claim lies in the sentences that two coders share: nothing is compared there.")
        return
    keys = ["coders", "table", "measure", "field"]
    again = table.loc[table["repeats"] == "left out", [*keys, "value"]]
    table = table[(table["repeats"] == "counted") & (table["n"] > 0)]
    again = again.rename(columns={"value": "without_repeats"})
    shown = table.drop(columns=["repeats", "resampled"]).merge(again, on=keys, how="left")
    together = table[table["coders"] == ALL]
    out.table(
        shown.drop(columns="coders") if len(together) == len(table) else shown,
        "trust-rows",
        caption="Agreement on claims, naming mentions, captures and acts, by span and by field.",
        footer="Rows of two coders match by their spans alone. F1 and the share alike in every "
        "field count the rows of both coders, all other measures the matched pairs to which the "
        "field applies. Intervals are at the level of ninety-five per cent; none where there are "
        "too few rows, or nothing varies. The last column leaves out claims that only repeat.",
        digits={"value": 2, "low": 2, "high": 2, "without_repeats": 2},
    )
    claims = together[together["table"] == "claims"]
    for key, measure in (("trust_claims_f1", F1), ("trust_claims_alike", ALIKE)):
        row = claims[claims["measure"] == measure]
        if len(row):
            out.number(key, with_interval(row.iloc[0]), source="claims.csv")
    if "trust_claims_f1" in out.numbers:
        out.say(
            "Claims: the coders mark the same passages with an F1 of {trust_claims_f1}. The share "
            "of all claims of either coder that are matched and alike in every field is "
            "{trust_claims_alike}."
        )


def audits(case: Case) -> pd.DataFrame:
    """Return what fresh readings found: one row a sample, with its size and verdicts.

    Samples are `audits/<table>-<round>.csv` beside the tables; a sample without verdicts is still
    being read and is left out.
    """
    rows = []
    for path in sorted((case.folder / "audits").glob("*-[0-9].csv")):
        sample = pd.read_csv(path, dtype=str, keep_default_na=False)
        if "verdict" in sample.columns and (sample["verdict"] != "").all():
            counts = {v: int((sample["verdict"] == v).sum()) for v in VERDICTS}
            rows.append({"sample": path.stem.replace("-", " "), "rows": len(sample), **counts})
    return pd.DataFrame(rows, columns=["sample", "rows", *VERDICTS])


def _audits(case: Case, out: Outputs) -> None:
    table = audits(case)
    if len(table):
        out.table(
            table,
            "trust-audits",
            caption="Fresh readings of rows drawn at random, coded before the code was seen.",
            footer="Samples are numbered in the order in which they were drawn, over all documents "
            "of the corpus. Arguable: the codebook leaves room. What was wrong was mended, with "
            "its like, before the next sample was drawn.",
        )


def how_far(case: Case, out: Outputs, draws: int, seed: int, *, brief: bool = False) -> None:
    """Show who coded, what was coded, and how far coders agree; the weak frames are named.

    Writes the figure trust-agreement, numbers that begin with `trust_` and, unless `brief`, the
    tables trust-by-bloc, trust-rows, trust-audits and trust-coverage. With one coder only it says
    that agreement is not estimable.
    """
    if case["frame_codes"].empty:
        out.say("No sentence of this case has been coded: agreement is not estimable.")
        return
    _who(case, out)
    if len(coders(case)) < 2 or shared_sentences(case, coders(case)).empty:
        out.say(
            "No sentence of this case has been coded by two coders, so agreement is **not "
            "estimable**: no frame is established, and every result rests on one reading."
        )
    else:
        _frames(case, out, draws, seed)
        if not brief:
            _blocs(case, out, draws, seed)
            _rows(case, out, draws, seed)
    if not brief:
        _audits(case, out)
        _coverage(case, out)
