"""Articles from files, pages and tables, with what each says of itself and where it says so.

What a file says of itself is taken in this order: columns of a table or of `metadata.csv`, front
matter, meta tags of a page, the file's name (2019-08-21_sana_title.txt), the folder that it lies
in. Nothing is guessed: what cannot be told stays open.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pypandoc
import pypdf
import trafilatura
import yaml

from framelines.build.store import COLUMNS
from framelines.corpus.files import cell, decoded, sheets, why
from framelines.corpus.finders import find_dates
from framelines.corpus.names import LANGUAGES
from framelines.corpus.texts import sha256, words
from framelines.methods.calendars import stated_interval
from framelines.methods.dates import OPEN, date_problem, in_edtf

NAMED = re.compile(r"(?P<published>\d{4}-?\d{2}-?\d{2})[_ ]+(?P<source>[^_]+)_+(?P<title>.+)")
SPELT = r"\d\d?[- ][^\W\d_]{3,}[- ]\d{4}"
DATED = re.compile(rf"(?<!\d)(?:\d{{4}}([-_.]?)\d\d\1\d\d|\d\d?([-.])\d\d?\2\d{{4}}|{SPELT})(?!\d)")
NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})[./ -]{1,2}(\d{1,2})[./ -]{1,2}(\d{4})(?!\d)")
CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)|<\?xml[^>]+encoding=[\"']([\w-]+)")
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")
# Texts that share this much of their runs of five words are one text told twice.
RUN, ALIKE, SKETCH = 5, 0.8, 64


@dataclass
class Article:
    """A text, what is known of it, named as in columns.yaml, and where each of it was found."""

    origin: str
    text: str
    about: dict[str, str]
    found_in: dict[str, str] = field(default_factory=dict)


def _plain(path: Path) -> tuple[str, dict[str, Any]]:
    text, about = decoded(path.read_bytes()), None
    front = re.match(r"---\r?\n(.*?)\r?\n---\r?\n", text, re.DOTALL)
    if front and isinstance(about := yaml.load(front[1], Loader=yaml.BaseLoader), dict):
        text = text[front.end() :]
    if path.suffix.lower() == ".md":
        text = pypandoc.convert_text(text, "plain", "markdown", extra_args=["--wrap=none"])
    return str(text), about if isinstance(about, dict) else {}


def _page(path: Path) -> tuple[str, dict[str, Any]]:
    content = path.read_bytes()
    declared = CHARSET.search(content[:2048])
    encoding = (declared[1] or declared[2]).decode("ascii") if declared else ""
    # A day in the text, or a year of copyright, is no statement of when a page was published.
    stated: Any = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}
    page = decoded(content, encoding)
    found = trafilatura.bare_extraction(page, with_metadata=True, date_extraction_params=stated)
    if found is None or not found.text:
        raise ValueError("no article was found in the page")
    return found.text, {n: getattr(found, n) for n in ("title", "date", "sitename", "author")}


def _pdf(path: Path) -> tuple[str, dict[str, Any]]:
    reader = pypdf.PdfReader(path)
    # Many are locked against changes only, and open to everybody.
    if reader.is_encrypted and not reader.decrypt(""):
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


@cache
def _head(name: Any) -> str:
    """A name of a column in one form: of a Turkish one, too, in capitals or not."""
    lower = unicodedata.normalize("NFKC", str(name)).strip().lower().replace(" ", "_")
    return lower.replace("i\u0307", "i").replace("ı", "i")


def _known(fields: dict[Any, Any]) -> dict[str, str]:
    """What is known under the names of columns.yaml, by ours; the first that says something."""
    lower = {_head(k): cell(v) for k, v in fields.items()}
    names = COLUMNS["articles"].items()
    ours = ((name, [lower.get(_head(one)) for one in of.split()]) for name, of in names)
    told = ((name, next(filter(None, found), "")) for name, found in ours)
    return {name: value for name, value in told if value and value.lower() != "nan"}


def _rows(path: Path, name: str) -> Iterator[Article]:
    """The articles of a table; of a workbook, those of all sheets with a column of texts."""
    tables = sheets(path.name, path.read_bytes())
    told = {t: f for t, f in tables.items() if "text" in _known(dict.fromkeys(f, "any"))}
    if not told:
        met = ", ".join(str(column) for table in tables.values() for column in table)
        names = COLUMNS["articles"]["text"].replace(" ", ", ")
        raise ValueError(f"no column of texts among {met}. Name it: {names}")
    for title, table in told.items():
        where = f"{name}, {title}" if len(told) > 1 else name
        for number, row in ((n, _known(row)) for n, row in table.to_dict("index").items()):
            text = row.pop("text", "")
            yield Article(f"{where}, row {number}", text, row, dict.fromkeys(row, "a column"))


def articles(place: Path, left: list[str]) -> Iterator[Article]:
    """Yield the articles of a folder, a file or a table; `left` is told what cannot be read."""
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    top = place.parent if place.is_file() else place
    names = {path: path.relative_to(top).as_posix() for path in files}
    listed = dict[Path, dict[str, str]]()
    beside = [path for path in files if path.name.lower() == "metadata.csv" and path != place]
    for path in beside:
        try:
            [table] = sheets(path.name, path.read_bytes()).values()
            rows = [row for row in map(_known, table.to_dict("records")) if "file" in row]
            if not rows:
                raise ValueError("it names no file of a text, in a column such as file")
            listed |= {path.parent / row["file"]: row for row in rows}
        except Exception as error:
            left.append(f"{names[path]}: {why(error)}")
    lost = sorted(f"{path}".removeprefix(f"{top}/") for path in listed.keys() - files)
    left += [f"{name}: metadata.csv names it, and it is not there" for name in lost]
    for path in files:
        name, suffix = names[path], path.suffix.lower()
        if path in beside or any(part[0] in ".~" for part in name.split("/")):
            continue
        try:
            if suffix in TABLES:
                yield from _rows(path, name)
                continue
            if suffix not in READERS:
                raise ValueError(f"there is no reader for {suffix or 'a name without ending'}")
            reader, itself = READERS[suffix]
            text, about = reader(path)
        except Exception as error:  # whatever a reader of a stranger's file may raise
            left.append(f"{name}: {why(error).removeprefix(f'{path.name}: ')}")
            continue
        told, dated = NAMED.fullmatch(path.stem), DATED.search(path.stem)
        named = {"published": dated[0].replace("_", "-")} if dated else {}
        folders = [f for f in name.split("/")[:-1] if re.search(r"[^\W\d_]", f)]  # not 2023/06
        # A later one of these says more of the text than an earlier one.
        said = {
            "the name of its folder": {"source": folders[-1]} if folders else {},
            "the name of its file": {"title": path.stem} | (told.groupdict() if told else named),
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
    how days are written, such as `%d/%m/%Y`. A Hijri day becomes the three or four about it. No
    day is taken that the calendar does not have.
    """
    stated = "".join(str(unicodedata.decimal(c, c)) for c in stated.strip())
    if dates:
        for text in (stated, re.sub(r"[T ]+\d{1,2}:\d\d.*", "", stated)):  # also with an hour
            with suppress(ValueError):
                told = datetime.strptime(text, dates)
                return told.strftime("%Y-%m-%d" if re.search("%[djcx]", dates) else "%Y-%m"), ""
        # Others may have days of one meaning: 2019-04-03, 3 April 2019.
        if "%Y" in dates[:2] or not re.match(r"\d{4}-?\d{2}-?\d{2}|.*[^\W\d_]{3}", stated):
            return "", f"{stated!r} is not written as {dates}"
    if numbers := NUMERIC.findall(stated):  # also with an hour or a weekday beside it
        parts = [(year, int(a), int(b)) for a, b, year in numbers]
        both = {f"{y}-{m:02}-{d:02}" for y, a, b in parts for d, m in ((a, b), (b, a))}
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
    for one in (date for lang in LANGUAGES for date in find_dates(stated, lang, OPEN)):
        if one.calendar == "hijri":  # which may begin a day beside the computed one
            days = stated_interval(one.stated, "hijri", OPEN, "hull", None)
            return f"{days.first}/{days.last}", ""
        if one.calendar == "gregorian" and (one.start, one.end) == (0, len(stated)):
            return one.stated, ""
    spelt = in_edtf(stated)
    known = spelt and not date_problem(spelt, "gregorian")
    return (spelt, "") if known else ("", f"{stated!r} is no day")


def twins(texts: dict[str, str]) -> dict[str, str]:
    """Return the id of an earlier text for each that says nearly the same (Broder 1997).

    `texts` in the order in which they came first. Two are alike whose sets of runs of `RUN` words
    have a Jaccard index of `ALIKE`: of the `SKETCH` runs of lowest hash, so that the work stays
    linear, and of all runs of texts that have no more.
    """
    seen, kept, found = defaultdict[int, list[str]](list), dict[str, set[int]](), dict[str, str]()
    for doc_id, text in texts.items():
        told = words(text)
        runs = {" ".join(told[i : i + RUN]) for i in range(max(1, len(told) - RUN + 1))}
        own = {*sorted(int(sha256(run)[:12], 16) for run in runs)[:SKETCH]}
        shared, alike = Counter(other for run in own for other in seen[run]), dict[str, float]()
        for other in [other for other, n in shared.items() if n >= ALIKE * len(own)]:
            both = {*sorted(own | kept[other])[:SKETCH]}
            alike[other] = len(both & own & kept[other]) / len(both)
        best = max(alike, key=lambda other: (alike[other], other), default="")
        if best and alike[best] >= ALIKE:
            found[doc_id] = best
            continue
        kept[doc_id] = own
        for run in own:
            seen[run].append(doc_id)
    return found
