"""What every account says of every event: one row a claim, with all that is coded of it."""

import pandas as pd

from framelines.analyses import claims as coded
from framelines.analyses.disputes import disputes
from framelines.methods.dates import days_text
from framelines.tables.case import Case
from framelines.tables.rows import rows

COLUMNS = "event_id event source camp what told stated first last days names verbs words claim_id"
REFERENCE = "Reference"


def _reference(case: Case) -> pd.DataFrame:
    known, name = coded.reference(case, "any"), coded.lookup(case, "actors", "name")
    whose = [name.get(who, who).replace("_", " ") for who in known["target"]]
    figure = known["kind"].str.replace("_", " ") + [f", {who}" if who else "" for who in whose]
    what = known["event"].where(known["kind"] == "event", figure)
    blank = dict.fromkeys(("camp", "stated", "names", "verbs"), "")
    source = REFERENCE + ": " + known["according_to"]
    words = known["origin"].str.replace("_", " ")
    return known.assign(source=source, what=what, words=words, is_reference=True, **blank)


def _deeds(case: Case, told: pd.DataFrame) -> list[str]:
    """What each claim is of, in words: `taking by …`, `killed, of …`, `equipment, tank, of …`."""
    actor, deed = coded.lookup(case, "actors", "name"), coded.lookup(case, "events", "kind")
    made = []
    for row in told.to_dict("records"):
        is_event = row["kind"] == "event"
        kind = deed.get(row["event_id"], "event") if is_event else row["kind"]
        doer = is_event or row["kind"] == "force_size"
        ids = row["actor_id" if doer else "target_id"].split(";")
        who = " and ".join(actor.get(i, i) for i in ids if i)
        what = ", ".join(filter(None, [kind, row["item"]])).replace("_", " ")
        made.append(what + f" {'by' if is_event else 'of'} {who}" * bool(who))
    return made


def accounts(case: Case) -> pd.DataFrame:
    """Return one row a claim of the case's coder, and one a row of the reference on its events.

    Columns: event_id, event (its label; both empty where the claim is of no shared event), source,
    camp, what (kind and item, by whom or of whom), told (the figure as worded), stated (the date as
    stated), first and last (days that it leaves open, as numbers), days (the same in words), names
    (labels of actors in the sentence), verbs (of taking there), words (in whose words, how sure,
    done or not), claim_id, is_reference, disputed. Events in the order of their days; in each the
    reference first, then sources by name.
    """
    told = rows(case, "claims")[["doc_id", "claim_id", "sentence"]]
    told = coded.claims(case).merge(told, on=["doc_id", "claim_id"])
    at = pd.MultiIndex.from_frame(told[["doc_id", "sentence"]])
    named = {"names": ("naming_mentions", "wording"), "verbs": ("captures", "lemma")}
    for column, (table, of) in named.items():
        met = rows(case, table).groupby(["doc_id", "sentence"])[of]
        words = met.agg(lambda own: coded.joined(own, ", "))
        told[column] = words.reindex(at).fillna("").to_numpy()
    told["what"] = _deeds(case, told)
    how = zip(told["attribution"], told["certainty"], told["modality"], strict=True)
    usual = {"own_voice", "asserted", "realised"}
    told["words"] = [", ".join(w.replace("_", " ") for w in one if w not in usual) for one in how]
    told = told.assign(stated=told["event_date"], is_reference=False)
    both = pd.concat([told, _reference(case)[lambda r: r["event_id"].isin(told["event_id"])]])
    days = zip(both["first"], both["last"], strict=True)
    in_dispute = {i for ids in disputes(case)["claims"] for i in ids.split(";")}
    both = both.assign(
        event=both["event_id"].map(coded.lookup(case, "events", "label")).fillna(""),
        days=[days_text(*one) if min(map(abs, one)) < float("inf") else "" for one in days],
        disputed=both["claim_id"].isin(in_dispute),
        dated=both.groupby("event_id")["last"].transform("min"),
    )
    keys = ["dated", "event_id", "is_reference", "source", "claim_id"]
    both = both.sort_values(keys, ascending=[True, True, False, True, True], kind="stable")
    return both[[*COLUMNS.split(), "is_reference", "disputed"]].reset_index(drop=True)
