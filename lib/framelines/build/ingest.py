"""From a folder of texts, or a table with a column of them, to a case that builds.

What a file says of itself is taken in this order: columns of a table or of `metadata.csv`, front
matter, meta tags of a page, the file's name (2019-08-21_sana_title.txt), the folder that it lies
in. Nothing is guessed: what cannot be told stays open, and is named in the report.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dateparser
import pandas as pd
import py3langid
import pypandoc
import pypdf
import trafilatura
import yaml
from charset_normalizer import from_bytes

from framelines import REPO, write_whole
from framelines.corpus.documents import expected_sums
from framelines.corpus.features import build_features
from framelines.corpus.texts import sha256, words
from framelines.errors import DataError, Problem
from framelines.methods.dates import gregorian
from framelines.tables.case import NO_CASE
from framelines.tables.schema import ID, check_tables, fields_of, write_table

CASE_FILE = """\
title: {title}
data: data/{name}
# The two camps of sources to compare, as sources.csv names them; null where there are no two sides.
compare: null
# Where the defaults do not fit: draws, seed, permutations, calendar.
parameters: {{}}
"""
# What YAML or a reader of tables takes for a truth value, a number or nothing; folders of tables.
TAKEN = {*"y n yes no on off true false null none na nan inf infinity raw features audits".split()}
NUMBER = r"[0-9-]+|[0-9]+e[0-9]+|0x[0-9a-f]+|0o[0-7]+|0b[01]+"
# Names of columns and fields under which people keep what we need.
CALLED = {
    "text": "text content body article article_content full_text maintext",
    "title": "title headline article_title name heading",
    "published": "published date published_date date_published pubdate publish_date day",
    "source": "source outlet publisher sitename hostname publication newspaper site",
    "author": "author authors byline creator",
    "language": "language lang",
    "genre": "genre type",
    "file": "file filename path raw_file",
}
NAMED = re.compile(r"(?P<published>\d{4}-\d{2}-\d{2})[_ ]+(?P<source>[^_]+)_+(?P<title>.+)")
NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")
UNKNOWN = "unknown"
# Texts that share this much of their runs of five words are one text told twice.
RUN, ALIKE = 5, 0.8


@dataclass
class Article:
    """One text with what is known of it, and where it came from."""

    origin: str
    text: str
    about: dict[str, str] = field(default_factory=dict)


@dataclass
class Report:
    """What was taken, what could not be read and why, and what could not be told of whom."""

    added: int = 0
    known: int = 0
    left: list[str] = field(default_factory=list)
    open: dict[str, list[str]] = field(default_factory=dict)
    twins: int = 0

    def lines(self, folder: str) -> list[str]:
        """Return the report, a line a fact, with the table that a person fills in."""
        said = [f"{self.added} articles added, {self.known} were known"]
        said += [f"{self.twins} say nearly the same as another: marked in duplicate_of"] * (
            self.twins > 0
        )
        said += [f"not read: {line}" for line in self.left]
        for what, whose in self.open.items():
            more = f" and {len(whose) - 3} more" if len(whose) > 3 else ""
            said.append(f"{what}: {', '.join(whose[:3])}{more}. Fill it in: {folder}/documents.csv")
        return said


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(content).best()
    if best is None:
        raise ValueError("its encoding cannot be told; save it as UTF-8")
    return str(best)


def _plain(path: Path) -> tuple[str, dict[str, Any]]:
    text = _decoded(path.read_bytes())
    front = re.match(r"---\r?\n(.*?)\r?\n---\r?\n", text, re.DOTALL)
    if front is None:
        return text, {}
    about = yaml.load(front[1], Loader=yaml.BaseLoader)
    return text[front.end() :], about if isinstance(about, dict) else {}


def _page(path: Path) -> tuple[str, dict[str, Any]]:
    found = trafilatura.bare_extraction(_decoded(path.read_bytes()), with_metadata=True)
    if found is None or not found.text:
        raise ValueError("no article was found in the page")
    kept = ("title", "date", "sitename", "author")
    return found.text, {name: getattr(found, name) for name in kept}


def _pdf(path: Path) -> tuple[str, dict[str, Any]]:
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted:
        raise ValueError("it is locked by a password")
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    if not text.strip():
        raise ValueError("it holds pictures of pages and no text: run a text recognition first")
    return text, {}


def _office(path: Path) -> tuple[str, dict[str, Any]]:
    return str(pypandoc.convert_file(path, "plain", extra_args=["--wrap=none"])), {}


READERS: dict[str, Callable[[Path], tuple[str, dict[str, Any]]]] = {
    **dict.fromkeys((".txt", ".md"), _plain),
    **dict.fromkeys((".html", ".htm"), _page),
    **dict.fromkeys((".docx", ".odt", ".rtf", ".epub"), _office),
    ".pdf": _pdf,
}


def _known(fields: dict[str, Any]) -> dict[str, str]:
    """What is known under any of the names of `CALLED`, by ours; the first that says something."""
    lower = {str(k).strip().lower().replace(" ", "_"): v for k, v in fields.items()}
    found = {}
    for ours, names in CALLED.items():
        values = (str(lower[n]).strip() for n in names.split() if lower.get(n) not in (None, ""))
        found[ours] = next((v for v in values if v and v.lower() != "nan"), "")
    return {name: value for name, value in found.items() if value}


def _table(path: Path) -> pd.DataFrame:
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, keep_default_na=False)
    if path.suffix == ".jsonl":
        return pd.read_json(path, lines=True, dtype=False, convert_dates=False)
    text = _decoded(path.read_bytes())
    # A text may hold any sign; the head of a table only parts its names.
    head = text.partition("\n")[0]
    sep = max(",;\t", key=head.count)
    return pd.read_csv(io.StringIO(text), sep=sep, dtype=str, keep_default_na=False)


def _rows(path: Path) -> Iterator[Article]:
    table = _table(path)
    for number, row in enumerate(table.to_dict("records"), start=2):
        about = _known({str(k): v for k, v in row.items()})
        if "text" not in about and not {*CALLED["text"].split()} & {*map(str.lower, table.columns)}:
            known, fix = ", ".join(table.columns), f"Name it: {CALLED['text'].replace(' ', ', ')}"
            raise DataError([Problem(path.name, f"no column of texts among {known}", fix=fix)])
        yield Article(f"{path.name}, row {number}", about.pop("text", ""), about)


def articles(place: Path, report: Report) -> Iterator[Article]:
    """Yield the articles of a folder or a table; files that cannot be read go into the report."""
    if place.is_file() and place.suffix in TABLES:
        yield from _rows(place)
        return
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    beside = place / "metadata.csv"
    more = _table(beside).to_dict("records") if beside.is_file() else []
    listed = {_known(dict(row)).get("file", ""): _known(dict(row)) for row in more}
    for path in [p for p in files if p != beside and p.name[0] not in ".~"]:
        name = path.name if path == place else path.relative_to(place).as_posix()
        reader = READERS.get(path.suffix.lower())
        try:
            if reader is None:
                raise ValueError(f"there is no reader for {path.suffix or 'a name without ending'}")
            text, about = reader(path)
        except Exception as error:  # whatever a reader of a stranger's file may raise
            report.left.append(f"{name}: {str(error).splitlines()[0]}")
            continue
        told = NAMED.fullmatch(path.stem)
        known = {"source": path.parent.name} if path.parent != place and path != place else {}
        known |= told.groupdict() if told else {}
        known |= _known(about) | listed.get(name, {}) | listed.get(path.name, {})
        known.setdefault("title", path.stem)
        yield Article(name, text, known)


def day(stated: str, dates: str = "") -> tuple[str, str]:
    """Return a day in EDTF, and what to ask a person: one of the two is empty.

    03/04/2019 is 3 April or 4 March: both are offered, and neither is taken, unless `dates` says
    how days are written, such as `%d/%m/%Y`.
    """
    if dates:
        try:
            return f"{datetime.strptime(stated, dates):%Y-%m-%d}", ""
        except ValueError:
            return "", f"{stated!r} is not written as {dates}"
    try:
        gregorian(stated)
        return stated, ""
    except ValueError:
        pass
    numbers = NUMERIC.fullmatch(stated)
    if numbers:
        a, b, year = (int(n) for n in numbers.groups())
        read = {f"{year}-{m:02}-{d:02}" for d, m in ((a, b), (b, a)) if m <= 12 and d <= 31}
        return (
            (read.pop(), "") if len(read) == 1 else ("", f"{stated} is {' or '.join(sorted(read))}")
        )
    strict: Any = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]}
    # Of a year of two digits the century would be a guess.
    found = dateparser.parse(stated, settings=strict) if re.search(r"\d{4}", stated) else None
    return (f"{found:%Y-%m-%d}", "") if found else ("", f"{stated!r} is no day")


def slug(text: str, most: int = 60) -> str:
    """Return an id of a-z, 0-9 and hyphens made of a name; of its digest where nothing is left."""
    made = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[:most].strip("-")
    return made if re.fullmatch(ID, made) and not made.isdigit() else f"text-{sha256(text)[:10]}"


def twins(texts: dict[str, str]) -> dict[str, str]:
    """Return the id of an earlier text for each that says nearly the same (Broder 1997).

    `texts` in the order in which they came first. Two are alike whose sets of runs of `RUN` words
    have a Jaccard index of `ALIKE`; runs are sampled by their hash, so that the work stays linear.
    """
    seen: dict[int, list[str]] = {}
    kept: dict[str, set[int]] = {}
    found = {}
    for doc_id, text in texts.items():
        told = words(text)
        runs = {" ".join(told[i : i + RUN]) for i in range(max(1, len(told) - RUN + 1))}
        hashes = {int(sha256(run)[:12], 16) for run in runs}
        own = {h for h in hashes if h % 8 == 0} or hashes
        shared: dict[str, int] = {}
        for run in own:
            for other in seen.get(run, ()):
                shared[other] = shared.get(other, 0) + 1
        best = max(shared, key=lambda o: (shared[o], o), default="")
        if best and shared[best] >= ALIKE * len(own | kept[best]):
            found[doc_id] = best
            continue
        kept[doc_id] = own
        for run in own:
            seen.setdefault(run, []).append(doc_id)
    return found


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
    without texts, and a table without a column of texts; then nothing is written.
    """
    _check_name(name)
    report, folder = Report(), root / "data" / name
    if not place.exists():
        raise DataError([Problem(str(place), "there is no such folder or table")])
    old = {t: _old(folder, t) for t in ("sources", "documents")}
    known, ids = set(old["documents"]["sha256"]), set(old["documents"]["doc_id"])
    rows, texts, sources = list[dict[str, str]](), dict[str, str](), dict[str, dict[str, str]]()
    for number, article in enumerate(articles(place, report), start=1):
        text = article.text.strip()
        if number % 100 == 0:
            print(f"{number} articles read", flush=True)
        if not text:
            report.left.append(f"{article.origin}: there is no text")
        elif sha256(text) in known:
            report.known += 1
        else:
            row = _document(article, text, name, ids, report, dates)
            known.add(row["sha256"])
            source = sources.setdefault(row["source_id"], _source(row, article))
            spoken = {*source["languages"].split(";"), row["language"]}
            source["languages"] = ";".join(sorted(spoken))
            rows.append(row)
            texts[row["doc_id"]] = text
    report.added = len(rows)
    if not rows and old["documents"].empty:
        reasons = [Problem(str(place), line) for line in report.left]
        raise DataError(reasons or [Problem(str(place), "there are no texts here")])
    _write(folder, old, rows, texts, sources, report)
    file = root / "notebooks" / "cases" / f"{name}.yaml"
    if not file.exists():
        write_whole(file, CASE_FILE.format(name=name, title=name.replace("-", " ").capitalize()))
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


def _document(
    article: Article, text: str, name: str, ids: set[str], report: Report, dates: str
) -> dict[str, str]:
    """A row of documents.csv; what cannot be told of the article goes into the report."""
    about = article.about
    published, asked = (
        day(about["published"], dates) if "published" in about else ("", "no day is told")
    )
    if asked:
        report.open.setdefault("the day is open", []).append(f"{article.origin} ({asked})")
        # Not later than the day on which it came in.
        published = f"../{date.today():%Y-%m-%d}"
    if "source" not in about:
        report.open.setdefault("the source is open", []).append(article.origin)
    # Titles are sentences of a text, which stay out: four words of one are a label.
    title = about.get("title", article.origin).split()
    label = " ".join(title[:4]) + " …" * (len(title) > 4)
    base = slug(f"{published if not asked else ''} {label}")
    doc_id, again = base, 1
    while doc_id in ids:
        again += 1
        doc_id = f"{base[:56]}-{again}"
    ids.add(doc_id)
    source = slug(about.get("source", UNKNOWN))
    told = about.get("language", "").lower()[:2]
    language = told if re.fullmatch("[a-z]{2}", told) else py3langid.classify(text)[0]
    language = {"pcm": "en"}.get(language, language)  # short English is often taken for Pidgin
    genres = fields_of("documents")["genre"]["constraints"]["enum"]
    genre = about.get("genre", "").lower().replace(" ", "_")
    row = {"doc_id": doc_id, "label": label[:120], "source_id": source}
    row |= {"source_basis": "stated" if "source" in about else UNKNOWN, "published_in": source}
    row |= {"author": about.get("author", ""), "published": published, "theatre": name}
    row |= {"published_basis": UNKNOWN if asked else "stated", "language": language}
    row |= {"genre": genre if genre in genres else UNKNOWN, "cases": name, "start": "0"}
    return row | {"raw_file": f"{doc_id}.txt", "end": str(len(text)), "sha256": sha256(text)}


def _source(row: dict[str, str], article: Article) -> dict[str, str]:
    named = article.about.get("source", "Unknown source")
    about = dict.fromkeys(("bloc", "camp"), "unassigned") | {"kind": UNKNOWN}
    return {"source_id": row["source_id"], "name": named, "languages": row["language"], **about}


def _write(
    folder: Path,
    old: dict[str, pd.DataFrame],
    rows: list[dict[str, str]],
    texts: dict[str, str],
    sources: dict[str, dict[str, str]],
    report: Report,
) -> None:
    # Copies of what is there already count, as far as its texts are here.
    before = {d: folder / "raw" / f for d, f in old["documents"][["doc_id", "raw_file"]].to_numpy()}
    every = {d: p.read_text(encoding="utf-8") for d, p in before.items() if p.is_file()} | texts
    same = {d: other for d, other in twins(every).items() if d in texts}
    report.twins = len(same)
    for row in rows:
        row["duplicate_of"] = same.get(row["doc_id"], "")
        write_whole(folder / "raw" / row["raw_file"], texts[row["doc_id"]])
    sums = expected_sums(folder) | {row["raw_file"]: row["sha256"] for row in rows}
    listed = "".join(f"{digest}  {file}\n" for file, digest in sorted(sums.items()))
    write_whole(folder / "raw" / "SHA256SUMS", listed)
    new = [row for key, row in sources.items() if key not in set(old["sources"]["source_id"])]
    for table, more in (("sources", new), ("documents", rows)):
        write_table(pd.concat([old[table], pd.DataFrame(more)]).fillna(""), folder, table)
    build_features(check_tables(folder), folder)
