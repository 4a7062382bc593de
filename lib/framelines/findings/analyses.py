"""The one table that ties what findings.yaml names to the estimands, and to what may be chosen.

findings.yaml was written before the analyses. Where it names a function that returns a table, the
estimand here takes the declared number from it; where it names a choice otherwise than the
library, the estimand translates it (`calendar`, `error_prior`, `part_of_day`, `reposts`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from framelines.findings import dates, figures_told, reposts, wordings
from framelines.findings.bench import Estimate
from framelines.findings.samples import CODERS, NONE
from framelines.resampling import MIN_UNITS

Estimand = Callable[..., list[Estimate]]

EACH_OUTLET, EACH_ANCHOR = "each_outlet", "each_anchor"
NUMBER_FROM_ONE, WHOLE_DAYS = "a number from 1 on", "an offset in whole days"
CALENDAR = ("calibrated", "umm_al_qura", "hull", WHOLE_DAYS)
SCOPE = ("theatre_sentences", "whole_texts")
REPOSTS = tuple(dates.REPOSTS)
REFERENCE = ("monitor", "non_belligerent", "any")
READING = ("logical", "conventional")
LEFT_OUT = (NONE, EACH_OUTLET)
UNIT = wordings.UNITS
# No rate below ten; and as if the rule were twice as strict.
LEAST, MINIMA = (NUMBER_FROM_ONE,), (MIN_UNITS, 2 * MIN_UNITS)
BOTH_CALENDARS = ("calibrated", "umm_al_qura")
BOTH_REFERENCES = ("non_belligerent", "any")


@dataclass(frozen=True)
class Analysis:
    """How a finding is computed: its estimand, what may be chosen, and what it must be told.

    `given` are arguments that the words of an estimand fix, by name, with the type that they have;
    those in `needed` must be there. `main` overrides the rule that the first value of every choice
    makes the main specification, where the estimand itself names another. `added` are choices that
    could enter and that no declaration names: they are run too, and told apart. `table` holds the
    rows of coders, where a coder can be chosen; `narrowed` says that leaving out an outlet takes it
    from the case before the estimand is asked. `signed` says that the sign of the effect is what is
    claimed, `curve` that its specifications are worth drawing.
    """

    estimand: Estimand
    choices: Mapping[str, tuple[str, ...]]
    given: Mapping[str, type] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    main: Mapping[str, Any] = field(default_factory=dict)
    added: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    table: str = ""
    narrowed: bool = False
    signed: bool = False
    curve: bool = True


GENRE_GROUPS = {"first": list, "second": list}
ANALYSES: dict[str, Analysis] = {
    "calendars.calibrate": Analysis(
        dates.calendar_offset,
        {
            "error_prior": (NUMBER_FROM_ONE,),
            "part_of_day": ("as_coded", "day_only"),
            "left_out": (NONE, EACH_ANCHOR),
        },
        {"months": list},
        signed=True,
    ),
    "timelines.date_agreement": Analysis(
        dates.date_agreement,
        {"calendar": CALENDAR, "reference": REFERENCE, "left_out": LEFT_OUT},
        added={"left_out": LEFT_OUT},
        narrowed=True,
    ),
    "timelines.spread_of_day": Analysis(
        dates.spread_of_day,
        {
            "wording": ("any_taking", "full_control_only"),
            "reposts": REPOSTS,
            "left_out": LEFT_OUT,
        },
        {"event_id": str},
        ("event_id",),
        added={"left_out": LEFT_OUT},
        narrowed=True,
    ),
    "timelines.lead": Analysis(
        dates.lead,
        {"reference": REFERENCE, "reposts": REPOSTS, "left_out": LEFT_OUT},
        added={"reposts": REPOSTS, "left_out": LEFT_OUT},
        narrowed=True,
        signed=True,
    ),
    "timelines.inflation": Analysis(
        figures_told.inflation,
        {
            "reading": ("stated", "logical_low", "conventional"),
            "origin": REFERENCE,
            "outcome": ("killed", "killed_or_wounded_included"),
            "calendar": CALENDAR,
            "left_out": LEFT_OUT,
        },
        added={"calendar": BOTH_CALENDARS, "left_out": LEFT_OUT},
        narrowed=True,
        signed=True,
    ),
    "timelines.parts_and_totals": Analysis(
        figures_told.parts_and_totals,
        {"reading": READING, "repeats": ("collapsed", "kept"), "calendar": CALENDAR},
        {"event_id": str, "items": list},
        signed=True,
    ),
    "timelines.force_ratio": Analysis(
        figures_told.force_ratio,
        {"reading": READING, "calendar": CALENDAR},
        added={"calendar": BOTH_CALENDARS},
        signed=True,
    ),
    "timelines.taken_twice": Analysis(
        figures_told.taken_twice,
        {"calendar": CALENDAR, "across_documents": ("one_document", "one_source")},
    ),
    "timelines.own_losses": Analysis(
        figures_told.own_losses,
        {
            "risk_set": ("told_window", "publication"),
            "reference": REFERENCE,
            "reposts": REPOSTS,
            "calendar": CALENDAR,
            "left_out": LEFT_OUT,
        },
        {"losses": list, "opponents": bool},
        added={
            "reposts": REPOSTS,
            "calendar": BOTH_CALENDARS,
            "reference": BOTH_REFERENCES,
            "left_out": LEFT_OUT,
        },
        narrowed=True,
    ),
    "timelines.scope_of_taking": Analysis(
        figures_told.scope_of_taking, {"reposts": REPOSTS}, {"published": str}, ("published",)
    ),
    "timelines.figures_of_event": Analysis(
        figures_told.figures_of_event,
        {"reading": READING, "reposts": REPOSTS, "left_out": LEFT_OUT},
        {"event_id": str},
        ("event_id",),
        added={"reposts": REPOSTS, "left_out": LEFT_OUT},
        narrowed=True,
    ),
    "framing.naming_contrast": Analysis(
        wordings.naming_contrast,
        {
            "scope": SCOPE,
            "left_out": LEFT_OUT,
            "ambiguous_labels": ("as_coded", "left_out"),
            "coder": CODERS,
            "resampling": UNIT,
            "least": LEAST,
        },
        added={"scope": SCOPE, "coder": CODERS, "resampling": UNIT, "least": MINIMA},
        table="naming_mentions",
        signed=True,
    ),
    "framing.frame_contrast": Analysis(
        wordings.frame_contrast,
        {"scope": SCOPE, "coder": CODERS, "left_out": LEFT_OUT, "resampling": UNIT, "least": LEAST},
        {"frame": str},
        added={"resampling": UNIT, "least": MINIMA},
        table="frame_codes",
        signed=True,
    ),
    "framing.capture_verbs": Analysis(
        wordings.capture_verbs,
        {"scope": ("matched_events", "all_takings"), "left_out": LEFT_OUT, "coder": CODERS},
        added={"coder": CODERS},
        table="captures",
    ),
    "framing.naming_by_group": Analysis(
        wordings.naming_by_group,
        {
            "reposts": REPOSTS,
            "left_out": LEFT_OUT,
            "scope": SCOPE,
            "coder": CODERS,
            "resampling": UNIT,
            "least": LEAST,
        },
        GENRE_GROUPS,
        added={"scope": SCOPE[::-1], "coder": CODERS, "resampling": UNIT, "least": MINIMA},
        table="naming_mentions",
        signed=True,
    ),
    "framing.attribution_by_group": Analysis(
        wordings.attribution_by_group,
        {
            "reposts": REPOSTS,
            "hedged": ("counted", "not_counted"),
            "left_out": LEFT_OUT,
            "scope": SCOPE,
            "coder": CODERS,
            "resampling": UNIT,
            "least": LEAST,
        },
        GENRE_GROUPS,
        added={
            "left_out": LEFT_OUT,
            "scope": SCOPE[::-1],
            "coder": CODERS,
            "resampling": UNIT,
            "least": MINIMA,
        },
        table="claims",
        signed=True,
    ),
    "framing.other_voice": Analysis(
        wordings.other_voice,
        {"reposts": REPOSTS, "left_out": LEFT_OUT, "scope": SCOPE, "coder": CODERS},
        added={"left_out": LEFT_OUT, "scope": SCOPE[::-1], "coder": CODERS},
        table="claims",
    ),
    "findings.effect_of_reposts": Analysis(
        reposts.largest_effects, {"matter": reposts.MATTER}, main={"matter": "both"}, curve=False
    ),
}

# What the words of the declared estimands name, as the tables have it. A finding that is declared
# for a case of one's own says so itself, in its field `with`.
GIVEN: dict[tuple[str, str], dict[str, Any]] = {
    ("palmyra", "calendar-offset"): {"months": ["1438-03"]},
    ("palmyra", "parts-and-totals"): {
        "event_id": "palmyra-offensive-2016-12",
        "items": ["killed_or_wounded", "captured_persons", "tank", "artillery_piece"],
    },
    ("palmyra", "own-losses"): {"losses": ["people", "places"]},
    ("palmyra", "divine-sanction"): {"frame": "divine_sanction"},
    ("idlib", "own-losses-idlib"): {
        "losses": ["people", "places", "equipment"],
        "opponents": True,
    },
    ("example", "divine-sanction"): {"frame": "divine_sanction"},
}

# Those that the file of the case names already, for other notebooks too: argument and parameter.
FROM_CASE: dict[tuple[str, str], dict[str, str]] = {
    ("idlib", "fall-of-khan-shaykhun"): {"event_id": "fall_event"},
    ("idlib", "leap-in-scope"): {"published": "scope_days"},
    ("idlib", "one-convoy"): {"event_id": "convoy_event"},
}


def allows(allowed: tuple[str, ...], value: object) -> bool:
    """Whether a value of a choice is one of those allowed."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int) and WHOLE_DAYS in allowed:
        return True
    if isinstance(value, int | float) and NUMBER_FROM_ONE in allowed:
        return value >= 1
    return value in allowed and value not in (WHOLE_DAYS, NUMBER_FROM_ONE)
