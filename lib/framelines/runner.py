"""One notebook and one case: checked, executed, normalised, and moved into place as a whole.

Nothing that a reader relies on is touched before the last cell has run. The executed notebook,
which is the Make target, is moved last: a build that is killed anywhere goes on to the right
result the next time.
"""

import json
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from framelines import parameters
from framelines.case_files import read_case_file
from framelines.corpus import REPO
from framelines.problems import DataError, Problem

# What a kernel may not take from the machine. The Makefile exports the same values, and a test
# compares them. The epoch is a constant (2026-01-01), so that a commit does not move a byte.
SETTINGS = {
    "SOURCE_DATE_EPOCH": "1767225600",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JUPYTER_NO_CONFIG": "1",
    "JUPYTER_PREFER_ENV_PATH": "1",
}
# What it may not see: a backend that makes figures vanish from notebooks without a word, kernels
# and settings of the user's, and switches that add warnings to a notebook or take checks away.
UNWANTED = (
    "MPLBACKEND JUPYTER_PATH JUPYTER_DATA_DIR JUPYTER_CONFIG_DIR JUPYTER_CONFIG_PATH COLUMNS "
    "PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONOPTIMIZE PYTHONUTF8 PYTHONDONTWRITEBYTECODE"
).split()
LIB = Path(__file__).resolve().parents[1]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# A Unix socket's path has at most 107 characters, and ours adds about 30 to the folder's.
LONGEST_TEMPORARY = 60


def run(
    notebook: str, case: str, params: Mapping[str, Any] | None = None, *, root: Path = REPO
) -> Path:
    """Run `notebooks/<notebook>.ipynb` for `notebooks/cases/<case>.yaml`; return what it became.

    The result is `build/executed/<case>/<notebook>.ipynb`, with its figures, tables and numbers
    below `figures/<case>/` and `reports/<case>/`. A run with `params`, which go before those of
    the case file, is a variant: all of it goes below `build/variant/` instead, and results that
    others cite stay as they are. Raises `DataError` for an unknown notebook or case, a parameter
    that is unknown, missing or mistyped, and a cell that raises; then
    `build/failed/<case>-<notebook>.ipynb` holds the notebook as far as it got.
    """
    source = _read_notebook(notebook, root)
    given = _parameters(notebook, case, source, params or {}, root)
    staging = root / "build" / "staging" / case / notebook
    shutil.rmtree(staging, ignore_errors=True)
    outputs = staging / "outputs"
    outputs.mkdir(parents=True)
    draft = staging / f"{notebook}.ipynb"
    failed = root / "build" / "failed" / f"{case}-{notebook}.ipynb"
    with _kernel_environment(root, outputs) as temporary:
        stopped = _execute(source, draft, given, root, temporary)
        _normalise(
            draft, source, given, [(str(temporary), ""), (f"{root}{os.sep}", ""), (str(root), ".")]
        )
    problem = _first_error(draft, notebook, case) or stopped
    problem = problem or _misplaced(outputs, notebook, case)
    if problem is not None:
        failed.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, failed)
        kept = f"The notebook as far as it got: {failed.relative_to(root)}"
        raise DataError([Problem(f"notebooks/{notebook}.ipynb, case {case}", problem, fix=kept)])
    place = root / "build" / "variant" if params else root
    _install(outputs, place, case, notebook[:2])
    target = (place if params else root / "build") / "executed" / case / f"{notebook}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(draft, target)
    failed.unlink(missing_ok=True)
    shutil.rmtree(staging)
    return target


# --- before the kernel starts ------------------------------------------------------------------


def notebooks(root: Path = REPO) -> list[str]:
    """Return the names of all notebooks, without their ending."""
    return sorted(path.stem for path in (root / "notebooks").glob("0*.ipynb"))


def _read_notebook(notebook: str, root: Path) -> Any:
    if notebook not in notebooks(root):
        known = ", ".join(notebooks(root)) or "none"
        problem = Problem("notebooks", "no such notebook", value=notebook, allowed=known)
        raise DataError([problem])
    path = root / "notebooks" / f"{notebook}.ipynb"
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # whatever the format's library raises, the file is no notebook
        where = f"notebooks/{notebook}.ipynb"
        raise DataError([Problem(where, f"not a notebook: {error}")]) from None


def _parameters(
    notebook: str, case: str, source: Any, params: Mapping[str, Any], root: Path
) -> dict[str, Any]:
    """Return what the notebook gets: the case's name, its parameters, and `params` over them."""
    where = f"notebooks/{notebook}.ipynb"
    own = parameters.declared(source, where)
    fixed = read_case_file(case, root)["parameters"]
    elsewhere: dict[str, parameters.Parameter] = {}
    for other in notebooks(root):
        if other != notebook and set(fixed) - set(own):
            found = parameters.declared(_read_notebook(other, root), f"notebooks/{other}.ipynb")
            elsewhere.update(found)
    case_file = f"notebooks/cases/{case}.yaml"
    # What only other notebooks declare is checked against them, and then left out.
    optional = {
        name: parameters.Parameter(name, entry.kind, entry.default)
        for name, entry in {**elsewhere, **own}.items()
        if name != "case_name"
    }
    checked = parameters.check(fixed, optional, case_file)
    given = {name: value for name, value in checked.items() if name in own}
    return parameters.check({**given, **params, "case_name": case}, own, where)


# --- the kernel --------------------------------------------------------------------------------


@contextmanager
def _kernel_environment(root: Path, staging: Path) -> Iterator[Path]:
    """Set what the kernel inherits, and give a private folder that lives as long as it does."""
    folder = tempfile.gettempdir()
    short = folder if len(folder) <= LONGEST_TEMPORARY else "/tmp"
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="framelines-", dir=short) as temporary:
        os.environ.update(SETTINGS)
        os.environ.update(
            # This checkout's library and nothing else: another clone's must never be tested here.
            PYTHONPATH=str(LIB),
            MATPLOTLIBRC=str(LIB.parent / "matplotlibrc"),
            FRAMELINES_STAGING=str(staging),
            # A user's start-up files, and a history that parallel kernels would lock.
            IPYTHONDIR=f"{temporary}/ipython",
            JUPYTER_RUNTIME_DIR=f"{temporary}/runtime",
        )
        for name in UNWANTED:
            os.environ.pop(name, None)
        os.environ["JUPYTER_PATH"] = _kernel_spec(Path(temporary))
        try:
            yield Path(temporary)
        finally:
            os.environ.clear()
            os.environ.update(before)


def _kernel_spec(folder: Path) -> str:
    """Write the only kernel there is, this Python; return the folder where Jupyter finds it."""
    spec = folder / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    command = [sys.executable, "-m", "framelines.warm", "ipykernel_launcher"]
    told = dict(argv=[*command, "-f", "{connection_file}"], **KERNEL)
    (spec / "kernel.json").write_text(json.dumps(told), encoding="utf-8")
    return str(folder / "jupyter")


def _execute(
    source: Any, draft: Path, given: dict[str, Any], root: Path, temporary: Path
) -> str | None:
    """Run a notebook into `draft`; return in words what stopped it, or None."""
    import papermill
    from traitlets.config import Config

    # Our own check is stricter than the warning that papermill gives.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # Kernels that run side by side race for TCP ports; a private folder of sockets has no race.
    private = Config({"KernelManager": {"transport": "ipc", "ip": str(temporary / "k")}})
    nbformat.write(source, draft)
    escaped = str(draft).replace("{", "{{").replace("}", "}}")
    try:
        papermill.execute_notebook(
            escaped,
            escaped,
            given,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(root),
            config=private,
            coalesce_streams=True,
            record_timing=False,
            # Else the whole notebook, figures and all, is written before and after every cell.
            request_save_on_cell_execute=False,
            # All is said when the last cell has run; a kernel that is asked takes half a second.
            shutdown_kernel="immediate",
            # A kernel that is told to stop logs an error that is none.
            extra_arguments=["--log-level=CRITICAL"],
        )
    except papermill.PapermillExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except Exception as error:  # a kernel that died or never started
        return f"the kernel stopped: {type(error).__name__}: {error}"
    return None


# --- after the run -----------------------------------------------------------------------------


def _normalise(
    draft: Path, source: Any, given: dict[str, Any], paths: list[tuple[str, str]]
) -> None:
    """Rewrite an executed notebook without what differs between two runs or two machines."""
    notebook = nbformat.read(draft, as_version=4)
    ids = {cell.get("id") for cell in source.cells}
    for number, cell in enumerate(notebook.cells):
        for noise in ("papermill", "execution"):
            cell.metadata.pop(noise, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        elif cell.id not in ids:
            cell.id = f"cell-{number}"
        for output in cell.get("outputs", []):
            _normalise_output(output, paths)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
            "papermill": {"parameters": given},
        }
    )
    nbformat.write(notebook, draft)


def _normalise_output(output: Any, paths: list[tuple[str, str]]) -> None:
    for holder in (output, output.get("data", {})):
        for key, value in holder.items():
            if isinstance(value, str):
                holder[key] = _steady(value, paths)
            elif key == "traceback":
                holder[key] = [_steady(line, paths) for line in value]


def _steady(text: str, paths: list[tuple[str, str]]) -> str:
    """Return `text` without object addresses, temporary names, and this checkout's place."""
    if "ipykernel_" in text:  # an image has no such name, and is long
        text = re.sub(r"\S*ipykernel_\d+/\d+\.py", "<cell>", text)
    text = re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x0", text)
    for path, instead in paths:
        text = text.replace(path, instead)
    return text


def _first_error(draft: Path, notebook: str, case: str) -> str | None:
    """Return which cell failed and how. papermill lets `exit()` pass for success; we do not."""
    for cell in nbformat.read(draft, as_version=4).cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines = [line.strip() for line in cell.source.splitlines()]
                first = next((line for line in lines if line and line[0] != "#"), "")
                place = f"code cell [{cell.execution_count}], which begins `{first}`"
                return f"{place}, raised {output.ename}: {output.evalue}"
    return None


def _misplaced(outputs: Path, notebook: str, case: str) -> str | None:
    """Return in words what is wrong with the files that a notebook wrote, or None."""
    prefix = notebook[:2]
    mine = re.compile(
        rf"(figures/{case}/{prefix}-|reports/{case}/tables/{prefix}-"
        rf"|reports/{case}/numbers/{prefix}\.)[a-z0-9.-]+\Z"
    )
    made = [path.relative_to(outputs).as_posix() for path in _files(outputs)]
    strange = [path for path in made if not mine.match(path)]
    if strange:
        return f"it wrote {strange[0]}: make Outputs(case.name, {prefix!r})"
    if f"reports/{case}/numbers/{prefix}.json" not in made:
        return "it wrote no numbers: its last cell must be out.close()"
    return None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _install(outputs: Path, place: Path, case: str, prefix: str) -> None:
    """Move results into place, and remove what an earlier run made and this one did not."""
    made = set()
    for path in _files(outputs):
        target = place / path.relative_to(outputs)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
        made.add(target)
    report = place / "reports" / case
    earlier = [
        *(place / "figures" / case).glob(f"{prefix}-*"),
        *(report / "tables").glob(f"{prefix}-*"),
        *(report / "numbers").glob(f"{prefix}.*"),
    ]
    for stale in set(earlier) - made:
        stale.unlink()
