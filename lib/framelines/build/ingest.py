"""From a folder of texts, or a table with a column of them, to a case that builds.

What a file says of itself is taken in this order: columns of a table, such as `metadata.csv`, front
matter, what pandoc reads beside a text, meta tags of a page, the file's name
(2019-08-21_sana_title.txt), the folder that it lies in. Nothing is guessed: what cannot be told
stays open.
"""

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from itertools import chain, count
from pathlib import Path
from typing import Any

import pandas as pd
import py3langid
import pypandoc
import pypdf
import trafilatura
import yaml
from anyascii import anyascii

from framelines import REPO, write_whole
from framelines.build.cluster import mapped
from framelines.corpus.documents import cell, decoded, expected_sums, sheets, why
from framelines.corpus.features import build_features
from framelines.corpus.finders import find_dates, pattern
from framelines.corpus.names import LANGUAGES
from framelines.corpus.texts import sha256, words
from framelines.errors import DataError, Problem
from framelines.methods.dates import OPEN, date_problem, days_text, readings, stated_interval
from framelines.tables.case import NO_CASE, case_names, read_case_file
from framelines.tables.schema import COLUMNS, ID, JOINERS, changed, check_tables, fields_of, written

# What YAML or a reader of tables takes for a truth value or nothing; folders of tables.
TAKEN = {*"y n yes no on off true false null none na nan inf infinity raw features audits".split()}
UNKNOWN, NOBODY = "unknown", "unassigned"
UNTOLD = dict(source="Unknown source", country="", kind=UNKNOWN, camp=NOBODY, bloc=NOBODY)
NAMED = re.compile(r"(?P<published>\d{4}-?\d{2}-?\d{2})[_ ]+(?P<source>[^_]+)_+(?P<title>.+)")
FRONT: dict[str, Any] = {"---": partial(yaml.load, Loader=yaml.BaseLoader), "+++": tomllib.loads}
SPELT = r"\d\d?[- ][^\W\d_]{3,}[- ]\d{4}"
DATED = re.compile(rf"(?<!\d)(?:\d{{4}}([-_.]?)\d\d\1\d\d|\d\d?([-.])\d\d?\2\d{{4}}|{SPELT})(?!\d)")
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")
# Texts that share this much of their runs of five words are one text told twice.
RUN, ALIKE, SKETCH = 5, 0.8, 64
# An article: its `origin` and `text`, what is known of it, named as in columns.yaml, and where each
# of that was found (`published from`).
Row = dict[str, str]


def _read(path: Path) -> tuple[str, dict[str, Any], str]:
    """The text of a file, what it says of itself, and what that is called in a report."""
    suffix = path.suffix.lower()
    if suffix in (".txt", ".md"):
        text, told = decoded(path.read_bytes()), None
        front = re.match(r"(---|\+\+\+)\r?\n(.*?)\r?\n\1\r?\n", text, re.DOTALL)
        if front and isinstance(told := FRONT[front[1]](front[2]), dict):
            text = text[front.end() :]
        if suffix == ".md":
            text = pypandoc.convert_text(text, "plain", "markdown", extra_args=["--wrap=none"])
        return text, told if isinstance(told, dict) else {}, "front matter"
    if suffix == ".pdf":
        return _pdf(path), {}, ""
    if suffix in (".html", ".htm", ".xhtml"):
        return *_page(path), "tags of the page"
    if suffix in (".docx", ".odt", ".rtf", ".epub"):
        apart = "--template=data:,$meta-json$%0A$body$"  # what it says goes before it, on one line
        read = pypandoc.convert_file(path, "plain", extra_args=["--wrap=none", apart])
        about, _, text = read.partition("\n")
        return text, json.loads(about), "the file"
    raise ValueError(f"there is no reader for {suffix or 'a name without ending'}")


def _page(path: Path) -> tuple[str, dict[str, Any]]:
    # A day in the text, or a year of copyright, is no statement of when a page was published.
    stated: Any = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}
    page = decoded(path.read_bytes())
    found = trafilatura.bare_extraction(page, with_metadata=True, date_extraction_params=stated)
    if found is None or not found.text:
        raise ValueError("no article was found in the page")
    return found.text, {n: getattr(found, n) for n in ("title", "date", "sitename", "author")}


def _pdf(path: Path) -> str:
    reader = pypdf.PdfReader(path)
    # Many are locked against changes only, and open to everybody.
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("it is locked by a password")
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    if not text.strip():
        raise ValueError("it holds pictures of pages and no text: run a text recognition first")
    return text


@cache
def _head(name: Any) -> str:
    """A name of a column in one form, of any script, in capitals or not."""
    return anyascii(str(name)).strip().lower().replace(" ", "_")


def _known(fields: dict[Any, Any]) -> Row:
    """What is known under the names of columns.yaml, by ours; the first that says something."""
    values = {_head(name): cell(value) for name, value in fields.items()}
    told = {head: value for head, value in values.items() if value.lower() not in ("", "nan")}
    names = {name: map(_head, of.split()) for name, of in COLUMNS["articles"].items()}
    ours = {name: [told[head] for head in heads if head in told] for name, heads in names.items()}
    return {name: found[0] for name, found in ours.items() if found}


def _rows(path: Path, name: str) -> Iterator[tuple[str, Row]]:
    """The rows of all sheets that have a column of texts, or of the files that they tell of."""
    tables = sheets(path.name, path.read_bytes())
    held = {t: {"text", "file"} & {*_known(dict.fromkeys(f, "any"))} for t, f in tables.items()}
    if not any(held.values()):
        met = ", ".join(str(column) for table in tables.values() for column in table)
        names = COLUMNS["articles"]["text"].replace(" ", ", ")
        raise ValueError(f"no column of texts among {met}. Name it: {names}; or of files: file")
    for title in [title for title, columns in held.items() if columns]:
        where = f"{name}, {title}" if len(tables) > 1 else name
        for number, row in tables[title].to_dict("index").items():
            known = _known(row)  # which tells of a file, or is a text, if an empty one
            untold = {} if "file" in known else dict.fromkeys(held[title], "")
            yield f"{where}, row {number}", untold | known


def _said(path: Path, name: str) -> Iterator[tuple[str, Row]]:
    """Where a file says something, and what; what comes later says more of the text."""
    text, about, itself = _read(path)
    folders = [f for f in name.split("/")[:-1] if re.search(r"[^\W\d_]", f)]  # not 2023/06
    yield "the name of its folder", {"source": folders[-1]} if folders else {}
    told, dated = NAMED.fullmatch(path.stem), DATED.search(path.stem)
    named = {"published": dated[0].replace("_", "-")} if dated else {}
    yield "the name of its file", {"title": path.stem} | (told.groupdict() if told else named)
    yield itself, _known(about) | {"text": text}


def articles(place: Path, left: list[str]) -> Iterator[Row]:
    """Yield the articles of a folder, a file or a table; `left` is told what cannot be read."""
    top, inside = (place.parent, [place]) if place.is_file() else (place, sorted(place.rglob("*")))
    files, listed = [path for path in inside if path.is_file()], dict[Path, Row]()
    # What a table says of files is known before these are read.
    for path in sorted(files, key=lambda path: path.suffix.lower() not in TABLES):
        name, found = path.relative_to(top).as_posix(), list[Any]()
        if any(part[0] in ".~" for part in name.split("/")):
            continue
        try:
            if path.suffix.lower() in TABLES:
                rows = [*_rows(path, name)]
                found = [(origin, [("a column", row)]) for origin, row in rows if "text" in row]
                about = [row for _, row in rows if "text" not in row and row["file"]]
                listed |= {path.parent / row["file"]: row for row in about}
                if not found + about:
                    raise ValueError("no row of it holds a text, or names its file")
            else:
                found = [(name, [*_said(path, name), ("a table beside it", listed.get(path, {}))])]
        except Exception as error:  # whatever a reader of a stranger's file may raise
            left.append(f"{name}: {why(error)}")
        for origin, said in found:
            article = {"origin": origin}
            for where, known in said:
                article |= known | {f"{what} from": where for what in known}
            yield article
    lost = sorted(f"{path}".removeprefix(f"{top}/") for path in listed.keys() - {*files})
    left += [f"{name}: a table names it, and it is not there" for name in lost]


def day(stated: str, dates: str = "") -> tuple[str, str]:
    """Return a day or month in EDTF, and what to ask a person: one of the two is empty.

    03/04/2019 is 3 April or 4 March: both are offered, and neither is taken, unless `dates` says
    how days are written, such as `%d/%m/%Y`. A Hijri day becomes the three or four about it. No
    day is taken that the calendar does not have.
    """
    latin = re.sub(r"\d", lambda digit: str(int(digit[0])), stated)
    for text in (latin, re.sub(r"[T ]+\d{1,2}:\d\d.*", "", latin)) if dates else ():
        with suppress(ValueError):
            form = "%Y-%m-%d" if re.search("%[djcx]", dates) else "%Y-%m"
            told = datetime.strptime(text, dates).strftime(form)
            return ("", f"{stated}: {wrong}") if (wrong := date_problem(told)) else (told, "")
    # Beside days that are written so, there may be others of one meaning: 2019-04-03, 3 April 2019.
    if not dates or re.match(r"\d{4}-?\d{2}-?\d{2}|.*[^\W\d_]{3}", stated):
        if found := readings(stated):
            asked = f"{stated} is {' or '.join(sorted(found))}"
            return ("", asked) if found[1:] else (found[0], "")
        for lang, one in ((g, date) for g in LANGUAGES for date in find_dates(stated, g, OPEN)):
            if one.calendar == "hijri":  # which may begin a day beside the computed one
                days = stated_interval(one.stated, "hijri", setting="hull")
                return "/".join(map(days_text, days)), ""
            before = pattern("weekdays", lang).sub("", stated[: one.start]).strip(" ,،")
            if one.calendar == "gregorian" and not before and one.end == len(stated):
                return one.stated, ""
    why = f"not written as {dates}" if dates else f"no day: {date_problem(stated, 'gregorian')}"
    return "", f"{stated!r} is {why}"


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
        shared = Counter(other for run in own for other in seen[run])
        near = [other for other, n in shared.items() if n >= ALIKE * len(own)]
        both = {other: {*sorted(own | kept[other])[:SKETCH]} for other in near}
        shares = ((len(of & own & kept[other]) / len(of), other) for other, of in both.items())
        alike, best = max(shares, default=(0, ""))
        if alike >= ALIKE:
            found[doc_id] = best
            continue
        kept[doc_id] = own
        for run in own:
            seen[run].append(doc_id)
    return found


def slug(text: str) -> str:
    """Return an id of a-z, 0-9 and hyphens made of a name; of its digest where nothing is left."""
    made = re.sub("[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")[:60].strip("-")
    return made if re.fullmatch(ID, made) and not made.isdigit() else f"text-{sha256(text)[:10]}"


def one_line(value: str) -> str:
    """Return a value without line ends and signs that nobody sees, and as no formula."""
    shown = "".join(c for c in " ".join(value.split()) if c.isprintable() or c in JOINERS)
    return shown.lstrip("=+-@ ")[:200].strip(f" {JOINERS}")


def _check_name(name: str, root: Path) -> None:
    what = ""
    if slug(name) != name or not name[0].isalpha() or name in TAKEN | {*NO_CASE}:
        what = "not a-z, 0-9 and single hyphens (at most 60), first a letter; or a word like null"
    elif name in case_names(root) and (data := read_case_file(name, root).data) != f"data/{name}":
        what = f"the tables of the case of this name lie in {data}"
    elif (root / "data" / name / "truth.yaml").is_file():
        what = "this case was made up for its known answers, and no text is added to it"
    if what:
        raise DataError([Problem("NAME", what, value=name, fix="Choose one like river-war")])


def corpus(place: Path, name: str, root: Path = REPO, dates: str = "") -> int:
    """Lay down the texts of a folder or table as a case, or add those that the case lacks.

    Writes `data/<name>/` (tables, features; the texts into raw/, which git ignores) and
    `notebooks/cases/<name>.yaml`; prints what was taken from where, what is open, and what was not
    read and why; returns 0. Raises `DataError` for a name that is none, a place without texts, and
    tables of an earlier run that do not pass their checks; then nothing is written.
    """
    _check_name(name, root)
    folder, left = root / "data" / name, list[str]()
    if (folder / "documents.csv").is_file():  # and not only texts of a run that was broken off
        check_tables(folder)
    documents, sources = written(folder, "documents"), written(folder, "sources")
    met = _met(place, left)
    if met.empty:
        reasons = [Problem(str(place), line) for line in left]
        raise DataError(reasons or [Problem(str(place), "there are no texts here")])
    # Texts that are known but not here, such as those of a fresh clone, come back.
    back = documents.merge(met.drop_duplicates("sha256")[["sha256", "text"]], on="sha256")
    for file, text in back[["raw_file", "text"]].values:
        if not (folder / "raw" / file).is_file():
            write_whole(folder / "raw" / file, text)
    new = _unknown(met, documents)
    said = [f"{len(new)} articles added, {len(met) - len(new)} were known"]
    said += _describe(new, name, {*documents["doc_id"]}, dates)
    # Copies of what is there already count, as far as its texts are here.
    paths = {doc: folder / "raw" / file for doc, file in documents[["doc_id", "raw_file"]].values}
    every = {d: p.read_text("utf-8") for d, p in paths.items() if len(new) and p.is_file()}
    # Of new ones the first to be published is no repost; one without a day comes last.
    ordered = new.sort_values("published", key=lambda days: days.replace("", "9"), kind="stable")
    same = twins(every | dict(ordered[["doc_id", "text"]].values))
    first = documents.set_index("doc_id")["duplicate_of"].replace("", None).dropna()
    new["duplicate_of"] = new["doc_id"].map(same).replace(first.to_dict()).fillna("")
    copies = sum(new["duplicate_of"] != "")
    said += [f"{copies} say nearly the same as another: marked in duplicate_of"] * (copies > 0)
    tables, outlets = {"documents": pd.concat([documents, new])}, _outlets(new)
    tables["sources"] = pd.concat([sources, outlets]).drop_duplicates("source_id")
    with changed(folder, tables) as (copy, checked):
        for file, text in new[["raw_file", "text"]].values:
            write_whole(folder / "raw" / file, text)
        (copy / "raw").symlink_to((folder / "raw").resolve())
        build_features(checked, copy, mapped)
        sums = expected_sums(folder) | dict(new[["raw_file", "sha256"]].values)
        listed = "".join(f"{digest}  {file}\n" for file, digest in sorted(sums.items()))
        write_whole(folder / "raw" / "SHA256SUMS", listed)
    if name not in case_names(root):
        camps = sorted({*outlets["camp"]} - {NOBODY})
        compare = f"[{', '.join(camps)}]" if len(camps) == 2 else "null"
        title, file = name.replace("-", " ").capitalize(), Path(__file__).with_name("case.yaml")
        case = file.read_text("utf-8").format(name=name, title=title, compare=compare)
        write_whole(root / "notebooks" / "cases" / f"{name}.yaml", case)
    print(*said, *(f"not read: {line}" for line in left), sep="\n")
    print(f"Now: make code NAME={name}, then make, and open reports/{name}/index.html")
    return 0


def _met(place: Path, left: list[str]) -> pd.DataFrame:
    """The articles that have a text, as `articles` tells them, with the ids of outlet and text."""
    rows = []
    for row in articles(place, left):
        rows.append(row)
        if len(rows) % 100 == 0:
            print(f"{len(rows)} articles read", flush=True)
    about = [*COLUMNS["articles"].keys() - {"text"}, "source from", "published from"]
    columns = ["origin", "text", *about, "source asked"]
    met = pd.DataFrame(rows, columns=columns, dtype=str).fillna("")
    met["text"], met[about] = met["text"].str.strip(), met[about].map(one_line)
    met["sha256"] = met["text"].map(sha256)
    met["source_id"] = met["source"].replace("", UNKNOWN).map(slug)
    left += [f"{origin}: there is no text" for origin in met["origin"][met["text"] == ""]]
    return met[met["text"] != ""]


def _unknown(met: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """The articles that no row of documents.csv tells of; one text counts once an outlet."""
    pair = ["sha256", "source_id"]
    once = met.drop_duplicates(pair)
    had = pd.MultiIndex.from_frame(once[pair]).isin(pd.MultiIndex.from_frame(documents[pair]))
    # Where somebody mended an outlet's name, its row is of a text that is told of another.
    once = once.assign(had=had).sort_values("had", ascending=False, kind="stable")
    rows = once["sha256"].map(documents["sha256"].value_counts()).fillna(0)
    return once[once.groupby("sha256").cumcount() >= rows].copy()


def _describe(new: pd.DataFrame, name: str, ids: set[str], dates: str) -> list[str]:
    """Complete articles as rows of documents.csv; return what is said of them."""
    said, days = list[str](), [day(told, dates) if told else ("", "") for told in new["published"]]
    new["published"], new["published asked"] = ([d[i] for d in days] for i in (0, 1))
    for what, column in (("day", "published"), ("outlet", "source")):
        where = new[f"{column} from"].mask(new[column] == "", UNKNOWN)
        basis = where.where(where.isin([UNKNOWN]), "stated")
        new[f"{column}_basis"] = basis.mask(where.str.startswith("the name"), "inferred: " + where)
        places = [f"{p} ({n})" for p, n in where.value_counts(sort=False).items() if p != UNKNOWN]
        said += [f"the {what} was taken from {', '.join(places)}"] * bool(places)
        asked = new[f"{column} asked"].replace("", f"no {what} is told")
        whose = (new["origin"] + " (" + asked + ")")[where == UNKNOWN]
        first = ", ".join(whose[:3]) + f" and {len(whose) - 3} more" * (len(whose) > 3)
        fill = f"the {what} is open: {first}. Fill it in: data/{name}/documents.csv"
        said += [fill] * (len(whose) > 0)
    # Titles are sentences of a text, which stay out: four words of one are a label.
    title = new["title"].where(new["title"] != "", new["origin"]).str.split()
    new["label"] = [(" ".join(t[:4])[:118] + " …" * (len(t) > 4)).strip() for t in title]
    new["doc_id"] = ""
    for row, published, label in new[["published", "label"]].itertuples():
        base = slug(f"{published} {label}")
        more = (f"{base[:56].strip('-')}-{number}" for number in count(2))
        new.at[row, "doc_id"] = next(one for one in chain([base], more) if one not in ids)
        ids.add(new.at[row, "doc_id"])
    spoken = new["language"].str.lower().str.extract("^([a-z]{2})(?![a-z])")[0]
    heard = new["text"].map(lambda text: py3langid.classify(text[:20_000])[0])
    new["language"] = spoken.fillna(heard).replace({"pcm": "en", "wuu": "zh"})  # most often so
    new["genre"] = _one_of("documents", "genre", new["genre"])
    new["raw_file"], new["published_in"] = new["doc_id"] + ".txt", new["source_id"]
    new["start"], new["end"] = "0", new["text"].str.len().astype(str)
    new["theatre"] = new["cases"] = name
    return said


def _one_of(table: str, column: str, told: pd.Series) -> pd.Series:
    """What is told, where the schema has such a value; `unknown` where it has not."""
    values = told.str.lower().str.replace("[ -]", "_", regex=True)
    return values.where(values.isin(fields_of(table)[column]["constraints"]["enum"]), UNKNOWN)


def _outlets(new: pd.DataFrame) -> pd.DataFrame:
    """What articles tell of their outlets, as rows of sources.csv; open where two say otherwise."""
    told = new[["source", "country"]].assign(kind=_one_of("sources", "kind", new["kind"]))
    for what in ("camp", "bloc"):  # which are single words
        told[what] = new[what].map(lambda own: slug(own).replace("-", "_") if own else "")
    of = told.mask(told.isin(["", UNKNOWN, NOBODY])).groupby(new["source_id"], sort=False)
    outlets = of.first().where((of.nunique() == 1).assign(source=True)).fillna(UNTOLD)
    languages = new["language"].groupby(new["source_id"])
    outlets["languages"] = languages.agg(lambda own: ";".join(sorted({*own})))
    return outlets.rename(columns={"source": "name"}).reset_index()
