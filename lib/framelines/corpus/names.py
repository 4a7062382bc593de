"""Names of actors and places to begin with, and those that a user's tables add to them."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd
import regex
import yaml

from framelines.corpus.documents import Row
from framelines.corpus.finders import labels_of
from framelines.corpus.texts import Terms

LANGUAGES = ("en", "ar", "fa", "tr", "fr", "ru")


def _expanded(labels: str) -> set[str]:
    """Every spelling of labels with (a|b) alternatives; _ is a space."""
    found: set[str] = set()
    for label in labels.split():
        inner = regex.search(r"\(([^()]*)\)", label)
        if inner is None:
            found.add(" ".join(label.replace("_", " ").split()))
            continue
        for chosen in inner[1].split("|"):
            found |= _expanded(f"{label[: inner.start()]}{chosen}{label[inner.end() :]}")
    return found


@cache
def known_actors() -> dict[str, Row]:
    """Return the starting list of actors by id."""
    listed = yaml.safe_load(Path(__file__).with_name("actors.yaml").read_text(encoding="utf-8"))
    return {row["id"]: row for row in listed}


@cache
def known_namings() -> pd.DataFrame:
    """Return the labels of the starting list as rows of namings.csv, of every language."""
    rows = {}
    for actor in known_actors().values():
        for stance in ("neutral", "derogatory", "honorific"):
            listed = actor if stance == "neutral" else actor.get(stance, {})
            for language in LANGUAGES:
                for label in sorted(_expanded(listed.get(language, ""))):
                    if label and len(label.split()) <= 4:
                        row = {"actor_id": actor["id"], "label": label, "language": language}
                        rows[label, language] = row | {"stance": stance, "doc_id": ""}
    return pd.DataFrame(rows.values())


@cache
def known_places() -> pd.DataFrame:
    """Return the starting list of places, one row a place, names of each language joined by |.

    Written by hand of well-known names, after GeoNames and Wikidata; coordinates are rounded to a
    tenth of a degree.
    """
    path = Path(__file__).with_name("places.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def known_place_names() -> pd.DataFrame:
    """Return the names of the starting list as rows of place_names.csv."""
    rows = [
        (row["place_id"], name, language, "")
        for row in known_places().to_dict("records")
        for language in LANGUAGES
        for name in row[language].split("|")
        if name
    ]
    return pd.DataFrame(rows, columns=["place_id", "variant", "language", "doc_id"])


def _with_clitics(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Names with what Arabic and Turkish add to them: a clitic before, a case ending behind ’."""
    found = [frame]
    arabic, turkish = (frame[frame["language"] == language] for language in ("ar", "tr"))
    for clitic in ("و", "ف", "ب", "ل", "ك", "وب", "ول"):
        added = clitic + arabic[column]
        if clitic[-1] == "ل":
            added = added.str.replace(clitic + "ال", clitic + "ل", regex=False)
        found.append(arabic.assign(**{column: added}))
    for (
        ending
    ) in "nin nın nun nün in ın un ün ye ya e a de da te ta den dan ten tan yi yı i ı".split():
        found.append(turkish.assign(**{column: turkish[column] + "’" + ending}))
    return pd.concat(found, ignore_index=True)


@dataclass(frozen=True)
class Names:
    """Names of actors and places: those of the tables before those of the starting lists."""

    namings: pd.DataFrame
    places: pd.DataFrame
    kinds: dict[str, str]
    _terms: dict[tuple[str, str, str], Terms] = field(default_factory=dict)

    def terms(self, what: str, doc_id: str, language: str) -> Terms:
        """Return the terms of `namings` or `places` that hold in a document."""
        frame = self.namings if what == "namings" else self.places
        own = doc_id if doc_id in set(frame["doc_id"]) else ""
        key = (what, own, language)
        if key not in self._terms:
            self._terms[key] = labels_of(frame, own, language)
        return self._terms[key]

    @classmethod
    def of(cls, namings: pd.DataFrame, places: pd.DataFrame, actors: pd.DataFrame) -> "Names":
        """Return the names of a case's tables (which may be empty), and those we begin with."""
        columns = ["actor_id", "label", "language", "stance", "doc_id"]
        own = namings.reindex(columns=columns)
        first = known_namings()
        taken = set(zip(own["label"], own["language"], strict=True))
        new = [pair not in taken for pair in zip(first["label"], first["language"], strict=True)]
        both = pd.concat([first[new], own], ignore_index=True)
        own = places.reindex(columns=["place_id", "variant", "language", "doc_id"])
        named = pd.concat([known_place_names(), own], ignore_index=True)
        named = named.rename(columns={"place_id": "actor_id", "variant": "label"})
        kinds = {key: row["kind"] for key, row in known_actors().items()}
        kinds |= dict(zip(actors["actor_id"], actors["kind"], strict=True))
        return cls(
            _with_clitics(both, "label"),
            _with_clitics(named.assign(stance="neutral"), "label"),
            kinds,
        )
