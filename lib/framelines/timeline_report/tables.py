"""Tables of days, losses, silence and disputes, as readers see them."""

import math
from typing import Any

import pandas as pd

from framelines.case import Case
from framelines.formats import number_text
from framelines.timeline_report.words import (
    camp_name,
    day_words,
    hijri_words,
    listed,
    quantity_words,
)
from framelines.timelines import inflation
from framelines.timelines.days import ORDERS
from framelines.timelines.references import reference_days, reference_events
from framelines.timelines.statements import day_text

Row = dict[str, Any]
_BASES = {
    "reference": "reference",
    "other_side": "other side’s account",
    "other_outlet": "another outlet of the side",
}


def with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its day numbers as dates, for whoever reads the file."""
    days = [c for c in frame.columns if c.endswith(("first", "last"))]
    return frame.assign(**{c: frame[c].map(day_text) for c in days})


def _short(outlet: str) -> str:
    return outlet.split(" (")[0]


def told_day_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `timelines.spread_of_day` as outlet, wording, days, claim and what it repeats."""
    ends = zip(table["first"], table["last"], strict=True)
    return pd.DataFrame(
        {
            "outlet": table["source"],
            "day": [day_words(*pair) for pair in ends],
            "wording": table["wording"].replace("", "no verb of taking"),
            "as_stated": table["stated"],
            "claim": table["claim_id"],
            "repeats": table["repeats"],
        }
    )


def _lead(least: float, most: float) -> str:
    if math.isinf(least) and math.isinf(most):
        return "open"
    low, high = (number_text(int(v)) if math.isfinite(v) else "" for v in (least, most))
    if least == most:
        return low
    return f"up to {high}" if not low else f"{low} or more" if not high else f"{low} to {high}"


def leads_table(table: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Return `timelines.lead` as place taken, outlet, told and reference day, days after it.

    `quality` is that of the best row of the reference.
    """
    known = reference_days(case).drop_duplicates("event_id").set_index("event_id")["quality"]
    ends = zip(table["first"], table["last"], strict=True)
    leads = zip(table["lead_least"], table["lead_most"], strict=True)
    return pd.DataFrame(
        {
            "taking": table["label"],
            "outlet": table["source"],
            "told": [day_words(*pair) for pair in ends],
            "reference": [day_words(d, d) for d in table["reference_first"]],
            "quality": table["event_id"].map(known),
            "days_after_the_reference": [_lead(*pair) for pair in leads],
            "claim": table["claim_id"],
        }
    )


def event_names(case: Case) -> dict[str, str]:
    """Return the printed name of every event by its id."""
    return dict(zip(case["events"]["event_id"], case["events"]["label"], strict=True))


def _called(ids: pd.Series, case: Case, most: int) -> list[str]:
    """Events joined by `;` as their names, at most `most` of each row."""
    names = event_names(case)
    return [listed((names[e] for e in cell.split(";") if e), most) for cell in ids]


def silence_table(table: pd.DataFrame, case: Case, most: int = 8) -> pd.DataFrame:
    """Return `timelines.silence` with the silent events named, at most `most` of them."""
    who = table["source"] if "source" in table else table["camp"].map(camp_name)
    shares = [
        ""
        if pd.isna(r["share"])
        else f"{100 * r['share']:.0f} % ({100 * r['low']:.0f} to {100 * r['high']:.0f} %)"
        for r in table.to_dict("records")
    ]
    shown = pd.DataFrame(
        {
            "account": who,
            "known_from": table["basis"].map(_BASES),
            "at_risk": table["at_risk"],
            "told": table["told"],
            "denied": table["denied"],
            "passed_over": table["silent"],
            "share": shares,
            "events_passed_over": _called(table["silent_events"], case, most),
        }
    )
    return shown.drop(columns="share") if shown["share"].eq("").all() else shown


def loss_table(table: pd.DataFrame, case: Case, most: int = 8) -> pd.DataFrame:
    """Return `timelines.own_losses`, own side first, with events named, at most `most` each."""
    keys = ["camp", "own", "side", "loss"]
    table = table.sort_values(keys, ascending=[True, False, True, True], kind="stable")
    whose = zip(table["side"], table["own"], strict=True)
    return pd.DataFrame(
        {
            "account": table["camp"].map(camp_name),
            "losses_of": [camp_name(s) + (" (its own side)" if own else "") for s, own in whose],
            "loss": table["loss"],
            "known": table["events"],
            "told": table["told"],
            "events_told": _called(table["told_events"], case, most),
            "events_not_told": _called(table["untold_events"], case, most),
        }
    ).reset_index(drop=True)


def matched_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `timelines.matched_figures` as account, event, dead of, told, reference, ratio."""
    told = zip(table["told"], table["told_low"], table["told_high"], strict=True)
    known = zip(*(table[c] for c in ("reference", "reference_low", "reference_high")), strict=True)
    return pd.DataFrame(
        {
            "event": table["label"],
            "account": table["source"].map(_short),
            "dead_of": table["target_side"].map(camp_name),
            "counted": table["outcome"].str.replace("_", " "),
            "told": [quantity_words(*row) for row in told],
            "reference": [quantity_words(*row) for row in known],
            "origin": table["origin"].str.replace("_", " "),
            "ratio": table["log_ratio"].map(math.exp),
            "claims": table["claims"].str.replace(";", ", "),
        }
    )


def choices_table(case: Case, **choices: Any) -> pd.DataFrame:
    """Return `timelines.inflation` under other choices, changed one at a time.

    One row a choice and camp: choice, camp, events, factor, low, high, lowest, highest.
    """
    variants: dict[str, dict[str, str]] = {
        "stated numbers, monitors, the dead": {},
        "least numbers that the words leave open": {"reading": "logical_low"},
        "numbers as a reader takes them": {"reading": "conventional"},
        "third parties as references too": {"origin": "non_belligerent"},
        "dead and wounded told together count too": {"outcome": "killed_or_wounded_included"},
    }
    found = [
        inflation(case, **choices, **variant).assign(choice=name)
        for name, variant in variants.items()
    ]
    table = pd.concat(found, ignore_index=True)
    table = table.assign(camp=table["camp"].map(camp_name))
    columns = "choice camp events factor low high lowest highest".split()
    empty = [c for c in ("low", "high") if table[c].isna().all()]
    return table[columns].drop(columns=empty)


def parts_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `timelines.parts_and_totals` as event, what, parts, sum, total, covers, verdict."""
    whole = table["covers_window"] & table["covers_place"]
    what = zip(table["kind"], table["item"], strict=True)
    return pd.DataFrame(
        {
            "event": table["label"],
            "account": table["source"].map(_short),
            "what": [f"{k}, {i}".removesuffix(", ").replace("_", " ") for k, i in what],
            "parts": table["part_figures"],
            "sum": table["sum_stated"],
            "total": table["total"],
            "parts_cover_the_total": whole.map({True: "yes", False: "no, or not told"}),
            "verdict": table["verdict"],
            "claims": table["parts"].str.replace(";", ", ") + " in " + table["claim_id"],
        }
    )


def twice_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `timelines.taken_twice` as place, account, taker, days as stated, days apart."""
    return pd.DataFrame(
        {
            "place": table["place"],
            "account": table["source"].map(_short),
            "taker": table["taker"].map(camp_name),
            "stated": [
                " and ".join(hijri_words(d) if d < "17" else d for d in days.split("; "))
                for days in table["stated"]
            ],
            "days_apart": table["days_apart"].astype(int),
            "claims": table["claims"].str.replace(";", ", "),
        }
    )


def scope_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `timelines.scope_of_taking`, the widest last, with the places named."""
    ordered = table.sort_values(["rank", "places", "source"], kind="stable")
    return ordered[["source", "documents", "places", "widest", "widest_kind", "place_names"]]


def order_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `timelines.order_of_events` counted: one row two accounts, one column an order."""
    wide = table.groupby(["account", "other", "order"], sort=True).size().unstack(fill_value=0)
    return wide.reindex(columns=list(ORDERS), fill_value=0).rename_axis(columns=None).reset_index()


def order_words(table: pd.DataFrame) -> Row:
    """Return how many pairs of `timelines.order_of_events` stand in which order, by key."""
    counts = table["order"].value_counts()
    wrong = table[table["order"] == "discordant"]
    names = listed(wrong["first_label"] + " / " + wrong["second_label"])
    return {
        **{f"order_{order}": int(counts.get(order, 0)) for order in ORDERS},
        "order_named": names,
    }


def event_figure_table(table: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Return `timelines.figures_of_event` as what, of whom, figure, teller, in whose voice, row."""
    items = table["item"].str.replace("_", " ")
    outcomes = table["outcome"].str.replace("_", " ")
    certainty = table["certainty"].where(table["certainty"].isin(["hedged", "denied"]), "")
    voices = table["attribution"].str.replace("_", " ")
    return pd.DataFrame(
        {
            "what": [f"{o} ({i})" if i else o for o, i in zip(outcomes, items, strict=True)],
            "of_whom": [named(ids, case) or "nobody named" for ids in table["target"]],
            "figure": table["told"],
            "teller": table["teller"],
            "voice": [f"{v}, {c}" if c else v for v, c in zip(voices, certainty, strict=True)],
            "row": table["row"],
        }
    )


def reference_span(case: Case, event_id: str) -> tuple[float, float] | None:
    """Return first and last day that a reference, no party to the war, gives an event."""
    table = reference_events(case)
    rows = table[table["event_id"] == event_id]
    return (float(rows["first"].iloc[0]), float(rows["last"].iloc[0])) if len(rows) else None


def named(ids: str, case: Case) -> str:
    """Return actors joined by `;` under their neutral names."""
    names = dict(zip(case["actors"]["actor_id"], case["actors"]["name"], strict=True))
    return ", ".join(names.get(i, i.replace("_", " ")) for i in ids.split(";") if i)
