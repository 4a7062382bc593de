"""Are the tables what they say? Checks of tables, and of tables against the texts."""

import os
import re
from pathlib import Path

from framelines import REPO
from framelines.analyses.findings import FINDINGS, declared
from framelines.build.cluster import mapped
from framelines.build.verify import tree
from framelines.corpus import audit as reading
from framelines.corpus import documents
from framelines.corpus.features import build_features
from framelines.corpus.texts import valued
from framelines.errors import DataError, Problems
from framelines.tables.case import case_names, data_folders, load_case
from framelines.tables.schema import check_tables, read_tables

DATA = REPO / "data"


def _with_texts() -> list[Path]:
    """The folders of tables whose texts are here; a problem where `$CORPUS` or nobody has any."""
    places = {folder: documents.raw_folder(folder) for folder in data_folders()}
    named, found = os.environ.get("CORPUS"), {f: p.resolve() for f, p in places.items() if p}
    if not found or (named is not None and Path(named).resolve() not in found.values()):
        documents.texts_of(DATA)  # says where they go
    for folder in [folder for folder in places if folder not in found]:
        print(f"{folder.relative_to(REPO)}: no texts here; it is left as it is")
    return list(found)


def check(with_texts: bool = False) -> None:
    """Check every table, case and declared finding; with texts every span against them too."""
    problems = Problems()
    how = "every table and coded span matches the texts" if with_texts else "every table passes"
    for folder in _with_texts() if with_texts else data_folders():
        try:
            count = len(check_tables(folder, with_texts=with_texts)["documents"])
            print(f"{folder.relative_to(REPO)}: {how}; {count} documents")
        except DataError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    for case in case_names():
        print(f"{case}: {len(declared(load_case(case).name))} declared findings")
    said = FINDINGS.read_text(encoding="utf-8") if FINDINGS.is_file() else ""
    for name in sorted({*re.findall(r"(?m)^([\w-]+):", said)} - {"declared", *case_names()}):
        print(f"notebooks/findings.yaml: {name} is no case here: its findings are not computed")


def check_text() -> int:
    """Search the tree for runs of words of all texts that stay out of it (CORPUS=folder)."""
    files = {REPO / name for name in tree(REPO)}
    files |= {*REPO.glob("build/executed/**/*.ipynb"), *REPO.glob("reports/**/*.html")}
    found: dict[Path, list[int]] = {}
    for folder in [f for f in _with_texts() if not {*documents.texts_of(f).glob("*.txt")} & files]:
        found |= reading.runs_of_texts(folder, sorted(files))
    run = f"{reading.RUN} words of the texts"
    for path, lines in found.items():
        print(f"{path.relative_to(REPO)}: {run} on end, lines {lines[:20]}")
    print(f"check-text: {len(found)} of {len(files)} files with a run of {run}")
    return 1 if found else 0


def features() -> list[Path]:
    """Rebuild the features of every corpus whose texts are here (CORPUS=folder)."""
    places = [(check_tables(folder), folder) for folder in _with_texts()]
    return [path for place in places for path in build_features(*place, mapped)]


def mentions(data: Path = DATA) -> list[Path]:
    """Count the first coder's naming mentions anew from the texts."""
    return [reading.build_mentions(read_tables(data), data)]


def audit(data: Path = DATA) -> int:
    """List the numbers, dates and names that no row explains."""
    tables = read_tables(data)
    found = reading.audit(tables, data)
    missing = found.query("explained_by == ''")
    print(found.groupby(["kind", "explained_by"]).size().to_string())
    for row in missing.to_dict("records"):
        print(f"{row['doc_id']} [{row['start']}, {row['end']}), {row['kind']}: {row['passage']}")
    print(f"audit: {len(found)} expressions, {len(missing)} unexplained")
    for language, count in tables["documents"]["language"].value_counts().items():
        if not valued("numbers", str(language)):
            print(f"audit: {count} documents in {language}: no word list, digits alone were read")
    return 1 if len(missing) else 0


def locate(document: str, words: str, data: Path = DATA) -> None:
    """Print span and hash of WORDS as they stand in a DOCUMENT."""
    texts = documents.texts_of(data)
    for start, end, digest in documents.locate(read_tables(data), document, words, texts):
        print(f"{start},{end},{digest}")
