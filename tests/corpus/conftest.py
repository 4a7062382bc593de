"""A small corpus in a folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from framelines.corpus.texts import sha256

Corner = Callable[..., dict[str, pd.DataFrame]]


@pytest.fixture
def corner(tmp_path: Path) -> Corner:
    """Lay down one raw file with these texts, a blank line apart; return its documents."""

    def lay(**texts: str) -> dict[str, pd.DataFrame]:
        whole = "\n\n".join(texts.values())
        (tmp_path / "raw").mkdir(exist_ok=True)
        (tmp_path / "raw" / "page.txt").write_bytes(whole.encode())
        (tmp_path / "raw" / "SHA256SUMS").write_text(f"{sha256(whole)}  page.txt\n")
        rows = [
            (doc_id, "en", "page.txt", whole.index(t), whole.index(t) + len(t), sha256(t), "")
            for doc_id, t in texts.items()
        ]
        columns = ["doc_id", "language", "raw_file", "start", "end", "sha256", "contained_in"]
        return {"documents": pd.DataFrame(rows, columns=columns)}

    return lay
