"""A command that is forked from a warm process does what it does without one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from framelines import warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is a server on Linux alone")
TELLS = """
import os, sys
print(sys.argv[1:], os.environ["COLOUR"], os.getcwd(), sys.stdin.read())
sys.exit(int(sys.argv[1]))
"""
SLEEPS = """
import os, pathlib, sys, time
pathlib.Path("pid").write_text(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture
def lib(tmp_path: Path) -> Iterator[Path]:
    """Return a library with this server, quick to begin, and modules to run."""
    package = tmp_path / "lib" / "framelines"
    package.mkdir(parents=True)
    text = Path(warm.__file__).read_text(encoding="utf-8")
    heavy = text.index("HEAVY = ("), text.index(").split()")
    light = text[: heavy[0]] + 'HEAVY = ("json' + '"' + text[heavy[1] :]
    light = light.replace("    _draw_once()\n", "")
    (package / "warm.py").write_text(light, encoding="utf-8")
    (package.parent / "tells.py").write_text(TELLS)
    (package.parent / "sleeps.py").write_text(SLEEPS)
    yield package.parent
    for pid in _servers(package.parent):
        os.kill(pid, signal.SIGKILL)


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(lib: Path) -> Iterator[Start]:
    begun: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, on: str = "1") -> "subprocess.Popen[str]":
        environment = dict(os.environ, PYTHONPATH=str(lib), FRAMELINES_WARM=on, COLOUR="red")
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "framelines.warm", *arguments]
        begun.append(
            subprocess.Popen(
                command, cwd=lib.parent, env=environment, stdin=pipe, stdout=pipe, text=True
            )
        )
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def _soon(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def _alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def _servers(lib: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_bytes().split(b"\0")
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"--serve" in told and f"PYTHONPATH={lib}".encode() in environment.split(b"\0"):
            found.append(int(entry.name))
    return found


@pytest.mark.parametrize("on", ["0", "1"])
def test_arguments_environment_streams_and_exit_code(start: Start, lib: Path, on: str) -> None:
    process = start("tells", "7", "a b", on=on)
    said, _ = process.communicate("typed")
    assert said == f"['7', 'a b'] red {lib.parent} typed\n"
    assert process.returncode == 7
    assert bool(_servers(lib)) == (on == "1")


def test_commands_that_begin_at_once_share_one_server(start: Start, lib: Path) -> None:
    begun = [start("tells", str(code)) for code in (0, 3, 5)]
    for process in begun:
        process.communicate("")
    assert [process.returncode for process in begun] == [0, 3, 5]
    assert len(_servers(lib)) == 1


def test_who_asked_and_was_killed_takes_the_child_along(start: Start, lib: Path) -> None:
    process = start("sleeps")
    pid = lib.parent / "pid"
    assert _soon(lambda: pid.exists() and pid.read_text() != "")
    assert _alive(int(pid.read_text()))
    process.kill()
    assert _soon(lambda: not _alive(int(pid.read_text())))


def test_a_signal_reaches_the_child(start: Start, lib: Path) -> None:
    process = start("sleeps")
    pid = lib.parent / "pid"
    assert _soon(lambda: pid.exists() and pid.read_text() != "")
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert not _alive(int(pid.read_text()))


def test_a_server_that_is_gone_is_begun_anew(start: Start, lib: Path) -> None:
    start("tells", "0").communicate("")
    (first,) = _servers(lib)
    os.kill(first, signal.SIGKILL)
    assert _soon(lambda: not _alive(first))
    process = start("tells", "4")
    process.communicate("")
    assert process.returncode == 4
    assert [pid for pid in _servers(lib) if _alive(pid)] != [first]


def test_a_server_that_dies_does_not_run_its_command_twice(start: Start, lib: Path) -> None:
    process = start("sleeps")
    pid = lib.parent / "pid"
    assert _soon(lambda: pid.exists() and pid.read_text() != "")
    child = int(pid.read_text())
    (server,) = set(_servers(lib)) - {child}
    os.kill(server, signal.SIGKILL)
    code = process.wait(timeout=20)
    again = int(pid.read_text()) != child
    os.kill(child, signal.SIGKILL)  # it holds the streams
    assert (code, again) == (1, False)


def test_a_server_that_cannot_begin_hinders_nobody(start: Start, lib: Path) -> None:
    path = lib / "framelines" / "warm.py"
    path.write_text(path.read_text().replace('HEAVY = ("json"', 'HEAVY = ("no_such_module"'))
    process = start("tells", "4")
    process.communicate("")
    assert process.returncode == 4


def test_it_ends_with_the_build_that_began_it(lib: Path) -> None:
    # The shell stands for make: the server is its grandchild, and ends when it has.
    environment = dict(os.environ, PYTHONPATH=str(lib), FRAMELINES_WARM="1", COLOUR="red")
    command = f"'{sys.executable}' -m framelines.warm tells 0 </dev/null; sleep 0.2"
    subprocess.run(["sh", "-c", command], cwd=lib.parent, env=environment, check=True)
    assert _soon(lambda: not _servers(lib))
