"""Articles from files, pages and tables, with what each says of itself and where it says so.

What a file says of itself is taken in this order: columns of a table or of `metadata.csv`, front
matter, meta tags of a page, the file's name (2019-08-21_sana_title.txt), the folder that it lies
in. Nothing is guessed: what cannot be told stays open.
"""

import codecs
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import dateparser
import pandas as pd
import pypandoc
import pypdf
import trafilatura
import yaml
from charset_normalizer import from_bytes

from framelines.corpus.texts import sha256, words
from framelines.errors import DataError, Problem
from framelines.methods.dates import date_problem

# Names of columns and fields under which people keep what we need.
CALLED = {
    "text": "text content body article article_content full_text maintext",
    "title": "title headline article_title name heading",
    "published": "published date published_date date_published pubdate publish_date day",
    "source": "source outlet publisher sitename hostname publication newspaper site",
    "author": "author authors byline creator",
    "language": "language lang",
    "genre": "genre",
    "camp": "camp side",
    "bloc": "bloc alignment",
    "country": "country",
    "kind": "kind outlet_kind source_kind type",
    "file": "file filename path raw_file",
}
NAMED = re.compile(r"(?P<published>\d{4}-?\d{2}-?\d{2})[_ ]+(?P<source>[^_]+)_+(?P<title>.+)")
NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)|<\?xml[^>]+encoding=[\"']([\w-]+)")
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")
# Texts that share this much of their runs of five words are one text told twice.
RUN, ALIKE = 5, 0.8


@dataclass
class Article:
    """A text; what is known of it by the names of `CALLED`; and where each of these was found."""

    origin: str
    text: str
    about: dict[str, str]
    found_in: dict[str, str] = field(default_factory=dict)


def _decoded(content: bytes, declared: str = "") -> str:
    for encoding in ("utf-8-sig", declared):
        try:
            return content.decode(codecs.lookup(encoding).name if encoding else "ascii")
        except (UnicodeDecodeError, LookupError):
            continue
    best = from_bytes(content).best()
    if best is None:
        raise ValueError("its encoding cannot be told; save it as UTF-8")
    return str(best)


def _plain(path: Path) -> tuple[str, dict[str, Any]]:
    text, about = _decoded(path.read_bytes()), None
    front = re.match(r"---\r?\n(.*?)\r?\n---\r?\n", text, re.DOTALL)
    if front:
        text, about = text[front.end() :], yaml.load(front[1], Loader=yaml.BaseLoader)
    if path.suffix.lower() == ".md":
        plain = pypandoc.convert_text(text, "plain", "markdown", extra_args=["--wrap=none"])
        text = str(plain)
    return text, about if isinstance(about, dict) else {}


def _page(path: Path) -> tuple[str, dict[str, Any]]:
    content = path.read_bytes()
    declared = CHARSET.search(content[:2048])
    encoding = (declared[1] or declared[2]).decode("ascii") if declared else ""
    found = trafilatura.bare_extraction(_decoded(content, encoding), with_metadata=True)
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


# What reads a file, and what its own statements are called in a report.
READERS: dict[str, tuple[Callable[[Path], tuple[str, dict[str, Any]]], str]] = {
    **dict.fromkeys((".txt", ".md"), (_plain, "front matter")),
    **dict.fromkeys((".html", ".htm", ".xhtml"), (_page, "tags of the page")),
    **dict.fromkeys((".docx", ".odt", ".rtf", ".epub"), (_office, "the file")),
    ".pdf": (_pdf, "the file"),
}


def _known(fields: dict[Any, Any]) -> dict[str, str]:
    """What is known under any of the names of `CALLED`, by ours; the first that says something."""
    lower = {str(k).strip().lower().replace(" ", "_"): v for k, v in fields.items()}
    found = {}
    for ours, names in CALLED.items():
        values = (str(lower[n]).strip() for n in names.split() if lower.get(n) not in (None, ""))
        found[ours] = next((v for v in values if v and v.lower() != "nan"), "")
    return {name: value for name, value in found.items() if value}


def _table(path: Path) -> pd.DataFrame:
    if path.suffix.lower() == ".xlsx":
        return pd.read_excel(path, dtype=str, keep_default_na=False)
    if path.suffix.lower() == ".jsonl":
        return pd.read_json(path, lines=True, dtype=False, convert_dates=False)
    text = _decoded(path.read_bytes())
    # A text may hold any sign; the head of a table only parts its names.
    head = text.partition("\n")[0]
    sep = max(",;\t", key=head.count)
    return pd.read_csv(io.StringIO(text), sep=sep, dtype=str, keep_default_na=False)


def _rows(path: Path) -> Iterator[Article]:
    table = _table(path)
    columns = [str(c) for c in table.columns]
    if not {*CALLED["text"].split()} & {c.strip().lower().replace(" ", "_") for c in columns}:
        what = f"no column of texts among {', '.join(columns)}"
        fix = f"Name it: {CALLED['text'].replace(' ', ', ')}"
        raise DataError([Problem(path.name, what, fix=fix)])
    for number, row in enumerate(table.to_dict("records"), start=2):
        about = _known(row)
        text = about.pop("text", "")
        yield Article(f"{path.name}, row {number}", text, about, dict.fromkeys(about, "a column"))


def articles(place: Path, left: list[str]) -> Iterator[Article]:
    """Yield the articles of a folder or a table; `left` is told which files could not be read.

    Raises `DataError` for a table without a column of texts.
    """
    if place.is_file() and place.suffix.lower() in TABLES:
        yield from _rows(place)
        return
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    beside = [path for path in files if path.name.lower() == "metadata.csv"]
    listed = {
        path.parent / known.get("file", ""): known
        for path in beside
        for known in map(_known, _table(path).to_dict("records"))
    }
    for path in [p for p in files if p not in beside and p.name[0] not in ".~"]:
        name = path.name if path == place else path.relative_to(place).as_posix()
        reader, itself = READERS.get(path.suffix.lower(), (None, ""))
        try:
            if path.suffix.lower() in TABLES:
                yield from list(_rows(path))
                continue
            if reader is None:
                raise ValueError(f"there is no reader for {path.suffix or 'a name without ending'}")
            text, about = reader(path)
        except Exception as error:  # whatever a reader of a stranger's file may raise
            left.append(f"{name}: {str(error).splitlines()[0].removeprefix(f'{path.name}: ')}")
            continue
        told, above = NAMED.fullmatch(path.stem), path.parent != place and path != place
        # A later one of these says more of the text than an earlier one.
        said = {
            "the name of its folder": {"source": path.parent.name} if above else {},
            "the name of its file": {"title": path.stem} | (told.groupdict() if told else {}),
            itself: _known(about),
            "metadata.csv": listed.get(path, {}),
        }
        article = Article(name, text, {})
        for where, known in said.items():
            article.about |= known
            article.found_in |= dict.fromkeys(known, where)
        yield article


def day(stated: str, dates: str = "") -> tuple[str, str]:
    """Return a day or month in EDTF, and what to ask a person: one of the two is empty.

    03/04/2019 is 3 April or 4 March: both are offered, and neither is taken, unless `dates` says
    how days are written, such as `%d/%m/%Y`. No day is taken that the calendar does not have.
    """
    stated = "".join(str(unicodedata.decimal(c, c)) for c in stated.strip())
    if dates:
        try:
            return f"{datetime.strptime(stated, dates):%Y-%m-%d}", ""
        except ValueError:
            return "", f"{stated!r} is not written as {dates}"
    numbers = NUMERIC.fullmatch(stated)
    if numbers:
        a, b, year = (int(n) for n in numbers.groups())
        both = {f"{year}-{m:02}-{d:02}" for d, m in ((a, b), (b, a))}
        read = sorted(d for d in both if not date_problem(d, "gregorian"))
        asked = f"{stated} is {' or '.join(read) or 'no day of any month'}"
        return (read[0], "") if len(read) == 1 else ("", asked)
    plain = re.sub(r"^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?=$|[T ])", r"\1-\2-\3", stated)
    why = date_problem(plain, "gregorian")
    if not why:
        return plain, ""
    # What has the form of a day is read as one or refused; of two digits the century is a guess.
    if re.match(r"\d{4}-(\d{2}-\d{2}$|.*X)", plain) or not re.search(r"\d{4}", stated):
        return "", f"{stated!r} is no day" + f": {why}" * bool(re.search(r"\d{4}", stated))
    for parts, form in ((["day", "month", "year"], "%Y-%m-%d"), (["month", "year"], "%Y-%m")):
        strict: Any = {"REQUIRE_PARTS": parts, "PARSERS": ["absolute-time"]}
        found = dateparser.parse(stated, settings=strict)
        if found and not date_problem(found.strftime(form), "gregorian"):
            return found.strftime(form), ""
    return "", f"{stated!r} is no day"


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
