"""Codes out to the programs that people code in, and back into located rows of the tables."""

import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pandas as pd

from framelines import REPO, write_whole
from framelines.build.store import add_to_case, changed, written
from framelines.corpus import marks
from framelines.corpus.documents import read_documents, texts_of
from framelines.corpus.marks import Form, Forms, Mark, Marked, fold
from framelines.corpus.texts import sentences, short_hash, words
from framelines.errors import DataError, Problem
from framelines.tables.case import CODED, CaseFile, read_case_file
from framelines.tables.schema import ID, Tables, check_tables, fields_of, resources

Row = dict[str, str]
LABELS = {"naming_mentions": ["naming"], "captures": ["capture"]}
OWN = ("coder", "doc_id", "start", "end", "hash", "kind")
PROGRAMS, NOBODY = ("label-studio", "inception", "csv", "xlsx"), "none"
# What a row says where its coder said nothing and the schema wants a word.
NEUTRAL = {
    "claims": {"modality": "realised", "attribution": "own_voice", "certainty": "asserted"},
    "naming_mentions": {"stance": "neutral"},
    "captures": {"stance": "neutral", "modality": "realised"},
}


@cache
def forms() -> Forms:
    """Return the labels and fields of each kind of code, as the data package has them."""
    kinds = {"claims": fields_of("claims")["kind"]["constraints"]["enum"], **LABELS}
    made = {}
    for table, labels in kinds.items():
        asked = {n: f for n, f in fields_of(table).items() if n not in OWN}
        made[table] = Form(labels, {n: f["constraints"].get("enum", []) for n, f in asked.items()})
    return made


def _of_case(name: str, root: Path) -> tuple[CaseFile, Path, dict[str, str]]:
    """The file of a case, its folder, and its texts by document, checked."""
    said = read_case_file(name, root)
    documents = check_tables(root / said.data, with_texts=True)["documents"]
    mine = documents[[name in names.split(";") for names in documents["cases"]]]
    pairs = read_documents(mine, texts_of(root / said.data))
    return said, root / said.data, {row["doc_id"]: text for row, text in pairs}


def export(name: str, to: str, coder: str, root: Path = REPO) -> int:
    """Write the texts of a case with a coder's codes as suggestions, for `to` of `PROGRAMS`.

    `coder` is the case's if none is named; `none` leaves the texts bare. Into build/export/, which
    git ignores, for they hold texts. Raises `DataError` for an unknown program or coder.
    """
    said, folder, texts = _of_case(name, root)
    tables = {table: written(folder, table) for table in forms()}
    coders = {NOBODY}.union(*(frame["coder"] for frame in tables.values()))
    for what, value, known in (("TO", to, PROGRAMS), ("CODER", coder or NOBODY, coders)):
        if value not in known:
            listed = ", ".join(sorted(known))
            raise DataError([Problem(what, "there is none such", value=value, allowed=listed)])
    place, coder = root / "build" / "export" / name / to, coder or said.coder
    held = {i: Marked([i], text, list[Mark](), [*forms()]) for i, text in sorted(texts.items())}
    for table, frame in tables.items():
        own = frame[(frame["coder"] == coder) & frame["doc_id"].isin(texts)]
        for row in own.to_dict("records"):
            doc, span = held[row["doc_id"]], (int(row["start"]), int(row["end"]))
            label, met = row.get("kind") or LABELS[table][0], doc.text[slice(*span)]
            doc.marks.append(Mark(table, label, *span, met, {str(k): v for k, v in row.items()}))
    every = [*held.values()]
    files = dict[str, str | bytes]()
    if to == "label-studio":
        tasks = [marks.label_studio_task(marked, forms(), coder) for marked in every]
        files["tasks.json"] = json.dumps(tasks, ensure_ascii=False, indent=1)
        files["labelling.xml"] = marks.label_studio_config(forms())
    elif to == "inception":
        files = {f"{marked.names[0]}.json": marks.cas_json(marked, forms()) for marked in every}
        files["typesystem.xml"] = str(marks.type_system(forms()).to_xml())
    elif to == "csv":
        sheets = sheets_of(every).items()
        files = {f"{sheet}.csv": "\ufeff" + frame.to_csv(index=False) for sheet, frame in sheets}
    else:
        with pd.ExcelWriter(whole := io.BytesIO(), engine="openpyxl") as book:
            for sheet, frame in sheets_of(every).items():
                frame.to_excel(book, sheet_name=sheet, index=False)
        files[f"{name}.xlsx"] = whole.getvalue()
    for file, content in files.items():
        write_whole(place / file, content)
    count = sum(len(marked.marks) for marked in every)
    print(f"{place.relative_to(root)}: {len(every)} texts, {count} codes as suggestions")
    return 0


def sheets_of(every: list[Marked]) -> Tables:
    """Return a table a kind of code, with the words of each, and one of all sentences."""
    heads = {table: [*fields_of(table)][1:] for table in forms()} | {"texts": ["doc_id", *OWN[2:4]]}
    rows = {table: list[Row]() for table in heads}
    for marked in every:
        own = {"doc_id": marked.names[0]}
        cuts = [Mark("texts", "", *span, "", own) for span in sentences(marked.text)]
        for mark in [*cuts, *marked.marks]:
            shown = re.sub(r"[\x00-\x1f]", " ", marked.text[mark.start : mark.end])
            span = {"start": str(mark.start), "end": str(mark.end)}
            rows[mark.row].append(mark.fields | span | {"words": shown})
    made = {t: pd.DataFrame(own, columns=["words", *heads[t]]) for t, own in rows.items()}
    return {table: marks.free_of_formulas(frame.fillna("")) for table, frame in made.items()}


@dataclass
class Intake:
    """Codes on their way into the tables of a folder, as those of one coder."""

    folder: Path
    coder: str
    texts: dict[str, str]
    left: list[Problem]
    # By table and key, each with where it is from.
    taken: dict[tuple[str, str], tuple[Row, Problem]] = field(default_factory=dict)
    # What the files are complete of, as (table, document).
    covered: set[tuple[str, str]] = field(default_factory=set)
    filled: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    said: set[tuple[str, ...]] = field(default_factory=set)
    moved: int = 0

    def __post_init__(self) -> None:
        """Look up the document of every text that one alone has, and labels of one actor."""
        folded = pd.Series({doc_id: fold(text)[0] for doc_id, text in self.texts.items()})
        self.by_text = {text: i for i, text in folded.drop_duplicates(keep=False).items()}
        rows = written(self.folder, "namings").query("doc_id == ''")
        rows = rows.drop_duplicates(["label", "actor_id"]).drop_duplicates("label", keep=False)
        self.namings = rows.set_index("label")[["actor_id", "stance"]].to_dict("index")

    def _document(self, marked: Marked) -> str | None:
        """Return the document of a coded text, by its name or by its words."""
        ids = [name.split(".")[0] for name in marked.names]
        return next((i for i in ids if i in self.texts), self.by_text.get(fold(marked.text)[0]))

    def take_all(self, found: list[Marked]) -> None:
        """Locate the codes of all texts but those that come coded more than once."""
        named = [(self._document(marked), marked) for marked in found]
        coded = Counter(doc_id for doc_id, marked in named if marked.marks and marked.text)
        for doc_id, marked in named:
            if doc_id and marked.marks and coded[doc_id] > 1:
                what = f"{coded[doc_id]} files or tasks have codes of this text"
                fix = "Take in those of one person"
                self.left.append(Problem(marked.file, what, value=doc_id, fix=fix))
            else:
                self.take(marked, doc_id)

    def take(self, marked: Marked, doc_id: str | None) -> None:
        """Locate the codes of one text."""
        if doc_id is None:
            what = "its text is none of this case, or that of two documents"
            what += f"; it has {len(marked.marks)} codes"
            known = f"the same text, or its id: {', '.join(sorted(self.texts)[:3])} …"
            told = {"value": next(filter(None, marked.names), "").split(".")[0], "allowed": known}
            self.left.append(Problem(marked.file, what, **told))
            return
        self.covered |= {(table, doc_id) for table in marked.kinds}
        tables = {label: table for table, form in forms().items() for label in form.labels}
        for mark in marked.marks:
            mark.label = "_".join(mark.label.lower().split())  # Killed or wounded
            table, origin = tables.get(mark.label, ""), Problem(marked.file, "", row=mark.row)
            try:
                if not table:
                    raise ValueError("there is no such label")
                span = marks.place(self.texts[doc_id], mark, marked.text)
                row = self._row(table, mark, doc_id, span)
                key = table, ", ".join(row[c] for c in resources()[table]["schema"]["primaryKey"])
                if key in self.taken:
                    raise ValueError("another code of this kind has this id, or begins here")
                own = table, *(value for column, value in row.items() if column != "claim_id")
                if own in self.said and not mark.fields.get("claim_id"):
                    raise ValueError("another code says the same of these words")
            except ValueError as error:
                stands = "" if mark.start is None else f" [{mark.start}, {mark.end})"
                value = f"{mark.label}{stands}: {' '.join(mark.words.split()[:4])}".rstrip(": ")
                known = f"a place in {doc_id}" if table else ", ".join(tables)
                self.left.append(replace(origin, what=str(error), value=value, allowed=known))
                continue
            self.moved += mark.start is not None and span != (mark.start, mark.end or span[1])
            self.taken[key] = row, origin
            self.said.add(own)

    def _row(self, table: str, mark: Mark, doc_id: str, span: tuple[int, int]) -> Row:
        """A row of a table, with neutral values where the coder said nothing."""
        said, (start, end) = self.texts[doc_id][slice(*span)], map(str, span)
        row = {column: mark.fields.get(column, "") for column in fields_of(table)}
        row |= {"coder": self.coder, "doc_id": doc_id, "hash": short_hash(said)}
        row |= {"start": start, "end": end}
        neutral, term = dict(NEUTRAL[table]), " ".join(words(said))
        own = {"label": term} if table == "naming_mentions" else {"lemma": term}
        if table == "claims":
            row["kind"], made = mark.label, f"{doc_id}-{start}-{end}"
            self.same[made] += not row["claim_id"]
            own = {"claim_id": made + (f"-{self.same[made]}" if self.same[made] > 1 else "")}
            for date in ("event", "report", "as_of"):
                neutral[f"{date}_calendar"] = "gregorian" if row[f"{date}_date"] else "none"
            neutral["date_basis"] = "document" if row["event_date"] else "none"
        elif table == "naming_mentions":
            own |= self.namings.get(term, {})
        empty = {c: v for c, v in (neutral | own).items() if not row[c]}
        self.filled.update(f"{c} {v}" for c, v in empty.items() if c not in own and v != "none")
        return row | empty

    def write(self, coders: pd.DataFrame) -> None:
        """Write all codes that pass the checks; the others go into `left`."""
        while self.taken:
            new = {"coders": coders} | {table: self._table(table) for table in forms()}
            try:
                with changed(self.folder, new):
                    return
            except DataError as error:
                bad = dict[tuple[str, str], Problem]()
                for problem in error.problems:
                    key = Path(problem.where).stem, re.sub(r".*?\((.*)\)$", r"\1", str(problem.row))
                    if key in self.taken:
                        bad[key] = self.taken[key][1]
                        self.left.append(replace(problem, where=bad[key].where, row=bad[key].row))
                if not bad:
                    raise
            for key in bad:
                del self.taken[key]
        raise DataError(self.left or [Problem("FROM", "there is no code in it")])

    def _table(self, table: str) -> pd.DataFrame:
        old = written(self.folder, table)
        own = [row for (t, _), (row, _) in self.taken.items() if t == table]
        # Where nothing of a text could be taken and something was lost, the old codes stay.
        have = {row["doc_id"] for row, _ in self.taken.values()}
        gone = [d for t, d in self.covered if t == table and (d in have or not self.left)]
        kept = old[~((old["coder"] == self.coder) & old["doc_id"].isin(gone))]
        new = pd.concat([kept, pd.DataFrame(own, columns=list(old))])
        return new.astype({"start": int, "end": int})


def _with_coder(folder: Path, coder: str) -> pd.DataFrame:
    """The table of coders with this one in it; a problem for a name that is none, or no person."""
    coders = written(folder, "coders")
    others = {NOBODY, *coders.loc[coders["kind"] != "person", "coder"]}
    if coder in others or not re.fullmatch(ID, coder):
        known = f"a-z, 0-9 and single hyphens, such as anna; not {', '.join(sorted(others))}"
        raise DataError([Problem("CODER", "no name of a person", value=coder, allowed=known)])
    # Where nobody is listed, whoever coded before must be too.
    before = {c for table in CODED for c in written(folder, table)["coder"]} if coders.empty else {}
    names = pd.Series(sorted({coder, *before} - {*coders["coder"]}), dtype=str)
    new = pd.DataFrame({"coder": names, "label": "the coder " + names})
    return pd.concat([coders, new.assign(kind="person", events="shared")])


def take_in(place: Path, name: str, coder: str, root: Path = REPO) -> int:
    """Take the codes of a file or folder into the tables of a case, as those of `coder`.

    In the texts of the file they take the place of the coder's codes of the same kinds. Prints what
    was taken, moved and filled in, and a line for each code that could not be taken. Raises
    `DataError`, with nothing written, where none could.
    """
    said, folder, texts = _of_case(name, root)
    coders = _with_coder(folder, coder)
    found, left = marks.read(place, forms())
    intake = Intake(folder, coder, texts, left)
    intake.take_all(found)
    intake.write(coders)
    coded = (written(folder, table)["coder"] for table in CODED)
    main, unread = said.coder, not any((own == said.coder).any() for own in coded)
    if unread and "coder" not in said.model_fields_set:
        add_to_case(name, root, f"# Whose codes the analyses read.\ncoder: {coder}\n")
        main = coder
    count = Counter(table.replace("_", " ") for table, _ in intake.taken)
    told = ", ".join(f"{n} {table}" for table, n in sorted(count.items()))
    print(f"taken as codes of {coder}: {told}; {intake.moved} were moved to the words they quote")
    if intake.filled:
        print("filled in:", ", ".join(f"{what} ({n})" for what, n in sorted(intake.filled.items())))
    if main != coder:
        print(f"the analyses read the codes of {main}: `coder` in notebooks/cases/{name}.yaml")
    print("".join(f"not taken: {problem}\n" for problem in left), end="")
    return 0
