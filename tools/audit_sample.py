"""Draw claims and frame codes of the first coder for a fresh reading, by a recorded seed.

    python tools/audit_sample.py ROUND     writes data/audits/{claims,frame-codes}-ROUND.csv

The files hold keys alone. A reader who has not seen the codes reads each passage, codes it anew,
and then adds a verdict (right, wrong, arguable), what is wrong, and what was mended.
"""

import sys
from pathlib import Path

import pandas as pd

from framelines.corpus import REPO
from framelines.resampling import random_stream
from framelines.tables import read_table

SIZE = 80
SEED = 20261121
KEYS = {
    "claims": ["coder", "claim_id"],
    "frame_codes": ["coder", "doc_id", "start", "frame_id"],
}
FLAGS = ("none", "furniture", "fragment", "repeat", "unclear")


def draw(frame: pd.DataFrame, name: str, audit_round: int, size: int = SIZE) -> pd.DataFrame:
    """Return the keys of `size` rows of the first coder, in the order of the table."""
    own = frame[frame["coder"] == "first"]
    if name == "frame_codes":
        own = own[~own["frame_id"].isin(FLAGS)]
    own = own.sort_values(KEYS[name], kind="stable")
    rng = random_stream(SEED + audit_round, "audit", name)
    chosen = sorted(rng.choice(len(own), size=size, replace=False))
    return own.iloc[chosen][KEYS[name]].reset_index(drop=True)


def main(audit_round: int) -> list[Path]:
    """Write the samples of one round; return their paths."""
    written = []
    for name in KEYS:
        sample = draw(read_table(REPO / "data", name), name, audit_round)
        path = REPO / "data" / "audits" / f"{name.replace('_', '-')}-{audit_round}.csv"
        sample.to_csv(path, index=False, lineterminator="\n")
        written.append(path)
    return written


if __name__ == "__main__":
    for written_path in main(int(sys.argv[1])):
        print(written_path.name)
