"""Names of actors and places to begin with, and those that a user's tables add to them."""

from functools import cache
from itertools import product
from pathlib import Path

import pandas as pd
import regex
import yaml

from framelines.corpus import texts
from framelines.corpus.documents import Row, Tables
from framelines.corpus.texts import Terms, valued

LANGUAGES = ("en", "ar", "fa", "tr", "fr", "ru")
COLUMNS = ["actor_id", "label", "language", "stance", "doc_id"]
# Words that a label list gives to nobody, such as the ceasefire's “regime”.
NOBODY = "none"
# What Arabic puts before a name, and the case endings that Turkish puts behind ’.
CLITICS = "و ف ب ل ك وب ول".split()
ENDINGS = "nin nın nun nün in ın un ün ye ya e a de da te ta den dan ten tan yi yı i ı".split()


def _expanded(label: str) -> set[str]:
    """Every spelling of a label with (a|b) alternatives; _ is a space."""
    inner = regex.search(r"\(([^()]*)\)", label)
    if inner is None:
        return {" ".join(label.replace("_", " ").split())}
    before, behind = label[: inner.start()], label[inner.end() :]
    return set().union(*(_expanded(before + one + behind) for one in inner[1].split("|")))


@cache
def known_actors() -> pd.DataFrame:
    """Return the starting list of actors, `actor_id` as the index: name, side, kind, means."""
    listed = yaml.safe_load(Path(__file__).with_name("actors.yaml").read_text(encoding="utf-8"))
    return pd.DataFrame(listed).rename(columns={"id": "actor_id"}).set_index("actor_id", drop=False)


@cache
def known_namings() -> pd.DataFrame:
    """Return the labels of the starting list as rows of namings.csv, of every language."""
    rows = {}
    for actor in known_actors().to_dict("records"):
        stances = {"neutral": actor, **{one: actor[one] for one in ("derogatory", "honorific")}}
        lists = ((stance, own) for stance, own in stances.items() if isinstance(own, dict))
        for (stance, own), language in product(lists, LANGUAGES):
            said = own[language] if isinstance(own.get(language), str) else ""
            for name in ("offices", "forces"):
                said = said.replace(f"{{{name}}}", f"({'|'.join(valued(name, language))})")
            for label in sorted(set().union(*map(_expanded, said.split()))):
                if label and len(label.split()) <= 4:
                    rows[label, language] = (actor["actor_id"], label, language, stance, "")
    return pd.DataFrame(rows.values(), columns=COLUMNS)


@cache
def known_places() -> pd.DataFrame:
    """Return the starting list of places, one row a place, names of each language joined by |.

    Well-known names, written by hand; coordinates (degrees) are rounded to a tenth.
    """
    columns = dict.fromkeys(["place_id", "name", "kind", "parent", *LANGUAGES], str)
    return pd.read_csv(Path(__file__).with_name("places.csv"), dtype=columns, keep_default_na=False)


def known_place_names() -> pd.DataFrame:
    """Return the names of the starting list as rows of place_names.csv."""
    names = known_places().melt("place_id", LANGUAGES, "language", "variant")
    names["variant"] = names["variant"].str.split("|")
    return names.explode("variant").query("variant != ''").assign(doc_id="")


def _with_clitics(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of labels, and those with what Arabic and Turkish add to a name."""
    found = [frame]
    arabic, turkish = (frame[frame["language"] == language] for language in ("ar", "tr"))
    for clitic in CLITICS:
        added = clitic + arabic["label"]
        if clitic[-1] == "ل":
            added = added.str.replace(f"{clitic}ال", f"{clitic}ل", regex=False)
        found.append(arabic.assign(label=added))
    found += [turkish.assign(label=turkish["label"] + "’" + ending) for ending in ENDINGS]
    return pd.concat(found, ignore_index=True)


class Names:
    """Names of actors and places: those of a case's tables before those of the starting lists."""

    def __init__(self, tables: Tables | None = None) -> None:
        own = tables or {}
        labels = pd.concat([own.get("namings"), known_namings()])[COLUMNS]
        named = pd.concat([known_place_names(), own.get("place_names")])
        named = named.rename(columns={"place_id": "actor_id", "variant": "label"})
        self.frames = {
            "namings": _with_clitics(labels.drop_duplicates(["label", "language", "doc_id"])),
            "places": _with_clitics(named.assign(stance="neutral")[COLUMNS]),
        }
        actors = pd.concat([known_actors(), own.get("actors")])
        self.kinds = dict(zip(actors["actor_id"], actors["kind"], strict=True))
        self._special = {what: frozenset(frame["doc_id"]) for what, frame in self.frames.items()}
        self._terms: dict[tuple[str, str, str], Terms] = {}

    def terms(self, what: str, doc_id: str, language: str) -> Terms:
        """Return the terms of `namings` or `places` that hold in a document."""
        key = (what, doc_id if doc_id in self._special[what] else "", language)
        if key not in self._terms:
            self._terms[key] = labels_of(self.frames[what], *key[1:])
        return self._terms[key]


def labels_of(namings: pd.DataFrame, doc_id: str, language: str) -> Terms:
    """Return the labels that hold in a document, its own before those of all documents."""
    own = namings[(namings["language"] == language) & namings["doc_id"].isin(["", doc_id])]
    rows = own.sort_values(["doc_id", "label"], kind="stable").to_dict("records")
    found: Terms = {}
    for units, row in {tuple(form for form, _ in texts.parts(r["label"])): r for r in rows}.items():
        texts.add_term(found, units, "labels", row)
    return found


def find_mentions(text: str, labels: Terms) -> list[Row]:
    """Return every mention: start, end, hash, label, actor_id, stance; the longest label wins.

    Labels of `NOBODY` take their words and give no mention.
    """
    units = texts.parts(text)
    found = []
    for (first, after), _, row in texts.longest_matches([form for form, _ in units], labels):
        if row["actor_id"] != NOBODY:
            start, end = units[first][1][0], units[after - 1][1][1]
            span = {"start": start, "end": end, "hash": texts.short_hash(text[start:end])}
            found.append({**span, **{k: row[k] for k in ("label", "actor_id", "stance")}})
    return found
