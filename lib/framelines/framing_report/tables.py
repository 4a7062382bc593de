"""Tables of notebook 03 as readers want them: wide, in per cent, with counts beside the shares."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import yaml

from framelines.case import Case
from framelines.coded import Pair, counted_documents
from framelines.features import COUNTED
from framelines.figures.keyness import named
from framelines.frames import frame_shares
from framelines.framing_report.words import RELATIONS, group_name, percent
from framelines.keyness import Keyness, documents_of
from framelines.naming import naming_matrix
from framelines.permutation import MIN_PAIRS, why_no_test
from framelines.resampling import MIN_UNITS
from framelines.verbs import agency
from framelines.vocabulary import STANCES

# More labels than these would fill a page; all of them stand in the data of the figure.
MOST_LABELS = 5
IN_POINTS = ("from", "to", "difference, points", "difference without, points")


def glosses(case: Case) -> dict[str, str]:
    """Return the English translation of every term that has one."""
    table = case.tables.get("glosses", pd.DataFrame(columns=["term", "gloss"]))
    return dict(zip(table["term"], table["gloss"], strict=True))


def testable(case: Case, pair: Pair, events: int | None = None) -> pd.DataFrame:
    """Return what each unit of inference allows: one row documents, chunks, outlets, events.

    Columns: unit, the number in either group, whether there is an interval and a test. `events`
    is the number of matched events, None where events are not compared.
    """
    documents = counted_documents(case)
    documents = documents.assign(group=pair.of(documents[pair.column]))
    documents = documents[documents["group"] != ""]
    own = case["sentences"][case["sentences"]["kind"].isin(COUNTED)]
    chunks = own[["doc_id", "chunk"]].drop_duplicates().merge(documents, on="doc_id")
    outlets = documents[["group", "source_id"]].drop_duplicates()
    units = {"documents": documents, "chunks of running text": chunks, "outlets": outlets}
    rows = []
    for unit, table in units.items():
        a, b = (int((table["group"] == g).sum()) for g in (pair.first, pair.second))
        few = f"none: needs {MIN_UNITS} a side"
        allowed = {"interval": few if min(a, b) < MIN_UNITS else "yes"}
        allowed["test"] = "never: chunks of one text are not independent"
        if unit == "documents":
            allowed["test"] = why_no_test([(a, b)]) or "yes, by dealing them to the groups anew"
        if unit == "outlets":
            allowed = {"interval": "none", "test": "none: left out one by one instead"}
        rows.append({"unit": unit, pair.first: a, pair.second: b} | allowed)
    if events is not None:
        interval = "yes" if events >= MIN_UNITS else f"none: needs {MIN_UNITS}"
        test = "yes, by swapping sides" if events >= MIN_PAIRS else f"no test: needs {MIN_PAIRS}"
        row = {"unit": "events told by both", pair.first: events, pair.second: events}
        rows.append(row | {"interval": interval, "test": test})
    names = {g: group_name(g) for g in (pair.first, pair.second)}
    return pd.DataFrame(rows).rename(columns=names)


def contrast_rows(table: pd.DataFrame, labels: Collection[str] = ()) -> pd.DataFrame:
    """Return a table of contrasts for readers: counts, shares and difference in per cent.

    `table` is of `contrasts.contrast_table`; `labels` name its rows, else its first column does.
    Interval, test and remarks are left out where no row has one; a remark that all rows share is
    told by `remark` instead.
    """
    first, second = (group_name(str(table[c].iloc[0])) for c in ("first", "second"))
    found = pd.DataFrame({"contrast": list(labels) or list(table.iloc[:, 0])})
    if "status" in table:
        found["status"] = table["status"].to_numpy()
    for name, side in ((first, "first"), (second, "second")):
        ratios = zip(table[f"k_{side}"], table[f"n_{side}"], strict=True)
        found[name] = [f"{k:.0f}/{n:.0f}" for k, n in ratios]
        found[f"{name}, %"] = 100 * table[f"value_{side}"].to_numpy()
    found["difference, points"] = 100 * table["effect"].to_numpy()
    for column, name in (("low", "from"), ("high", "to")):
        found[name] = 100 * table[column].to_numpy(dtype=np.float64)
    for column, name in (("p", "p"), ("p_holm", "p (Holm)")):
        if column in table:
            found[name] = table[column].to_numpy(dtype=np.float64)
    if "status" in table:
        # What is weak or rare is not tested, whatever the number would be.
        found.loc[found["status"] != "", "p"] = np.nan
    shared = _shared_reasons(table)
    own = [[r for r in _reasons(why) if r not in shared] for why in table["why"]]
    found["remarks"] = ["; ".join(reasons) for reasons in own]
    empty = [c for c in found if found[c].isna().all() or (found[c] == "").all()]
    return found.drop(columns=empty)


def remark(table: pd.DataFrame) -> str:
    """Return what every row of a table of contrasts remarks, as a sentence, or nothing."""
    shared = _shared_reasons(table)
    return f"For every row: {'; '.join(shared)}." if shared else ""


def _reasons(why: str) -> list[str]:
    return [reason for reason in str(why).split("; ") if reason]


def _shared_reasons(table: pd.DataFrame) -> list[str]:
    every = [_reasons(why) for why in table["why"]]
    return [r for r in every[0] if all(r in other for other in every)] if every else []


def one_decimal(table: pd.DataFrame) -> dict[str, int]:
    """Return the decimals for a table's columns of per cent and percentage points."""
    wanted = [str(c) for c in table if str(c).endswith("%") or c in IN_POINTS]
    return {c: 1 for c in wanted if pd.api.types.is_numeric_dtype(table[c])}


def stance_shares(
    matrix: pd.DataFrame,
    gloss: Mapping[str, str],
    by: str = "source",
    target: str = "relation",
) -> pd.DataFrame:
    """Return a naming matrix with one row a teller and target.

    Shares are in per cent, with an interval where there is one; the labels are those that are not
    neutral, the most used first.
    """
    rows = []
    for (teller, whom), own in matrix.groupby([by, target], sort=True):
        cells = {row["stance"]: row for row in own.to_dict("records")}
        row = {"teller": group_name(str(teller)), "of": RELATIONS.get(str(whom), str(whom))}
        row |= {"mentions": own["n"].iloc[0], "documents": own["documents"].iloc[0]}
        marked = ("derogatory", "honorific")
        row |= {f"{stance}, %": share_cell(cells[stance]) for stance in marked}
        listed = [first_labels(cells[stance]["labels"], gloss) for stance in marked]
        rows.append(row | {"labels": "; ".join(text for text in listed if text)})
    return pd.DataFrame(rows)


def share_cell(row: Mapping[str, Any]) -> str:
    """Return a share in per cent with its interval, if it has one."""
    if pd.isna(row["low"]):
        return percent(row["share"])
    return f"{percent(row['share'])} [{percent(row['low'])}, {percent(row['high'])}]"


def first_labels(labels: str, gloss: Mapping[str, str], most: int = MOST_LABELS) -> str:
    """Return the first labels of a list such as "a 3, b 1", translated, and how many more."""
    listed = [part.rpartition(" ") for part in labels.split(", ") if part]
    told = [f"{named(label, gloss)} {n}" for label, _, n in listed[:most]]
    rest = [f"and {len(listed) - most} more"] if len(listed) > most else []
    return ", ".join(told + rest)


def stance_counts(mentions: pd.DataFrame, by: str, least: int) -> pd.DataFrame:
    """Return the mentions of each actor by teller and stance: k of n, and the share, no interval.

    `mentions` is `naming.mentions`; actors whom a teller names fewer than `least` times are left
    out of its rows.
    """
    keys = [by, "actor"]
    counts = mentions.groupby(keys)["stance"].value_counts().unstack("stance", fill_value=0)
    counts = counts.reindex(columns=list(STANCES), fill_value=0)
    total = counts.sum(axis=1).rename("n")
    table = (
        counts[total >= least].stack().rename("k").reset_index().merge(total.reset_index(), on=keys)
    )
    table = table.assign(share=table["k"] / table["n"]).rename(columns={"level_2": "stance"})
    return table.sort_values([*keys, "stance"], kind="stable").reset_index(drop=True)


def names_of_actors(
    counts: pd.DataFrame, gloss: Mapping[str, str], by: str, least: int
) -> pd.DataFrame:
    """Return the same actor under every name that it gets: a row an actor and teller.

    `counts` is `naming.label_counts`; actors with fewer than `least` mentions in all, and those
    whom one teller alone names, are left out.
    """
    actors = counts.groupby("actor").agg(n=("count", "sum"), tellers=(by, "nunique"))
    kept = actors.index[(actors["n"] >= least) & (actors["tellers"] > 1)]
    rows = []
    for (actor, teller), own in counts[counts["actor"].isin(kept)].groupby(["actor", by]):
        row = {"actor": actor, "teller": group_name(str(teller)), "mentions": own["count"].sum()}
        for stance in ("derogatory", "honorific", "neutral"):
            told = own[own["stance"] == stance]
            pairs = zip(told["label"], told["count"], strict=True)
            row[stance] = first_labels(", ".join(f"{label} {n}" for label, n in pairs), gloss)
        rows.append(row)
    columns = ["actor", "teller", "mentions", "derogatory", "honorific", "neutral"]
    return pd.DataFrame(rows, columns=columns)


def frame_cells(
    table: pd.DataFrame, by: str, corrected: bool = False, counts: bool = True
) -> pd.DataFrame:
    """Return frames in rows and tellers in columns: per cent of sentences, interval, and k of n.

    `table` is `frames.frame_shares`. With `corrected` the shares are those after correction for
    the coder's error, and frames for which there are none are left out.
    """
    rows = []
    for name, own in table.groupby("name", sort=True):
        row = {"frame": name, "status": own["status"].iloc[0]}
        cells = {}
        for cell in own.to_dict("records"):
            if corrected:
                low, high = cell["corrected_low"], cell["corrected_high"]
                cell |= {"share": cell["corrected"], "low": low, "high": high}
            told = f" ({cell['k']} of {cell['n']})" if counts and not corrected else ""
            cells[group_name(str(cell[by]))] = share_cell(cell) + told
        if not corrected or own["corrected"].notna().any():
            rows.append(row | cells)
    found = pd.DataFrame(rows)
    return found.drop(columns=[c for c in found if c == "status" and (found[c] == "").all()])


def focus_frame(contrasts: pd.DataFrame, wanted: str) -> str:
    """Return the frame to look at event by event: the one wanted, where any sentence carries it.

    Otherwise the established frame that most sentences carry. `contrasts` is
    `frames.frame_contrasts`.
    """
    counts = contrasts.set_index("frame")[["k_first", "k_second"]].sum(axis=1)
    if counts.get(wanted, 0) > 0:
        return wanted
    sound = set(contrasts.loc[contrasts["status"] == "", "frame"])
    counts = counts[counts.index.isin(sound)].sort_index()
    return str(counts.idxmax()) if len(counts) else wanted


def come_from(case: Case, result: Keyness, each: int, language: str = "en") -> pd.DataFrame:
    """Return the leading terms of either group, and which documents they come from.

    `each` terms a group by z; `comes from` names the outlets with the documents that hold the
    term and its count. Terms of a single document are marked, for they are never key.
    """
    table = result.table
    sides = [table[table["z"] > 0].head(each), table[table["z"] < 0].head(each)]
    rows = []
    for group, part in zip((result.first, result.second), sides, strict=True):
        for term in part.to_dict("records"):
            row = {"term": term["term"], "more in": group_name(group)}
            row |= {group_name(result.first): int(term["count_first"])}
            row |= {group_name(result.second): int(term["count_second"])}
            row |= {"z": term["z"], "log2 ratio": term["log_ratio"]}
            row |= {"from": term["low"], "to": term["high"], "DP": term["dp"]}
            row |= {name: term[name] for name in ("p", "p_max", "q")}
            row |= {"key": "yes" if term["key"] else "no: one document"}
            found = documents_of(case, str(term["term"]), language)
            found = found.groupby("source", sort=True)["count"].agg(["size", "sum"])
            counts = found.itertuples(name=None)
            rows.append(row | {"comes from": ", ".join(f"{s} {n} ({d})" for s, d, n in counts)})
    found = pd.DataFrame(rows)
    return found.drop(columns=[c for c in found if found[c].isna().all()])


def planted_and_found(case: Case, draws: int, seed: int) -> pd.DataFrame:
    """Return what was planted in a corpus with known truth beside what the analysis finds.

    Read from `truth.yaml` of the case's folder: derogatory naming, acts without a named agent, and
    divine sanction, by camp. Empty where there is none.
    """
    file = case.folder / "truth.yaml"
    if not file.exists() or case.compare is None:
        return pd.DataFrame()
    truth = yaml.safe_load(file.read_text(encoding="utf-8"))
    naming = naming_matrix(case, by="camp", draws=draws, seed=seed)
    acts = agency(case, by="camp", draws=draws, seed=seed)
    frames = frame_shares(case, by="camp", draws=draws, seed=seed)
    rows = []
    for teller, other in (case.compare, case.compare[::-1]):
        planted = truth["names"][f"{teller}_of_{other}"]["planted"]["derogatory"]
        wanted = {"camp": teller, "relation": "foe", "stance": "derogatory"}
        rows.append(_found("derogatory naming of the opponent", teller, planted, naming, wanted))
        for key, relation in (("own", "own"), ("of_the_foe", "foe")):
            planted = truth["agency"][f"{teller}_{key}"]["planted"]
            what = f"acts of {RELATIONS[relation]} without a named agent"
            rows.append(_found(what, teller, planted, acts, {"camp": teller, "relation": relation}))
        planted = truth["frames"]["divine_sanction"][teller]["planted"]
        wanted = {"camp": teller, "frame": "divine_sanction"}
        rows.append(_found("divine sanction", teller, planted, frames, wanted))
    return pd.DataFrame(rows)


def _found(
    what: str, teller: str, planted: float, table: pd.DataFrame, wanted: Mapping[str, str]
) -> dict[str, object]:
    row = table[np.logical_and.reduce([table[c] == v for c, v in wanted.items()])].iloc[0]
    low, high = row["low"], row["high"]
    covered = "no interval" if pd.isna(low) else "yes" if low <= planted <= high else "no"
    values = {"planted, %": 100 * planted, "found, %": 100 * row["share"]}
    ends = {"from": 100 * low, "to": 100 * high}
    return {"what": what, "teller": group_name(teller), **values, **ends, "covered": covered}
