"""Shares of hits, by group and between two groups: point, interval, test, or why there is none."""

from dataclasses import dataclass, replace

import pandas as pd


@dataclass(frozen=True)
class Pair:
    """Two groups of documents; every effect is the first minus the second.

    `column` is the column that tells them apart, and each group holds the rows whose value there
    is one of its values.
    """

    column: str
    first: str
    second: str
    first_values: tuple[str, ...]
    second_values: tuple[str, ...]

    def of(self, values: pd.Series) -> pd.Series:
        """Return the name of each value's group, empty where it is in neither."""
        names = {**dict.fromkeys(self.first_values, self.first)}
        names |= dict.fromkeys(self.second_values, self.second)
        return values.map(lambda value: names.get(value, "")).astype(str)

    def swapped(self) -> "Pair":
        """Return the pair with its groups in the other order."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            first_values=self.second_values,
            second_values=self.first_values,
        )
