"""How an estimate is said: ids by their printed names, numbers with units, what to beware of."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from framelines.methods.estimate import Estimate, number_text
from framelines.tables.case import Case

Names = Sequence[str]
# A text that holds more of what is counted is named beside the share that it carries.
CARRIES = 1 / 3
NOWHERE = "not estimable"
SIDES, SINGLE = ("first", "second"), ("value", "low", "high")
FIELDS = {*SIDES, *SINGLE, "p", "answer", "part", "measures", "detail", "each", "against"}
FIELDS |= {f"{name}_{side}" for name in ("k", "n", "units", "share") for side in SIDES}
CHOICES = {"matter": "counted twice", "across_documents": "taken twice in"}
VALUES = {"umm_al_qura": "Umm al-Qura", "first_all_sentences": "all sentences"}
VALUES |= {"out": "counted once", "in": "counted again", "day_only": "the day alone"}

# What must be said of an answer that was known before the finding was declared.
SEEN = {"yes": "the answer had been seen before the finding was declared"}
SEEN |= {"partly": "the answer was known in part before the finding was declared"}


def listed(names: Sequence[str]) -> str:
    """Return names as prose has them: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def setting_text(case: Case, choice: str, setting: str) -> str:
    """Return a choice with its setting in words: `scope: whole texts`, `leaving out Press TV`."""
    names = dict(zip(case["events"]["event_id"], case["events"]["label"], strict=True))
    names |= dict(zip(case["sources"]["source_id"], case["sources"]["name"], strict=True))
    value = VALUES.get(setting) or names.get(setting) or setting.replace("_", " ")
    name = CHOICES.get(choice, choice.replace("_", " "))
    return f"leaving out {value}" if choice == "left_out" else f"{name}: {value}"


def named(case: Case, text: str) -> str:
    """Return a text with camps, sides and other ids by their printed names."""
    actors = dict(zip(case["actors"]["actor_id"], case["actors"]["name"], strict=True))

    def name(found: re.Match[str]) -> str:
        return str(actors.get(found[0].replace("_", "-"), found[0].replace("_", " ")))

    text = re.sub(r"[a-z]+(?:[_-][a-z]+)+", name, text)
    return re.sub(r"(?<=[a-z]) \+ (?=[a-z])", " and ", text)


def glossed(case: Case) -> Callable[[str], str]:
    """Return a function that sets a term behind its English translation, where there is one."""
    gloss = dict(zip(case["glosses"]["term"], case["glosses"]["gloss"], strict=True))
    return lambda term: f"{gloss[term]} ({term})" if term in gloss else term


def capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def answer_text(made: Estimate) -> str:
    """Return an estimate with its unit: `74 of 102`, `47.0 percentage points`, `1 day later`."""
    if math.isnan(made.value):
        return NOWHERE
    if made.unit == "share":
        return f"{made.k[0]:,.0f} of {made.n[0]:,.0f}"
    text, unit = number_text(made.value, made.unit), made.unit.removeprefix("in number")
    unit = re.sub(r"s\b", "", unit, count=1) if text in ("1", "−1") else unit
    return f"{text} {unit}".strip()


def said(case: Case, made: Estimate) -> tuple[defaultdict[str, str], dict[str, tuple[Any, str]]]:
    """Return `FIELDS` in words, a dash where there is none; and the numbers and texts to enter."""
    numbers = {name: (getattr(made, name), made.unit) for name in SINGLE} | {"p": (made.p, "p")}
    for name, of in (("k", made.k), ("n", made.n), ("units", made.units), ("share", made.values)):
        unit = name if name == "share" else ""
        numbers |= {f"{name}_{s}": (float(v), unit) for s, v in zip(SIDES, of, strict=False)}
    numbers = {name: (v, unit) for name, (v, unit) in numbers.items() if not math.isnan(v)}
    texts = {"answer": answer_text(made), "part": capital(named(case, made.part))}
    texts |= {s: capital(named(case, g)) for s, g in zip(SIDES, made.groups, strict=False)}
    texts["detail"] = named(case, made.detail)
    texts = {name: text for name, text in texts.items() if text}
    words = {name: number_text(v, unit) for name, (v, unit) in numbers.items()} | texts
    words |= {name: "none" for name in ("k_first", "k_second") if words.get(name) == "0"}
    words |= {"measures": capital(named(case, made.measures)) or "–"}
    entered = numbers | {name: (text, "") for name, text in texts.items()}
    return defaultdict(lambda: "–", words), entered


def caution(case: Case, made: Sequence[Estimate], one_event: bool, known: str) -> str:
    """Return what must be known with a sentence: interval and test, or why there is none."""
    one, told = made[0], list[str]()
    if len(made) == 1 and one.interval and one.low <= one.high:
        ends = " to ".join(dict.fromkeys(number_text(v, one.unit) for v in (one.low, one.high)))
        told.append(f"{one.interval}: {ends}")
    over = one.test.partition(" anew")[2].partition(",")[0]
    if not math.isnan(one.p):
        told.append(f"a permutation test{over} gives p\u00a0=\u00a0{number_text(one.p, 'p')}")
    for group, n, sizes in zip(one.groups, one.n, one.sizes, strict=False):
        if len(sizes) > 2 and max(sizes) > CARRIES * n:
            one_of = "outlet" if "outlets" in one.test else "text"
            told.append(f"one {one_of} alone gives {max(sizes):.0f} of the {n:.0f} ({group})")
    few = r"no test: (\d+ and \d+) documents.*"
    none = [re.sub(few, r"no test is made with \1 texts", r) for r in one.why]
    told += [reason for reason in none if "no test" in reason or "nor test" in reason]
    told += ["it rests on one event"] * one_event
    for part in [e for e in made if math.isnan(e.value)]:
        why = re.sub(rf"{NOWHERE}[^:]*: ", "", listed(part.why)) or "nothing to measure"
        told.append(f"{part.part or 'it'} has no estimate: {why}")
    told += [SEEN[known]] if known in SEEN else []
    return " ".join(f"{capital(named(case, sentence))}." for sentence in told)
