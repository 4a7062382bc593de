"""Narrative framing, in one place: naming, frames, verbs, agency and voices.

Who is called what is `naming`, which frames stand in whose sentences `frames` (with the error of
coders in `coder_error` and lexicons in `dictionaries`), which verb tells a taking and which act
lacks an agent `verbs`, in whose words claims stand `voices`. `contrasts` holds what they share.
"""

from framelines.coded import pair_of, theatre_of, theatre_sentences
from framelines.coder_error import coder_errors, error_table
from framelines.contrasts import (
    Contrast,
    contrast_table,
    leave_one_out,
    paired_contrast,
)
from framelines.dictionaries import dictionary_frames, dictionary_influence
from framelines.frames import (
    coders_side_by_side,
    cooccurrence,
    frame_by_event,
    frame_contrast,
    frame_contrasts,
    frame_shares,
)
from framelines.naming import (
    label_counts,
    mentions,
    naming_by_event,
    naming_by_group,
    naming_contrast,
    naming_matrix,
)
from framelines.verbs import (
    agency,
    agency_cells,
    agency_contrasts,
    capture_verbs,
    events_side_by_side,
    favourable_contrast,
    favourable_wording,
    verbs_by_role,
    wording_contrasts,
)
from framelines.voices import (
    attribution_by_group,
    attribution_shares,
    other_voice,
    other_voice_claims,
)

__all__ = [
    "Contrast",
    "agency",
    "agency_cells",
    "agency_contrasts",
    "attribution_by_group",
    "attribution_shares",
    "capture_verbs",
    "coder_errors",
    "coders_side_by_side",
    "contrast_table",
    "cooccurrence",
    "dictionary_frames",
    "dictionary_influence",
    "error_table",
    "events_side_by_side",
    "favourable_contrast",
    "favourable_wording",
    "frame_by_event",
    "frame_contrast",
    "frame_contrasts",
    "frame_shares",
    "label_counts",
    "leave_one_out",
    "mentions",
    "naming_by_event",
    "naming_by_group",
    "naming_contrast",
    "naming_matrix",
    "other_voice",
    "other_voice_claims",
    "pair_of",
    "paired_contrast",
    "theatre_of",
    "theatre_sentences",
    "verbs_by_role",
    "wording_contrasts",
]
