"""The commands, which the Makefile calls: `python -m framelines COMMAND`."""

import inspect
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from framelines import REPO

# What no result may take from the machine: every other variable that begins so is left out. The
# date is a constant, so that a commit does not move a byte; the last keep this checkout's library
# and settings, and nobody else's.
UNWANTED = ("PYTHON", "MPL", "MATPLOTLIB", "JUPYTER", "IPYTHON", "COLUMNS")
FIXED = """SOURCE_DATE_EPOCH=1767225600 TZ=UTC LC_ALL=C.UTF-8 PYTHONHASHSEED=0 PYTHONNOUSERSITE=1
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 JUPYTER_NO_CONFIG=1
PYTHONIOENCODING=utf-8:backslashreplace"""  # for names of files in no encoding
PLACES = {"PYTHONPATH": "lib", "MATPLOTLIBRC": "matplotlibrc", "IPYTHONDIR": "build/ipython"}
SETTINGS = dict(one.split("=") for one in FIXED.split())
SETTINGS |= {name: str(REPO / place) for name, place in PLACES.items()}
SETTINGS |= {"MPLCONFIGDIR": str(Path(sys.prefix) / "matplotlib")}
# Each command and the function below `framelines.build` that it calls.
CALLS = """build=runner.build run=execute.run manifest=verify.manifest verify=verify.verify
diff=verify.diff corpus=ingest.corpus code=coding.code measure=coding.measure
export=exchange.export import=exchange.take_in reference=exchange.reference
check=checks.check check-text=checks.check_text features=checks.features
mentions=checks.mentions audit=checks.audit locate=checks.locate"""
COMMANDS = dict(call.split("=") for call in CALLS.split())
CHANGING = ("ingest", "coding", "exchange")  # tables: they wait for other runs
ARGUMENTS = ("place", "name", "notebook", "case", "revision", "document", "words")


def settle() -> None:
    """Begin again with the settings of a build, where this process was begun with others."""
    own = {n: v for n, v in os.environ.items() if not n.startswith(UNWANTED)} | SETTINGS
    if own != dict(os.environ):
        os.execve(sys.executable, [sys.executable, "-m", "framelines", *sys.argv[1:]], own)


def _path(value: str) -> Path:
    return Path(os.path.expanduser(value)).resolve(strict=True)  # an unknown ~user is no error


def main(words: Sequence[str]) -> int:
    """Call the function of a command with the words that follow; return the code to exit with.

    Its parameters are arguments if they are among `ARGUMENTS`, else options. Problems are told in
    words, a line a problem, and the paths of what was made are printed.
    """
    import click  # after the settings, as all that takes long

    from framelines.build.runner import alone
    from framelines.errors import problems_of

    if not words or words[0] not in COMMANDS:
        print("One of these is needed:", *COMMANDS, file=sys.stderr)
        return 2
    module, _, name = COMMANDS[words[0]].partition(".")
    function = getattr(import_module(f"framelines.build.{module}"), name)
    parameters = list[click.Parameter]()
    for one in inspect.signature(function).parameters.values():
        about: dict[str, Any] = {"type": _path} if one.annotation is Path else {}
        about |= {} if one.default is one.empty else {"default": one.default}
        if one.name in ARGUMENTS:
            parameters.append(click.Argument([one.name], **about))
            continue
        about |= {"default": about.get("default", ""), "is_flag": one.default is False}
        parameters.append(click.Option([f"--{one.name.replace('_', '-')}"], **about))
    command = click.Command(words[0], params=parameters, callback=function, help=function.__doc__)
    try:
        with alone() if module in CHANGING else nullcontext():
            made = command.main(words[1:], f"framelines {words[0]}", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:  # Ctrl-C
        return 130
    except Exception as error:
        if not (found := problems_of(error)):
            raise
        print(*found, sep="\n", file=sys.stderr)
        return 2
    if isinstance(made, int):
        return made
    for path in made or ():
        print(path.relative_to(REPO))
    return 0


if __name__ == "__main__":
    settle()
    sys.exit(main(sys.argv[1:]))
