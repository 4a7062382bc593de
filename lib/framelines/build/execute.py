"""One notebook and one case: parameters checked, cells run, results moved into place as a whole.

papermill puts the parameters in; its engine here runs the cells in this process by IPython, so
that a build imports its libraries once. The executed notebook holds no clock, no path, no machine.
"""

import logging
import os
import re
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from pydantic import ConfigDict, ValidationError, create_model
from traitlets.config import Config

from framelines import REPO, notebooks
from framelines.errors import DataError, Problem, Problems
from framelines.tables.case import read_case_file

CELL_SECONDS = 900
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class CellError(Exception):
    """A cell raised `cause`; `where` names the cell."""

    def __init__(self, where: str, cause: BaseException) -> None:
        super().__init__(f"{where}, raised {type(cause).__name__}: {cause}")
        self.cause = cause


class InProcess(Engine):
    """Runs the cells of a notebook in this process, one after the other."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Run every code cell and keep what it showed; raise `CellError` where one fails."""
        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "nocolor"
        # The one that `display` speaks to; a new one knows no name of an earlier notebook.
        InteractiveShell.clear_instance()
        shell = InteractiveShell.instance(config=settings)
        signal.signal(signal.SIGALRM, _too_long)
        for cell in nb_man.nb.cells:
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            signal.setitimer(signal.ITIMER_REAL, CELL_SECONDS)
            with capture_output() as shown:
                result = shell.run_cell(cell.source, store_history=True)
            signal.setitimer(signal.ITIMER_REAL, 0)
            cell.execution_count = shell.execution_count - 1
            texts = [("stdout", shown.stdout), ("stderr", shown.stderr)]
            cell.outputs = [new_output("stream", name=n, text=t) for n, t in texts if t]
            for output in shown.outputs:
                about = {"data": output.data, "metadata": output.metadata or {}}
                cell.outputs.append(new_output("display_data", **about))
            error = result.error_before_exec or result.error_in_exec
            if error is not None:
                name = {"ename": type(error).__name__, "evalue": str(error)}
                cell.outputs.append(new_output("error", traceback=[], **name))
                lines = [line.strip() for line in cell.source.splitlines()]
                first = next((line for line in lines if line and line[0] != "#"), "")
                where = f"code cell [{cell.execution_count}], which begins `{first}`"
                raise CellError(where, error)


papermill_engines.register("framelines", InProcess)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"a cell may take {CELL_SECONDS // 60} minutes")


def run(notebook: str, case: str, given: Mapping[str, Any] | None = None) -> list[Path]:
    """Run `notebooks/<notebook>.ipynb` for a case; return the paths of all that it made.

    They are `build/executed/<case>/<notebook>.ipynb`, and figures, tables and numbers below
    `figures/<case>/` and `reports/<case>/`. A run with parameters `given`, which go before those
    of the case file, is a variant and goes below `build/variant/`. Raises `DataError` for an
    unknown notebook or case, a parameter that is unknown, missing or mistyped, and a cell that
    raises; `build/failed/<case>-<notebook>.ipynb` is the notebook as far as it got.
    """
    if notebook not in notebooks():
        known = ", ".join(notebooks())
        raise DataError([Problem("notebooks", "no such notebook", value=notebook, allowed=known)])
    source = REPO / "notebooks" / f"{notebook}.ipynb"
    parameters = _parameters(source, case, given or {})
    staging = REPO / "build" / "staging" / case / notebook
    shutil.rmtree(staging, ignore_errors=True)
    outputs = staging / "outputs"
    outputs.mkdir(parents=True)
    draft = staging / f"{notebook}.ipynb"
    where = f"notebooks/{notebook}.ipynb, case {case}"
    problems = _execute(source, draft, parameters, outputs, where)
    _normalise(draft, parameters)
    if not problems and (strange := _misplaced(outputs, case, notebook[:2])):
        problems = [Problem(where, strange)]
    failed = REPO / "build" / "failed" / f"{case}-{notebook}.ipynb"
    if problems:
        failed.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, failed)
        name = failed.relative_to(REPO).as_posix()
        raise DataError([*problems, Problem(name, "the notebook as far as it got")])
    place = REPO / "build" / "variant" if given else REPO
    made = _install(outputs, place, case, notebook[:2])
    target = (place if given else REPO / "build") / "executed" / case / f"{notebook}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(draft, target)
    failed.unlink(missing_ok=True)
    shutil.rmtree(staging)
    return [target, *made]


def _parameters(source: Path, case: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the notebook gets: the case's name, its parameters that it declares, and `given`."""
    where = f"notebooks/{source.name}"
    cells = nbformat.read(source, as_version=4).cells
    tagged = [c.source for c in cells if "parameters" in c.metadata.get("tags", [])]
    names: dict[str, Any] = {}
    exec("\n".join(tagged), names)
    fields = {n: (kind, names.get(n, ...)) for n, kind in names["__annotations__"].items()}
    own = read_case_file(case).parameters.model_dump(exclude_unset=True)
    wanted = {name: value for name, value in own.items() if name in fields}
    make: Any = create_model
    strict = make("Given", __config__=ConfigDict(extra="forbid", strict=True), **fields)
    try:
        return strict(**{**wanted, **given, "case_name": case}).model_dump(exclude_unset=True)
    except ValidationError as error:
        allowed = "; ".join(
            f"{n}: {getattr(kind, '__name__', kind)}" for n, (kind, _) in fields.items()
        )
        problems = Problems()
        for one in error.errors():
            about = {"column": str(one["loc"][0]), "value": str(one["input"])}
            problems.add(where, one["msg"].lower(), **about, allowed=allowed)
        raise DataError(problems.found) from None


def _execute(
    source: Path, draft: Path, parameters: dict[str, Any], outputs: Path, where: str
) -> list[Problem]:
    """Run a notebook into `draft`; return what stopped it, the problems of its tables first."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    os.environ["FRAMELINES_STAGING"] = str(outputs)
    os.chdir(REPO)
    paths = [str(path).replace("{", "{{").replace("}", "}}") for path in (source, draft)]
    settings: dict[str, Any] = {"kernel_name": "python3", "language": "python"}
    settings |= {"engine_name": "framelines", "progress_bar": False}
    try:
        papermill.execute_notebook(*paths, parameters, **settings)
    except CellError as error:
        found = error.cause.problems if isinstance(error.cause, DataError) else []
        what = str(error).partition(", raised DataError")[0] if found else str(error)
        return [*found, Problem(where, what)]
    return []


def _normalise(draft: Path, parameters: dict[str, Any]) -> None:
    """Rewrite an executed notebook without what differs between two runs or two machines."""
    notebook = nbformat.read(draft, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        for output in cell.get("outputs", []):
            for holder in (output, output.get("data", {})):
                for key, value in holder.items():
                    holder[key] = _steady(value) if isinstance(value, str) else value
    own = {"papermill": {"parameters": parameters}, "language_info": {"name": "python"}}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, **own})
    nbformat.write(notebook, draft)


def _steady(text: str) -> str:
    """Return `text` without addresses of objects and this checkout's place."""
    text = re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x0", text)
    return text.replace(f"{REPO}{os.sep}", "").replace(str(REPO), ".")


def _misplaced(outputs: Path, case: str, prefix: str) -> str:
    """Return in words what is wrong with the files that a notebook wrote, if anything is."""
    mine = re.compile(
        rf"(figures/{case}/{prefix}-|reports/{case}/(tables/{prefix}-|numbers/{prefix}\.))[a-z0-9.-]+"
    )
    made = [path.relative_to(outputs).as_posix() for path in outputs.rglob("*") if path.is_file()]
    strange = [path for path in sorted(made) if not mine.fullmatch(path)]
    if strange:
        return f"it wrote {strange[0]}: make Results(case, {prefix!r})"
    wrote = f"reports/{case}/numbers/{prefix}.json" in made
    return "" if wrote else "it wrote no numbers: its last cell must be results.close()"


def _install(outputs: Path, place: Path, case: str, prefix: str) -> list[Path]:
    """Move results into place, then remove what an earlier run made and this one did not."""
    made = []
    for path in sorted(path for path in outputs.rglob("*") if path.is_file()):
        made.append(place / path.relative_to(outputs))
        made[-1].parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, made[-1])
    folders = (f"figures/{case}/{prefix}-", f"reports/{case}/tables/{prefix}-")
    earlier = [p for folder in folders for p in place.glob(f"{folder}*")]
    for stale in {*earlier, *place.glob(f"reports/{case}/numbers/{prefix}.*")} - {*made}:
        stale.unlink()
    return made
