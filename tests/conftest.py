"""A small corpus in a folder of its own, whole and valid, for tests to break."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from framelines.corpus.features import build_features
from framelines.corpus.texts import sha256
from framelines.tables.schema import read_tables, write_table

# No test hangs on the machine's speed.
slow = [HealthCheck.too_slow]
settings.register_profile("house", deadline=None, max_examples=50, suppress_health_check=slow)
settings.load_profile("house")

TEXT = (
    "The river post fell\n\n"
    "The Blue army took the river post on 3 May 2019 and captured 12 tanks. "
    "Reports said that the post had been empty. “We go on,” an officer said.\n\n"
    "The bridge holds\n\n"
    "The Red army holds the bridge, its staff said. At least 4 attackers were killed there."
)
SPLIT = TEXT.index("The bridge holds")
SOURCES = {"source_id": ["blue-post", "red-star"], "name": ["Blue Post", "Red Star"]}
SOURCES |= {"kind": ["news_site", "magazine"], "bloc": ["blue", "red"], "camp": ["blue", "red"]}
DOCUMENT = {"source_basis": "stated", "published": "2019-05-04", "published_basis": "stated"}
DOCUMENT |= {"genre": "report", "theatre": "river", "cases": "tiny"}
Corner = Callable[..., dict[str, pd.DataFrame]]


def _lay(folder: Path, texts: dict[str, str]) -> pd.DataFrame:
    """Lay down one raw file with these texts, a blank line apart; return its documents."""
    whole, raw = "\n\n".join(texts.values()), folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "page.txt").write_bytes(whole.encode())
    (raw / "SHA256SUMS").write_text(f"{sha256(whole)}  page.txt\n")
    rows = [
        (doc_id, "en", "page.txt", whole.index(t), whole.index(t) + len(t), sha256(t), "")
        for doc_id, t in texts.items()
    ]
    columns = ["doc_id", "language", "raw_file", "start", "end", "sha256", "contained_in"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="session")
def _laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "data"
    documents = _lay(folder, {"post": TEXT[: SPLIT - 2], "bridge": TEXT[SPLIT:]}).assign(**DOCUMENT)
    own = {"label": "An article, " + documents["doc_id"], "source_id": SOURCES["source_id"]}
    write_table(documents.assign(**own, published_in=own["source_id"]), folder, "documents")
    write_table(pd.DataFrame(SOURCES).assign(languages="en"), folder, "sources")
    build_features(read_tables(folder), folder)
    return folder


@pytest.fixture
def tiny(_laid: Path, tmp_path: Path) -> Path:
    """Return the folder of a corpus with two documents and nothing else."""
    return Path(shutil.copytree(_laid, tmp_path / "data"))


@pytest.fixture
def corner(tmp_path: Path) -> Corner:
    """Return what lays down texts, named by their documents, and returns the documents."""
    return lambda **texts: {"documents": _lay(tmp_path, texts)}


@pytest.fixture
def texts() -> Iterator[Callable[[Any], list[str]]]:
    """Every text of a figure, on one line, none of which may be too small to read."""
    import matplotlib.pyplot as plt

    def read(fig: Any) -> list[str]:
        fig.draw_without_rendering()
        found = [t for t in fig.findobj(plt.Text) if t.get_text() and t.get_visible()]
        assert min(t.get_fontsize() for t in found) >= 7.9
        return [t.get_text().replace("\n", " ") for t in found]

    yield read
    plt.close("all")
