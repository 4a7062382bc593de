"""What is written in a figure; figures are closed after each test."""

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def texts() -> Callable[[Figure], list[str]]:
    """Every text of a figure, on one line, none of which may be too small to read."""

    def read(fig: Figure) -> list[str]:
        fig.draw_without_rendering()
        found = [t for t in fig.findobj(plt.Text) if t.get_text() and t.get_visible()]
        assert min(t.get_fontsize() for t in found) >= 7.9
        return [t.get_text().replace("\n", " ") for t in found]

    return read
