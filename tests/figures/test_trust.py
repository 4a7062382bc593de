"""What the figure of agreement draws: the table's own numbers, and hollow where it must."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from framelines import trust
from framelines.figures import trust as figures
from tests.test_trust import BY_HAND, make, simulated


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    plt.close("all")


def marks(panel: plt.Axes) -> list[tuple[float, bool]]:
    lines = [line for line in panel.lines if line.get_marker() == "o"]
    return [(float(x.get_xdata()[0]), x.get_markerfacecolor() != "white") for x in lines]  # type: ignore[index]


@pytest.mark.parametrize("coders", [("first", "second"), ("first", "human-a", "second")])
def test_every_frame_is_drawn_with_its_numbers(coders: tuple[str, ...]) -> None:
    found = trust.frame_agreement(simulated(coders), 40, 1)
    table = found[found["coders"] == "all"]
    fig = figures.agreement(table)
    fig.canvas.draw()
    left, right = fig.axes
    assert sorted(marks(left)) == sorted(zip(table["alpha"], table["established"], strict=True))
    drawn = [x for x, _ in marks(right)]
    assert sorted(drawn) == sorted(table["positive_agreement"])
    texts = {text.get_text() for text in right.texts}
    first = table.iloc[0]
    assert " / ".join(str(first[f"n_{coder}"]) for coder in coders) in texts


def test_the_best_stands_on_top_and_what_has_no_alpha_says_so() -> None:
    table = trust.frame_agreement(make([row for row in BY_HAND if row["doc_id"] == "d01"]))
    fig = figures.agreement(table)
    assert figures.frame_order(table)[0] == "Liberation"
    silent = [text for text in fig.axes[0].texts if text.get_text() == "not estimable"]
    assert len(silent) == table["alpha"].isna().sum() == 2
    assert isinstance(table, pd.DataFrame) and np.isfinite(fig.axes[0].get_xlim()).all()
