"""How time and memory grow with a corpus: `make bench-scale SIZES=1000,10000`.

Every step runs in a process of its own, on a copy of the library: that takes the folder in which
it lies for its checkout. CPU seconds leave out imports, and what a step reads before it begins.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from math import log, nan
from pathlib import Path
from typing import Any

from corpora import make_case
from page import ROOT, machine, write_section

TEXT = """\
Written by `make bench-scale`: made-up documents of 300 words, of 50,000 types by Zipf’s law. The
claims are as many as the head says, ten a document and ten an event. CPU seconds of a step, and
the most memory that its process ever held. {machine}.

{table}
"""


# A step takes the name of a case, prepares, and returns what is timed.
def _features(kind: str) -> Callable[[], Any]:
    from framelines import REPO
    from framelines.corpus.features import build_features
    from framelines.tables.schema import check_tables

    folder = REPO / "data" / kind
    tables = check_tables(folder)
    return lambda: build_features(tables, folder)


def _words(kind: str) -> Callable[[], Any]:
    from sklearn.feature_extraction.text import CountVectorizer

    from framelines import REPO

    files = sorted((REPO / "data" / kind / "raw").glob("d*.txt"))
    return lambda: CountVectorizer().fit_transform(file.read_text() for file in files)


def _rules(kind: str) -> Callable[[], Any]:
    from framelines.build.coding import code

    return lambda: code(kind)


def _loading(kind: str) -> Callable[[], Any]:
    from framelines.tables.case import load_case

    return lambda: load_case(kind)


def _keyness(kind: str) -> Callable[[], Any]:
    from framelines.analyses.profiles import key_terms

    case = _loading(kind)()
    return lambda: key_terms(case)


def _contrast(kind: str) -> Callable[[], Any]:
    from framelines.methods.contrasts import contrast
    from framelines.tables.rows import documents, pair_of

    case = _loading(kind)()
    hits = case["sentences"].merge(documents(case)[["doc_id", "camp"]], on="doc_id")
    hits = hits.assign(hit=(hits["figures"] > 0).astype(float), of=1.0)
    return lambda: contrast(hits, pair_of(case), "sentences with figures")


def _matching(kind: str) -> Callable[[], Any]:
    from framelines.analyses.disputes import pairs

    case = _loading(kind)()
    return lambda: pairs(case)


STEPS: dict[str, tuple[str, str, Callable[[str], Callable[[], Any]]]] = {
    "features": ("features, one file a document", "files", _features),
    "archive": ("features, one archive", "archive", _features),
    "peer": ("CountVectorizer of scikit-learn", "files", _words),
    "loading": ("loading a case with its features", "files", _loading),
    "keyness": ("keyness, 9,999 permutations", "files", _keyness),
    "contrast": ("a contrast, 9,999 permutations", "files", _contrast),
    "matching": ("claims of one thing, matched", "claims", _matching),
    "rules": ("rules coding", "files", _rules),
}


def measure(step: str) -> None:
    """Print CPU seconds and peak megabytes of one step, as JSON."""
    _, kind, prepare = STEPS[step]
    act, spent = prepare(kind), []
    for wait in (lambda: None, act):
        wait()
        used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        spent.append(sum(usage.ru_utime + usage.ru_stime for usage in used))
    peak = max(usage.ru_maxrss for usage in used) / 1024
    print(json.dumps({"cpu": spent[1] - spent[0], "peak": peak}))


def _child(root: Path, *arguments: Any) -> dict[str, float]:
    """What this script tells in a process of its own, with the library of `root`."""
    own = {name: value for name, value in os.environ.items() if name != "CORPUS"}
    own |= {"PYTHONPATH": str(root / "lib"), "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, cwd=root, env=own, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.stdout else {}


def measured(size: int) -> dict[str, dict[str, float]]:
    """Return what every step took on corpora of one size; nothing where it failed."""
    with tempfile.TemporaryDirectory() as place:
        root, found = Path(place), {}
        (root / "notebooks" / "cases").mkdir(parents=True)
        shutil.copytree(ROOT / "lib", root / "lib")
        for kind in ("archive", "files", "claims"):
            _child(root, "make", kind, size // 10 if kind == "claims" else size)
        for name in ("datapackage.yaml", "lexicons.csv"):
            shutil.copy(ROOT / "data" / name, root / "data" / name)
        for step, (about, _, _) in STEPS.items():
            found[step] = _child(root, "measure", step)
            print(f"{size:,}, {about}: {found[step] or 'failed'}", flush=True)
    return found


def told(found: dict[int, dict[str, dict[str, float]]]) -> str:
    """Return the section: a row a step, with the exponents of its time from size to size."""
    lines = ["| step |" + "".join(f" {size:,} |" for size in found) + " exponents |"]
    lines.append("|---" * (len(found) + 2) + "|")
    for step, (about, _, _) in STEPS.items():
        own = [of[step] for of in found.values()]
        cells = [f"{one['cpu']:,.1f} s, {one['peak']:,.0f} MB" if one else "failed" for one in own]
        both = zip(pairwise(own), pairwise(found), strict=True)
        rises = [log(b["cpu"] / a["cpu"], n / m) if a and b else nan for (a, b), (m, n) in both]
        growth = ", ".join(f"{rise:.2f}" for rise in rises)
        lines.append(f"| {about} | {' | '.join(cells)} | {growth} |")
    last = found[max(found)]
    if all(last[step] for step in ("archive", "peer")):
        times = last["archive"]["cpu"] / last["peer"]["cpu"]
        lines.append(
            f"\nFeatures of one archive cost {times:.1f} times the CountVectorizer’s time."
        )
    return TEXT.format(machine=machine(), table="\n".join(lines))


if __name__ == "__main__":
    command, *arguments = [*sys.argv[1:], ""]
    if command == "make":
        make_case(Path.cwd(), arguments[0], int(arguments[1]))
    elif command == "measure":
        measure(arguments[0])
    else:
        sizes = sorted(map(int, (os.environ.get("SIZES") or "1000,10000,100000").split(",")))
        write_section("How time and memory grow", told({size: measured(size) for size in sizes}))
