"""How long a rebuild takes, beside the same notebooks run by hand and as one plain process.

All of it happens in one scratch checkout, one thing after the other, with the library and the
environment of this one. The ratios come from one run: only within it are they comparable.
"""

import contextlib
import io
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import yaml
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from framelines import runner, scratch
from framelines.case_files import case_names
from framelines.corpus import REPO

PAGE = REPO / "docs" / "benchmarks.md"
APART = "04-robustness"  # a thousand analyses, which nobody runs by hand
BY_HAND = "`jupyter execute`, then `nbconvert`, one after another"
FLOOR = "the same cells in one Python process"


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def call(folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a command in `folder`; its last words, where it fails, are the error."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-2000:]}")


def prepare(folder: Path, pairs: Sequence[tuple[str, str]]) -> list[Path]:
    """Write every notebook with the parameters of every case in it, as a person would type them."""
    place = folder / "build" / "by-hand"
    place.mkdir(parents=True, exist_ok=True)
    made = []
    for notebook, case in pairs:
        source = load_notebook_node(str(folder / "notebooks" / f"{notebook}.ipynb"))
        content = yaml.safe_load((folder / f"notebooks/cases/{case}.yaml").read_text("utf-8"))
        cells = "\n".join(
            c.source for c in source.cells if "parameters" in c.metadata.get("tags", [])
        )
        own = {k: v for k, v in (content.get("parameters") or {}).items() if f"{k}:" in cells}
        filled = parameterize_notebook(source, {**own, "case_name": case})
        made.append(place / f"{case}-{notebook}.ipynb")
        nbformat.write(filled, made[-1])
    return made


def in_one_process(notebooks: Sequence[Path]) -> None:
    """Run the code cells of all notebooks here, and show nothing."""
    for path in notebooks:
        names: dict[str, object] = {"__name__": "__main__"}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(cell.source, f"{path.stem} {cell.id}", "exec"), names)


def settings(folder: Path) -> dict[str, str]:
    """Return the environment that a build gives its notebooks, for those run by hand."""
    clean = {k: v for k, v in scratch.clean_environment().items() if k not in runner.UNWANTED}
    own = dict(PYTHONPATH=str(folder / "lib"), MATPLOTLIBRC=str(folder / "matplotlibrc"))
    own["MPLCONFIGDIR"] = str(folder / ".venv" / "matplotlib")
    return {**clean, **runner.SETTINGS, **own}


def measure(folder: Path) -> dict[str, float]:
    """Return seconds by what was timed, in the order of the table."""
    names = [name for name in runner.notebooks(folder) if name != APART]
    pairs = [(name, case) for case in case_names(folder) for name in names]
    environment = settings(folder)
    python = folder / ".venv" / "bin" / "python"

    def make(*arguments: str) -> float:
        return timed(lambda: call(folder, ["make", *arguments], scratch.clean_environment()))

    def by_hand() -> None:
        for path in files:
            for tool in (["execute", "--inplace"], ["nbconvert", "--to", "html"]):
                call(folder, [str(python), "-m", "jupyter", *tool, str(path)], environment)

    def plain() -> None:
        command = [str(python), str(REPO / "tools" / "bench.py"), "--floor", *map(str, files)]
        call(folder, command, environment)

    some = (f"NOTEBOOKS={' '.join(names)}", "reports/index.html")
    found = {}
    for jobs in ("-j1", "-j2"):
        make("clean")
        found[f"`make {jobs}`, clean"] = make(jobs, *some)
    (folder / "notebooks" / f"{names[0]}.ipynb").touch()
    found["`make -j2`, one notebook changed"] = make("-j2", *some)
    (folder / "data" / "claims.csv").touch()
    found["`make -j2`, one table of two cases changed"] = make("-j2", *some)
    found["`make`, nothing changed"] = make(*some)
    files = prepare(folder, pairs)
    found[FLOOR] = timed(plain)
    found[BY_HAND] = timed(by_hand)
    found["`make -j2`: the robustness analyses, PDFs and the article added"] = make("-j2")
    for printed in folder.glob("reports/*/report.pdf"):
        printed.unlink()
    found["`make -j2`: the PDFs of all cases alone"] = make("-j2", "reports")
    return found


def machine() -> str:
    """Return the machine in words: processor, cores, memory, system, Python."""
    info = Path("/proc/cpuinfo")
    models = (
        [x for x in info.read_text().splitlines() if "model name" in x] if info.exists() else []
    )
    model = models[0].partition(":")[2].strip() if models else platform.processor() or "unknown"
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    return f"{model}, {scratch.jobs()} cores, {memory:.0f} GiB of memory; {system}"


def page(found: Mapping[str, float], what: str) -> str:
    """Return the results in Markdown, with the ratio to what is done by hand."""
    rows = [f"| {name} | {s:.2f} | {s / found[BY_HAND]:.2f} |" for name, s in found.items()]
    return "\n".join(
        [
            "# How long a rebuild takes",
            "",
            "Printed by `make bench`, which does all of it one after the other in a scratch",
            "checkout with the environment in place: the pages of every case and every notebook",
            f"but `{APART}`, unless another thing is said.",
            "",
            f"Of {what}, on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
            "",
            "| what | seconds | beside by hand |",
            "|---|---|---|",
            *rows,
            "",
            "By hand: one process a notebook and step, with the parameters of the case typed in,",
            "and without PDFs, an index, or any check of what came out.",
            "",
        ]
    )


def main() -> None:
    """Measure, print and write `docs/benchmarks.md`."""
    if sys.argv[1:2] == ["--floor"]:
        in_one_process([Path(name) for name in sys.argv[2:]])
        return
    copy = scratch.make_scratch(REPO / "build" / "bench", allow_dirty=True)
    scratch.link_environment(copy.folder)
    told = page(measure(copy.folder), copy.what)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
