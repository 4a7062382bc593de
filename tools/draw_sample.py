"""Draw the sentences of the second coding: at random inside every document, by a recorded seed.

The sample was drawn and committed before the second coding began; a second run gives it again.
"""

import math
from pathlib import Path

import pandas as pd

from framelines.corpus import REPO
from framelines.features import COUNTED
from framelines.resampling import random_stream
from framelines.tables import read_table

SEED = 20261121
SHARE = 0.3
PATH = Path("data/audits/second-coding-sample.csv")


def draw(sentences: pd.DataFrame, seed: int = SEED, share: float = SHARE) -> pd.DataFrame:
    """Return at least `share` of the sentences of every document, in the order of the text.

    Furniture, bylines and repeated headlines are no sentences to code and are never drawn.
    """
    parts = []
    for doc_id, own in sentences[sentences["kind"].isin(COUNTED)].groupby("doc_id", sort=True):
        own = own.sort_values("sentence", kind="stable")
        rng = random_stream(seed, "second coding", str(doc_id))
        drawn = rng.choice(len(own), size=math.ceil(share * len(own)), replace=False)
        parts.append(own.iloc[sorted(drawn)][["doc_id", "sentence", "start", "end"]])
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Write the sample of the real corpus."""
    sample = draw(read_table(REPO / "data", "sentences"))
    sample.to_csv(REPO / PATH, index=False, lineterminator="\n")
    print(f"{PATH}: {len(sample)} sentences, seed {SEED}")


if __name__ == "__main__":
    main()
