"""What a reviewer does, in one command: a clean clone without a network, checked and rebuilt.

`build/review/` then holds a certificate, a `codecheck.yml` after the CODECHECK specification 1.0,
and beside it the results as they were rebuilt, which its manifest lists.
"""

import datetime as dt
import platform
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from framelines import fingerprint, manifest, markup, runner, scratch, verify
from framelines.case_files import case_names, read_case_file
from framelines.comparison import KINDS
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0"
UNSIGNED = "Nobody has signed yet: an automatic run of make review"
# One file a result is enough for people: the figure for print, the table for machines.
LISTED = re.compile(r"reports/.*/(tables/.*\.csv|numbers/.*\.json)|.*\.pdf")


@dataclass
class Review:
    """What a review did: the verification, each step, and its circumstances.

    A step has a verdict: it passed, it did not, or (None) it could not be done here.
    """

    outcome: verify.Outcome
    steps: list[tuple[str, bool | None, str]]
    machine: list[tuple[str, str]]
    reviewer: str
    checked: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no step that could be done failed."""
        return all(verdict is not False for _, verdict, _ in self.steps)

    def told(self) -> str:
        """Return the review in words: the verification, the steps, and where the certificate is."""
        words = {True: "passed", False: "FAILED", None: "not done"}
        lines = [f"{words[verdict]:8}  {what}: {how}" for what, verdict, how in self.steps]
        where = "The certificate: build/review/certificate.html, with codecheck.yml beside it"
        return "\n".join([self.outcome.told(), *lines, where])


def review(root: Path = REPO, *, reviewer: str = "") -> Review:
    """Do what a reviewer would, and write the certificate; return what was found.

    Raises `DataError` where the tree is dirty (see `scratch.make_scratch`) or has no manifest.
    """
    place = root / "build" / "review"
    started, clock = time.monotonic(), dt.datetime.now(dt.UTC)
    cut = scratch.can_cut_network()
    prefix = scratch.CUT if cut else ()
    copy = scratch.make_scratch(place, root=root)
    recorded = manifest.read(copy.folder)
    scratch.link_environment(copy.folder)
    log = place / "make.log"
    print(f"Checking and rebuilding {copy.what} in {place}", flush=True)
    sound = scratch.make(copy.folder, "check", prefix=prefix, log=log) == 0
    said = [line for line in log.read_text(encoding="utf-8").splitlines() if ": every " in line]
    outcome = verify.examine(copy, recorded, prefix)
    outcome.causes = verify.causes(root)
    network = "Cut by unshare" if cut else "It could not be cut here"
    outcome_told = f"At {verify.LEVELS[outcome.level]}"
    found = Review(
        outcome=outcome,
        steps=[
            ("A copy without anything built", True, f"{copy.what[:1].upper()}{copy.what[1:]}"),
            ("No network", cut or None, f"{network}; nothing was installed"),
            ("Every table is checked", sound, "; ".join(said) or "See make.log"),
            ("Everything is rebuilt", not outcome.stopped, f"{outcome.seconds:.0f} seconds"),
            ("Every result is as recorded", outcome.passed, outcome_told),
        ],
        machine=_machine(copy.folder),
        reviewer=reviewer or UNSIGNED,
        checked=clock.strftime("%Y-%m-%d %H:%M:%S"),
        seconds=time.monotonic() - started,
    )
    _publish(found, copy, place)
    if found.passed:
        shutil.rmtree(copy.folder)
        shutil.rmtree(copy.recorded, ignore_errors=True)
    return found


def _machine(folder: Path) -> list[tuple[str, str]]:
    known = fingerprint.machine()
    cores = ", ".join(f"{core} ({package})" for package, core in known["cores"].items())
    return [
        ("System", f"{known['system']}, {known['library']}"),
        ("Cores", str(scratch.jobs())),
        ("Python", platform.python_version()),
        ("Linear algebra", cores),
        ("Lock", fingerprint.lock_digest(folder)),
        ("Fingerprint", fingerprint.digest(folder)),
    ]


def _publish(found: Review, copy: scratch.Scratch, place: Path) -> None:
    """Write certificate and `codecheck.yml`, and put the rebuilt results beside them."""
    for name in found.outcome.files:
        if (copy.folder / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(copy.folder / name, place / name)
    words = manifest.declared(copy.folder)
    text = codecheck(found, words, copy.folder)
    (place / "codecheck.yml").write_text(text, encoding="utf-8", newline="\n")
    page = certificate(found, words, copy.folder)
    (place / "certificate.html").write_text(page, encoding="utf-8", newline="\n")
    (place / "report.txt").write_text(found.outcome.told() + "\n", encoding="utf-8", newline="\n")


# --- codecheck.yml -----------------------------------------------------------------------------


def codecheck(found: Review, words: dict[str, str], root: Path) -> str:
    """Return `codecheck.yml`: every listed file exists beside it, and nothing is made up.

    What only people can give, the ORCID of a reviewer, the certificate's number and its DOI, is
    left out rather than filled with a placeholder.
    """
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    listed = [
        {"file": name, "comment": words.get(name, "a report")}
        for name in found.outcome.files
        if LISTED.fullmatch(name) and (root / name).is_file()
    ]
    authors = [{"name": _name(author)} for author in citation["authors"]]
    content = {
        "version": SPECIFICATION,
        "paper": {"title": citation["title"], "authors": authors},
        "manifest": listed,
        "codechecker": [{"name": found.reviewer}],
        "summary": summary(found),
        "check_time": found.checked,
        "report": "certificate.html",
    }
    body = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=96)
    return f"%YAML 1.1\n---\n{body}"


def _name(author: dict[str, str]) -> str:
    given = " ".join(author.get(key, "") for key in ("given-names", "family-names")).strip()
    return author.get("name") or given


def summary(found: Review) -> str:
    """Return in one sentence what the review found."""
    outcome = found.outcome
    if outcome.stopped:
        return f"The rebuild of {outcome.what} stopped before its end."
    count, moved = len(outcome.files), len(outcome.moved)
    verdict = f"all {count} results are" if not moved else f"{moved} of {count} results are not"
    return f"{outcome.what} was rebuilt in a clean copy: {verdict} as recorded ({_level(found)})."


def _level(found: Review) -> str:
    return verify.LEVELS[found.outcome.level]


# --- the certificate ---------------------------------------------------------------------------


def certificate(found: Review, words: dict[str, str], root: Path) -> str:
    """Return the certificate as a page that loads nothing.

    Raises `DataError` where the page would not pass the audit of all pages.
    """
    from framelines.render import VERSION, PageExporter

    template = PageExporter().environment.get_template("certificate.html.j2")
    findings = []
    for case in case_names(root):
        title = str(read_case_file(case, root)["title"])
        sentences = [
            markup.sentence(finding["text"])
            for notebook in runner.notebooks(root)
            for finding in manifest.numbers(case, notebook[:2], root).get("findings", [])
        ]
        findings.append((title, sentences))
    groups = [
        (heading, [change for change in found.outcome.changes if change.kind == kind])
        for kind, heading in KINDS.items()
    ]
    page = template.render(
        review=found,
        summary=summary(found),
        groups=[(heading, changes) for heading, changes in groups if changes],
        findings=findings,
        files=[(name, words.get(name, ""), how) for name, how in found.outcome.files.items()],
        resources=dict(version=VERSION),
    )
    problems = [Problem("certificate.html", f"the page has {x}") for x in markup.audit(page)]
    if problems:
        raise DataError(problems)
    return str(page)
