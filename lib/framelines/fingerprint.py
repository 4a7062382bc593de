"""What of a machine and an environment can move the last digits of a result.

The same bytes are promised only where the fingerprint is that of the manifest: same processor
features, same core of the linear algebra library, same system library, same Python, and the
packages of the same lock. It is recorded as a digest that tells nothing about the machine.
"""

import ctypes
import hashlib
import importlib
import importlib.util
import json
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from framelines.corpus import REPO

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.M)


def lock_digest(root: Path = REPO) -> str:
    """Return the SHA-256 of `requirements.lock`."""
    return hashlib.sha256((root / "requirements.lock").read_bytes()).hexdigest()


def python_minor() -> str:
    """Return the running Python as the manifest has it, such as 3.11."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def departures(root: Path = REPO) -> list[str]:
    """Return the installed packages whose version is not the lock's, as `name version`.

    What the lock names for another system, and is not installed, is no departure.
    """
    pinned: dict[str, set[str]] = {}
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    for name, number in PINNED.findall(text):
        pinned.setdefault(name, set()).add(number)
    found = []
    for name, numbers in sorted(pinned.items()):
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue
        if installed not in numbers:
            found.append(f"{name} {installed}")
    return found


def machine() -> dict[str, Any]:
    """Return what is known of the machine: system, processor features, linear algebra cores."""
    # The one place where numpy tells which processor features it uses; numpy is pinned.
    umath = importlib.import_module("numpy._core._multiarray_umath")
    features: dict[str, bool] = umath.__cpu_features__

    return {
        "system": f"{platform.system()} {platform.machine()}",
        "library": " ".join(platform.libc_ver()).strip() or platform.mac_ver()[0],
        "features": sorted(name for name, present in features.items() if present),
        "cores": {name: _core(name) for name in ("numpy", "scipy")},
    }


def _core(package: str) -> str:
    """Return which kernels the OpenBLAS that `package` brings has chosen for this processor."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return "absent"
    folder = Path(spec.origin).parent
    places = [folder.parent / f"{package}.libs", folder / ".dylibs"]
    for library in sorted(path for place in places for path in place.glob("*openblas*")):
        loaded = ctypes.CDLL(str(library))
        for prefix in ("scipy_", ""):
            for suffix in ("64_", ""):
                ask = getattr(loaded, f"{prefix}openblas_get_corename{suffix}", None)
                if ask is not None:
                    ask.restype = ctypes.c_char_p
                    return str(ask().decode("ascii", "replace"))
    return "unknown"


def digest(root: Path = REPO) -> str:
    """Return the fingerprint of this machine, environment and lock as a SHA-256."""
    content = [machine(), python_minor(), lock_digest(root), departures(root)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
