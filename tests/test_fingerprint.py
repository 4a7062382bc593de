"""The fingerprint is steady, tells nothing, and moves with the lock and the packages."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from framelines import fingerprint


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout whose lock pins one package that is here and one that is not."""
    lock = f"numpy=={version('numpy')} \\\n    --hash=sha256:0\nno-such-package==1.0\n"
    (tmp_path / "requirements.lock").write_text(lock)
    return tmp_path


def test_the_machine_is_known() -> None:
    known = fingerprint.machine()
    assert set(known["cores"]) == {"numpy", "scipy"} and known["system"]
    assert known["features"] == sorted(known["features"])
    assert fingerprint.machine() == known


def test_the_digest_is_steady_and_opaque(root: Path) -> None:
    first = fingerprint.digest(root)
    assert re.fullmatch("[0-9a-f]{64}", first) and fingerprint.digest(root) == first
    (root / "requirements.lock").write_text("numpy==0.1\n")
    assert fingerprint.digest(root) != first


def test_only_installed_packages_can_depart_from_the_lock(root: Path) -> None:
    assert fingerprint.departures(root) == []
    lock = "numpy==0.1 ; python_version == '3.12' \\\n"
    (root / "requirements.lock").write_text(lock)
    assert fingerprint.departures(root) == [f"numpy {version('numpy')}"]
