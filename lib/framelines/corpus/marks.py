"""Codes on texts, in the files of the programs that people code in; no table of ours.

Read are Label Studio JSON, UIMA CAS as JSON and XMI (INCEpTION), REFI-QDA `.qdpx`, doccano JSONL,
and CSV or XLSX with a row a code. Spans are code points of the text as a file has it; `place` finds
them in ours. Files of strangers are read and never trusted.
"""

import io
import json
import re
import unicodedata
import zipfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import cassis
import pandas as pd
from lxml import etree

from framelines.corpus.files import cell, decoded, sheets, why
from framelines.corpus.texts import APOSTROPHES, HYPHENS, short_hash
from framelines.errors import Problem

LAYER, MOST_BYTES, MOST_DEEP = "webanno.custom.", 500_000_000, 3
# What programs change in passing: kinds of quotes and hyphens; spaces and marks of order go.
_ONE = dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys("“”„«»", '"') | dict.fromkeys(HYPHENS, "-")


@dataclass
class Form:
    """The labels of one kind of code, and its fields with the values to choose from, or none."""

    labels: list[str]
    fields: dict[str, list[str]]

    def label(self, said: dict[str, str]) -> str:
        """Return the label of a code: its only one, or what the code says of its kind."""
        return said.get("kind", "") if len(self.labels) > 1 else self.labels[0]


Forms = dict[str, Form]


@dataclass
class Mark:
    """A code: `row` says where in its file, `words` what it quotes, `fields` what else it says."""

    row: str
    label: str
    start: int | None
    end: int | None
    words: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Marked:
    """A text as a file has it, or none, what may be its name, and its codes.

    It is complete of the kinds of code in `kinds`.
    """

    names: list[str]
    text: str
    marks: list[Mark]
    kinds: list[str]
    file: str = ""


Files = dict[str, bytes]
Found = Iterator[Marked | Problem]


@lru_cache(maxsize=64)
def fold(text: str) -> tuple[str, list[int]]:
    """Return what of a text survives any program, and the position of each of its characters."""
    kept = [
        (_ONE.get(part, part), at)
        for at, sign in enumerate(text)
        for part in unicodedata.normalize("NFKD", sign)
        if not part.isspace() and unicodedata.category(part) not in ("Cc", "Cf")
    ]
    return "".join(part for part, _ in kept), [at for _, at in kept]


def place(text: str, mark: Mark, theirs: str = "") -> tuple[int, int]:
    """Return where a mark stands in our `text`; `theirs` is the same text as its file has it.

    A span holds whose words are those quoted or, where none are, whose hash is the field `hash`.
    Else the words are sought, whatever a program made of line ends, spaces, quotes and BOM: taken
    is their only occurrence, or one that is twice as near to the span as the next. Raises
    `ValueError`, in words, where there is none such.
    """
    start, end, words, digest = mark.start, mark.end, mark.words, mark.fields.get("hash", "")
    if start is not None and end is not None and start >= 0:
        met = text[start:end] if end <= len(text) else ""
        words = words or theirs[start:end] or met * (digest in ("", short_hash(met)))
        if met and words and fold(words)[0] == fold(met)[0]:
            return start, end
    (whole, at), sought, found = fold(text), fold(words)[0], []
    if not sought:
        raise ValueError("neither words nor a span of the text are told, or the hash is another")
    # Two forms of one text have this place in common.
    begin = 0 if start is None else bisect_left(fold(theirs or text)[1], start)
    for hit in re.finditer(f"(?={re.escape(sought)})", whole):
        s, e = at[hit.start()], at[hit.start() + len(sought) - 1] + 1
        # 12 does not stand in 1,125.
        inside = re.search(r"\d[.,]?$", text[max(s - 2, 0) : s]) and text[s].isdigit()
        if not inside and not (re.match(r"[.,]?\d", text[e:]) and text[e - 1].isdigit()):
            found.append((0 if start is None else abs(hit.start() - begin), s, e))
    if not found:
        raise ValueError("these words do not stand in the text")
    found.sort()
    if len(found) > 1 and 2 * found[0][0] >= found[1][0]:
        raise ValueError(f"these words stand {len(found)} times in the text: tell their start")
    return found[0][1:]


def _at(value: Any) -> int | None:
    """A position in a text, or none where a file has something else."""
    return int(cell(value)) if cell(value).isdecimal() else None


def label_studio_config(forms: Forms) -> str:
    """Return the labelling configuration: a label a code, and its fields for the marked region."""
    view = etree.Element("View")
    labels = etree.SubElement(view, "Labels", name="code", toName="text")
    for label in [label for form in forms.values() for label in form.labels]:
        etree.SubElement(labels, "Label", value=label)
    etree.SubElement(view, "Text", name="text", value="$text")
    for kind, form in forms.items():
        shown = {"visibleWhen": "region-selected", "whenLabelValue": ",".join(form.labels)}
        group = etree.SubElement(view, "View", **shown)
        for name, choices in form.fields.items():
            etree.SubElement(group, "Header", value=name)
            own = {"name": f"{kind}-{name}", "toName": "text", "perRegion": "true"}
            asked = etree.SubElement(group, "Choices" if choices else "TextArea", **own)
            for choice in choices:
                etree.SubElement(asked, "Choice", value=choice)
    return str(etree.tostring(view, pretty_print=True, encoding="unicode"))


def label_studio_task(marked: Marked, forms: Forms, coder: str) -> dict[str, Any]:
    """Return a task of Label Studio, with codes (`row` is a kind) as predictions by `coder`."""
    result: list[dict[str, Any]] = []
    for number, mark in enumerate(marked.marks):
        pieces = [("code", "labels", mark.label)]
        for name, choices in forms[mark.row].fields.items():
            if value := mark.fields.get(name):
                pieces.append((f"{mark.row}-{name}", "choices" if choices else "textarea", value))
        for name, how, value in pieces:
            own = {"id": f"code-{number}", "from_name": name, "to_name": "text", "type": how}
            said = {"text": mark.words, how.replace("textarea", "text"): [value]}
            result.append(own | {"value": {"start": mark.start, "end": mark.end, **said}})
    task: dict[str, Any] = {"data": {"text": marked.text, "doc_id": marked.names[0]}}
    return task | ({"predictions": [{"model_version": coder, "result": result}]} if result else {})


def _label_studio(task: dict[str, Any], number: int, forms: Forms) -> Found:
    row, data = f"task {task.get('id', number)}", task["data"]
    done = [a for a in task.get("annotations") or () if not a.get("was_cancelled")]
    if len(done) > 1:
        yield Problem("", f"{len(done)} people annotated this task", row, fix="Have a project each")
    if len(done) != 1:
        return
    fields, marks = defaultdict[str, dict[str, str]](dict), list[Mark]()
    for piece in done[0]["result"]:
        how, value, region = str(piece["type"]), piece.get("value", {}), str(piece.get("id"))
        said = value.get("text" if how == "textarea" else how)
        if how.endswith("labels"):
            where = (_at(value.get("start")), _at(value.get("end")), value.get("text") or "")
            own = (f"{row}, region {region}", fields[region])  # which later pieces may fill
            marks += [Mark(own[0], label, *where, own[1]) for label in said or []]
        else:
            fields[region][str(piece.get("from_name")).rpartition("-")[2]] = cell(said)
    text = max((v for v in data.values() if isinstance(v, str)), key=len, default="")
    yield Marked([str(data.get("doc_id", ""))], text, marks, [*forms])


def _layer(kind: str) -> str:
    return kind.title().replace("_", "")


def type_system(forms: Forms) -> cassis.TypeSystem:
    """Return the layers of INCEpTION: one a kind of code, with its fields as features."""
    types = cassis.TypeSystem()
    for kind, form in forms.items():
        layer = types.create_type(LAYER + _layer(kind), "uima.tcas.Annotation")
        for name in [*["kind"] * (len(form.labels) > 1), *form.fields]:
            types.create_feature(layer, name, "uima.cas.String")
    return types


def cas_json(marked: Marked, forms: Forms) -> str:
    """Return a text and its codes, whose `row` is a kind, as UIMA CAS JSON; offsets are UTF-16."""
    types = type_system(forms)
    cas = cassis.Cas(types, sofa_string=marked.text, sofa_mime="text/plain")
    for mark in marked.marks:
        layer, form = types.get_type(LAYER + _layer(mark.row)), forms[mark.row]
        said = {"kind": mark.label} if len(form.labels) > 1 else {}
        said |= {name: v for name in form.fields if (v := mark.fields.get(name))}
        cas.add(layer(begin=mark.start, end=mark.end, **said))
    return str(cas.to_json())


def _cas(cas: cassis.Cas, name: str, forms: Forms) -> Marked:
    marks, names = [], [*PurePosixPath(name).parts[::-1]]
    layers = {_layer(kind): form for kind, form in forms.items()}
    for found in cas.select_all_annotations():
        short = found.type.name.rpartition(".")[2]
        said = {f.name: cell(getattr(found, f.name, None)) for f in found.type.all_features}
        if short == "DocumentMetaData":
            names = [said.get(n, "") for n in ("documentTitle", "documentId")] + names
        if short in layers:
            form, span = layers[short], (found.begin, found.end, found.get_covered_text())
            fields = {n: v for n, v in said.items() if n in form.fields}
            marks.append(Mark(f"{short} at {span[0]}", form.label(said), *span, fields))
    return Marked(names, str(cas.sofa_string or ""), marks, [*forms])


def _xml(content: bytes) -> Any:
    """The root of an XML file; entities stay unread, and what declares any is refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("it declares a document type, in which entities may stand: not read")
    return root


def _named(code: str) -> tuple[str, dict[str, str]]:
    """The label and the fields of a code's name such as `killed; target_id=red-army`."""
    label, *more = (part.strip() for part in code.split(";"))
    pairs = (part.partition("=") for part in more)
    return label, {name.strip(): value.strip() for name, _, value in pairs if value}


def _qdpx(name: str, held: Files, forms: Forms) -> Found:
    root, beside = _xml(held[name]), {n.lower(): held[n] for n in held}
    codes = {c.get("guid"): c.get("name", "") for c in root.iter("{*}Code")}
    for source in root.iter("{*}TextSource"):
        path = (source.get("plainTextPath") or "").replace("\\", "/").rpartition("/")[2]
        text, marks = source.findtext("{*}PlainTextContent") or "", []
        for file in [n for n in beside if path and n.endswith("/" + path.lower())]:
            text = decoded(beside[file])
        found = source.findall("{*}PlainTextSelection")
        spans = [(_at(one.get("startPosition")), _at(one.get("endPosition"))) for one in found]
        # By the standard the end is the last character (REFI-QDA 1.5, 10.2), by many programs the
        # one behind it. The reading under which fewer selections end inside a word is the file's.
        around = [[text[e + i - 1 : e + i + 1] for _, e in spans if e] for i in (0, 1)]
        cut = [sum(len(signs) == 2 and signs.isalnum() for signs in ends) for ends in around]
        for one, (start, end) in zip(found, spans, strict=True):
            last = end if end is None else end + (cut[0] > cut[1])
            for code in one.iterfind("{*}Coding/{*}CodeRef"):
                label, fields = _named(codes.get(code.get("targetGUID"), ""))
                fields |= _named(";" + (one.findtext("{*}Description") or ""))[1]
                row = f"selection {one.get('guid')} of {source.get('name')}"
                marks.append(Mark(row, label, start, last, "", fields))
        yield Marked([source.get("name", ""), path], text, marks, [*forms])


def _doccano(row: dict[str, Any], number: int, forms: Forms) -> Marked:
    marks, text = list[Mark](), str(row["text"])
    for found in sum((row[n] or [] for n in ("entities", "label", "labels") if n in row), []):
        span = ("start_offset", "end_offset", "label") if isinstance(found, dict) else (0, 1, 2)
        start, end, code = (found[part] for part in span)
        label, fields = _named(str(code))
        marks.append(Mark(f"line {number}, span {start}", label, _at(start), _at(end), "", fields))
    about = (row.get("meta") or row.get("metadata") or {}) | row
    return Marked([str(about.get("doc_id", ""))], text, marks, [*forms])


def free_of_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of texts in which no cell is a formula: such a cell gets an apostrophe."""
    return frame.map(lambda cell: "'" + cell if re.match(r"'*[=+\-@]", cell) else cell)


def _table(name: str, held: Files, forms: Forms) -> Found:
    """The codes of tables with a row each, by document; of which kind is told by the columns."""
    for title, frame in sheets(name, held[name]).items():
        frame = frame.rename(columns=lambda column: str(column).strip().lower())
        fit = {k: len({*frame} & {*form.fields}) for k, form in forms.items()}
        fit |= {k: 99 * ("kind" in frame) for k, form in forms.items() if len(form.labels) > 1}
        kind = title if title in forms else max(fit, key=lambda k: fit[k])
        if title == "texts":
            continue
        if "coder" in frame and frame["coder"].nunique() > 1:
            yield Problem("", "codes of several people", column="coder", fix="Take in those of one")
            continue
        form, found = forms[kind], defaultdict[str, list[Mark]](list)
        known = ["coder", "doc_id", "words", "start", "end", "hash", "kind", *form.fields]
        for column in [c for c in frame if c not in known] + ["doc_id"] * ("doc_id" not in frame):
            what = "nothing defines this column" if column in frame else "this column is missing"
            yield Problem("", what, column=column, allowed=", ".join(known))
        for line, cells in enumerate(frame.to_dict("records"), start=2):
            row = {str(c): re.sub(r"^'(?='*[=+\-@])", "", said) for c, said in cells.items()}
            where = (_at(row.get("start")), _at(row.get("end")), row.get("words", ""))
            if any(row.values()):
                mark = Mark(f"{line} of {title}", form.label(row), *where, row)
                found[row.get("doc_id", "")].append(mark)
        yield from (Marked([doc_id], "", marks, [kind]) for doc_id, marks in found.items())


def _xmi(name: str, held: Files, forms: Forms) -> Found:
    beside = name.rpartition("/")[0]
    types = [n for n in held if n.lower() == f"{beside}/typesystem.xml".lower().lstrip("/")]
    for part in (name, *types):
        _xml(held[part])
    own = cassis.load_typesystem(io.BytesIO(held[types[0]])) if types else type_system(forms)
    yield _cas(cassis.load_cas_from_xmi(io.BytesIO(held[name]), own, lenient=True), name, forms)


def _json(name: str, held: Files, forms: Forms) -> Found:
    text, lines = decoded(held[name]), name.lower().endswith("l")
    read = text.split("\n") if lines else json.loads(text)
    for number, row in enumerate(read if isinstance(read, list) else [read], start=1):
        try:
            if lines:
                yield from [_doccano(json.loads(row), number, forms)] if row.strip() else []
            elif "%FEATURE_STRUCTURES" in row:
                yield _cas(cassis.load_cas_from_json(text), name, forms)
            else:
                yield from _label_studio(row, number, forms)
        except Exception as error:  # one row of a stranger's file, and the others are read
            what, known = f"it cannot be read: {why(error)}", "a task of Label Studio, a CAS"
            yield Problem("", what, row=number, allowed=known, fix="Export JSON, not JSON-MIN")


def _archive(name: str, held: Files) -> Files:
    archive = zipfile.ZipFile(io.BytesIO(held[name]))
    size = sum(map(len, held.values())) + sum(info.file_size for info in archive.infolist())
    if size > MOST_BYTES or sum(p.endswith(ZIPS) for p in name.lower().split("/")) > MOST_DEEP:
        raise ValueError(f"more than {MOST_BYTES:,} bytes, or than {MOST_DEEP} zips in one another")
    inside = {f"{name}/{inner}": archive.read(inner) for inner in archive.namelist()}
    if not any(inner.lower().endswith((*READERS, *ZIPS)) for inner in inside):
        raise ValueError("a zip that is no .qdpx: it holds no project.qde, and no XMI or JSON")
    return inside


ZIPS = (".qdpx", ".zip")
READERS = dict.fromkeys((".csv", ".tsv", ".xlsx"), _table)
READERS |= dict.fromkeys((".json", ".jsonl"), _json) | {".xmi": _xmi, ".qde": _qdpx}


def read(source: Path, forms: Forms) -> tuple[list[Marked], list[Problem]]:
    """Return the coded texts of a file or folder, and what of it could not be read and why.

    Of a folder, and of an archive, every file is read that may hold codes.
    """
    found, problems = list[Marked](), list[Problem]()
    files = sorted(p for p in source.rglob("*") if p.is_file()) if source.is_dir() else [source]
    # The types of an XMI file lie beside it.
    beside = source.parent.glob("[Tt]ype[Ss]ystem.xml") if source in files else ()
    top = source.parent if source in files else source
    held = {p.relative_to(top).as_posix(): p.read_bytes() for p in (*files, *beside)}
    queue = [*held]
    for name in queue:
        suffix, read = PurePosixPath(name).suffix.lower(), list[Marked | Problem]()
        try:
            if suffix in ZIPS:
                inside = _archive(name, held)
                held |= inside
                queue += inside
            elif suffix in READERS:
                read = [*READERS[suffix](name, held, forms)]
            elif name == source.name:
                raise ValueError(f"there is no reader for it; read are {', '.join(READERS)}")
        except Exception as error:  # whatever a reader of a stranger's file may raise
            read = [Problem("", f"it cannot be read: {why(error)}")]
        problems += [replace(one, where=name) for one in read if isinstance(one, Problem)]
        found += [replace(one, file=name) for one in read if isinstance(one, Marked)]
    return found, problems
