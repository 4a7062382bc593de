"""From a folder of texts, or a table with a column of them, to a case that builds."""

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import py3langid
from anyascii import anyascii

from framelines import REPO, write_whole
from framelines.build.gather import Article, articles, day, twins
from framelines.corpus.documents import expected_sums
from framelines.corpus.features import build_features
from framelines.corpus.texts import sha256
from framelines.errors import DataError, Problem
from framelines.tables.case import NO_CASE
from framelines.tables.schema import ID, JOINERS, check_tables, fields_of, resources, write_table

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


@dataclass
class Report:
    """What was taken and from where, what could not be read and why, what could not be told."""

    added: int = 0
    known: int = 0
    left: list[str] = field(default_factory=list)
    open: dict[str, list[str]] = field(default_factory=dict)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    twins: int = 0

    def ask(self, what: str, whose: str) -> None:
        """Note what a person has to tell of an article."""
        self.open.setdefault(what, []).append(whose)

    def lines(self, folder: str) -> list[str]:
        """Return the report, a line a fact, with the table that a person fills in."""
        said = [f"{self.added} articles added, {self.known} were known"]
        for what in ("day", "outlet"):
            places = [f"{where} ({n})" for (of, where), n in self.taken.items() if of == what]
            said += [f"the {what} was taken from {', '.join(places)}"] * bool(places)
        said += [f"{self.twins} say nearly the same as another: marked in duplicate_of"] * (
            self.twins > 0
        )
        said += [f"not read: {line}" for line in self.left]
        for what, whose in self.open.items():
            more = f" and {len(whose) - 3} more" if len(whose) > 3 else ""
            said.append(f"{what}: {', '.join(whose[:3])}{more}. Fill it in: {folder}/documents.csv")
        return said


def slug(text: str, most: int = 60) -> str:
    """Return an id of a-z, 0-9 and hyphens made of a name; of its digest where nothing is left."""
    made = re.sub("[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")[:most].strip("-")
    return made if re.fullmatch(ID, made) and not made.isdigit() else f"text-{sha256(text)[:10]}"


def _line(told: str) -> str:
    """What an article tells, on one line, without direction marks and others that nobody sees."""
    shown = (c for c in " ".join(told.split()) if c.isprintable() or c in JOINERS)
    return "".join(shown)[:200].strip(f" {JOINERS}")


def _check_name(name: str) -> None:
    what = ""
    if name in TAKEN | {*NO_CASE} or re.fullmatch(NUMBER, name):
        what = "this would be read as something else than a name"
    elif not re.fullmatch(ID, name) or len(name) > 60:
        what = "not a-z, 0-9 and single hyphens (at most 60 characters), such as river-war"
    if what:
        raise DataError([Problem("NAME", what, value=name, fix="Choose another name")])


def corpus(place: Path, name: str, root: Path = REPO, dates: str = "") -> Report:
    """Lay down the texts of a folder or table as a case, or add those that the case lacks.

    Writes `data/<name>/` (sources.csv, documents.csv, features; the texts into raw/, which git
    ignores) and `notebooks/cases/<name>.yaml`. Raises `DataError` for a name that is none, a place
    without texts, a table without a column of texts, and tables of an earlier run that do not pass
    their checks; then nothing is written.
    """
    _check_name(name)
    report, folder = Report(), root / "data" / name
    if not place.exists():
        raise DataError([Problem(str(place), "there is no such folder or table")])
    if folder.is_dir():
        check_tables(folder)
    old = {t: _old(folder, t) for t in ("sources", "documents")}
    ids = set(old["documents"]["doc_id"])
    had, met = Counter(old["documents"]["sha256"]), dict[str, set[str]]()
    rows, texts, sources = list[dict[str, str]](), dict[str, str](), dict[str, dict[str, str]]()
    for number, article in enumerate(articles(place, report.left), start=1):
        text = article.text.strip()
        article.about = {w: line for w, told in article.about.items() if (line := _line(told))}
        if number % 100 == 0:
            print(f"{number} articles read", flush=True)
        if not text:
            report.left.append(f"{article.origin}: there is no text")
            continue
        # One text counts once an outlet, however its row was mended since.
        outlets = met.setdefault(sha256(text), set())
        again = article.about.get("source", UNKNOWN) in outlets
        outlets.add(article.about.get("source", UNKNOWN))
        if again or len(outlets) <= had[sha256(text)]:
            report.known += 1
            continue
        row = _document(article, text, name, ids, report, dates)
        source = sources.setdefault(row["source_id"], _source(row, article))
        _keep(source, article, row, report)
        rows.append(row)
        texts[row["doc_id"]] = text
    report.added = len(rows)
    if not rows and old["documents"].empty:
        reasons = [Problem(str(place), line) for line in report.left]
        raise DataError(reasons or [Problem(str(place), "there are no texts here")])
    _write(folder, old, rows, texts, sources, report)
    file = root / "notebooks" / "cases" / f"{name}.yaml"
    if not file.exists():
        camps = sorted({s["camp"] for s in sources.values()} - {NOBODY})
        compare = f"[{', '.join(camps)}]" if len(camps) == 2 else "null"
        title = name.replace("-", " ").capitalize()
        write_whole(file, CASE_FILE.format(name=name, title=title, compare=compare))
    return report


def lay_down(place: Path, name: str, dates: str) -> int:
    """Do what `corpus` does and print what came of it; return 0."""
    report = corpus(place.expanduser(), name, dates=dates)
    print(
        "\n".join([*report.lines(f"data/{name}"), f"Now: make, and open reports/{name}/index.html"])
    )
    return 0


def _old(folder: Path, table: str) -> pd.DataFrame:
    path = folder / f"{table}.csv"
    if path.is_file():
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    return pd.DataFrame(columns=list(fields_of(table)))


def _basis(article: Article, what: str) -> str:
    """Whether the article states it, or from what it is inferred."""
    where = article.found_in.get(what, "a column")
    return f"inferred: {where}" if where.startswith("the name of") else "stated"


def _document(
    article: Article, text: str, name: str, ids: set[str], report: Report, dates: str
) -> dict[str, str]:
    """A row of documents.csv; what cannot be told of the article goes into the report."""
    about, found_in = article.about, article.found_in
    told = "published" in about
    published, asked = day(about["published"], dates) if told else ("", "no day is told")
    if asked:
        report.ask("the day is open", f"{article.origin} ({asked})")
    else:
        report.taken["day", found_in.get("published", "a column")] += 1
    if "source" not in about:
        report.ask("the outlet is open", article.origin)
    else:
        report.taken["outlet", found_in.get("source", "a column")] += 1
    # Titles are sentences of a text, which stay out: four words of one are a label.
    title = about.get("title", article.origin).split()
    label = " ".join(title[:4]) + " …" * (len(title) > 4)
    base = slug(f"{published} {label}")
    doc_id, again = base, 1
    while doc_id in ids:
        again += 1
        doc_id = f"{base[:56]}-{again}"
    ids.add(doc_id)
    source = slug(about.get("source", UNKNOWN))
    spoken = about.get("language", "").lower()[:2]
    language = spoken if re.fullmatch("[a-z]{2}", spoken) else py3langid.classify(text)[0]
    genre = _one_of("documents", "genre", about.get("genre", ""))
    row = {"doc_id": doc_id, "label": label[:120], "source_id": source}
    row["source_basis"] = _basis(article, "source") if "source" in about else UNKNOWN
    row |= {"published_in": source, "author": about.get("author", ""), "published": published}
    row["published_basis"] = UNKNOWN if asked else _basis(article, "published")
    row |= {"theatre": name, "language": language, "genre": genre, "cases": name, "start": "0"}
    return row | {"raw_file": f"{doc_id}.txt", "end": str(len(text)), "sha256": sha256(text)}


def _one_of(table: str, column: str, told: str) -> str:
    """What is told, where the schema has such a value; `unknown` where it has not."""
    value = told.lower().replace(" ", "_").replace("-", "_")
    return value if value in fields_of(table)[column]["constraints"]["enum"] else UNKNOWN


def _told(article: Article) -> dict[str, str]:
    """What an article tells of its outlet; camps and blocs as single words."""
    about = article.about
    found: dict[str, str] = {
        w: slug(about[w]).replace("-", "_") for w in ("camp", "bloc") if w in about
    }
    found |= {"country": about["country"]} if "country" in about else {}
    return found | {"kind": _one_of("sources", "kind", about.get("kind", ""))}


def _source(row: dict[str, str], article: Article) -> dict[str, str]:
    named = article.about.get("source", "Unknown source")
    about = {"camp": NOBODY, "bloc": NOBODY, "country": ""} | _told(article)
    return {"source_id": row["source_id"], "name": named, "languages": row["language"], **about}


def _keep(source: dict[str, str], article: Article, row: dict[str, str], report: Report) -> None:
    """Add to an outlet the language of one more text; ask where the text tells it otherwise."""
    source["languages"] = ";".join(sorted({*source["languages"].split(";"), row["language"]}))
    for what, value in _told(article).items():
        if value not in (source[what], UNKNOWN):
            report.ask(f"two of {what}", f"{source['name']} ({source[what]} or {value})")


def _write(
    folder: Path,
    old: dict[str, pd.DataFrame],
    rows: list[dict[str, str]],
    texts: dict[str, str],
    sources: dict[str, dict[str, str]],
    report: Report,
) -> None:
    """Write texts, features and tables, all checked beside before any is put in its place."""
    # Copies of what is there already count, as far as its texts are here.
    before = {d: folder / "raw" / f for d, f in old["documents"][["doc_id", "raw_file"]].to_numpy()}
    every = {d: p.read_text(encoding="utf-8") for d, p in before.items() if p.is_file()} | texts
    same = {d: other for d, other in twins(every).items() if d in texts}
    report.twins = len(same)
    sums = expected_sums(folder) | {row["raw_file"]: row["sha256"] for row in rows}
    new = [row for key, row in sources.items() if key not in set(old["sources"]["source_id"])]
    rows = [row | {"duplicate_of": same.get(row["doc_id"], "")} for row in rows]
    with tempfile.TemporaryDirectory() as beside:
        copy = Path(beside)
        for file in folder.glob("*.csv"):
            write_whole(copy / file.name, file.read_text(encoding="utf-8"))
        for table, more in (("sources", new), ("documents", rows)):
            write_table(pd.concat([old[table], pd.DataFrame(more)]).fillna(""), copy, table)
        tables = check_tables(copy)
        for row in rows:
            write_whole(folder / "raw" / row["raw_file"], texts[row["doc_id"]])
        listed = "".join(f"{digest}  {file}\n" for file, digest in sorted(sums.items()))
        write_whole(folder / "raw" / "SHA256SUMS", listed)
        (copy / "raw").symlink_to((folder / "raw").resolve())
        written = [copy / resources()[table]["path"] for table in ("sources", "documents")]
        for path in [*written, *build_features(tables, copy)]:
            write_whole(folder / path.relative_to(copy), path.read_bytes())
