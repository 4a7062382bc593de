"""Declared findings: what is estimated under which choices, what was expected, what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

# A value that stands for several: each outlet of a group that has more than one; and values that
# are numbers, of which any will do. All values are strings, in findings.yaml and in functions.
EACH_OUTLET = "each_outlet"
NUMBER = "a number from 1 on"
WHOLE_DAYS = "an offset in whole days"


@dataclass(frozen=True)
class Estimand:
    """A function that a finding may name, `f(case, **choices, **with_)`, and what may be chosen.

    `choices` has the values allowed, by choice; the first is the one of the main specification
    where a finding declares none, unless `main` names another. `evidence` makes the table that is
    shown with a finding, `figure` names the function of a figures module that draws it. `each`
    spells out values that stand for several, such as each_anchor: a function of the case.
    """

    name: str
    function: Callable[..., Any]
    choices: Mapping[str, tuple[str, ...]]
    evidence: Callable[..., Any] | None = None
    figure: str = ""
    main: Mapping[str, str] = field(default_factory=dict)
    each: Mapping[str, Callable[[Any], list[str]]] = field(default_factory=dict)


ESTIMANDS: dict[str, Estimand] = {}
F = TypeVar("F", bound=Callable[..., Any])


def estimand(
    name: str,
    *,
    choices: Mapping[str, tuple[str, ...]],
    evidence: Callable[..., Any] | None = None,
    figure: str = "",
    main: Mapping[str, str] | None = None,
    each: Mapping[str, Callable[[Any], list[str]]] | None = None,
) -> Callable[[F], F]:
    """Return a decorator that registers a function under the name that findings.yaml uses."""

    def register(function: F) -> F:
        about = (dict(choices), evidence, figure, dict(main or {}), dict(each or {}))
        ESTIMANDS[name] = Estimand(name, function, *about)
        return function

    return register
