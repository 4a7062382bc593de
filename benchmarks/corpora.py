"""Made-up corpora of any size, of two camps; the same ones for every run.

The words have Zipf's law, the sentences stops; every second text tells of dead, for rules to code.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

WORDS, TYPES, SYLLABLES = 300, 50_000, "ba co de fi gu la me ni po ru sa te vi zo ka".split()
LENGTHS = (12, 25, 18, 23, 17, 21, 14, 20) * 2  # words of the sentences of a text: 300
CAMPS, PLACES = ("north", "south"), ("Aleppo", "Homs", "Raqqa", "Damascus", "Mosul")
TOLD = "Officials said that {n} civilians were killed in an air strike on {place} on {day} May.\n"
DOCUMENTS = "doc_id,label,source_id,source_basis,published_in,published,published_basis,language,"
DOCUMENTS += "genre,theatre,cases,raw_file,start,end,sha256\n"
CLAIMS = "coder,claim_id,doc_id,start,end,hash,event_id,kind,actor_id,target_id,item,unit,"
CLAIMS += "value_min,value_max,qualifier,event_date,event_calendar,place_id,place_scope,scope,"
CLAIMS += "window,modality,attribution,certainty,report_calendar,as_of_calendar,date_basis\n"


def made_texts(documents: int) -> Iterator[str]:
    """Yield texts, of one camp and the other in turn; the same ones for every run."""
    words, rng, ranks = [""], np.random.default_rng(1), np.arange(1, TYPES + 1)
    for word in words:  # the frequent ones are short
        words += [word + syllable for syllable in SYLLABLES] * (len(words) <= TYPES)
    rates = np.stack([1 / (ranks + 2.7), np.where(ranks % 50 == 9, 2, 1) / (ranks + 2.7)])
    bounds, cuts = rates.cumsum(axis=1), [0, *accumulate(LENGTHS)]
    for number in range(documents):
        own = bounds[number % 2]
        drawn = [words[at + 1] for at in np.searchsorted(own, rng.random(WORDS) * own[-1])]
        said = [" ".join(drawn[a:b]).capitalize() + "." for a, b in pairwise(cuts)]
        text = "\n".join(" ".join(said[at : at + 4]) for at in range(0, len(said), 4)) + "\n"
        about = {"n": int(rng.integers(2, 90)), "place": PLACES[number // 7 % 5]}
        yield text + TOLD.format(day=number % 31 + 1, **about) * (number % 2)


def make_case(root: Path, kind: str, documents: int) -> None:
    """Write a case: `archive` is one raw file, `files` has one a document, `claims` has claims."""
    folder, start = root / "data" / kind, 0
    (folder / "raw").mkdir(parents=True)
    said = f"title: Made up\ncompare: [north, south]\ndata: data/{kind}\n"
    said += "coder: rules\n" * (kind != "claims")
    (root / "notebooks" / "cases" / f"{kind}.yaml").write_text(said)
    rows = [f"{c}-{i},{c} {i},news_site,{c},{c},,en" for c in CAMPS for i in range(5)]
    _write(folder / "sources.csv", "source_id,name,kind,bloc,camp,country,languages\n", rows)
    rows, archive = [], (folder / "raw" / "all.txt").open("w")
    for number, text in enumerate(made_texts(documents)):
        doc_id, source = f"d{number:06}", f"{CAMPS[number % 2]}-{number // 2 % 5}"
        file = f"{doc_id}.txt" if kind == "files" else "all.txt"
        if kind == "files":
            (folder / "raw" / file).write_text(text)
            start = 0
        archive.write(text)
        about = f"{doc_id},{doc_id},{source},stated,{source},2016-06-01,stated,en,report,war"
        place = f"{file},{start},{start + len(text)},{sha256(text.encode()).hexdigest()}"
        rows.append(f"{about},{kind},{place}")
        start += len(text)
    archive.close()
    _write(folder / "documents.csv", DOCUMENTS, rows)
    if kind == "claims":
        _write_claims(folder, documents)


def _write(path: Path, header: str, rows: list[str]) -> None:
    path.write_text(header + "".join(f"{row}\n" for row in rows))


def _write_claims(folder: Path, documents: int) -> None:
    """Ten claims an event, told by ten documents: eight of dead, and two of the deed."""
    places, events, claims = [f"p{i}" for i in range(max(documents // 20, 1))], [], []
    for e in range(documents):
        place, day = places[e % len(places)], f"2016-03-{e % 31 + 1:02}"
        kind = ("bombing", "taking", "battle")[e % 3]
        events.append(f"e{e},claims,Event {e},{kind},{place},{day}")
        for i in range(10):
            doc, dead = f"d{(e + 7 * i) % documents:06}", 2 + (e * i) % 40
            what = f"killed,south-army,civilians,person,persons,{dead},{dead},exact"
            if i % 5 == 4:
                what = "event,south-army,,,,,,"
            where = f"{day},gregorian,{place},{place},{'incremental' if i % 5 < 4 else ''},{day}"
            claim = f"first,{doc}-{e}-{i},{doc},{10 * i},{10 * i + 9},{'0' * 16},e{e},{what}"
            claims.append(f"{claim},{where},realised,own_voice,asserted,none,none,sentence")
    actors = ["north-army,N,north,army", "south-army,S,south,army", "civilians,C,none,civilians"]
    _write(folder / "actors.csv", "actor_id,name,side,kind\n", actors)
    _write(folder / "places.csv", "place_id,name,kind\n", [f"{p},{p},town" for p in places])
    _write(folder / "events.csv", "event_id,case,label,kind,place_id,window\n", events)
    _write(folder / "claims.csv", CLAIMS, claims)
