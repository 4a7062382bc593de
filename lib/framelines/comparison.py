"""Two trees of results side by side: what moved, in the words of who reads the results.

A number is named by its key, with its old and new value and the findings that use it; a table and
the data of a figure by their changed lines. `same_values` and `same_picture` say what agreement
means between machines, where the last bits differ and the results may not.
"""

import difflib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHOWN = 10
NUMBER = re.compile("[-\u2212]?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# Off the recorded machine: at most this share of pixels may differ by more than this many of 255.
PIXELS, LEVELS = 0.001, 16
TEXTS = (".csv", ".json", ".tex", ".typ", ".txt")
PICTURES = (".svg", ".pdf", ".png")
KINDS = {
    "number": "Numbers",
    "finding": "Findings",
    "table": "Tables",
    "figure": "Figures",
    "file": "Other files",
}
RECORD = re.compile(r"reports/[^/]+/numbers/[^/]+\.json")
MOVED, LOST, FRESH = "it moved", "it is recorded, and is not built", "it is built, and not recorded"
Same = Callable[[str, str], bool]


@dataclass(frozen=True)
class Change:
    """One result that moved: its kind (see `KINDS`), its name, and what moved in it."""

    kind: str
    name: str
    lines: list[str] = field(default_factory=list)


# --- what agreement is -------------------------------------------------------------------------


def same_values(old: str, new: str) -> bool:
    """Whether two texts differ at most in numbers, by one unit of the sixth significant digit.

    Whole numbers must be equal.
    """
    if NUMBER.split(old) != NUMBER.split(new):
        return False
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return all(a == b or _close(a, b) for a, b in pairs)


def _close(old: str, new: str) -> bool:
    if old.lstrip("-\u2212").isdigit() and new.lstrip("-\u2212").isdigit():
        return False
    a, b = (float(text.replace("\u2212", "-")) for text in (old, new))
    largest = max(abs(a), abs(b))
    # Statistics are rounded to twelve decimals before they are used: below that all is nought.
    unit = 10.0 ** (math.floor(math.log10(largest)) - 5) if largest else 0.0
    return abs(a - b) <= max(1.01 * unit, 1e-12)


def pixels_apart(old: Path, new: Path) -> float:
    """Return the share of pixels that differ by more than `LEVELS` of 255; 1 if the sizes do."""
    import numpy as np
    from PIL import Image

    with Image.open(old) as first, Image.open(new) as second:
        if first.size != second.size:
            return 1.0
        a, b = (np.asarray(image.convert("RGBA"), dtype=np.int16) for image in (first, second))
    return float((np.abs(a - b).max(axis=2) > LEVELS).mean())


def agrees(name: str, old: Path, new: Path) -> bool:
    """Whether a result agrees between two machines: its values, or its pixels.

    A picture is compared as PNG, which holds what SVG and PDF hold; a notebook or a page holds
    nothing that is not in the numbers, tables and figures, and is there or not.
    """
    if not old.is_file() or not new.is_file():
        return not old.is_file() and new.is_file()
    if name.endswith(TEXTS):
        return same_values(_text(old), _text(new))
    return pixels_apart(old, new) <= PIXELS if name.endswith(".png") else True


# --- what moved --------------------------------------------------------------------------------


def changes(
    moved: Mapping[str, str], old: Path, new: Path, same: Same = str.__eq__
) -> list[Change]:
    """Return what moved from the tree `old` to the tree `new`.

    `moved` gives a verdict for each file: `MOVED`, `LOST` or `FRESH`. `same` says when two values,
    written out, are the same.
    """
    found = [Change("file", name, [v]) for name, v in sorted(moved.items()) if v != MOVED]
    records = [name for name in sorted(moved) if RECORD.fullmatch(name)]
    for name in records:
        found += _numbers(name, _record(old / name), _record(new / name), same)
    told = set(records) | {name.replace(".json", ".tex") for name in records}
    groups: dict[tuple[str, str], list[str]] = {}
    for name in sorted(name for name, v in moved.items() if v == MOVED and name not in told):
        groups.setdefault(_group(name), []).append(name)
    for (kind, base), members in groups.items():
        found.append(_files(kind, base, members, old, new, same))
    return sorted(found, key=lambda change: list(KINDS).index(change.kind))


def _group(name: str) -> tuple[str, str]:
    base = name.rpartition(".")[0]
    if name.startswith("figures/"):
        return "figure", base
    return ("table", base) if "/tables/" in name else ("file", name)


def _record(path: Path) -> dict[str, Any]:
    content = json.loads(_text(path) or "{}")
    return content if isinstance(content, dict) else {}


def _numbers(name: str, old: dict[str, Any], new: dict[str, Any], same: Same) -> Iterator[Change]:
    case, prefix = name.split("/")[1], Path(name).stem
    before, after = old.get("numbers", {}), new.get("numbers", {})
    for key in sorted(set(before) | set(after)):
        a, b = _shown(before.get(key)), _shown(after.get(key))
        if not same(a, b):
            users = [f"feeds {text}" for text in _users(key, case, prefix, old, new)]
            yield Change("number", f"{case} {prefix}, {key}: {a} → {b}", users)
    one, two = old.get("findings", []), new.get("findings", [])
    for position in range(max(len(one), len(two))):
        first, second = (
            side[position]["text"] if position < len(side) else "" for side in (one, two)
        )
        if not same(first, second):
            yield Change("finding", _finding(case, prefix, position), _lines([first], [second]))
    for kind in ("figure", "table"):
        one, two = ({e["file"]: e for e in side.get(f"{kind}s", [])} for side in (old, new))
        for file in sorted(set(one) & set(two)):
            sides = (one[file], two[file])
            words = [[str(side.get(k, "")) for k in ("caption", "alt")] for side in sides]
            if not same(*map("\n".join, words)):
                yield Change(kind, f"{file}, its words", _lines(words[0], words[1]))


def _finding(case: str, prefix: str, position: int) -> str:
    return f"finding {position + 1} of {case} {prefix}"


def _users(key: str, case: str, prefix: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the findings that use a number, by their place in the notebook."""
    used = {
        position
        for side in (old, new)
        for position, finding in enumerate(side.get("findings", []))
        if key in finding["numbers"]
    }
    return [_finding(case, prefix, position) for position in sorted(used)]


def _shown(entry: dict[str, Any] | None) -> str:
    """Return a number as its reader meets it, and its value where the text hides digits of it."""
    if entry is None:
        return "(none)"
    text = f"{entry['text']} {entry['unit']}".strip()
    hidden = isinstance(entry["value"], float) and str(entry["value"]) != entry["text"]
    return f"{text} ({entry['value']})" if hidden else text


def _files(kind: str, base: str, members: list[str], old: Path, new: Path, same: Same) -> Change:
    endings = ", ".join(name.rpartition(".")[2] for name in members)
    title = members[0] if len(members) == 1 else f"{base} ({endings})"
    # What is compiled from the numbers files repeats them: they have told already.
    texts = [name for name in members if name.endswith(TEXTS) and not name.endswith(".typ")]
    first = next((name for name in texts if name.endswith(".csv")), texts[0] if texts else None)
    if first is not None:
        a, b = (_text(side / first).splitlines() for side in (old, new))
        head = [f"columns: {(b or a)[0]}"] if first.endswith(".csv") and a + b else []
        return Change(kind, title, head + _lines(a, b, same))
    if kind == "figure":
        return Change(kind, title, ["its data are the same: it is drawn otherwise"])
    return Change(kind, title)


def _lines(old: list[str], new: list[str], same: Same = str.__eq__) -> list[str]:
    """Return the changed lines, `- ` before the old and `+ ` before the new, at most `SHOWN`."""
    if len(old) == len(new):
        old = [b if same(a, b) else a for a, b in zip(old, new, strict=True)]
    diff = list(difflib.unified_diff(old, new, lineterm="", n=0))[2:]
    lines = [f"{line[0]} {line[1:]}" for line in diff if line[0] in "+-" and line[1:]]
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"… and {more} more lines"]


def _text(path: Path) -> str:
    """Return a file's text; none where there is no file."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def told(found: list[Change]) -> str:
    """Return the changes as text, a heading a kind."""
    parts = []
    for kind, heading in KINDS.items():
        mine = [change for change in found if change.kind == kind]
        if mine:
            parts += ["", heading]
            for change in mine:
                parts += [f"  {change.name}", *(f"      {line}" for line in change.lines)]
    return "\n".join(parts).lstrip("\n")
