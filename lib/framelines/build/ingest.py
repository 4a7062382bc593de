"""From a folder of texts, or a table with a column of them, to a case that builds."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pandas as pd
import py3langid
from anyascii import anyascii

from framelines import REPO, write_whole
from framelines.build.cluster import mapped
from framelines.build.gather import Article, articles, day, twins
from framelines.build.store import changed, written
from framelines.corpus.documents import expected_sums
from framelines.corpus.features import build_features
from framelines.corpus.texts import sha256
from framelines.errors import DataError, Problem
from framelines.tables.case import NO_CASE, case_names, read_case_file
from framelines.tables.schema import ID, JOINERS, check_tables, fields_of

CASE_FILE = """\
title: {title}
data: data/{name}
# The two camps of sources to compare, as sources.csv names them; null where there are no two sides.
compare: {compare}
# Where the defaults do not fit: draws, seed, permutations, calendar.
parameters: {{}}
"""
# What YAML or a reader of tables takes for a truth value, a number or nothing; folders of tables.
TAKEN = {*"y n yes no on off true false null none na nan inf infinity raw features audits".split()}
NUMBER = r"[0-9-]+|[0-9]+e[0-9]+|0x[0-9a-f]+|0o[0-7]+|0b[01]+"
UNKNOWN, NOBODY = "unknown", "unassigned"
UNTOLD = {"camp": NOBODY, "bloc": NOBODY, "country": "", "kind": UNKNOWN}
Row = dict[str, str]


@dataclass
class Report:
    """What was taken and from where, what could not be read and why, what could not be told."""

    added: int = 0
    known: int = 0
    left: list[str] = field(default_factory=list)
    open: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    twins: int = 0

    def lines(self, folder: str) -> list[str]:
        """Return the report, a line a fact, with the table that a person fills in."""
        said = [f"{self.added} articles added, {self.known} were known"]
        for what in ("day", "outlet"):
            places = [f"{where} ({n})" for (of, where), n in self.taken.items() if of == what]
            said += [f"the {what} was taken from {', '.join(places)}"] * bool(places)
        same = f"{self.twins} say nearly the same as another: marked in duplicate_of"
        said += [same] * bool(self.twins) + [f"not read: {line}" for line in self.left]
        for what, whose in self.open.items():
            more = f" and {len(whose) - 3} more" if len(whose) > 3 else ""
            said.append(f"{what}: {', '.join(whose[:3])}{more}. Fill it in: {folder}/documents.csv")
        return said


def slug(text: str) -> str:
    """Return an id of a-z, 0-9 and hyphens made of a name; of its digest where nothing is left."""
    made = re.sub("[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")[:60].strip("-")
    return made if re.fullmatch(ID, made) and not made.isdigit() else f"text-{sha256(text)[:10]}"


def _check_name(name: str, root: Path) -> None:
    what = ""
    if name in TAKEN | {*NO_CASE} or re.fullmatch(NUMBER, name):
        what = "this would be read as something else than a name"
    elif not re.fullmatch(ID, name) or len(name) > 60:
        what = "not a-z, 0-9 and single hyphens (at most 60 characters), such as river-war"
    elif name in case_names(root) and (data := read_case_file(name, root).data) != f"data/{name}":
        what = f"the tables of the case of this name lie in {data}"
    if what:
        raise DataError([Problem("NAME", what, value=name, fix="Choose another name")])


def corpus(place: Path, name: str, root: Path = REPO, dates: str = "") -> Report:
    """Lay down the texts of a folder or table as a case, or add those that the case lacks.

    Writes `data/<name>/` (sources.csv, documents.csv, features; the texts into raw/, which git
    ignores) and `notebooks/cases/<name>.yaml`. Raises `DataError` for a name that is none, a place
    without texts, a table without a column of texts, and tables of an earlier run that do not pass
    their checks; then nothing is written.
    """
    _check_name(name, root)
    report, folder = Report(), root / "data" / name
    if (folder / "documents.csv").is_file():  # and not only texts of a run that was broken off
        check_tables(folder)
    old = written(folder, "documents")
    read = dict[tuple[str, str], Article]()
    for number, article in enumerate(articles(place, report.left), start=1):
        article.text = article.text.strip()
        article.about = {w: v for w, told in article.about.items() if (v := one_line(told))}
        if number % 100 == 0:
            print(f"{number} articles read", flush=True)
        if not article.text:
            report.left.append(f"{article.origin}: there is no text")
            continue
        # One text counts once an outlet.
        pair = sha256(article.text), slug(article.about.get("source", UNKNOWN))
        report.known += pair in read
        read.setdefault(pair, article)
    had, have = {*zip(old["sha256"], old["source_id"], strict=True)}, Counter(old["sha256"])
    ids, rows, texts, sources = {*old["doc_id"]}, list[Row](), Row(), dict[str, Row]()
    # Where somebody mended an outlet's name, its row is of a text that is told of another.
    for pair in sorted(read, key=lambda pair: pair not in had):
        if have[pair[0]]:
            have[pair[0]] -= 1
            report.known += 1
            if pair not in had:
                report.open["known as a text of another outlet"].append(read[pair].origin)
            continue
        article = read[pair]
        rows.append(_document(article, name, ids, report, dates))
        _enter(article, rows[-1], sources, report)
        texts[rows[-1]["doc_id"]] = article.text
    report.added = len(rows)
    if not rows and not report.known:
        reasons = [Problem(str(place), line) for line in report.left]
        raise DataError(reasons or [Problem(str(place), "there are no texts here")])
    # Texts that are known but not here, such as those of a fresh clone, come back.
    held = {digest: article.text for (digest, _), article in read.items()}
    for file, digest in old[["raw_file", "sha256"]].to_numpy():
        if digest in held and not (folder / "raw" / file).is_file():
            write_whole(folder / "raw" / file, held[digest])
    _write(folder, rows, texts, sources, report)
    if name not in case_names(root):
        camps = sorted({source["camp"] for source in sources.values()} - {NOBODY})
        compare = f"[{', '.join(camps)}]" if len(camps) == 2 else "null"
        title, file = name.replace("-", " ").capitalize(), f"notebooks/cases/{name}.yaml"
        write_whole(root / file, CASE_FILE.format(name=name, title=title, compare=compare))
    return report


def lay_down(place: Path, name: str, dates: str) -> int:
    """Do what `corpus` does and print what came of it; return 0."""
    report = corpus(place, name, dates=dates)
    print("\n".join(report.lines(f"data/{name}")))
    print(f"Now: make code NAME={name}, then make, and open reports/{name}/index.html")
    return 0


def one_line(value: str) -> str:
    """Return a value without line ends and signs that nobody sees, and as no formula."""
    shown = "".join(c for c in " ".join(value.split()) if c.isprintable() or c in JOINERS)
    return shown.lstrip("=+-@ ")[:200].strip(f" {JOINERS}")


def _document(article: Article, name: str, ids: set[str], report: Report, dates: str) -> Row:
    """A row of documents.csv; what cannot be told of the article goes into the report."""
    text, about, basis = article.text, article.about, Row()
    for what, column in (("outlet", "source"), ("day", "published")):
        where, asked = article.found_in.get(column, ""), f"no {what} is told"
        if column == "published" and column in about:
            about["published"], asked = day(about["published"], dates)
        if about.get(column):
            report.taken[what, where] += 1
            inferred = where.startswith("the name of")
            basis[f"{column}_basis"] = f"inferred: {where}" if inferred else "stated"
        else:
            report.open[f"the {what} is open"].append(f"{article.origin} ({asked})")
            basis[f"{column}_basis"] = UNKNOWN
    # Titles are sentences of a text, which stay out: four words of one are a label.
    title, published = about.get("title", article.origin).split(), about.get("published", "")
    label = (" ".join(title[:4])[:118] + " …" * (len(title) > 4)).strip()
    base = doc_id = slug(f"{published} {label}")
    for again in count(2):
        if doc_id not in ids:
            break
        doc_id = f"{base[:56].strip('-')}-{again}"
    ids.add(doc_id)
    source = slug(about.get("source", UNKNOWN))
    spoken = re.match("([a-z]{2})(?![a-z])", about.get("language", "").lower())
    language = spoken[1] if spoken else py3langid.classify(text)[0]
    language = {"pcm": "en"}.get(language, language)  # short English is often taken for Pidgin
    row = {"doc_id": doc_id, "label": label, "source_id": source, "published_in": source, **basis}
    row |= {"author": about.get("author", ""), "published": published, "language": language}
    row |= {"theatre": name, "cases": name, "genre": _one_of("documents", "genre", about)}
    row |= {"raw_file": f"{doc_id}.txt", "start": "0", "end": str(len(text))}
    return row | {"sha256": sha256(text)}


def _one_of(table: str, column: str, about: Row) -> str:
    """What is told, where the schema has such a value; `unknown` where it has not."""
    value = about.get(column, "").lower().replace(" ", "_").replace("-", "_")
    return value if value in fields_of(table)[column]["constraints"]["enum"] else UNKNOWN


def _enter(article: Article, row: Row, sources: dict[str, Row], report: Report) -> None:
    """Enter what an article tells of its outlet; ask where another told it otherwise."""
    about, told = article.about, dict(UNTOLD)
    # Camps and blocs are single words.
    told |= {w: slug(about[w]).replace("-", "_") for w in ("camp", "bloc") if w in about}
    told |= {"country": about.get("country", ""), "kind": _one_of("sources", "kind", about)}
    new = {"name": about.get("source", "Unknown source"), "languages": row["language"], **UNTOLD}
    source = sources.setdefault(row["source_id"], {"source_id": row["source_id"], **new})
    source["languages"] = ";".join(sorted({*source["languages"].split(";"), row["language"]}))
    for what, value in told.items():
        if source[what] == UNTOLD[what]:
            source[what] = value
        elif value not in (source[what], UNTOLD[what]):
            named = f"{source['name']} ({source[what]} or {value})"
            report.open[f"two of {what}"].append(named)


def _write(
    folder: Path, rows: list[Row], texts: Row, sources: dict[str, Row], report: Report
) -> None:
    """Write texts, features and tables, all checked beside before any is put in its place."""
    documents, outlets = written(folder, "documents"), written(folder, "sources")
    # Copies of what is there already count, as far as its texts are here.
    before = {d: folder / "raw" / f for d, f in documents[["doc_id", "raw_file"]].to_numpy()}
    here = {d: p for d, p in before.items() if p.is_file()} if texts else {}
    every = {d: p.read_text(encoding="utf-8") for d, p in here.items()}
    # Of new ones the first to be published is no repost; one without a day comes last.
    for row in sorted(rows, key=lambda row: row["published"] or "9"):
        every[row["doc_id"]] = texts[row["doc_id"]]
    first = dict(documents.loc[documents["duplicate_of"] != "", ["doc_id", "duplicate_of"]].values)
    same = {doc: first.get(of, of) for doc, of in twins(every).items() if doc in texts}
    report.twins = len(same)
    rows = [row | {"duplicate_of": same.get(row["doc_id"], "")} for row in rows]
    new = [row for key, row in sources.items() if key not in {*outlets["source_id"]}]
    tables = {"documents": pd.concat([documents, pd.DataFrame(rows)])}
    tables["sources"] = pd.concat([outlets, pd.DataFrame(new)])
    sums = expected_sums(folder) | {row["raw_file"]: row["sha256"] for row in rows}
    with changed(folder, tables) as (copy, checked):
        for row in rows:
            write_whole(folder / "raw" / row["raw_file"], texts[row["doc_id"]])
        listed = "".join(f"{digest}  {file}\n" for file, digest in sorted(sums.items()))
        write_whole(folder / "raw" / "SHA256SUMS", listed)
        (copy / "raw").symlink_to((folder / "raw").resolve())
        build_features(checked, copy, mapped)
