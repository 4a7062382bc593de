"""One notebook and one case: parameters checked, cells run, results moved into place as a whole.

papermill puts the parameters in; its engine here runs the cells in this process by IPython, so
that a build imports its libraries once. The executed notebook holds no clock, no path, no machine.
"""

import logging
import os
import re
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
import papermill
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

from framelines import REPO, notebooks, write_all, write_whole
from framelines.errors import DataError, Problem, problems_of
from framelines.tables.case import read_case_file

CELL_SECONDS, MOST_PRINTED = 900, 100_000
SHELL = {"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}}


class InProcess(Engine):
    """Runs the cells of a notebook in this process, one after the other."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Run every code cell and keep what it showed; `DataError` where one fails."""
        # The one that `display` speaks to; a new one knows no name of an earlier notebook.
        InteractiveShell.clear_instance()
        shell = InteractiveShell.instance(config=Config(SHELL))
        signal.signal(signal.SIGALRM, _too_long)
        for cell in nb_man.nb.cells:
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            signal.alarm(CELL_SECONDS)
            with capture_output() as shown:
                result = shell.run_cell(cell.source, store_history=True)
            signal.alarm(0)
            cell.execution_count = shell.execution_count - 1
            texts = [("stdout", shown.stdout), ("stderr", shown.stderr)]
            cell.outputs = [new_output("stream", name=n, text=_cut(t)) for n, t in texts if t]
            for output in shown.outputs:
                about = {"data": output.data, "metadata": output.metadata or {}}
                cell.outputs.append(new_output("display_data", **about))
            if error := result.error_before_exec or result.error_in_exec:
                name = type(error).__name__
                about = {"ename": name, "evalue": str(error), "traceback": []}
                cell.outputs.append(new_output("error", **about))
                # The problems of the tables first, then the cell that met them.
                found = problems_of(error)
                what = f"code cell [{cell.execution_count}]"
                what += "" if found else f", raised {name}: {error}"
                raise DataError([*found, Problem(kwargs["where"], what)])


def _cut(text: str) -> str:
    """What a cell printed, as far as anybody reads it: a page of more takes minutes to clean."""
    left = len(text) - MOST_PRINTED
    return text if left <= 0 else f"{text[:MOST_PRINTED]}\n… {left:,} characters more\n"


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"a cell may take {CELL_SECONDS // 60} minutes")


papermill_engines.register("framelines", InProcess)
logging.getLogger("papermill").setLevel(logging.ERROR)


def run(notebook: str, case: str) -> list[Path]:
    """Run `notebooks/<notebook>.ipynb` for a case; return the paths of all that it made.

    Raises `DataError` for an unknown notebook or case, a case file that is wrong, and a cell that
    raises; `build/failed/<case>-<notebook>.ipynb` is the notebook as far as it got.
    """
    if notebook not in notebooks():
        known = ", ".join(notebooks())
        raise DataError([Problem("notebooks", "no such notebook", value=notebook, allowed=known)])
    os.chdir(REPO)
    source, prefix = Path("notebooks", f"{notebook}.ipynb"), notebook[:2]
    # The case's name, and those of its parameters that the notebook declares.
    own = read_case_file(case).parameters.model_dump(exclude_unset=True)
    declared = papermill.inspect_notebook(source)
    parameters = {"case_name": case} | {name: own[name] for name in own if name in declared}
    # A new one, for what a lost worker of a cluster began may still be under way.
    staging = Path("build", "staging", case, notebook, uuid4().hex)
    outputs, draft = staging / "outputs", staging / source.name
    outputs.mkdir(parents=True)
    os.environ["FRAMELINES_STAGING"] = str(REPO / outputs)
    where, failed = f"{source}, case {case}", Path("build", "failed", f"{case}-{notebook}.ipynb")
    settings = {"engine_name": "framelines", "progress_bar": False, "where": where}
    try:
        papermill.execute_notebook(source, draft, parameters, **settings)
        if not (outputs / f"reports/{case}/numbers/{prefix}.json").is_file():
            what = f"it wrote no numbers/{prefix}.json"
            fix = f"It must make Results(case, '{prefix}') and end with results.close()"
            raise DataError([Problem(where, what, fix=fix)])
    except DataError as error:
        with suppress(OSError, ValueError):  # a full disk
            _normalise(draft, failed, parameters)
            error.problems.append(Problem(failed.as_posix(), "the notebook as far as it got"))
        raise error from None
    made = _install(outputs, case, prefix)
    executed = REPO / "build" / "executed" / case / source.name
    _normalise(draft, executed, parameters)
    failed.unlink(missing_ok=True)
    shutil.rmtree(staging)
    return [executed, *made]


def _normalise(draft: Path, target: Path, parameters: dict[str, Any]) -> None:
    """Move an executed notebook, without what differs between two runs or two machines."""
    notebook = nbformat.read(draft, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    notebook.metadata["papermill"] = {"parameters": parameters}
    # Addresses of objects, and this checkout's place, but not inside the letters of a picture.
    text = re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x0", nbformat.writes(notebook))
    place = rf"(?<![\w+/]){re.escape(str(REPO))}(?:({os.sep})|(?![\w+/]))"
    write_whole(target, re.sub(place, lambda found: "" if found[1] else ".", text) + "\n")


def _install(outputs: Path, case: str, prefix: str) -> list[Path]:
    """Move results into place, then remove what an earlier run made and this one did not."""
    found = sorted(path for path in outputs.rglob("*") if path.is_file())
    # `build` may lie on another disk, and the one of the results be full.
    made = write_all({REPO / path.relative_to(outputs): path.read_bytes() for path in found})
    for place in (f"figures/{case}/{prefix}-*", f"reports/{case}/*/{prefix}[-.]*"):
        for stale in {*REPO.glob(place)} - {*made}:
            stale.unlink()
    return made
