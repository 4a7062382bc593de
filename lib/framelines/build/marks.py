"""Codes on texts, in the files of the programs that people code in: out to them, and back.

Written and read are Label Studio JSON, UIMA CAS JSON (INCEpTION), CSV and XLSX; read are UIMA CAS
XMI, REFI-QDA `.qdpx` and doccano JSONL, too. A code is a row of texts: `kind`, `start`, `end`,
`words`, whatever else it says, and `row`, its place in the file. Spans are code points of the text
as a file has it; `place` finds them in ours. Files of strangers are read and never trusted.
"""

import io
import json
import re
import unicodedata
import zipfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Any

import cassis
import pandas as pd
from lxml import etree

from framelines.corpus.documents import cell, decoded, sheets, why
from framelines.corpus.texts import ONE_FORM, sentences, short_hash
from framelines.errors import Problem
from framelines.report import fragment
from framelines.tables.schema import fields_of

Row = dict[str, str]
Files = dict[str, bytes]
Made = Mapping[str, str | bytes]
# The tables whose codes are all of one kind, and the layers of INCEpTION by table.
ONLY = {"naming_mentions": "naming", "captures": "capture"}
LAYERS = {t: f"webanno.custom.{t.title().replace('_', '')}" for t in ("claims", *ONLY)}
# Every kind of code with its table; the fields of a table's codes with the values to choose from.
KINDS = dict.fromkeys(fields_of("claims")["kind"]["constraints"]["enum"], "claims")
KINDS |= {kind: table for table, kind in ONLY.items()}
PLACE = {"coder", "doc_id", "start", "end", "hash", "kind"}
ASKED: dict[str, dict[str, list[str]]] = {table: {} for table in LAYERS}
for table, asked in ASKED.items():
    own = [field for field in fields_of(table).values() if field["name"] not in PLACE]
    asked |= {field["name"]: field["constraints"].get("enum", []) for field in own}
SENTENCE = {"row", "doc_id", "start", "end", "words"}
MOST_BYTES, MOST_DEEP = 500_000_000, 3
# What programs change in passing; spaces and marks of order go.
_ONE = ONE_FORM | str.maketrans(dict.fromkeys("“”„«»", '"'))


@dataclass
class Marked:
    """A text as a file has it, or none; what may be its name, the best first; its codes."""

    names: list[str]
    text: str
    codes: list[Row]
    where: str = ""
    doc_id: str = ""


Found = Iterator[Marked | Problem]


@lru_cache(maxsize=64)
def fold(text: str) -> tuple[str, list[int]]:
    """Return what of a text survives any program, and the position of each of its characters."""
    kept = [
        (part, at)
        for at, sign in enumerate(text.translate(_ONE))
        for part in unicodedata.normalize("NFKD", sign)
        if not part.isspace() and unicodedata.category(part) not in ("Cc", "Cf")
    ]
    return "".join(part for part, _ in kept), [at for _, at in kept]


def place(text: str, code: Row, theirs: str = "") -> tuple[int, int]:
    """Return where a code stands in our `text`; `theirs` is the same text as its file has it.

    A span holds whose words are those quoted or, where none are, whose hash is the field `hash`.
    Else the words are sought, whatever a program made of line ends, spaces, quotes and BOM: taken
    is their only occurrence, or one that is twice as near to the span as the next. Raises
    `ValueError`, in words, where there is none such.
    """
    ends = (code.get(name, "").removesuffix(".0") for name in ("start", "end"))
    start, end = (int(told) if told.isdecimal() else -1 for told in ends)
    met, quoted = (t[start:end] if 0 <= start < end <= len(t) else "" for t in (text, theirs))
    unchanged = code.get("hash", "") in ("", short_hash(met))
    words = code.get("words") or quoted or met * unchanged
    sought = fold(words)[0]
    if met and words and fold(met)[0] == sought:
        return start, end
    if not sought:
        raise ValueError("neither words nor a span of the text are told, or the hash is another")
    whole, at = fold(text)
    # Two forms of one text have the number of signs before a place in common.
    begin = bisect_left(fold(theirs or text)[1], start)
    figures, found = [f.span() for f in re.finditer(r"\d+(?:[.,٫٬’'\u00a0\u202f]\d+)*", text)], []
    for hit in re.finditer(f"(?={re.escape(sought)})", whole):
        s, e = at[hit.start()], at[hit.start() + len(sought) - 1] + 1
        if not any(a < s < b or a < e < b for a, b in figures):  # 12 does not stand in 1,125
            found.append((abs(hit.start() - begin) * (start >= 0), s, e))
    if not found:
        raise ValueError("these words do not stand in the text")
    found.sort()
    if len(found) > 1 and 2 * found[0][0] >= found[1][0]:
        raise ValueError(f"these words stand {len(found)} times in the text: tell their start")
    return found[0][1:]


def _code(row: str, said: dict[str, Any]) -> Row:
    """A code as texts; a kind may bear fields with it, as in `killed; target_id=red-army`."""
    kind, *more = cell(said["kind"]).split(";")
    pairs = (part.partition("=") for part in more)
    fields = said | {name.strip(): value for name, _, value in pairs if value}
    own = {"row": row, "kind": "_".join(kind.lower().split())}  # Killed or wounded
    return {name: cell(value) for name, value in fields.items()} | own


def _to_label_studio(texts: Row, codes: pd.DataFrame) -> Made:
    """Tasks with codes as predictions, and the labelling: labels, and the fields of a region."""
    tasks: dict[str, Any] = {i: {"data": {"text": text, "doc_id": i}} for i, text in texts.items()}
    for doc_id, own in codes.groupby("doc_id"):
        result = list[dict[str, Any]]()
        for number, code in enumerate(own.to_dict("records")):
            told = {"code": ("labels", code["kind"])}
            for name, choices in ASKED[code["table"]].items():
                how = "choices" if choices else "textarea"
                told |= {f"{code['table']}-{name}": (how, code[name])} if code[name] else {}
            for name, (how, said) in told.items():
                piece = {"id": f"code-{number}", "from_name": name, "to_name": "text", "type": how}
                start, end = code["start"], code["end"]
                value = {"start": start, "end": end, "text": texts[doc_id][start:end]}
                value[how.replace("textarea", "text")] = [said]
                result.append(piece | {"value": value})
        tasks[doc_id]["predictions"] = [{"model_version": own["coder"].iloc[0], "result": result}]
    shown = fragment("labelling.xml.j2", kinds=KINDS, asked=ASKED)
    made = json.dumps([*tasks.values()], ensure_ascii=False, indent=1)
    return {"tasks.json": made, "labelling.xml": shown}


def _from_label_studio(task: dict[str, Any], number: int) -> Found:
    """The text with the codes of each person; a task that nobody has done is complete of none."""
    doc_id, texts = task["data"].pop("doc_id", ""), task["data"].values()
    text = max((told for told in texts if isinstance(told, str)), key=len, default="")
    for done in [a for a in task.get("annotations") or () if not a.get("was_cancelled")]:
        regions, codes = defaultdict[str, dict[str, Any]](dict), list[Row]()
        for at, piece in enumerate(done["result"]):
            region, how = regions[str(piece.get("id", at))], str(piece["type"])
            value = piece.get("value", {})
            said = value.get("text" if how == "textarea" else how)
            if how.endswith("labels"):
                region |= {"kinds": said, "words": value.get("text")}
                region |= {end: value.get(end) for end in ("start", "end")}
            else:
                region[str(piece.get("from_name")).rpartition("-")[2]] = said
        for name, said in regions.items():
            kinds = said.pop("kinds", None) or []
            row = f"task {task.get('id', number)}, region {name}"
            codes += [_code(row, said | {"kind": kind}) for kind in kinds]
        yield Marked([cell(doc_id)], text, codes)


def type_system() -> cassis.TypeSystem:
    """Return the layers of INCEpTION: one a table, with its fields as features."""
    types = cassis.TypeSystem()
    for table, name in LAYERS.items():
        layer = types.create_type(name, "uima.tcas.Annotation")
        for feature in [*["kind"] * (table not in ONLY), *ASKED[table]]:
            types.create_feature(layer, feature, "uima.cas.String")
    return types


def _to_inception(texts: Row, codes: pd.DataFrame) -> Made:
    """UIMA CAS JSON, whose offsets are units of UTF-16, and the layers."""
    types = type_system()
    made = {i: cassis.Cas(types, sofa_string=text) for i, text in texts.items()}
    for code in codes.to_dict("records"):
        layer = types.get_type(LAYERS[code["table"]])
        said = {f.name: code[f.name] for f in layer.features if code[f.name]}
        made[code["doc_id"]].add(layer(begin=code["start"], end=code["end"], **said))
    files = {f"{doc_id}.json": str(cas.to_json()) for doc_id, cas in made.items()}
    return {**files, "typesystem.xml": str(types.to_xml())}


def _from_cas(name: str, held: Files) -> Found:
    if name.lower().endswith(".xmi"):
        beside = str(PurePosixPath(name.lower()).with_name("typesystem.xml"))
        types = [io.BytesIO(content) for n, content in held.items() if n.lower() == beside]
        own = cassis.load_typesystem(types[0]) if types else type_system()
        cas = cassis.load_cas_from_xmi(io.BytesIO(held[name]), own, lenient=True)
    else:
        cas = cassis.load_cas_from_json(decoded(held[name]))
    tables, codes = {layer.split(".")[-1]: table for table, layer in LAYERS.items()}, list[Row]()
    names = [part.partition(".")[0] for part in PurePosixPath(name).parts[::-1]]
    for found in cas.select_all_annotations():
        if (layer := found.type.name.split(".")[-1]) == "DocumentMetaData":
            names = [cell(found.documentTitle).partition(".")[0], *names]
        if table := tables.get(layer):
            said = {"kind": ONLY.get(table)} | {f.name: found[f.name] for f in found.type.features}
            said |= {"start": found.begin, "end": found.end, "words": found.get_covered_text()}
            codes.append(_code(f"{table} at {found.begin}", said))
    yield Marked(names, str(cas.sofa_string or ""), codes)


def _from_qdpx(name: str, held: Files) -> Found:
    root = etree.fromstring(held[name])
    named = {code.get("guid"): code.get("name", "") for code in root.iter("{*}Code")}
    for source in root.iter("{*}TextSource"):
        path = re.split(r"[/\\]", source.get("plainTextPath", ""))[-1].lower()
        files = [held[n] for n in held if path and n.lower().endswith(f"/{path}")]
        text = decoded(files[0]) if files else source.findtext("{*}PlainTextContent") or ""
        found, codes = source.findall("{*}PlainTextSelection"), list[Row]()
        # By the standard the end is the last character (REFI-QDA 1.5, 10.2), by many programs the
        # one behind it. The reading under which fewer selections end inside a word is the file's.
        ends = [int(e) if (e := one.get("endPosition", "")).isdecimal() else 10**9 for one in found]
        around = [[text[end + i - 1 : end + i + 1] for end in ends] for i in (0, 1)]
        cut = [sum(len(pair) == 2 and pair.isalnum() for pair in pairs) for pairs in around]
        for one, end in zip(found, ends, strict=True):
            row, more = f"selection {one.get('guid')}", one.findtext("{*}Description")
            span = {"start": one.get("startPosition"), "end": end + (cut[0] > cut[1])}
            for code in one.iterfind("{*}Coding/{*}CodeRef"):
                kind = f"{named.get(code.get('targetGUID'), '')};{more or ''}"
                codes.append(_code(f"{row} of {source.get('name')}", {"kind": kind} | span))
        yield Marked([source.get("name", "").partition(".")[0]], text, codes)


def _from_doccano(line: dict[str, Any], number: int) -> Marked:
    codes = []
    for found in sum((line.get(name) or [] for name in ("entities", "label", "labels")), []):
        parts = ("start_offset", "end_offset", "label") if isinstance(found, dict) else (0, 1, 2)
        start, end, kind = (found[part] for part in parts)
        codes.append(_code(f"line {number}, span {start}", dict(kind=kind, start=start, end=end)))
    about = (line.get("meta") or line.get("metadata") or {}) | line
    return Marked([cell(about.get("doc_id"))], str(line["text"]), codes)


def _to_sheet(ending: str, texts: Row, codes: pd.DataFrame) -> Made:
    """A table of all sentences and codes, which alone have a `kind`; no cell is a formula."""
    spans = [(i, *span) for i, text in texts.items() for span in sentences(text)]
    cuts = pd.DataFrame(spans, columns=["doc_id", "start", "end"])
    every = pd.concat([cuts, codes]).sort_values(["doc_id", "start"], kind="stable").fillna("")
    every["words"] = [texts[i][start:end] for i, start, end in every[[*cuts]].to_numpy()]
    fields = dict.fromkeys(name for table in LAYERS for name in ASKED[table])
    shown = every[[*cuts, "words", "hash", "kind", *fields]].astype(str)
    safe = shown.replace({r"[\0-\x1f]": " ", r"^(?=\s*'*[=+\-@])": "'"}, regex=True)
    if ending == "csv":
        return {"codes.csv": "\ufeff" + safe.to_csv(index=False)}
    safe.to_excel(book := io.BytesIO(), index=False)
    return {"codes.xlsx": book.getvalue()}


def _from_sheets(name: str, held: Files) -> Found:
    """The codes of tables with a row each, where more than a sentence is told."""
    for title, frame in sheets(name, held[name]).items():
        frame = frame.rename(columns=lambda column: str(column).strip().lower())
        if "doc_id" not in frame or frame.get("coder", pd.Series()).nunique() > 1:
            yield Problem(name, f"{title}: doc_id: this column is missing, or coder: two or more")
            continue
        plain = frame.replace(r"^'(?=\s*'*[=+\-@])", "", regex=True)
        for line, row in plain.to_dict("index").items():
            code = _code(f"{line} of {title}", {"kind": ONLY.get(title)} | row)
            if {field for field in code if code[field]} - SENTENCE:
                yield Marked([code["doc_id"]], "", [code])


def _from_json(name: str, held: Files) -> Found:
    """The text of a CAS, or those of tasks of Label Studio or of lines of doccano."""
    text, lines = decoded(held[name]), name.lower().endswith("l")
    read = [*filter(str.strip, text.split("\n"))] if lines else json.loads(text)
    for number, row in enumerate(read if isinstance(read, list) else [read], start=1):
        try:
            if "%FEATURE_STRUCTURES" in row:
                yield from _from_cas(name, held)
            elif lines:
                yield _from_doccano(json.loads(row), number)
            else:
                yield from _from_label_studio(row, number)
        except Exception as error:  # one row of a stranger's file, and the others are read
            what, known = f"it cannot be read: {why(error)}", "a task of Label Studio, a CAS"
            yield Problem(name, what, row=number, allowed=known, fix="Export JSON, not JSON-MIN")


ZIPS = (".qdpx", ".zip")
WRITERS: dict[str, Callable[[Row, pd.DataFrame], Made]]
WRITERS = {ending: partial(_to_sheet, ending) for ending in ("csv", "xlsx")}
WRITERS |= {"label-studio": _to_label_studio, "inception": _to_inception}
READERS = dict.fromkeys((".csv", ".tsv", ".xlsx"), _from_sheets)
READERS |= dict.fromkeys((".json", ".jsonl"), _from_json) | {".xmi": _from_cas, ".qde": _from_qdpx}


def _inside(name: str, held: Files) -> Files:
    """The files of an archive among `held`."""
    archive = zipfile.ZipFile(io.BytesIO(held[name]))
    size = sum(map(len, held.values())) + sum(info.file_size for info in archive.infolist())
    if size > MOST_BYTES or sum(p.endswith(ZIPS) for p in name.lower().split("/")) > MOST_DEEP:
        raise ValueError(f"more than {MOST_BYTES:,} bytes, or than {MOST_DEEP} zips in one another")
    inside = {f"{name}/{inner}": archive.read(inner) for inner in archive.namelist()}
    if not any(inner.lower().endswith((*READERS, *ZIPS)) for inner in inside):
        raise ValueError("a zip that is no .qdpx: it holds no project.qde, and no XMI or JSON")
    return inside


def read(source: Path) -> Found:
    """Yield the coded texts of a file or folder, and what of it could not be read and why.

    Of a folder, and of an archive, every file is read that may hold codes.
    """
    files = sorted(filter(Path.is_file, source.rglob("*")))
    if source.is_file():  # the types of a lone XMI lie beside it
        files = [source, *source.parent.glob("[Tt]ype[Ss]ystem.xml")]
    held = {path.relative_to(source.parent).as_posix(): path.read_bytes() for path in files}
    queue = [*held]
    for name in queue:
        suffix = PurePosixPath(name).suffix.lower()
        try:
            if suffix in ZIPS:
                held |= (inside := _inside(name, held))
                queue += inside
            elif suffix in (".xmi", ".qde") and "<!DOCTYPE" in decoded(held[name]):
                raise ValueError("it declares a document type, in which entities may stand")
            elif suffix in READERS:
                yield from (replace(one, where=name) for one in READERS[suffix](name, held))
            elif name == source.name:
                raise ValueError(f"there is no reader for it; read are {', '.join(READERS)}")
        except Exception as error:  # whatever a reader of a stranger's file may raise
            yield Problem(name, f"it cannot be read: {why(error)}")
