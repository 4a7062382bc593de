"""A process that has imported the libraries once, and forks one child for every command of a build.

`python -m framelines.warm MODULE ARGUMENTS` does what `python -m MODULE ARGUMENTS` does. On Linux
it asks a server to: one for each checkout, begun by the first command of a build and gone with
that build. Two seconds of imports are then paid once, and not twice for every notebook. A child
has the arguments, folder, environment and streams of who asked; nothing of one child reaches
another, as each is forked from a process that has only imported. Whatever goes wrong on the way to
a child, the command runs as if there were no server.
"""

import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

LIB = Path(__file__).resolve().parents[1]
PLACE = LIB.parent / "build" / "warm"
# The libraries of a notebook, of its kernel and of what turns it into pages, and ours.
HEAVY = (
    "numpy pandas scipy.stats scipy.special matplotlib.pyplot matplotlib.backends.backend_svg "
    "matplotlib.backends.backend_pdf pandera.pandas edtf hijridate regex yaml fontTools.subset "
    "nbformat papermill ipykernel.kernelapp ipykernel.ipkernel jinja2 nbconvert bleach typst "
    "framelines.runner framelines.typeset framelines.pages framelines.timeline_report "
    "framelines.framing_report framelines.robustness_report framelines.style_distance"
).split()
IDLE = 60.0  # seconds without a command, after which the server ends in any case
LARGEST = 1 << 20  # bytes of a request: arguments and an environment


def main(arguments: list[str]) -> int:
    """Run a module as `__main__`, in a child of the server where there is one; return its code."""
    connection = None
    with contextlib.suppress(OSError, ValueError):
        connection = _connect(arguments)
    # Once a child is asked for, nothing may run the command a second time beside it.
    return _run(arguments) if connection is None else _relay(connection)


def _run(arguments: list[str]) -> int:
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    return 0


# --- who asks ------------------------------------------------------------------------------------


def _connect(arguments: list[str]) -> socket.socket | None:
    """Ask the server of this checkout, which is begun where there is none, for a child."""
    if sys.platform != "linux" or os.environ.get("FRAMELINES_WARM") != "1":
        return None
    PLACE.mkdir(parents=True, exist_ok=True)
    with open(PLACE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two commands that begin at once, one begins it
        try:
            connection = _dial()
        except OSError:
            _begin()
            connection = _dial()
    request = dict(arguments=arguments, folder=os.getcwd(), environment=dict(os.environ))
    body = json.dumps(request).encode()
    socket.send_fds(connection, [len(body).to_bytes(4, "big")], [0, 1, 2])
    connection.sendall(body)
    return connection


def _dial() -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect((PLACE / "socket").read_text())
        if not connection.recv(1):
            raise OSError("a server that is about to end")
    except OSError:
        connection.close()
        raise
    return connection


def _begin() -> None:
    """Start the server and wait until it listens. Raises `OSError` where it does not."""
    command = [sys.executable, "-m", "framelines.warm", "--serve", str(os.getppid())]
    with open(PLACE / "log", "ab") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert server.stdout is not None
    with server.stdout as ready:
        if ready.readline() != b"ready\n":
            raise OSError("no server")


def _relay(connection: socket.socket) -> int:
    """Hand the child every signal that this process gets, and return its exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda met, _: connection.sendall(bytes([met])))
    parent = os.getppid()
    connection.settimeout(1.0)
    while os.getppid() == parent:  # a child whose asker's asker was killed has nobody to work for
        try:
            said = connection.recv(1)
        except TimeoutError:
            continue
        except ConnectionError:
            said = b""
        if said:
            return said[0]
        print("The process that ran this command is gone: run make again", file=sys.stderr)
        return 1
    return 128 + signal.SIGHUP


# --- who forks -----------------------------------------------------------------------------------


def serve(parent: int) -> int:
    """Import what is heavy, then fork a child for every request until `parent` is gone."""
    ready = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    for name in HEAVY:
        importlib.import_module(name)
    _draw_once()
    gc.freeze()  # what is here stays; a child need not go over it, nor copy its pages
    folder = tempfile.mkdtemp(prefix="framelines-warm-")  # of this user alone
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s")
        listener.listen()
        (PLACE / "socket.new").write_text(f"{folder}/s")
        os.replace(PLACE / "socket.new", PLACE / "socket")
        os.write(ready, b"ready\n")
        os.close(ready)
        work = _Server(listener, parent).work()
    if work is not None:  # this is a child, and the folder is not its own
        return work()
    shutil.rmtree(folder)
    return 0


def _draw_once() -> None:
    """Read the fonts, as every first figure does."""
    from matplotlib import pyplot as plt

    figure = plt.figure()
    figure.text(0.5, 0.5, "a", weight="bold")
    figure.text(0.5, 0.1, "a")
    for kind in ("svg", "pdf", "png"):
        figure.savefig(io.BytesIO(), format=kind)
    plt.close(figure)


class _Server:
    """The loop of the server: a request gives a child, a signal goes on to it, its end is told."""

    def __init__(self, listener: socket.socket, parent: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.listener, self.parent = listener, parent
        self.children: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor of the process
        self.used = time.monotonic()
        self.selector.register(listener, selectors.EVENT_READ, self._accept)

    def work(self) -> Callable[[], int] | None:
        """Serve; return in a child what it has to do, and None in the server at its end."""
        while self.children or self._wanted():
            for key, _ in self.selector.select(1.0):
                task: Callable[[], int] | None = key.data()
                if task is not None:
                    return task
        return None

    def _wanted(self) -> bool:
        try:
            os.kill(self.parent, 0)
        except OSError:
            return False
        return time.monotonic() - self.used < IDLE

    def _accept(self) -> Any:
        connection, _ = self.listener.accept()
        if not self.children and not self._wanted():
            connection.close()  # of another build: the libraries may have changed since
            return None
        self.used = time.monotonic()
        try:
            connection.sendall(b"!")
            request, streams = _read(connection)
        except (OSError, ValueError):
            connection.close()
            return None
        child = os.fork()
        if child == 0:
            # Else an asker would wait for a server that is gone while any child of it lives.
            for _, other in [*self.children.values(), (0, connection)]:
                other.close()
            self.selector.close()
            return lambda: _child(request, streams)
        for stream in streams:
            os.close(stream)
        process = os.pidfd_open(child)
        self.children[process] = (child, connection)
        self.selector.register(process, selectors.EVENT_READ, lambda: self._ended(process))
        self.selector.register(connection, selectors.EVENT_READ, lambda: self._told(process))
        return None

    def _told(self, process: int) -> None:
        """Hand a signal on; who asked and is gone takes the child along."""
        child, connection = self.children[process]
        said = connection.recv(1)
        if not said:
            self.selector.unregister(connection)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, said[0] if said else signal.SIGKILL)

    def _ended(self, process: int) -> None:
        child, connection = self.children.pop(process)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        self.selector.unregister(process)
        os.close(process)
        with contextlib.suppress(KeyError):
            self.selector.unregister(connection)
        with contextlib.suppress(OSError):
            connection.sendall(bytes([code if code >= 0 else 128 - code]))
        connection.close()
        self.used = time.monotonic()


def _read(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return a request and the streams that came with it."""
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    size = int.from_bytes(head, "big")
    if len(streams) != 3 or not 0 < size <= LARGEST:
        raise ValueError("no request")
    body = b""
    while len(body) < size:
        part = connection.recv(size - len(body))
        if not part:
            raise ValueError("half a request")
        body += part
    return json.loads(body), streams


def _child(request: dict[str, Any], streams: list[int]) -> int:
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    # A kernel ends itself where its parent is not this one; here the server looks after that.
    os.environ.pop("JPY_PARENT_PID", None)
    return _run(request["arguments"])


def _entry() -> NoReturn:
    if sys.argv[1:2] == ["--serve"]:
        sys.exit(serve(int(sys.argv[2])))
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    _entry()
