"""Cosine Delta against a direct computation, and outlets that it must tell apart."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cosine

from framelines import style_distance as s
from framelines.case import Case, load_case


def test_cosine_delta_against_scipy() -> None:
    rng = np.random.default_rng(1)
    frequencies = rng.random((4, 30))
    z = (frequencies - frequencies.mean(0)) / frequencies.std(0, ddof=1)
    found = s.cosine_delta(frequencies)
    for i in range(4):
        for j in range(4):
            assert found[i, j] == pytest.approx(cosine(z[i], z[j]), abs=1e-11)
    assert (found == found.T).all()


def test_words_without_variance_are_left_out() -> None:
    frequencies = np.array([[1, 2, 5], [2, 1, 5], [3, 3, 5]], dtype=float)
    assert np.array_equal(s.cosine_delta(frequencies), s.cosine_delta(frequencies[:, :2]))


def test_clades_of_three() -> None:
    distances = np.array([[0, 0.1, 0.9], [0.1, 0, 0.9], [0.9, 0.9, 0]])
    assert s.clades(distances, ["a", "b", "c"]) == [frozenset({"a", "b"})]


def simulated(tokens: int) -> Case:
    """Three outlets: two draw words from one distribution, the third from another."""
    rng = np.random.default_rng(7)
    words = [f"w{i}" for i in range(150)]
    one, two = rng.dirichlet(np.full(150, 0.8)), rng.dirichlet(np.full(150, 0.8))
    rows, documents = [], []
    for name, share in (("a", one), ("b", one), ("c", two)):
        documents.append({"doc_id": name, "source_id": name, "published": "2019"})
        for chunk in range(12):
            for word, count in zip(words, rng.multinomial(tokens // 12, share), strict=True):
                if count:
                    rows.append({"doc_id": name, "chunk": chunk, "token": word, "count": count})
    common = {"language": "en", "duplicate_of": "", "label": "x", "published_in": "a"}
    sources = pd.DataFrame({"source_id": list("abc"), "name": list("abc")})
    tables = {
        "documents": pd.DataFrame(documents).assign(**common),
        "sources": sources.assign(kind="blog", bloc="x", camp="x"),
        "chunks": pd.DataFrame(rows),
        "diversity": pd.DataFrame({"doc_id": list("abc"), "tokens": tokens}),
    }
    return Case("sim", "Sim", None, {}, load_case("idlib").folder, tables)


def test_two_alike_are_grouped_and_supported() -> None:
    found = s.style_distance(simulated(6000), draws=60, seed=1)
    assert found.distances is not None and found.support is not None
    assert found.distances.loc["a", "b"] < found.distances.loc["a", "c"]
    assert found.support.iloc[0]["group"] == "a + b"
    assert found.support.iloc[0]["support"] > 0.9


def test_short_texts_are_not_estimable() -> None:
    found = s.style_distance(simulated(1200), draws=5, seed=1)
    assert found.distances is None and found.reason.startswith("0 of 3 outlets")


def test_the_real_corpora_say_so() -> None:
    for name in ("palmyra", "idlib"):
        found = s.style_distance(load_case(name), draws=5, seed=1)
        assert found.distances is None and "needs 3" in found.reason
