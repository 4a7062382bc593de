"""What a worker of a build does: a unit; and a notebook for a case, moved into place as a whole.

papermill puts the parameters in; its engine here runs the cells in this process by IPython, so
that a build imports its libraries once. The executed notebook holds no clock, no path, no machine.
"""

import logging
import os
import re
import shutil
import signal
import time
import traceback
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

from framelines import REPO, notebooks, sums, write_all, write_whole
from framelines.build import cluster
from framelines.build.runner import State, Unit, as_it_stands
from framelines.errors import DataError, Problem, problems_of
from framelines.report import pages, site
from framelines.tables.case import read_case_file

CELL_SECONDS, MOST_PRINTED, MORE = 900, 100_000, "\n… and more\n"
SHELL = {"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}}


def work(name: str, unit: Unit, state: State) -> tuple[dict[str, Any], list[str], str]:
    """Build a unit; return what came of it, as `state` has it, a line a problem, and how it went.

    Nothing is done where a result is missing that it is made from, or where nothing has changed.
    """
    began = time.monotonic()
    if not all(state.get(other) for other in unit.after):
        return {}, [], "left aside"
    # Before the work: what changes meanwhile makes it stale again.
    stands = as_it_stands(name, unit, state)
    if state.get(name) == stands:
        return stands, [], "unchanged"
    try:
        if unit.notebook:
            one = cluster.run if os.environ.get("SCHEDULER") else run
            made = one(unit.notebook, unit.case)
        elif unit.case:
            ids = site.claim_ids(unit.case)
            made = [pages.render_notebook(unit.case, one, ids) for one in notebooks()]
            made += [site.render_explorer(unit.case), site.render_pdf(unit.case)]
        else:
            made = [site.render_pdf()] if name == "article" else site.render_site()
    except Exception as error:
        problems = [str(problem) for problem in problems_of(error)]
        return {}, problems or [traceback.format_exc(limit=-1).strip()], "FAILED"
    results = sums(*(path.relative_to(REPO).as_posix() for path in made))
    return stands | {"made": results}, [], f"{time.monotonic() - began:.0f} s"


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
            # Nobody reads a page of more, and it takes minutes to clean.
            texts = [(n, t[:MOST_PRINTED] + MORE * (len(t) > MOST_PRINTED)) for n, t in texts]
            cell.outputs = [new_output("stream", name=n, text=t) for n, t in texts if t]
            for one in shown.outputs:
                about = {"data": one.data, "metadata": one.metadata or {}}
                cell.outputs.append(new_output("display_data", **about))
            if error := result.error_before_exec or result.error_in_exec:
                # The problems of the tables first, then the cell that met them.
                found = problems_of(error)
                what = f"code cell [{cell.execution_count}]"
                what += "" if found else f", raised {type(error).__name__}: {error}"
                raise DataError([*found, Problem(kwargs["where"], what)])


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"a cell may take {CELL_SECONDS // 60} minutes")


papermill_engines.register("framelines", InProcess)
logging.getLogger("papermill").setLevel(logging.ERROR)


def run(notebook: str, case: str) -> list[Path]:
    """Run `notebooks/<notebook>.ipynb` for a case; return the paths of all that it made.

    Raises `DataError` for an unknown case, a case file that is wrong, and a cell that raises; then
    nothing that stands is touched, and what is named is the notebook as far as it got.
    """
    os.chdir(REPO)
    source, prefix = Path("notebooks", f"{notebook}.ipynb"), notebook[:2]
    # The case's name, and those of its parameters that the notebook declares.
    own = read_case_file(case).parameters.model_dump(exclude_unset=True)
    declared = papermill.inspect_notebook(source)
    parameters = {"case_name": case} | {name: own[name] for name in own if name in declared}
    # A new one, for what a lost worker of a cluster began may still be under way.
    staging = Path("build", "staging", f"{case}-{uuid4().hex}")
    outputs, draft = staging / "outputs", staging / source.name
    outputs.mkdir(parents=True)
    os.environ["FRAMELINES_STAGING"] = str(REPO / outputs)
    settings = {"engine_name": "framelines", "progress_bar": False, "where": str(draft)}
    executed = papermill.execute_notebook(source, draft, parameters, **settings)
    if not (outputs / f"reports/{case}/numbers/{prefix}.json").is_file():
        fix = f"It must make Results(case, '{prefix}') and end with results.close()"
        raise DataError([Problem(str(draft), f"it wrote no numbers/{prefix}.json", fix=fix)])
    # `build` may lie on another disk, and the one of the results be full.
    found = [path for path in sorted(outputs.rglob("*")) if path.is_file()]
    made = write_all({REPO / path.relative_to(outputs): path.read_bytes() for path in found})
    for place in (f"figures/{case}/{prefix}-*", f"reports/{case}/*/{prefix}[-.]*"):
        for earlier in {*REPO.glob(place)} - {*made}:
            earlier.unlink()
    shutil.rmtree(staging)
    # What differs between two runs or two machines goes.
    for cell in executed.cells:
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    executed.metadata["papermill"] = {"parameters": parameters}
    # Addresses of objects, and this checkout's place, but not inside the letters of a picture.
    text = re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x0", nbformat.writes(executed))
    place = rf"(?<![\w+/]){re.escape(str(REPO))}(?:({os.sep})|(?![\w+/]))"
    text = re.sub(place, lambda found: "" if found[1] else ".", text) + "\n"
    return [write_whole(REPO / "build" / "executed" / case / source.name, text), *made]
